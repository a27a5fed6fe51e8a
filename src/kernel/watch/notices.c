// SPDX-License-Identifier: GPL-2.0-or-later
// The supervisor's part in the job's system call filter: it answers, and notes who asked.
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"
#include "kernel/record/collect.h"
#include "kernel/watch/attribution.h"

void notices_start(struct launch *launch)
{
	const struct attribution_facts facts = { .filter = launch->plan->filter_options,
						 .init = launch->init,
						 .pid_namespace = launch->pid_namespace };
	const struct attribution_sink sink = { .data = launch->collector, .event = collector_event };

	if (launch->options->record)
		launch->attribution = attribution_new(&launch->loop, &facts, &sink);
}

// Who asks waits for an answer: where nobody can give one the job must not run.
static void fail(struct launch *launch)
{
	error_set(&launch->failure, -EMFILE, "no descriptor is left to answer the job's system calls on (ulimit -n)");
	(void)syscall(SYS_pidfd_send_signal, launch->init_fd, SIGKILL, NULL, 0);
}

void notices_take(struct launch *launch, const struct message *message, int fd)
{
	if (message->kind == MESSAGE_LOG) {
		launch->log_fd = fd;
		collector_log(launch->collector, fd);
	} else if (message->kind == MESSAGE_COUNTED) {
		collector_conversations(launch->collector, fd);
	} else if (message->kind == MESSAGE_SOCKETS) {
		if (fd >= 0)
			attribution_sockets(launch->attribution, fd);
	} else if (message->value) {
		if (!launch->result->notices)
			launch->result->notices = message->value;
	} else if (fd >= 0) {
		attribution_listen(launch->attribution, fd);
	} else {
		fail(launch);
	}
}
