// SPDX-License-Identifier: GPL-2.0-or-later
// Guarded files by other mounts of their folders: a home that is mounted at a second place shows them there, too.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/host/guarded.h"
#include "kernel/host/mountinfo.h"

// The mount that shows path: of those around it the innermost, and of several in one place the last.
static const struct mount_row *mount_of(const struct mount_table *table, const char *path)
{
	const struct mount_row *found = NULL;

	vec_for_each (row, &table->rows)
		if (mount_path_below(path, row->point) && (!found || strlen(row->point) >= strlen(found->point)))
			found = row;
	return found;
}

static bool is_same(const char *a, const char *b)
{
	struct stat one, two;
	return stat(a, &one) == 0 && stat(b, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

static void add_alias(struct host_facts *facts, size_t index, char *path)
{
	struct guarded_path alias = facts->guarded.items[index];  // a copy: the list may move

	alias.alias = true;
	alias.path = path;
	alias.shown = memory_copy_text(path);
	alias.real = NULL;
	vec_push(&facts->guarded, alias);
}

// Another mount may show the file, with or without folders around it, or a part of a guarded folder.
static void find_aliases(struct host_facts *facts, const struct mount_table *table, size_t index)
{
	const struct guarded_path *guarded = &facts->guarded.items[index];
	AUTO_FREE char *real = memory_copy_text(guarded->real ? guarded->real : guarded->path);
	const struct mount_row *own = mount_of(table, real);
	if (!own)
		return;
	AUTO_FREE char *inner = mount_path_join(own->root, mount_path_below(real, own->point));

	vec_for_each (other, &table->rows) {
		if (other == own || strcmp(other->device, own->device) != 0)
			continue;
		const char *rest = mount_path_below(inner, other->root);
		const char *within = rest ? NULL : mount_path_below(other->root, inner);
		if (!rest && !within)
			continue;
		AUTO_FREE char *path = rest ? mount_path_join(other->point, rest) : memory_copy_text(other->point);
		AUTO_FREE char *there = mount_path_join(real, within ? within : "");
		if (strcmp(path, there) != 0 && is_same(path, there))
			add_alias(facts, index, STEAL(path));
	}
}

// Whether any file system is mounted more than once: on most hosts none is.
static bool has_second_mounts(const struct mount_table *table)
{
	vec_for_each (row, &table->rows)
		for (const struct mount_row *other = table->rows.items; other < row; other++)
			if (strcmp(row->device, other->device) == 0)
				return true;
	return false;
}

int guarded_aliases(struct host_facts *facts, struct error *err)
{
	CLEANUP(mount_table_release) struct mount_table table = { 0 };
	size_t count = facts->guarded.count;

	int result = mount_table_read(&table, "/proc/self/mountinfo", err);

	if (result < 0 || !has_second_mounts(&table))
		return result;
	for (size_t i = 0; i < count; i++)
		find_aliases(facts, &table, i);
	return 0;
}
