// SPDX-License-Identifier: GPL-2.0-or-later
// Several new files, all of them or none: see import_write.h.
#include "cmd/import_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

enum { NAMES_TRIED = 100 };

void import_files_release(import_file_vec *files)
{
	vec_for_each (file, files) {
		free(file->path);
		free(file->temporary);
	}
	vec_release(files);
}

static int exists_already(const char *path, struct error *err)
{
	return error_set(err, -EEXIST,
			 "%s exists already and is not overwritten: choose another name, or see what would change with "
			 "--refresh",
			 path);
}

// Whether the file may come to its place. *mode: what it is to have, where it replaces one.
static int check_place(const char *path, bool replace, mode_t *mode, struct error *err)
{
	struct stat status;

	*mode = 0;
	if (lstat(path, &status) < 0)
		return errno == ENOENT ? 0 : error_set_errno(err, -errno, "cannot write %s", path);
	if (!replace)
		return exists_already(path, err);
	if (S_ISLNK(status.st_mode)) {
		AUTO_FREE char *real = realpath(path, NULL);
		return error_set(err, -ELOOP, "%s is a symbolic link: name the file itself (%s)", path,
				 real ? real : "it leads nowhere");
	}
	if (!S_ISREG(status.st_mode))
		return error_set(err, -EINVAL, "%s is no file", path);
	*mode = status.st_mode & 07777;
	return 0;
}

static char *temporary_name(const char *path, unsigned number)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash + 1 - path) : 0;

	return memory_format("%.*s.%s.%d-%u", (int)folder, path, path + folder, (int)getpid(), number);
}

static int open_temporary(struct import_file *file)
{
	for (unsigned number = 0; number < NAMES_TRIED; number++) {
		AUTO_FREE char *name = temporary_name(file->path, number);
		int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (fd >= 0) {
			file->temporary = STEAL(name);
			return fd;
		}
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static int write_temporary(struct import_file *file, bool replace, struct error *err)
{
	mode_t mode = 0;

	if (check_place(file->path, replace, &mode, err) < 0)
		return err->code;
	AUTO_CLOSE int fd = open_temporary(file);
	int result = fd < 0 ? fd : io_write_all(fd, file->text, file->length);
	if (result == 0 && ((mode && fchmod(fd, mode) < 0) || (fsync(fd) < 0 && errno != EINVAL)))
		result = -errno;
	return result < 0 ? error_set_errno(err, result, "cannot write %s", file->path) : 0;
}

static bool rename_as(const struct import_file *file, unsigned how)
{
	return renameat2(AT_FDCWD, file->temporary, AT_FDCWD, file->path, how) == 0;
}

// A file that is replaced stands under the temporary name until all are in their places.
static int place(struct import_file *file, bool replace)
{
	if (replace && rename_as(file, RENAME_EXCHANGE)) {
		file->replaced = true;
		return 0;
	}
	if (replace && errno != ENOENT)
		return errno != EINVAL || rename(file->temporary, file->path) < 0 ? -errno : 0;
	file->created = true;
	if (rename_as(file, RENAME_NOREPLACE))
		return 0;
	// Not every file system knows how to rename without replacing.
	file->created = errno == EINVAL && link(file->temporary, file->path) == 0;
	if (!file->created)
		return -errno;
	(void)unlink(file->temporary);
	return 0;
}

// What was there before is there again, but on a file system that cannot exchange two names.
static void undo(import_file_vec *files)
{
	vec_for_each (file, files) {
		bool put_back = file->replaced && rename_as(file, RENAME_EXCHANGE);
		const char *ours = file->created ? file->path : file->temporary;
		if (ours && (put_back || file->created || !file->placed))
			(void)unlink(ours);
	}
}

static int write_all(import_file_vec *files, bool replace, struct error *err)
{
	vec_for_each (file, files)
		if (write_temporary(file, replace, err) < 0)
			return err->code;
	vec_for_each (file, files) {
		int result = place(file, replace);
		if (result == -EEXIST)
			return exists_already(file->path, err);
		if (result < 0)
			return error_set_errno(err, result, "cannot write %s%s", file->path,
					       file != files->items && !files->items[0].replaced &&
						       !files->items[0].created
						   ? ", but its prefix lists are written"
						   : "");
		file->placed = true;
	}
	return 0;
}

int import_write(import_file_vec *files, bool replace, struct error *err)
{
	int result = write_all(files, replace, err);

	if (result < 0) {
		undo(files);
		return result;
	}
	vec_for_each (file, files)
		if (file->replaced)
			(void)unlink(file->temporary);
	return 0;
}
