// SPDX-License-Identifier: GPL-2.0-or-later
// The supervisor's part in the job's system call filter: it answers, and notes who asked.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "audit/run_record.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "kernel/attribution.h"
#include "kernel/channel.h"
#include "kernel/launch_state.h"

#ifdef VPCJAIL_TEST_HOOKS
static struct launch *tested;

// A test reads what was told of from the file that it names.
static void write_event(void *data, const struct event *event)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };
	AUTO_CLOSE int fd = open(data, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	record_write_event(event, &line);
	if (fd >= 0)
		(void)io_write_all(fd, line.text, line.length);
}

void notices_packet(const struct log_event *told)
{
	struct event event = { .kind = EVENT_PACKET, .count = 1, .flow = told->flow, .local = told->local };
	char *file = getenv("VPCJAIL_TEST_CALLS");

	if (!file || !tested)
		return;
	attribution_find(tested->attribution, told, &event.process, &event.evidence);
	write_event(file, &event);
	event_release(&event);
}
#endif

void notices_start(struct launch *launch)
{
	const struct attribution_facts facts = { .filter = launch->plan->filter_options,
						 .init = launch->init,
						 .pid_namespace = launch->pid_namespace };
	struct attribution_sink sink = { 0 };

#ifdef VPCJAIL_TEST_HOOKS
	sink.data = getenv("VPCJAIL_TEST_CALLS");
	if (sink.data)
		sink.call = write_event;
	tested = launch;
#endif
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
	if (message->kind == MESSAGE_SOCKETS) {
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
