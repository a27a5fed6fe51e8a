// SPDX-License-Identifier: GPL-2.0-or-later
// The job's /tmp and /var/tmp (and a private home): folders on the host's disk, 0700, removed at the end.
//
// They stand in one folder a user, /tmp/vpcjail-UID, each locked while its jail lives: a folder without a lock was
// left by a supervisor that was killed, and the next launch removes it. Ownership is told by the lock, never by name.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/launch/launch_state.h"

enum { FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

const char *const scratch_names[SCRATCHES] = { "SCRATCH/tmp", "SCRATCH/var-tmp", "SCRATCH/home" };

static DIR *open_folder(int parent, const char *name)
{
	int fd = openat(parent, name, FOLDER);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (!folder && fd >= 0)
		close(fd);
	return folder;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

// A job may have closed its own folders. Where this fails, what is tried next fails too.
static void make_searchable(int parent, const char *name)
{
	if (fchmodat(parent, name, 0700, AT_SYMLINK_NOFOLLOW) < 0)
		return;
}

// Unlinks what is no folder; moves folders up to `top` under names of our own. Returns how many entries went.
static size_t flatten(DIR *folder, int top, unsigned *number)
{
	size_t gone = 0;

	for (struct dirent *entry; (entry = readdir(folder));) {
		char name[32];
		if (is_dots(entry->d_name))
			continue;
		if (unlinkat(dirfd(folder), entry->d_name, 0) == 0 ||
		    unlinkat(dirfd(folder), entry->d_name, AT_REMOVEDIR) == 0) {
			gone++;
			continue;
		}
		if (dirfd(folder) == top)
			continue;
		make_searchable(dirfd(folder), entry->d_name);
		int moved;
		do {  // a job may have taken names of ours
			(void)snprintf(name, sizeof(name), ".vpcjail-%u", (*number)++);
			moved = renameat2(dirfd(folder), entry->d_name, top, name, RENAME_NOREPLACE);
		} while (moved < 0 && errno == EEXIST);
		gone += moved == 0;
	}
	return gone;
}

// Removes a tree with two descriptors however deep a job made it, never following a link. What another file system
// is mounted on stays (EBUSY), and with it the folders above.
static void remove_tree(int parent, const char *name)
{
	unsigned number = 0;
	size_t gone = 1;

	// Most jobs leave nothing behind.
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		return;
	make_searchable(parent, name);
	DIR *top = open_folder(parent, name);

	while (top && gone) {
		gone = 0;
		rewinddir(top);
		for (struct dirent *entry; (entry = readdir(top));) {
			if (is_dots(entry->d_name))
				continue;
			make_searchable(dirfd(top), entry->d_name);
			DIR *below = open_folder(dirfd(top), entry->d_name);
			if (!below)
				continue;
			gone += flatten(below, dirfd(top), &number);
			closedir(below);
		}
		rewinddir(top);
		gone += flatten(top, dirfd(top), &number);
	}
	if (top)
		closedir(top);
	(void)unlinkat(parent, name, AT_REMOVEDIR);
}

// Removes what killed supervisors left.
static void sweep(int parent)
{
	DIR *folder = open_folder(parent, ".");

	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		if (entry->d_name[0] == '.')
			continue;
		AUTO_CLOSE int fd = openat(parent, entry->d_name, FOLDER);
		if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
			remove_tree(parent, entry->d_name);
	}
	if (folder)
		closedir(folder);
}

// Opens the user's folder below `where`, made if missing; one that somebody else planted there is refused.
static int open_parent(const char *where, char **path, struct error *err)
{
	AUTO_FREE char *name = memory_format("%s/vpcjail-%u", where, (unsigned)geteuid());
	struct stat status;

	if (mkdir(name, 0700) < 0 && errno != EEXIST)
		return error_set_errno(err, -errno, "cannot make %s", name);
	AUTO_CLOSE int fd = open(name, FOLDER);
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "cannot open %s", name);
	if (status.st_uid != geteuid() || (status.st_mode & 077))
		return error_set(err, -EPERM, "%s is not a folder of this user alone: remove it", name);
	*path = STEAL(name);
	return steal_fd(&fd);
}

// Makes, locks and hands over one folder. Its parent is the user's (or root's) alone, so that nobody else comes near.
static int make(struct launch *launch, enum scratch which, const char *where, struct error *err)
{
	const struct identity *who = launch->plan->identity;
	AUTO_FREE char *parent = NULL;
	AUTO_CLOSE int fd = open_parent(where, &parent, err);
	if (fd < 0)
		return fd;

	// Until the new folder has its own lock, no other launch may sweep.
	if (flock(fd, LOCK_EX) < 0)
		return error_set_errno(err, -errno, "cannot lock %s", parent);
	sweep(fd);
	AUTO_FREE char *path = memory_format("%s/XXXXXX", parent);
	if (!mkdtemp(path))
		return error_set_errno(err, -errno, "cannot make a folder in %s", parent);
	launch->scratch[which] = STEAL(path);
	launch->scratch_lock[which] = open(launch->scratch[which], FOLDER);
	if (launch->scratch_lock[which] < 0 || flock(launch->scratch_lock[which], LOCK_EX | LOCK_NB) < 0)
		return error_set_errno(err, -errno, "cannot lock %s", launch->scratch[which]);
	if (launch->plan->root && fchown(launch->scratch_lock[which], who->uid, who->gid) < 0)
		return error_set_errno(err, -errno, "cannot hand %s over", launch->scratch[which]);
	return 0;
}

// Which of the folders the plan binds: a folder nobody binds is not made.
static bool is_bound(const struct launch *launch, const char *value)
{
	vec_for_each (step, &launch->plan->steps)
		if (step->kind == STEP_BIND && strcmp(step->value, value) == 0)
			return true;
	return false;
}

int step_scratch(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct stat first;
	struct stat second;

	if (stat(step->path, &first) < 0 || stat(step->value, &second) < 0)
		return error_set_errno(err, -errno, "cannot look at %s and %s", step->path, step->value);
	const char *const where[SCRATCHES] = {
		[SCRATCH_TMP] = step->path,
		[SCRATCH_VAR_TMP] = first.st_dev == second.st_dev ? step->path : step->value,
		[SCRATCH_HOME] = step->path,
	};
	for (enum scratch which = 0; which < SCRATCHES; which++)
		if (is_bound(launch, scratch_names[which]) && make(launch, which, where[which], err) < 0)
			return err->code;
	return 0;
}

void scratch_remove(struct launch *launch)
{
	for (size_t i = 0; i < SCRATCHES; i++) {
		if (launch->scratch[i])
			remove_tree(AT_FDCWD, launch->scratch[i]);
		free(launch->scratch[i]);
		launch->scratch[i] = NULL;
		if (launch->scratch_lock[i] >= 0)
			close(launch->scratch_lock[i]);
		launch->scratch_lock[i] = -1;
	}
}
