// SPDX-License-Identifier: GPL-2.0-or-later
// A file for a result: see result_file.h.
#include "cmd/result_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"

int result_file_open(struct result_file *file, const char *path, struct error *err)
{
	struct stat status;

	if (!path)
		return 0;
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);
	if (fd < 0 && errno == ENXIO)
		return error_set(err, -ENXIO, "%s: it is a FIFO, and nobody reads it yet", path);
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "%s", path);
	if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))
		return error_set(err, -EINVAL, "%s: it is neither a file nor a FIFO", path);
	*file = (struct result_file){ .fd = steal_fd(&fd), .path = path };
	return 0;
}

int result_file_write(const struct result_file *file, const struct strbuf *text, struct error *err)
{
	struct stat status;
	int result = 0;

	if (file->fd < 0)
		return 0;
	if (fcntl(file->fd, F_SETFL, 0) < 0 || fstat(file->fd, &status) < 0 ||
	    (S_ISREG(status.st_mode) && ftruncate(file->fd, 0) < 0))
		result = -errno;
	if (result == 0)
		result = io_write_all(file->fd, strbuf_text(text), text->length);
	return result < 0 ? error_set_errno(err, result, "cannot write %s", file->path) : 0;
}

void result_file_close(struct result_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	*file = RESULT_FILE_NONE;
}
