// SPDX-License-Identifier: GPL-2.0-or-later
// New namespaces, the proof that they are new, and the ids inside them.
//
// Theory of operation. The supervisor has one thread and clones init directly into every namespace (unshare and fork
// would leave it half inside). Init proves before its first netlink write that none of them is the supervisor's: a
// prototype that skipped this loaded its drop policy into the host. The workload is cloned into one more user
// namespace: everything else belongs to init's (or, as root, to the host's), so that no capability the workload could
// ever gain has a meaning for the network, the mounts or the processes around it.
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/strbuf.h"
#include "kernel/launch/namespaces.h"
#include "kernel/loop/channel.h"

const char *const namespace_names[NAMESPACE_KINDS] = { "net", "mnt", "pid", "ipc", "uts", "cgroup" };
static const unsigned long namespace_flags[NAMESPACE_KINDS] = { CLONE_NEWNET, CLONE_NEWNS,  CLONE_NEWPID,
								CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP };

// The flag of the namespace that a test wants forgotten, although the proof does not know of it.
static unsigned long forgotten_flag(const struct launch *launch)
{
#ifdef VPCJAIL_TEST_HOOKS
	for (size_t i = 0; launch->forget && i < NAMESPACE_KINDS; i++)
		if (strcmp(launch->forget, namespace_names[i]) == 0)
			return namespace_flags[i];
	if (launch->forget && strcmp(launch->forget, "user") == 0)
		return CLONE_NEWUSER;
	if (launch->forget)
		abort();  // a test that means something else than it says
#endif
	(void)launch;
	return 0;
}

// The flags of a clone less those that a test leaves out.
static unsigned long flags_of(const struct launch *launch, const struct launch_step *step)
{
	unsigned long flags = step->flags & ~forgotten_flag(launch);

	for (enum mechanism which = 0; which < MECHANISM_COUNT; which++)
		if (launch_without(launch, which) && (step->closes & (mechanism_set)1 << which))
			flags &= ~mechanisms[which].clone_flag;
	return flags;
}

int namespaces_identify(ino_t out[NAMESPACE_KINDS], struct error *err)
{
	for (size_t i = 0; i < NAMESPACE_KINDS; i++) {
		char path[40];
		struct stat status;

		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", namespace_names[i]);
		if (stat(path, &status) < 0)
			return error_set_errno(err, -errno, "cannot read %s; nothing can be proven without it", path);
		out[i] = status.st_ino;
	}
	return 0;
}

static pid_t clone_process(uint64_t flags, int *pidfd)
{
	struct clone_args arguments = { .flags = flags | CLONE_PIDFD,
					.pidfd = (uint64_t)(uintptr_t)pidfd,
					.exit_signal = SIGCHLD };
	return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

static const char *clone_remedy(int code, const struct launch *launch)
{
	if (code == -EPERM && !launch->plan->root)
		return "; this host does not let users make user namespaces: `vpcjail doctor` has the remedy";
	if (code == -EPERM)
		return "; a surrounding container withholds the right, or this is a chroot, in which the kernel makes "
		       "no "
		       "user namespace";
	if (code == -ENOSPC)
		return "; a limit of user.max_*_namespaces is reached (an ended jail's are freed with a delay): try "
		       "again, or raise it";
	if (code == -ENOMEM)
		return "; no memory for namespaces";
	return "";
}

// The link is made in it from outside.
static int open_network(struct launch *launch, struct error *err)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)launch->init);
	launch->network = open(path, O_RDONLY | O_CLOEXEC);
	return launch->network < 0 ? error_set_errno(err, -errno, "cannot open the jail's network namespace") : 0;
}

// By which the job's processes are told from others. Now: later nobody may look into process 1.
static void note_pid_namespace(struct launch *launch)
{
	struct stat status;
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)launch->init);
	if (stat(path, &status) == 0)
		launch->pid_namespace = status.st_ino;
}

int step_clone(struct launch *launch, const struct launch_step *step, struct error *err)
{
	enum { TRIES = 6, FIRST_PAUSE = 10000 };  // microseconds; teardown of a namespace takes 30 to 100 ms
	pid_t pid = -1;

	if (namespaces_identify(launch->outside, err) < 0)
		return err->code;
	for (unsigned try = 0; try < TRIES; try++) {
		pid = clone_process(flags_of(launch, step), &launch->init_fd);
		if (pid >= 0 || errno != ENOSPC)
			break;
		(void)usleep((useconds_t)FIRST_PAUSE << try);
	}
	if (pid < 0) {
		int code = -errno;
		return error_set(err, code, "cannot make namespaces: %s%s", strerror(-code),
				 clone_remedy(code, launch));
	}
	if (pid == 0)
		init_main(launch);
	launch->init = pid;
	if ((launch->plan->link.kind != UPLINK_NONE || launch->options->network) && open_network(launch, err) < 0)
		return err->code;
	note_pid_namespace(launch);
	attest_namespaces(launch);
	close(launch->channel_inside);
	launch->channel_inside = -1;
	close(launch->sockets[0]);
	launch->sockets[0] = -1;
	return 0;
}

int step_death_signal(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct pollfd supervisor = { .fd = launch->channel, .events = POLLIN };

	(void)step;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return error_set_errno(err, -errno, "cannot bind our life to the supervisor's");
	// It may have died before the line above.
	if (poll(&supervisor, 1, 0) > 0 && (supervisor.revents & (POLLHUP | POLLERR)))
		return error_set(err, -ESRCH, "the supervisor is gone");
	return 0;
}

static int write_map(const char *file, const char *text, struct error *err)
{
	int result = io_write_file(file, text);
	if (result < 0)
		return error_set_errno(err, result, "cannot write %s", file);
	return 0;
}

int step_user_map(struct launch *launch, const struct launch_step *step, struct error *err)
{
	char text[32];

	(void)step;
	if (write_map("/proc/self/setgroups", "deny", err) < 0)
		return err->code;
	(void)snprintf(text, sizeof(text), "0 %u 1\n", (unsigned)launch->plan->identity->uid);
	if (write_map("/proc/self/uid_map", text, err) < 0)
		return err->code;
	(void)snprintf(text, sizeof(text), "0 %u 1\n", (unsigned)launch->plan->identity->gid);
	return write_map("/proc/self/gid_map", text, err);
}

static bool is_left_out(const struct launch *launch, unsigned long flag)
{
	for (enum mechanism which = 0; which < MECHANISM_COUNT; which++)
		if (mechanisms[which].clone_flag == flag)
			return launch_without(launch, which);
	return false;
}

int step_prove(struct launch *launch, const struct launch_step *step, struct error *err)
{
	ino_t inside[NAMESPACE_KINDS];

	(void)step;
	if (namespaces_identify(inside, err) < 0)
		return err->code;
	for (size_t i = 0; i < NAMESPACE_KINDS; i++)
		if (!is_left_out(launch, namespace_flags[i]) && inside[i] == launch->outside[i])
			return error_set(err, -EEXIST, "the %s namespace is not a new one", namespace_names[i]);
	return 0;
}

// gid_map takes one line a run of ids; each id to itself.
static void add_group_map(struct strbuf *text, const struct identity *who)
{
	strbuf_format(text, "%u %u 1\n", (unsigned)who->gid, (unsigned)who->gid);
	for (size_t i = 0; i < who->groups.count; i++) {
		gid_t group = who->groups.items[i];
		bool seen = group == who->gid;
		for (size_t j = 0; j < i && !seen; j++)
			seen = who->groups.items[j] == group;
		if (!seen)
			strbuf_format(text, "%u %u 1\n", (unsigned)group, (unsigned)group);
	}
}

static int map_workload(const struct launch *launch, pid_t pid, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	const struct identity *who = launch->plan->identity;
	unsigned uid_outside = launch->plan->root ? (unsigned)who->uid : 0;
	char file[40];

	(void)snprintf(file, sizeof(file), "/proc/%d/uid_map", (int)pid);
	strbuf_format(&text, "%u %u 1\n", (unsigned)who->uid, uid_outside);
	if (write_map(file, strbuf_text(&text), err) < 0)
		return err->code;
	strbuf_clear(&text);
	if (launch->plan->root)
		add_group_map(&text, who);
	else
		strbuf_format(&text, "%u 0 1\n", (unsigned)who->gid);
	(void)snprintf(file, sizeof(file), "/proc/%d/gid_map", (int)pid);
	return write_map(file, strbuf_text(&text), err);
}

// What is executed in the jail later enters it. Held, not looked up then: by then the job may be anything.
static int hold_user_namespace(struct launch *launch, struct error *err)
{
	struct stat status;
	char file[40];

	(void)snprintf(file, sizeof(file), "/proc/%d/ns/user", (int)launch->workload);
	launch->user_namespace = open(file, O_RDONLY | O_CLOEXEC);
	if (launch->user_namespace < 0 || fstat(launch->user_namespace, &status) < 0)
		return error_set_errno(err, -errno, "cannot hold the workload's user namespace");
	launch->user_inode = (unsigned)status.st_ino;
	return 0;
}

// /proc is the jail's own by now, and so the clone's number in it is the one clone returned.
int step_workload(struct launch *launch, const struct launch_step *step, struct error *err)
{
	int pidfd = -1;

	if (pipe(launch->go) < 0)
		return error_set_errno(err, -errno, "cannot make a pipe");
	launch->workload = clone_process(flags_of(launch, step), &pidfd);
	if (launch->workload < 0)
		return error_set(err, -errno, "cannot make the workload's user namespace: %s%s", strerror(errno),
				 clone_remedy(-errno, launch));
	if (launch->workload == 0)
		workload_main(launch);
	close(launch->go[0]);
	if (!launch_without(launch, MECHANISM_USER) && map_workload(launch, launch->workload, err) < 0)
		return err->code;
	if (!launch_without(launch, MECHANISM_USER) && hold_user_namespace(launch, err) < 0)
		return err->code;
	// From here on no process inside can look into this one, whatever its user.
	if (prctl(PR_SET_DUMPABLE, 0) < 0)
		return error_set_errno(err, -errno, "cannot hide init's memory");
	const struct message started = { .kind = MESSAGE_STARTED, .number = launch->user_inode };
	if (channel_send(launch->channel, &started, pidfd) < 0 || io_write_all(launch->go[1], "g", 1) < 0)
		return error_set(err, -EPIPE, "the supervisor or the workload is gone");
	close(launch->go[1]);
	close(pidfd);
	return 0;
}
