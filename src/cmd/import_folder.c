// SPDX-License-Identifier: GPL-2.0-or-later
// The files of a folder that may hold documents: see import_folder.h.
#include "cmd/import_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/vec.h"

enum { FOLDERS_DEEP = 4 };

typedef VEC(char *) name_vec;

struct walk {
	int top;           // the folder that was given
	const char *path;  // its name
	const struct import_folder_calls *calls;
};

static void name_vec_release(name_vec *names)
{
	vec_for_each (name, names)
		free(*name);
	vec_release(names);
}

static bool ends_in(const char *name, const char *end)
{
	size_t length = strlen(name), wanted = strlen(end);

	return length > wanted && strcmp(name + length - wanted, end) == 0;
}

bool import_is_yaml(const char *name)
{
	return ends_in(name, ".yaml") || ends_in(name, ".yml");
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// inside: relative to the folder that was given; "" is itself.
static char *shown(const struct walk *walk, const char *inside)
{
	size_t length = strlen(walk->path);

	while (length > 1 && walk->path[length - 1] == '/')
		length--;
	return memory_format("%.*s%s%s", (int)length, walk->path, *inside && walk->path[length - 1] != '/' ? "/" : "",
			     inside);
}

// Without a way out of the folder by a link, and without waiting for a FIFO's writer.
static int open_inside(const struct walk *walk, const char *inside)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, walk->top, *inside ? inside : ".", &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static int list(int fd, name_vec *names)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	AUTO_CLOSEDIR DIR *folder = own < 0 ? NULL : fdopendir(own);

	if (!folder) {
		int result = -errno;
		if (own >= 0)
			close(own);
		return result;
	}
	for (const struct dirent *entry; (entry = readdir(folder));)
		if (entry->d_name[0] != '.')
			vec_push(names, memory_copy_text(entry->d_name));
	if (names->count)
		qsort(names->items, names->count, sizeof(names->items[0]), compare_names);
	return 0;
}

static void visit_folder(const struct walk *walk, int fd, const char *inside, unsigned depth);

static void visit(const struct walk *walk, const char *inside, unsigned depth)
{
	AUTO_FREE char *name = shown(walk, inside);
	bool document = ends_in(name, ".json") || import_is_yaml(name);
	struct stat itself, status;

	if (fstatat(walk->top, inside, &itself, AT_SYMLINK_NOFOLLOW) < 0) {
		walk->calls->fail(walk->calls->data, name, -errno);
		return;
	}
	if (!S_ISDIR(itself.st_mode) && (!document || (!S_ISREG(itself.st_mode) && !S_ISLNK(itself.st_mode)))) {
		walk->calls->pass_over(walk->calls->data, name);
		return;
	}
	AUTO_CLOSE int fd = open_inside(walk, inside);
	if (fd == -EXDEV || fd == -ELOOP || (fd == -ENOENT && S_ISLNK(itself.st_mode))) {
		walk->calls->pass_over(walk->calls->data, name);
		return;
	}
	if (fd < 0 || fstat(fd, &status) < 0)
		walk->calls->fail(walk->calls->data, name, fd < 0 ? fd : -errno);
	else if (S_ISDIR(itself.st_mode) && S_ISDIR(status.st_mode) && depth < FOLDERS_DEEP)
		visit_folder(walk, fd, inside, depth + 1);
	else if (S_ISREG(status.st_mode))
		walk->calls->read(walk->calls->data, fd, &status, name);
	else
		walk->calls->pass_over(walk->calls->data, name);
}

static void visit_folder(const struct walk *walk, int fd, const char *inside, unsigned depth)
{
	CLEANUP(name_vec_release) name_vec names = { 0 };
	int result = list(fd, &names);

	if (result < 0) {
		AUTO_FREE char *name = shown(walk, inside);
		walk->calls->fail(walk->calls->data, name, result);
	}
	vec_for_each (name, &names) {
		AUTO_FREE char *path = memory_format("%s%s%s", inside, *inside ? "/" : "", *name);
		visit(walk, path, depth);
	}
}

void import_folder_walk(int fd, const char *path, const struct import_folder_calls *calls)
{
	const struct walk walk = { .top = fd, .path = path, .calls = calls };

	visit_folder(&walk, fd, "", 0);
}
