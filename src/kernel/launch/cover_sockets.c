// SPDX-License-Identifier: GPL-2.0-or-later
// Covers the host's UNIX sockets that the job could reach by a path; see kernel/host/sockets.c for where the list comes
// from.
//
// A socket is one file, and a folder that is mounted twice shows it twice; where it was bound the job may have another
// file system, and a second mount elsewhere. So each mount of the socket's file system is looked at.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/host/mountinfo.h"
#include "kernel/launch/launch_state.h"
#include "kernel/launch/view.h"

enum { LIST_LIMIT = 64 << 20 };

struct covering {
	const struct launch *launch;
	struct mount_table mounts;  // of the view
	VEC(struct stat) kept;      // process.sockets, as they are in the view
};

static void covering_release(struct covering *covering)
{
	mount_table_release(&covering->mounts);
	vec_release(&covering->kept);
}

static bool is_kept(const struct covering *covering, const struct stat *status)
{
	vec_for_each (kept, &covering->kept)
		if (kept->st_dev == status->st_dev && kept->st_ino == status->st_ino)
			return true;
	return false;
}

static int cover(const struct covering *covering, const char *path, struct error *err)
{
	struct stat status;
	AUTO_CLOSE int fd = view_open(covering->launch, path, O_PATH | O_NOFOLLOW);

	if (fd < 0 && (errno == ENOMEM || errno == EMFILE || errno == ENFILE))
		return error_set_errno(err, -errno, "cannot look at %s", path);
	// What cannot be reached now cannot be reached by the job, which has no more rights.
	if (fd < 0 || fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode) || is_kept(covering, &status))
		return 0;
	int result = view_cover_file(fd, path, err);
	return result == -ENOENT ? 0 : result;  // somebody has removed it meanwhile
}

// socket: "8:1 /home/u/agent/s", changed. Each mount of that file system may show it.
static int cover_everywhere(const struct covering *covering, char *socket, struct error *err)
{
	char *inner = socket;
	const char *device = strsep(&inner, " ");

	if (!inner)
		return error_set(err, -EIO, "the supervisor's list of the host's sockets cannot be read");
	vec_for_each (mount, &covering->mounts.rows) {
		const char *rest = strcmp(mount->device, device) != 0 ? NULL : mount_path_below(inner, mount->root);
		if (!rest)
			continue;
		AUTO_FREE char *path = mount_path_join(mount->point, rest);
		if (cover(covering, path, err) < 0)
			return err->code;
	}
	return 0;
}

// Of a folder (an MPS daemon's), the sockets in it stay.
static void keep_below(struct covering *covering, const char *path)
{
	int fd = view_open(covering->launch, path, O_RDONLY | O_DIRECTORY);
	AUTO_CLOSEDIR DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct stat status;

	if (!folder && fd >= 0)
		close(fd);
	for (struct dirent *entry; folder && (entry = readdir(folder));)
		if (fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode))
			vec_push(&covering->kept, status);
}

static int look_at_kept(struct covering *covering, struct error *err)
{
	vec_for_each (path, &covering->launch->plan->sockets) {
		struct stat status;
		AUTO_CLOSE int fd = view_open(covering->launch, *path, O_PATH);
		if (fd < 0 || fstat(fd, &status) < 0)
			return error_set_errno(err, -errno,
					       "process.sockets: %s is hidden from the job by another rule", *path);
		vec_push(&covering->kept, status);
		if (S_ISDIR(status.st_mode))
			keep_below(covering, *path);
	}
	return 0;
}

int step_cover_sockets(struct launch *launch, const struct launch_step *step, struct error *err)
{
	CLEANUP(covering_release) struct covering covering = { .launch = launch };
	AUTO_FREE char *list = NULL;
	size_t length;

	(void)step;
	int result = io_read_all(launch->sockets[0], LIST_LIMIT, &list, &length, err);
	if (result < 0)
		return result;
	if (!length || list[length - 1] || (length > 1 && list[length - 2]))
		return error_set(err, -EIO, "the supervisor's list of the host's sockets is not whole");
	if (look_at_kept(&covering, err) < 0)
		return err->code;
	if (length > 1 && mount_table_read(&covering.mounts, "/proc/self/mountinfo", err) < 0)
		return err->code;
	for (char *socket = list, *next; socket < list + length - 1; socket = next) {
		next = socket + strlen(socket) + 1;
		if (cover_everywhere(&covering, socket, err) < 0)
			return err->code;
	}
	return 0;
}
