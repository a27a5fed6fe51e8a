// SPDX-License-Identifier: GPL-2.0-or-later
// Pins: folders and symbolic links that the job can neither rename nor remove.
//
// Theory of operation. The kernel refuses to rename or remove a name that something is mounted upon, wherever in the
// mount namespace that mount is. So each folder's copy is mounted on top of the one before, all of them in one place
// that the job's own /var/tmp hides: what is mounted upon the root of a copy is mounted upon the folder itself, while
// in the tree that the job sees nothing is mounted there and renames across it work as ever. Links are stacked likewise
// on the null device, which a copy of itself then covers.
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/launch/view.h"

static int copy_of(int fd, unsigned flags)
{
	return (int)syscall(SYS_open_tree, fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
}

static int put(const struct launch *launch, int copy, const char *place)
{
	AUTO_CLOSE int top = view_open(launch, place, O_PATH | O_NOFOLLOW);  // which may be a copy of a link

	return top < 0
		   ? -1
		   : (int)syscall(SYS_move_mount, copy, "", top, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

static int pin_link(const struct launch *launch, int fd)
{
	static const char null[] = "/dev/null";
	AUTO_CLOSE int device = view_open(launch, null, O_PATH);
	AUTO_CLOSE int lid = device < 0 ? -1 : copy_of(device, 0);
	AUTO_CLOSE int copy = copy_of(fd, 0);

	return lid < 0 || copy < 0 || put(launch, copy, null) < 0 || put(launch, lid, null) < 0 ? -1 : 0;
}

static int pin_folder(const struct launch *launch, int fd)
{
	AUTO_CLOSE int alone = copy_of(fd, 0);
	// Mounts below it that the user may not take apart, in a namespace of the user's own.
	AUTO_CLOSE int whole = alone < 0 && errno == EINVAL ? copy_of(fd, AT_RECURSIVE) : -1;
	int copy = alone < 0 ? whole : alone;

	return copy < 0 ? -1 : put(launch, copy, launch->scratch[SCRATCH_VAR_TMP]);
}

int step_pin(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct stat status;
	bool lid = strcmp(step->path, scratch_names[SCRATCH_VAR_TMP]) == 0;  // the topmost once more, on itself
	AUTO_CLOSE int fd = view_open(launch, lid ? launch->scratch[SCRATCH_VAR_TMP] : step->path, O_PATH | O_NOFOLLOW);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES) && step->if_present)
		return 0;
	if (fd < 0 || fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "cannot find %s in the file tree", step->path);
	if (S_ISLNK(status.st_mode)) {
		// A kernel that mounts nothing upon links leaves one door: what a link leads to is read-only, and
		// another file can take the link's place.
		if (pin_link(launch, fd) < 0 && errno != EINVAL)
			return error_set_errno(err, -errno, "cannot pin the link %s", step->path);
		return 0;
	}
	if (pin_folder(launch, fd) < 0)
		return error_set_errno(err, -errno, "cannot pin %s", step->path);
	return 0;
}
