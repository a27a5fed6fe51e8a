// SPDX-License-Identifier: GPL-2.0-or-later
// A file that lines are appended to: see event_file.h.
#include "kernel/record/event_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

// What would be lost must be a record.
static int check_old(const char *path, const struct stat *status, struct error *err)
{
	static const char beginning[] = "{\"record\":\"start\",";
	char bytes[sizeof(beginning)] = { 0 };

	if (status->st_size == 0)
		return 0;
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat again;
	ssize_t got = fd < 0 || fstat(fd, &again) < 0 ? -1 : read(fd, bytes, sizeof(beginning) - 1);
	if (got < 0)
		return error_set_errno(err, -errno, "%s", path);
	// What is emptied must be what was read: the folder may be somebody else's.
	if (again.st_dev != status->st_dev || again.st_ino != status->st_ino)
		return error_set(err, -EBUSY, "%s: it was exchanged while it was looked at", path);
	if (strcmp(bytes, beginning) != 0)
		return error_set(err, -EEXIST, "%s: it is there, and no record of a run; name another", path);
	return 0;
}

int event_file_open(struct event_file *file, const char *path, struct error *err)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	struct stat status;

	if (fd < 0 && errno == ENXIO)
		return error_set(err, -ENXIO, "%s: it is a FIFO, and nobody reads it yet", path);
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "%s", path);
	if (S_ISREG(status.st_mode)) {
		if (check_old(path, &status, err) < 0)
			return err->code;
		if (ftruncate(fd, 0) < 0)
			return error_set_errno(err, -errno, "%s", path);
	} else if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode)) {
		return error_set(err, -EINVAL, "%s: it is neither a file nor a FIFO", path);
	}
	*file = (struct event_file){ .fd = steal_fd(&fd), .path = memory_copy_text(path) };
	return 0;
}

// Of a FIFO that nobody reads any more: the supervisor, which blocks all signals, would hand it on to the job.
static void forget_signal(void)
{
	const struct timespec none = { 0 };
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, SIGPIPE);
	(void)sigtimedwait(&one, NULL, &none);
}

int event_file_write(struct event_file *file, const struct strbuf *text, struct error *err)
{
	if (file->fd < 0 || !text->length)
		return 0;
	int result = io_write_all(file->fd, text->text, text->length);
	if (result == 0)
		return 0;
	close(file->fd);
	file->fd = -1;
	if (result == -EPIPE)
		forget_signal();
	if (result == -EAGAIN)
		return error_set(err, result, "%s: who reads it does not keep up", file->path);
	return error_set_errno(err, result, "%s", file->path);
}

void event_file_close(struct event_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->path);
	*file = EVENT_FILE_NONE;
}
