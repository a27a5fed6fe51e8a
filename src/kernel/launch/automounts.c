// SPDX-License-Identifier: GPL-2.0-or-later
// Automounts: what is mounted on demand is mounted before the clone, and never because of the job.
//
// Theory of operation. A look at a name below an automount's folder sends that name to a daemon of the host, which may
// ask the network for it: a channel past every rule. So the supervisor looks at what the job will need while it is
// still outside. In the jail's tree each automount that can still be seen is replaced by an empty folder that holds
// what was mounted below it by then. Nothing here walks into an automount: a path ends there, or leads through what is
// mounted.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/host/mountinfo.h"
#include "kernel/launch/view.h"

enum { ROUNDS = 16 };

// A slash at the end asks for what is mounted there. What cannot be looked at is somebody else's to complain about.
static void touch(const char *path)
{
	AUTO_FREE char *name = memory_format("%s/", path);
	struct stat status;

	(void)stat(name, &status);
}

int step_touch(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)err;
	touch(step->path);
	touch(step->value);
	vec_for_each (other, &launch->plan->steps)
		if (other->kind == STEP_BIND && other->value[0] == '/' && strncmp(other->value, "/dev/", 5) != 0)
			touch(other->value);
	return 0;
}

// Opens the mount of that row, unless another one hides it.
static int open_mount(const struct launch *launch, const struct mount_row *row)
{
	struct statx status;
	AUTO_CLOSE int fd = view_open(launch, row->point, O_PATH);

	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_MNT_ID, &status) < 0 ||
	    status.stx_mnt_id != row->id)
		return -1;
	return steal_fd(&fd);
}

// What is mounted below an automount and stays.
struct kept_mount {
	const char *point;
	int tree;
	bool folder;
};
typedef VEC(struct kept_mount) kept_mount_vec;

static void kept_mounts_release(kept_mount_vec *kept)
{
	vec_for_each (mounted, kept)
		close(mounted->tree);
	vec_release(kept);
}

static int keep_mounts(const struct launch *launch, const struct mount_table *table, const struct mount_row *parent,
		       kept_mount_vec *kept, struct error *err)
{
	vec_for_each (row, &table->rows) {
		struct stat status;
		AUTO_CLOSE int fd = row->parent == parent->id ? open_mount(launch, row) : -1;
		// An automount that nothing is mounted on yet is not worth keeping.
		if (fd < 0 || strcmp(row->type, "autofs") == 0)
			continue;
		int tree = fstat(fd, &status) < 0 ? -1 : view_copy_tree(fd);
		if (tree < 0)
			return error_set_errno(err, -errno, "cannot keep %s", row->point);
		vec_push(kept,
			 (struct kept_mount){ .point = row->point, .tree = tree, .folder = S_ISDIR(status.st_mode) });
	}
	return 0;
}

// 1 when the automount could be seen and is covered now, 0 when another mount hides it.
static int cover(const struct launch *launch, const struct mount_table *table, const struct mount_row *row,
		 struct error *err)
{
	CLEANUP(kept_mounts_release) kept_mount_vec kept = { 0 };
	AUTO_CLOSE int fd = open_mount(launch, row);
	char target[32];

	if (fd < 0)
		return 0;
	if (keep_mounts(launch, table, row, &kept, err) < 0)
		return err->code;
	(void)snprintf(target, sizeof(target), "/proc/self/fd/%d", fd);
	if (mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0555,size=4k") < 0)
		return error_set_errno(err, -errno, "cannot cover %s", row->point);
	vec_for_each (mounted, &kept) {
		if (view_create(launch, mounted->point, mounted->folder, err) < 0)
			return err->code;
		AUTO_CLOSE int place = view_open(launch, mounted->point, O_PATH);
		if (place < 0)
			return error_set_errno(err, -errno, "cannot put %s back", mounted->point);
		if (view_attach(mounted->tree, place, mounted->point, err) < 0)
			return err->code;
	}
	return 1;
}

// One look at all mounts: how many automounts were covered.
static int cover_all(const struct launch *launch, const char *list, struct error *err)
{
	CLEANUP(mount_table_release) struct mount_table table = { 0 };
	int count = 0;
	int result = mount_table_read(&table, list, err);

	vec_for_each (row, &table.rows) {
		if (strcmp(row->type, "autofs") != 0)
			continue;
		result = cover(launch, &table, row, err);
		if (result < 0)
			return result;
		count += result;
	}
	return result < 0 ? result : count;
}

// What is put back is a copy, and may hold automounts too: until there is none.
int step_automounts(struct launch *launch, const struct launch_step *step, struct error *err)
{
	for (int round = 0; round < ROUNDS; round++) {
		int covered = cover_all(launch, step->path, err);
		if (covered <= 0)
			return covered;
	}
	return error_set(err, -ELOOP, "automounts lie in each other too deep");
}
