// SPDX-License-Identifier: GPL-2.0-or-later
// Standard input, output and error: what may go in as it is, what is relayed, what is refused.
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernel/control/control_server.h"

static const char *const stdio_names[] = { "standard input", "standard output", "standard error" };

// A UNIX socket can carry descriptors, and an outside one lives outside: the job gets a pipe, the supervisor copies.
static int relay(struct launch *launch, int fd, struct error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(err, -errno, "cannot make a pipe");
	launch->stdio[fd] = ends[fd == STDIN_FILENO ? 0 : 1];
	launch->relay[fd] = ends[fd == STDIN_FILENO ? 1 : 0];
	return 0;
}

static int look_at_socket(struct launch *launch, int fd, struct error *err)
{
	int domain = 0;
	int type = 0;
	socklen_t length = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) < 0)
		return error_set_errno(err, -errno, "cannot look at %s", stdio_names[fd]);
	if (domain == AF_UNIX && type == SOCK_STREAM)
		return relay(launch, fd, err);
	return error_set(err, -EPERM,
			 "%s is a socket that lives outside the jail (family %d); give it a pipe: `… | cat`",
			 stdio_names[fd], domain);
}

// What looks like a file to fstat and is a handle on the kernel: a namespace, a process, a message queue, a switch of
// the host.
static bool is_kernel_handle(int fd)
{
	// Not in the kernel's header: pidfs came with Linux 6.9, the others are private to their makers.
	enum { PID_FS_MAGIC = 0x50494446, MESSAGE_QUEUES_MAGIC = 0x19800202, CONFIGFS_MAGIC = 0x62656570 };
	static const unsigned long kinds[] = {
		NSFS_MAGIC,         PID_FS_MAGIC,        ANON_INODE_FS_MAGIC,  PROC_SUPER_MAGIC, SYSFS_MAGIC,
		CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, MESSAGE_QUEUES_MAGIC, TRACEFS_MAGIC,    DEBUGFS_MAGIC,
		SECURITYFS_MAGIC,   BPF_FS_MAGIC,        BINFMTFS_MAGIC,       EFIVARFS_MAGIC,   PSTOREFS_MAGIC,
		SELINUX_MAGIC,      SMACK_MAGIC,         RDTGROUP_SUPER_MAGIC, CONFIGFS_MAGIC,
	};
	struct statfs status;

	if (fstatfs(fd, &status) < 0)
		return true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((unsigned long)status.f_type == kinds[i])
			return true;
	return false;
}

// null, zero, full, random, urandom: and not their neighbours mem, port and kmsg (devices.txt of the kernel).
static bool is_harmless_device(dev_t device)
{
	static const unsigned minors[] = { 3, 5, 7, 8, 9 };

	for (size_t i = 0; major(device) == 1 && i < sizeof(minors) / sizeof(minors[0]); i++)
		if (minor(device) == minors[i])
			return true;
	return false;
}

int stdio_check(int fd, int number, struct error *err)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return error_set_errno(err, -errno, "cannot look at %s", stdio_names[number]);
	if (S_ISDIR(status.st_mode))
		return error_set(err, -EISDIR, "%s is a directory, a way out of the job's file tree",
				 stdio_names[number]);
	if (S_ISSOCK(status.st_mode))
		return error_set(err, -EPERM, "%s is a socket that lives outside the jail; give it a pipe: `… | cat`",
				 stdio_names[number]);
	if (S_ISFIFO(status.st_mode))
		return 0;
	if (S_ISREG(status.st_mode) && !is_kernel_handle(fd))
		return 0;
	if (S_ISCHR(status.st_mode) && is_harmless_device(status.st_rdev))
		return 0;
	return error_set(err, -EPERM,
			 "%s is neither a file on a disk, a pipe, a terminal nor /dev/null; give it a pipe: `… | cat`",
			 stdio_names[number]);
}

static int look_at(struct launch *launch, int fd, struct error *err)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return error_set(err, -EBADF, "%s is closed; give it a file: %d%s/dev/null", stdio_names[fd], fd,
				 fd ? ">" : "<");
	launch->stdio_is_terminal[fd] = isatty(fd) == 1;
	if (S_ISSOCK(status.st_mode))
		return look_at_socket(launch, fd, err);
	return launch->stdio_is_terminal[fd] ? 0 : stdio_check(fd, fd, err);
}

static int look_at_kept(int fd, struct error *err)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return error_set(err, -EBADF, "--keep-fd %d: it is not open", fd);
	if (!S_ISFIFO(status.st_mode) && (!S_ISREG(status.st_mode) || is_kernel_handle(fd)))
		return error_set(err, -EPERM,
				 "--keep-fd %d: only files and pipes may go in; sockets, folders, devices and the "
				 "kernel's own files live outside the jail",
				 fd);
	return 0;
}

int step_streams(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)step;
	for (int fd = 0; fd < 3; fd++)
		if (look_at(launch, fd, err) < 0)
			return err->code;
	vec_for_each (fd, &launch->plan->keep_fds)
		if (look_at_kept(*fd, err) < 0)
			return err->code;
	return 0;
}

void stdio_release(struct launch *launch)
{
	for (int fd = 0; fd < 3; fd++) {
		if (launch->relay[fd] < 0)
			continue;
		close(launch->relay[fd]);
		launch->relay[fd] = -1;
	}
}
