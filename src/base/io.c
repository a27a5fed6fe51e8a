// SPDX-License-Identifier: GPL-2.0-or-later
// Whole reads and writes: see io.h.
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

int io_read_all(int fd, size_t maximum, char **text, size_t *length, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf buf = { 0 };
	char chunk[16384];

	for (;;) {
		ssize_t got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(err, -errno, "cannot read");
		if (got == 0)
			break;
		if (buf.length + (size_t)got > maximum)
			return error_set(err, -EFBIG, "larger than %zu bytes", maximum);
		strbuf_add_bytes(&buf, chunk, (size_t)got);
	}
	*length = buf.length;
	*text = strbuf_steal(&buf);
	return 0;
}

int io_read_file(const char *path, size_t maximum, char **text, size_t *length, struct error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, -errno, "cannot open %s", path);
	if (io_read_all(fd, maximum, text, length, err) < 0)
		return error_prefix(err, "%s", path);
	return 0;
}

int io_write_all(int fd, const void *bytes, size_t length)
{
	const char *next = bytes;

	while (length) {
		ssize_t written = write(fd, next, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		next += written;
		length -= (size_t)written;
	}
	return 0;
}

int io_write_file(const char *path, const char *text)
{
	return io_write_file_at(AT_FDCWD, path, text);
}

int io_write_file_at(int folder, const char *path, const char *text)
{
	AUTO_CLOSE int fd = openat(folder, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	size_t length = strlen(text);
	ssize_t written = write(fd, text, length);
	if (written < 0)
		return -errno;
	return (size_t)written == length ? 0 : -EIO;
}
