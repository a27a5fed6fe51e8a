// SPDX-License-Identifier: GPL-2.0-or-later
// Reading a file that decides what a jail may do: see safe_file.h.
#include "profile/safe_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

// In a sticky folder others may add files, but not replace what root owns; and that is checked one step further on.
static int check_status(const char *path, const struct stat *status, struct error *err)
{
	bool sticky = S_ISDIR(status->st_mode) && (status->st_mode & S_ISVTX);

	if (status->st_uid != 0)
		return error_set(err, -EPERM, "\"%s\" belongs to another user, who could change it; chown root %s",
				 path, path);
	if ((status->st_mode & (S_IWGRP | S_IWOTH)) && !sticky)
		return error_set(err, -EPERM, "others can write \"%s\"; chmod go-w %s", path, path);
	return 0;
}

// Every part of an absolute path, from the root on.
static int check_parts(const char *path, struct error *err)
{
	AUTO_FREE char *part = memory_copy_text(path);
	size_t length = strlen(part);
	int result = 0;

	for (size_t end = 1; end <= length && result == 0; end++) {
		struct stat status;
		if (end < length && part[end] != '/' && end != 1)
			continue;
		char kept = part[end];
		part[end] = '\0';
		if (stat(part, &status) < 0)
			result = error_set_errno(err, -errno, "cannot look at \"%s\"", part);
		else
			result = check_status(part, &status, err);
		part[end] = kept;
	}
	return result;
}

// Both as it is written and as links lead: either way could be changed.
int safe_file_check(const char *path, struct error *err)
{
	char resolved[PATH_MAX];

	if (!realpath(path, resolved))
		return error_set_errno(err, -errno, "cannot look at \"%s\"", path);
	if (path[0] == '/') {
		int result = check_parts(path, err);
		if (result < 0)
			return result;
	}
	return check_parts(resolved, err);
}

int safe_file_read(const char *path, bool trusted_only, size_t maximum, char **text, size_t *length, struct error *err)
{
	// A FIFO or a device must not hang the program or be disturbed.
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat status;

	if (fd < 0)
		return error_set_errno(err, -errno, "cannot open \"%s\"", path);
	if (fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "cannot look at \"%s\"", path);
	if (!S_ISREG(status.st_mode))
		return error_set(err, -EINVAL, "\"%s\" is not a regular file", path);
	if (trusted_only) {
		int result = check_status(path, &status, err);
		if (result == 0)
			result = safe_file_check(path, err);
		if (result < 0)
			return result;
	}
	if (io_read_all(fd, maximum, text, length, err) < 0)
		return error_prefix(err, "\"%s\"", path);
	return 0;
}
