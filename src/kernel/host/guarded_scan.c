// SPDX-License-Identifier: GPL-2.0-or-later
// Finds what is there of two hundred paths, most of which are not: see guarded_scan.h.
//
// Theory of operation. Where many rows lie in a small folder its names are read once and looked up among the rows;
// otherwise each next name is looked up in the folder. What is not there is never looked into. This is on the launch's
// way: one look-up for each row would take three times as long, and a round trip each on NFS.
#include "kernel/host/guarded_scan.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/host/user_open.h"

enum { WORTH_LISTING = 12, SMALL_FOLDER = 16384, NAME_LIMIT = 256 };

// Some of the rows, by their numbers: those that lie in one folder, which is the first `depth` characters of their
// paths.
struct group {
	size_t *rows;
	size_t count;
	size_t depth;
};

static void mark(struct guarded_scan *scan, const struct group *group)
{
	for (size_t i = 0; i < group->count; i++)
		scan->found[group->rows[i]] = FOUND_NAME;
}

static const char *next_name(const struct guarded_scan *scan, const struct group *group, size_t index, size_t *length)
{
	const char *name = scan->rows[group->rows[index]]->path + group->depth;

	*length = strcspn(name, "/");
	return name;
}

// Case is no difference: a file system may have none, and what was found is opened by the row's own name.
static bool begins_with(const char *text, const char *name)
{
	for (; *name; text++, name++)
		if (*text != *name && tolower((unsigned char)*text) != tolower((unsigned char)*name))
			return false;
	return true;
}

static void look_into(struct guarded_scan *scan, int folder, const struct group *group);

static enum guarded_found kind_of(const struct guarded_scan *scan, unsigned char type)
{
	if (scan->links)
		return FOUND_NAME;
	return type == DT_DIR ? FOUND_FOLDER : type == DT_REG ? FOUND_FILE : FOUND_NAME;
}

// The name is there: the row that ends with it is found, and further ones may be in it.
static void found(struct guarded_scan *scan, int folder, const struct group *group, const char *name,
		  unsigned char type)
{
	size_t length = strlen(name);
	struct group inner = { .depth = group->depth + length + 1 };

	for (size_t i = 0; i < group->count; i++) {
		const char *other = scan->rows[group->rows[i]]->path + group->depth;
		if (!begins_with(other, name) || (other[length] && other[length] != '/'))
			continue;
		if (!other[length]) {
			scan->found[group->rows[i]] = kind_of(scan, type);
			continue;
		}
		if (!inner.rows)
			inner.rows = NEW_ARRAY(size_t, group->count);
		inner.rows[inner.count++] = group->rows[i];
	}
	if (!inner.count)
		return;
	AUTO_CLOSE int fd = openat(folder, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool link = type != DT_DIR;

	scan->links += link;
	if (fd >= 0)
		look_into(scan, fd, &inner);
	else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		mark(scan, &inner);  // the step will tell
	scan->links -= link;
	free(inner.rows);
}

static int try_each(struct guarded_scan *scan, int folder, const struct group *group)
{
	char name[NAME_LIMIT];
	char last[NAME_LIMIT] = "";
	struct stat status;

	for (size_t i = 0; i < group->count; i++) {
		size_t length;
		const char *next = next_name(scan, group, i, &length);
		if (length >= sizeof(name))
			continue;
		memcpy(name, next, length);
		name[length] = '\0';
		if (strcmp(name, last) == 0)
			continue;  // found with the row before
		memcpy(last, name, length + 1);
		if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0)
			found(scan, folder, group, name, IFTODT(status.st_mode));
		else if (errno == EACCES)
			return -EACCES;
	}
	return 0;
}

static int look(struct guarded_scan *scan, int folder, const struct group *group)
{
	struct stat status;
	bool listed = group->count >= WORTH_LISTING && fstat(folder, &status) == 0 && status.st_size <= SMALL_FOLDER;
	int fd = listed ? openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	DIR *names = fd < 0 ? NULL : fdopendir(fd);

	if (!names) {
		if (fd >= 0)
			close(fd);
		return try_each(scan, folder, group);
	}
	struct dirent *entry;
	while (errno = 0, (entry = readdir(names)))
		found(scan, folder, group, entry->d_name, entry->d_type);
	bool whole = errno == 0;
	closedir(names);
	return whole ? 0 : try_each(scan, folder, group);
}

static void look_into(struct guarded_scan *scan, int folder, const struct group *group)
{
	if (look(scan, folder, group) == 0)
		return;
	const struct identity *who = scan->who;
	if (who) {
		scan->who = NULL;
		user_ids_take(who);
		int result = look(scan, folder, group);
		user_ids_give_back();
		scan->who = who;
		if (result == 0)
			return;
	}
	mark(scan, group);  // cannot be told: the steps will
}

static void add_rows(struct guarded_scan *scan, enum guarded_base base, const struct guarded_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].base == base && !strchr(rows[i].path, '*'))
			scan->rows[scan->count++] = &rows[i];
}

void guarded_scan(struct guarded_scan *scan, enum guarded_base base, bool covers, const char *folder)
{
	AUTO_CLOSE int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	scan->rows = NEW_ARRAY(const struct guarded_row *, later_row_count + credential_row_count);
	add_rows(scan, base, later_rows, later_row_count);
	if (covers)
		add_rows(scan, base, credential_rows, credential_row_count);
	scan->found = NEW_ARRAY(enum guarded_found, scan->count + 1);
	struct group all = { .rows = NEW_ARRAY(size_t, scan->count + 1), .count = scan->count };
	AUTO_FREE size_t *rows = all.rows;
	for (size_t i = 0; i < scan->count; i++)
		rows[i] = i;
	if (fd >= 0)
		look_into(scan, fd, &all);
	else if (errno != ENOENT && errno != ENOTDIR)
		mark(scan, &all);
}

void guarded_scan_release(struct guarded_scan *scan)
{
	free(scan->rows);
	free(scan->found);
	*scan = (struct guarded_scan){ 0 };
}
