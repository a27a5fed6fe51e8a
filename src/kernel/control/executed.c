// SPDX-License-Identifier: GPL-2.0-or-later
// One more command in a running jail, as init starts it.
//
// Theory of operation. Init forks: the child is in every namespace of the jail and in init's Landlock domain, and has
// the limits, keyring and control group that the workload began with, without a helper from outside that would have to
// enter all that. It enters the workload's user namespace, for which it needs no capability (init kept one alone): the
// kernel grants its maker every right over it. Then it goes through the workload's own steps, in the order of the plan,
// with another command. Until its exec it cannot be looked into, as init cannot.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/control/control.h"
#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"

// The plan's variables, with the request's instead of those of the same name.
static char *const *merge(char *const *plan, char *const *own, size_t count)
{
	text_list merged = { 0 };

	for (; *plan; plan++) {
		size_t name = strcspn(*plan, "=");
		bool replaced = false;
		for (size_t i = 0; i < count && !replaced; i++)
			replaced = strncmp(own[i], *plan, name + 1) == 0;
		if (!replaced)
			vec_push(&merged, *plan);
	}
	for (size_t i = 0; i < count; i++)
		vec_push(&merged, own[i]);
	vec_push(&merged, NULL);
	return merged.items;
}

// From the jail's own devpts, and as the user whose it is to be.
static int open_terminal(struct launch *launch, const struct control_message *request, struct error *err)
{
	const struct winsize size = { .ws_row = request->rows, .ws_col = request->columns };
	int unlocked = 0;

	setfsgid(launch->plan->identity->gid);
	setfsuid(launch->plan->identity->uid);
	AUTO_CLOSE int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlocked) < 0)
		return error_set_errno(err, -errno, "cannot make a pseudo-terminal");
	launch->slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (launch->slave < 0)
		return error_set_errno(err, -errno, "cannot open the pseudo-terminal");
	(void)ioctl(launch->slave, TIOCSWINSZ, &size);
	if (channel_send(launch->channel, &(struct message){ .kind = MESSAGE_TERMINAL }, master) < 0)
		return error_set(err, -EPIPE, "the supervisor is gone");
	return 0;
}

static int prepare(struct launch *launch, const struct control_message *request, struct error *err)
{
	size_t words = request->words.count - request->variables;
	char **command = NEW_ARRAY(char *, words + 1);
	size_t next = 0;

	memcpy(command, request->words.items, words * sizeof(*command));
	launch->command = command;
	launch->environment = merge(launch->plan->environment.items, request->words.items + words, request->variables);
	launch->executing = true;
	launch->slave = -1;
	if (setns(launch->user_namespace, CLONE_NEWUSER) < 0)
		return error_set_errno(err, -errno, "cannot enter the workload's user namespace");
	if (request->terminals && open_terminal(launch, request, err) < 0)
		return err->code;
	for (int fd = 0; fd < 3; fd++)
		launch->stdio[fd] = request->terminals & 1U << fd ? launch->slave : request->fds[next++];
	return 0;
}

static _Noreturn void executed_main(struct launch *launch, int fd)
{
	struct control_message request = { 0 };
	struct error err = { 0 };

	launch->supervisor = launch->channel;
	launch->channel = fd;  // what is said from here on is said there
	int got = control_receive(fd, 0, &request, &err);
	if (got == 0)
		error_set(&err, -EPIPE, "the supervisor is gone");
	if (got > 0 && prepare(launch, &request, &err) == 0)
		(void)launch_apply(launch, PLACE_WORKLOAD, &err);
	(void)channel_send(launch->channel, &(struct message){ .kind = MESSAGE_ERROR, .error = err }, -1);
	_exit(125);
}

static void say_ended(const struct launch *launch, unsigned number, int status)
{
	const struct message message = { .kind = MESSAGE_EXEC_ENDED, .number = number, .value = status };

	(void)channel_send(launch->channel, &message, -1);
}

void executed_start(struct launch *launch, unsigned number, int fd)
{
	struct executed *free_row = NULL;
	struct error err = { 0 };

	for (size_t i = 0; i < EXEC_MAXIMUM; i++)
		if (!launch->executed[i].pid)
			free_row = &launch->executed[i];
	pid_t pid = -1;
	if (launch->user_namespace < 0)
		error_set(&err, -ENOTSUP, "the workload has no user namespace of its own");
	else if (!free_row)
		error_set(&err, -EAGAIN, "%d commands run in this jail already", EXEC_MAXIMUM);
	else if ((pid = fork()) < 0)
		error_set_errno(&err, -errno, "cannot start a process in the jail");
	if (pid == 0)
		executed_main(launch, fd);
	if (pid > 0) {
		*free_row = (struct executed){ .pid = pid, .number = number };
	} else {
		(void)channel_send(fd, &(struct message){ .kind = MESSAGE_ERROR, .error = err }, -1);
		say_ended(launch, number, 125 << 8);
	}
	close(fd);
}

void executed_signal(struct launch *launch, unsigned number, int signal)
{
	for (size_t i = 0; i < EXEC_MAXIMUM; i++) {
		const struct executed *row = &launch->executed[i];
		// Before it has a session of its own there is no group.
		if (row->pid && row->number == number && kill(-row->pid, signal) < 0)
			(void)kill(row->pid, signal);
	}
}

bool executed_ended(struct launch *launch, pid_t pid, int status)
{
	for (size_t i = 0; i < EXEC_MAXIMUM; i++) {
		struct executed *row = &launch->executed[i];
		if (row->pid != pid)
			continue;
		say_ended(launch, row->number, status);
		row->pid = 0;
		return true;
	}
	return false;
}
