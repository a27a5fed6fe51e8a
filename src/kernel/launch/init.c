// SPDX-License-Identifier: GPL-2.0-or-later
// Process 1 of the jail: makes it, starts the workload, reaps, and ends everything when the workload ends.
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"

enum { NOTHING_RAN = 125 };

static _Noreturn void give_up(struct launch *launch, const struct error *err)
{
	(void)channel_send(launch->channel, &(struct message){ .kind = MESSAGE_ERROR, .error = *err }, -1);
	_exit(NOTHING_RAN);
}

// What is left to do needs one right: to signal the workload, which has another user's id.
static int drop_rights(struct error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct kill_only[2] = { { .effective = 1U << CAP_KILL, .permitted = 1U << CAP_KILL } };

	if (syscall(SYS_capset, &header, kill_only) < 0)
		return error_set_errno(err, -errno, "cannot drop init's capabilities");
	return 0;
}

// Collects every ended child; says when the workload stopped, ends all when it ended.
static void reap(struct launch *launch)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG | WUNTRACED);
		if (pid <= 0)
			return;
		if (pid != launch->workload) {
			if (!WIFSTOPPED(status))
				(void)executed_ended(launch, pid, status);
			continue;
		}
		if (WIFSTOPPED(status)) {
			if (launch->slave >= 0)
				(void)channel_send(launch->channel, &(struct message){ .kind = MESSAGE_STOPPED }, -1);
			continue;
		}
		(void)channel_send(launch->channel, &(struct message){ .kind = MESSAGE_STATUS, .value = status }, -1);
		_exit(0);  // the kernel kills whatever is left in the pid namespace
	}
}

static void obey(struct launch *launch)
{
	struct message message;
	int fd;

	if (channel_receive(launch->channel, &message, &fd) == 0)
		_exit(NOTHING_RAN);  // the supervisor is gone
	if (message.kind == MESSAGE_EXEC && fd >= 0)
		executed_start(launch, message.number, steal_fd(&fd));
	else if (message.kind == MESSAGE_EXEC_SIGNAL)
		executed_signal(launch, message.number, message.value);
	else if (message.kind == MESSAGE_CONNECT)
		forwarded_connect(launch, message.number, message.value);
	else if (message.kind == MESSAGE_SIGNAL)
		(void)kill(-launch->workload, message.value);
	if (fd >= 0)
		close(fd);
}

// The workload has its ends and the supervisor its own: a copy kept here would hide the end of the input.
static void close_relays(const struct launch *launch)
{
	for (int fd = 0; fd < 3; fd++) {
		if (launch->relay[fd] < 0)
			continue;
		close(launch->relay[fd]);
		close(launch->stdio[fd]);
	}
}

// The file tree and the network need nothing of each other, and a machine has more than one core: this hides a fifth of
// the launch. The child shares every namespace; what it mounts is there for init, and it ends with init.
int step_view_start(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct error failure = { 0 };

	(void)step;
	launch->view = fork();
	if (launch->view < 0)
		return error_set_errno(err, -errno, "cannot start a process");
	if (launch->view > 0) {
		close(launch->sockets[0]);
		return 0;
	}
	if (launch_apply(launch, PLACE_VIEW, &failure) < 0)
		give_up(launch, &failure);
	_exit(0);
}

int step_view_end(struct launch *launch, const struct launch_step *step, struct error *err)
{
	int status = 0;

	(void)step;
	while (waitpid(launch->view, &status, 0) < 0)
		if (errno != EINTR)
			return error_set_errno(err, -errno, "cannot wait for the file tree");
	// The child has told the supervisor what failed, unless it was killed.
	return status ? error_set(err, -ECHILD, "the file tree was not made") : 0;
}

_Noreturn void init_main(struct launch *launch)
{
	struct error err = { 0 };
	sigset_t children;

	close(launch->channel);
	launch->channel = launch->supervisor = launch->channel_inside;
	close(launch->sockets[1]);  // the supervisor's end
	if (launch_apply(launch, PLACE_INIT, &err) < 0)
		give_up(launch, &err);
	close_relays(launch);

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	int signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0) {
		error_set_errno(&err, -errno, "cannot watch the workload");
		give_up(launch, &err);
	}
	if (drop_rights(&err) < 0)
		give_up(launch, &err);
	for (;;) {
		struct pollfd watched[] = { { .fd = signals, .events = POLLIN },
					    { .fd = launch->channel, .events = POLLIN } };
		struct signalfd_siginfo info;

		reap(launch);
		if (poll(watched, 2, -1) < 0 && errno != EINTR)
			_exit(NOTHING_RAN);
		while (read(signals, &info, sizeof(info)) > 0)
			;
		if (watched[1].revents)
			obey(launch);
	}
}

_Noreturn void workload_main(struct launch *launch)
{
	struct error err = { 0 };
	char go;

	close(launch->go[1]);
	if (read(launch->go[0], &go, 1) != 1)
		_exit(NOTHING_RAN);  // init gave up and has said why
	(void)launch_apply(launch, PLACE_WORKLOAD, &err);
	give_up(launch, &err);
}
