// SPDX-License-Identifier: GPL-2.0-or-later
// The job's view of the file tree: mounts over the host's tree, in a mount namespace of its own.
//
// Theory of operation. Nothing of the host's tree is copied or left: the new namespace has it already, and what the
// job must not see is mounted over. Only the owner of the namespace could take such a mount away, and the workload owns
// nothing. (A recursive bind and pivot_root would hide the same things the same way, and detaching the old tree costs
// the launch a grace period of the kernel, measured at 0.5 to 2 ms.) What is bound from a place that is covered first
// is held as a detached copy; targets are resolved with openat2 and RESOLVE_IN_ROOT, once, so that a link somebody
// planted cannot change between look and mount.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/host/user_open.h"
#include "kernel/launch/view.h"

// From linux/mount.h and sys/mount.h, which cannot be included together on Debian 12.
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);
int umount2(const char *target, int flags);

enum { BIND = 0x1000, RECURSIVE = 0x4000, PRIVATE = 0x40000, DETACH = 2 };

int view_open(const struct launch *launch, const char *path, uint64_t flags)
{
	return user_open(launch->root, path, flags, RESOLVE_IN_ROOT,
			 launch->plan->root ? launch->plan->identity : NULL);
}

// A path that was real when the plan was made: a link in it now was put there since, by another job of the user.
static int open_real(const struct launch *launch, const char *path)
{
	return user_open(launch->root, path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS,
			 launch->plan->root ? launch->plan->identity : NULL);
}

static void name_of(int fd, char out[32])
{
	(void)snprintf(out, 32, "/proc/self/fd/%d", fd);
}

static int set_attributes(int fd, const char *path, unsigned flags, uint64_t attributes)
{
	struct mount_attr change = { .attr_set = attributes };
	return (int)syscall(SYS_mount_setattr, fd, path, flags, &change, sizeof(change));
}

int step_private_mounts(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)launch;
	if (mount(NULL, step->path, NULL, RECURSIVE | PRIVATE, NULL) < 0)
		return error_set_errno(err, -errno, "cannot make mounts private");
	return 0;
}

static const char *source_of(const struct launch *launch, const char *value)
{
	for (size_t i = 0; i < SCRATCHES; i++)
		if (strcmp(value, scratch_names[i]) == 0)
			return launch->scratch[i];
	return value;
}

// Whether a step may pass over a path that could not be opened. What neither root nor the user may enter, the job
// cannot either.
static bool is_missing(const struct launch_step *step, int code)
{
	return step->if_present && (code == ENOENT || code == ENOTDIR || code == EACCES);
}

// A detached copy of the tree at the step's source; -1 when there is none and that is no failure.
static int hold_source(const struct launch *launch, const struct launch_step *step, int *out, struct error *err)
{
	const char *source = source_of(launch, step->value);
	bool device = strncmp(step->path, "/dev/", 5) == 0;
	uint64_t attributes = MOUNT_ATTR_NOSUID | (device ? 0 : MOUNT_ATTR_NODEV);
	AUTO_CLOSE int there = open_real(launch, source);
	AUTO_CLOSE int fd = there < 0 ? -1 : view_copy_tree(there);

	if (there < 0 && is_missing(step, errno))
		return 0;
	if (fd < 0)
		return error_set_errno(err, -errno, "cannot open %s", source);
	if (set_attributes(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, attributes) < 0)
		return error_set_errno(err, -errno, "cannot take set-user-id from %s", source);
	*out = steal_fd(&fd);
	return 0;
}

int step_sources(struct launch *launch, const struct launch_step *step, struct error *err)
{
	const struct identity *who = launch->plan->identity;

	(void)step;
	// For view_open, which may need the user's groups with the user's ids: nothing here needs root's.
	if (launch->plan->root)
		(void)setgroups(who->groups.count, who->groups.items);
	launch->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (launch->root < 0)
		return error_set_errno(err, -errno, "cannot open the root folder");
	launch->sources = NEW_ARRAY(int, launch->plan->steps.count);
	for (size_t i = 0; i < launch->plan->steps.count; i++) {
		launch->sources[i] = -1;
		if (launch->plan->steps.items[i].kind == STEP_BIND &&
		    hold_source(launch, &launch->plan->steps.items[i], &launch->sources[i], err) < 0)
			return err->code;
	}
	return 0;
}

int step_restrict(struct launch *launch, const struct launch_step *step, struct error *err)
{
	if (set_attributes(launch->root, "", AT_EMPTY_PATH | AT_RECURSIVE, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV) < 0)
		return error_set_errno(err, -errno, "cannot take set-user-id and devices from %s", step->path);
	return 0;
}

int view_create(const struct launch *launch, const char *path, bool folder, struct error *err)
{
	AUTO_FREE char *copy = memory_copy_text(path);

	for (char *end = copy + 1;; end++) {
		if (*end && *end != '/')
			continue;
		bool last = *end == '\0';
		*end = '\0';
		AUTO_CLOSE int there = view_open(launch, copy, O_PATH);
		if (there < 0) {
			char *slash = strrchr(copy, '/');
			*slash = '\0';
			AUTO_CLOSE int parent = view_open(launch, copy[0] ? copy : "/", O_RDONLY | O_DIRECTORY);
			*slash = '/';
			int made = parent < 0        ? -1
				   : last && !folder ? mknodat(parent, slash + 1, S_IFREG | 0644, 0)
						     : mkdirat(parent, slash + 1, 0755);
			if (made == 0 && launch->plan->root)
				made = fchownat(parent, slash + 1, launch->plan->identity->uid,
						launch->plan->identity->gid, AT_SYMLINK_NOFOLLOW);
			if (made < 0)
				return error_set_errno(err, -errno, "cannot make %s inside", copy);
		}
		if (last)
			return 0;
		*end = '/';
	}
}

// Opens the step's target. -ENOENT without a message when it is missing and may be.
static int open_target(const struct launch *launch, const struct launch_step *step, struct error *err)
{
	int fd = view_open(launch, step->path, O_PATH);

	if (fd >= 0)
		return fd;
	if (is_missing(step, errno))
		return -ENOENT;
	return error_set_errno(err, -errno, "cannot find %s in the file tree", step->path);
}

int step_mount(struct launch *launch, const struct launch_step *step, struct error *err)
{
	char target[32];
	AUTO_CLOSE int fd = open_target(launch, step, err);
	if (fd < 0)
		return fd;

	// In the host's own cgroup namespace this mount would change the options of the host's.
	if (launch_without(launch, MECHANISM_CGROUP) && strcmp(step->value, "cgroup2") == 0)
		return 0;
	name_of(fd, target);
	if (mount(step->value, target, step->value, step->flags, step->data) < 0) {
		int code = -errno;
		if (code == -EPERM && !launch->plan->root &&
		    (strcmp(step->value, "proc") == 0 || strcmp(step->value, "sysfs") == 0))
			return error_set(err, code,
					 "a surrounding container masks parts of %s, and then the kernel lets no user "
					 "mount a new one; run that "
					 "container with unmasked paths (docker: --security-opt "
					 "systempaths=unconfined), or vpcjail as root",
					 step->path);
		return error_set_errno(err, code, "cannot mount %s at %s", step->value, step->path);
	}
	return 0;
}

int view_copy_tree(int fd)
{
	return (int)syscall(SYS_open_tree, fd, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

int view_attach(int tree, int target, const char *path, struct error *err)
{
	if (syscall(SYS_move_mount, tree, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return error_set_errno(err, -errno, "cannot bind %s", path);
	return 0;
}

int step_bind(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct stat status;
	AUTO_CLOSE int source = launch->sources[step - launch->plan->steps.items];

	if (source < 0)
		return 0;
	if (fstat(source, &status) < 0)
		return error_set_errno(err, -errno, "cannot look at the source of %s", step->path);
	if (step->create && view_create(launch, step->path, S_ISDIR(status.st_mode), err) < 0)
		return err->code;
	AUTO_CLOSE int fd = open_target(launch, step, err);
	if (fd < 0)
		return fd == -ENOENT && step->if_present ? 0 : fd;
	return view_attach(source, fd, step->path, err);
}

static int make_read_only(const struct launch *launch, const char *path, struct error *err)
{
	AUTO_CLOSE int fd = view_open(launch, path, O_PATH);  // the mount on top, not what is below it
	if (fd < 0 || set_attributes(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, MOUNT_ATTR_RDONLY) < 0)
		return error_set_errno(err, -errno, "cannot make %s read-only", path);
	return 0;
}

int step_read_only(struct launch *launch, const struct launch_step *step, struct error *err)
{
	AUTO_CLOSE int fd = open_target(launch, step, err);
	if (fd < 0)
		return fd == -ENOENT && step->if_present ? 0 : fd;

	AUTO_CLOSE int copy = view_copy_tree(fd);
	if (copy < 0 || set_attributes(copy, "", AT_EMPTY_PATH | AT_RECURSIVE, MOUNT_ATTR_RDONLY) < 0)
		return error_set_errno(err, -errno, "cannot make %s read-only", step->path);
	return view_attach(copy, fd, step->path, err);
}

int step_make_directory(struct launch *launch, const struct launch_step *step, struct error *err)
{
	return view_create(launch, step->path, true, err);
}

int step_symlink(struct launch *launch, const struct launch_step *step, struct error *err)
{
	AUTO_FREE char *folder = memory_copy_text(step->path);
	char *slash = strrchr(folder, '/');

	*slash = '\0';
	AUTO_CLOSE int parent = view_open(launch, folder, O_RDONLY | O_DIRECTORY);
	if (parent < 0 || symlinkat(step->value, parent, slash + 1) < 0)
		return error_set_errno(err, -errno, "cannot make the link %s", step->path);
	return 0;
}

// The contents live in a file of the new /run that has no name any more once it is bound.
int step_file(struct launch *launch, const struct launch_step *step, struct error *err)
{
	static const char spare[] = ".vpcjail-file";
	char from[32];
	char to[32];
	AUTO_CLOSE int folder = view_open(launch, "/run", O_RDONLY | O_DIRECTORY);
	if (folder < 0)
		return error_set_errno(err, -errno, "cannot open the new /run");
	AUTO_CLOSE int file = openat(folder, spare, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file < 0 || fchmod(file, 0644) < 0)
		return error_set_errno(err, -errno, "cannot make %s", step->path);

	int result = io_write_all(file, step->value, strlen(step->value));
	if (result < 0)
		return error_set_errno(err, result, "cannot write %s", step->path);
	if (step->create && view_create(launch, step->path, false, err) < 0)
		return err->code;
	AUTO_CLOSE int fd = open_target(launch, step, err);
	if (fd < 0)
		return fd;
	AUTO_CLOSE int source = openat(folder, spare, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	name_of(source, from);
	name_of(fd, to);
	if (source < 0 || mount(from, to, NULL, BIND, NULL) < 0)
		return error_set_errno(err, -errno, "cannot put %s in place", step->path);
	if (unlinkat(folder, spare, 0) < 0)
		return error_set_errno(err, -errno, "cannot remove the spare name of %s", step->path);
	return make_read_only(launch, step->path, err);
}

int view_cover_file(int fd, const char *path, struct error *err)
{
	char target[32];

	name_of(fd, target);
	return mount("/dev/null", target, NULL, BIND, NULL) < 0 ? error_set_errno(err, -errno, "cannot cover %s", path)
								: 0;
}

// The first cover of a folder is a file system of its own, the others are copies of that one: a third of the time.
static int cover_folder(struct launch *launch, int fd, const char *path, struct error *err)
{
	char target[32];

	if (launch->empty >= 0) {
		AUTO_CLOSE int copy =
		    (int)syscall(SYS_open_tree, launch->empty, "", AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
		return copy < 0 ? error_set_errno(err, -errno, "cannot cover %s", path)
				: view_attach(copy, fd, path, err);
	}
	name_of(fd, target);
	if (mount("tmpfs", target, "tmpfs", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_RDONLY,
		  "mode=0555,size=4k") < 0)
		return error_set_errno(err, -errno, "cannot cover %s", path);
	launch->empty = view_open(launch, path, O_PATH | O_DIRECTORY);
	return 0;
}

int step_cover(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct stat status;
	AUTO_CLOSE int fd = open_target(launch, step, err);
	if (fd < 0)
		return fd == -ENOENT && step->if_present ? 0 : fd;

	if (fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "cannot look at %s", step->path);
	return S_ISDIR(status.st_mode) ? cover_folder(launch, fd, step->path, err)
				       : view_cover_file(fd, step->path, err);
}
