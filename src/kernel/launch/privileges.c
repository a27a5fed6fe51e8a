// SPDX-License-Identifier: GPL-2.0-or-later
// The workload's last steps: it gives up everything, then becomes the command.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/launch/launch_state.h"
#include "kernel/watch/listener.h"

int step_session(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)step;
	if (launch->slave < 0 || launch->executing) {
		if (setsid() < 0)
			return error_set_errno(err, -errno, "cannot start a session");
		if (launch->slave >= 0 && ioctl(launch->slave, TIOCSCTTY, 0) < 0)
			return error_set_errno(err, -errno, "cannot take the terminal");
		return 0;
	}
	// Init leads the terminal's session; a group of its own below it is what Ctrl-C and Ctrl-Z reach.
	if (setpgid(0, 0) < 0 || tcsetpgrp(launch->slave, getpid()) < 0)
		return error_set_errno(err, -errno, "cannot take the terminal");
	return 0;
}

int step_limits(struct launch *launch, const struct launch_step *step, struct error *err)
{
	const struct rlimit one = { 1, 1 };
	struct rlimit now;

	(void)launch;
	(void)step;
	if (setrlimit(RLIMIT_CORE, &one) == 0)
		return 0;
	int code = -errno;
	// A hard limit of 0 cannot be raised without rights; it is enough where no helper is started.
	char first = '|';
	AUTO_CLOSE int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY | O_CLOEXEC);
	if (getrlimit(RLIMIT_CORE, &now) == 0 && now.rlim_max == 0 && fd >= 0 && read(fd, &first, 1) == 1 &&
	    first != '|')
		return 0;
	return error_set_errno(
	    err, code,
	    "the core limit cannot be set to 1 (ulimit -Hc is 0) and this host pipes crash dumps to a helper");
}

int step_groups(struct launch *launch, const struct launch_step *step, struct error *err)
{
	const struct identity *who = launch->plan->identity;

	(void)step;
	if (setgroups(who->groups.count, who->groups.items) < 0)
		return error_set_errno(err, -errno, "cannot set the groups");
	return 0;
}

int step_ids(struct launch *launch, const struct launch_step *step, struct error *err)
{
	const struct identity *who = launch->plan->identity;

	(void)step;
	if (!launch->plan->root && launch_without(launch, MECHANISM_USER))
		return 0;  // the one id that the surrounding namespace maps
	if (setresgid(who->gid, who->gid, who->gid) < 0 || setresuid(who->uid, who->uid, who->uid) < 0)
		return error_set_errno(err, -errno, "cannot become user %u", (unsigned)who->uid);
	return 0;
}

int step_directory(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)launch;
	if (chdir(step->path) < 0)
		return error_set_errno(err, -errno,
				       "user %s cannot enter the working directory %s; start from another one, or name "
				       "the user to run as (--user)",
				       launch->plan->identity->name, step->path);
	return 0;
}

int step_capabilities(struct launch *launch, const struct launch_step *step, struct error *err)
{
	const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
				   SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
				   SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };
	unsigned long last = 0;

	(void)launch;
	(void)step;
	if (prctl(PR_SET_SECUREBITS, bits) < 0)
		return error_set_errno(err, -errno, "cannot lock the secure bits");
	for (unsigned long capability = 0; prctl(PR_CAPBSET_DROP, capability) == 0; capability++)
		last = capability;
	if (errno != EINVAL || last < CAP_LAST_CAP)  // EINVAL: beyond the last that the kernel knows
		return error_set_errno(err, -errno, "cannot drop capability %lu", last + 1);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 || syscall(SYS_capset, &header, none) < 0)
		return error_set_errno(err, -errno, "cannot drop the capabilities");
	return 0;
}

int step_no_new_privileges(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)launch;
	(void)step;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? error_set_errno(err, -errno, "cannot set no_new_privs") : 0;
}

int step_close(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)step;
	for (int i = 0; i < 3; i++)
		if (launch->stdio[i] != i && dup2(launch->stdio[i], i) < 0)
			return error_set_errno(err, -errno, "cannot set descriptor %d", i);
	// Marked, not closed: the channel must live until the exec has succeeded.
	if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) < 0)
		return error_set_errno(err, -errno, "cannot close the inherited descriptors");
	vec_for_each (fd, &launch->plan->keep_fds)
		if (!launch->executing && fcntl(*fd, F_SETFD, 0) < 0)
			return error_set_errno(err, -errno, "cannot keep descriptor %d", *fd);
	return 0;
}

int step_environment(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)step;
	(void)err;
	environ = (char **)(uintptr_t)(launch->environment ? launch->environment : launch->plan->environment.items);
	return 0;
}

int step_filter(struct launch *launch, const struct launch_step *step, struct error *err)
{
	const struct sock_fprog program = { .len = launch->plan->filter.length,
					    .filter = launch->plan->filter.instructions };

	int result = launch->options->record ? listener_install(launch, err) : LISTENER_NONE;

	(void)step;
	if (result != LISTENER_NONE)
		return result;
	// Without a supervisor to ask, the same calls are denied; they are not told of.
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return error_set_errno(err, -errno, "cannot install the system call filter");
	return 0;
}

// execvp gives EACCES also for a folder of PATH that the user may not search; a shell says "not found" then.
static bool is_nowhere(const char *command)
{
	char path[4096];
	const char *folders = getenv("PATH");

	for (const char *folder = folders ? folders : ""; !strchr(command, '/');) {
		size_t length = strcspn(folder, ":");
		int size = snprintf(path, sizeof(path), "%.*s%s%s", (int)length, folder, length ? "/" : "", command);
		if (size > 0 && (size_t)size < sizeof(path) && access(path, F_OK) == 0)
			return false;
		if (!folder[length])
			return true;
		folder += length + 1;
	}
	return false;
}

int step_execute(struct launch *launch, const struct launch_step *step, struct error *err)
{
	char *const *command = launch->command ? launch->command : launch->plan->command.items;

	(void)step;
	if (sigprocmask(SIG_SETMASK, &launch->signals, NULL) < 0)
		return error_set_errno(err, -errno, "cannot restore the signal mask");
	(void)execvp(command[0], command);
	int code = errno == EACCES && is_nowhere(command[0]) ? -ENOENT : -errno;
	return error_set_errno(err, code, "%s", command[0]);
}
