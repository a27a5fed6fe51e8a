// SPDX-License-Identifier: GPL-2.0-or-later
// Who did it: see attribution.h.
//
// Theory of operation. Each filter of the job has a listener, a source of the supervisor's loop. A call that waits for
// its answer holds its process still, so the process is described before the answer; as that takes longer than a
// connect, what was read is kept for a moment for the same thread and destination. After the reading the kernel is
// asked whether the call still waits: if not, its number may be another's by now, and what was read is thrown away.
#include "kernel/watch/attribution.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/loop/clock.h"
#include "kernel/watch/attempts.h"
#include "kernel/watch/call_address.h"
#include "kernel/watch/host_tries.h"
#include "kernel/watch/process_note.h"
#include "kernel/watch/socket_owner.h"
#include "seccomp/native.h"
#include "seccomp/notice.h"

// Younger than the headers of the oldest supported system (Linux 6.6).
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

enum { CALLERS = 256, CALLER_MEMORY = 250 /* milliseconds */ };

// A thread that was described a moment ago, for one destination.
struct recent {
	pid_t thread;
	int64_t until;
	struct call_address address;  // family NONE: a denied call
	struct caller *caller;
};

struct attribution {
	struct loop *loop;
	struct attribution_facts facts;
	struct attribution_sink sink;
	VEC(struct listener *) listeners;
	struct attempts *attempts;  // NULL: connects are not observed
	struct socket_owners *owners;
	struct host_tries *tries;  // the loop's; NULL with owners
	struct recent recent[CALLERS];
	// As large as the kernel has them.
	size_t notice_size, answer_size;
	struct seccomp_notif *notice;
	struct seccomp_notif_resp *answer;
};

struct listener {
	struct attribution *attribution;
	int fd;
};

struct attribution *attribution_new(struct loop *loop, const struct attribution_facts *facts,
				    const struct attribution_sink *sink)
{
	struct attribution *attribution = NEW(struct attribution);
	struct seccomp_notif_sizes sizes = { 0 };

	(void)syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes);
	*attribution = (struct attribution){
		.loop = loop,
		.facts = *facts,
		.sink = *sink,
		.notice_size = sizeof(*attribution->notice),
		.answer_size = sizeof(*attribution->answer),
	};
	if (!attribution->facts.filter.arch)
		attribution->facts.filter.arch = NATIVE_ARCH;
	if (attribution->notice_size < sizes.seccomp_notif)
		attribution->notice_size = sizes.seccomp_notif;
	if (attribution->answer_size < sizes.seccomp_notif_resp)
		attribution->answer_size = sizes.seccomp_notif_resp;
	attribution->notice = memory_new(1, attribution->notice_size);
	attribution->answer = memory_new(1, attribution->answer_size);
	return attribution;
}

void attribution_release(struct attribution *attribution)
{
	if (!attribution)
		return;
	while (attribution->listeners.count)  // the source's end takes it off the list
		loop_remove(attribution->loop, attribution->listeners.items[0]);
	vec_release(&attribution->listeners);
	for (size_t i = 0; i < CALLERS; i++)
		caller_drop(attribution->recent[i].caller);
	attempts_free(attribution->attempts);
	socket_owners_free(attribution->owners);
	free(attribution->notice);
	free(attribution->answer);
	free(attribution);
}

void attribution_finish(struct attribution *attribution)
{
	if (attribution && attribution->tries)
		host_tries_finish(STEAL(attribution->tries), attribution->loop);
}

static bool still_waits(const struct listener *listener)
{
	return ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &listener->attribution->notice->id) == 0;
}

static bool same_address(const struct call_address *a, const struct call_address *b)
{
	return a->port == b->port && a->protocol == b->protocol && address_equal(&a->remote, &b->remote);
}

// The thread's process, described now or a moment ago. Borrowed; NULL when it is gone.
static struct caller *describe(struct listener *listener, int64_t now, const struct call_address *address)
{
	struct attribution *attribution = listener->attribution;
	const pid_t thread = (pid_t)attribution->notice->pid;
	struct recent *recent = &attribution->recent[(unsigned)thread % CALLERS];
	struct event_process process = { 0 };

	if (recent->thread == thread && now < recent->until && same_address(&recent->address, address))
		return recent->caller;
	if (process_note(thread, attribution->facts.init, &process) < 0)
		return NULL;
	if (!still_waits(listener)) {
		event_process_release(&process);
		return NULL;
	}
	caller_drop(recent->caller);
	*recent = (struct recent){
		.thread = thread, .until = now + CALLER_MEMORY, .address = *address, .caller = caller_new(&process)
	};
	return recent->caller;
}

static void tell(struct listener *listener)
{
	static const struct call_address none;
	struct attribution *attribution = listener->attribution;
	const struct seccomp_data *data = &attribution->notice->data;
	const char *name = filter_call_name(data->arch, data->nr);
	uint64_t arguments[EVENT_ARGUMENTS];
	struct caller *caller;

	if (!attribution->sink.event || !name)
		return;
	for (size_t i = 0; i < EVENT_ARGUMENTS; i++)
		arguments[i] = data->args[i];
	const struct rule *rule = rule_denying(&attribution->facts.filter, name, arguments);
	const int64_t at = clock_milliseconds(CLOCK_REALTIME);
	struct event event = { .kind = EVENT_CALL, .first = at, .last = at, .count = 1 };
	caller = describe(listener, clock_milliseconds(CLOCK_MONOTONIC), &none);
	if (caller)
		event.process = caller->process;
	event.evidence = caller ? EVIDENCE_CALL : EVIDENCE_NONE;
	event.call = memory_copy_text(name);
	event.error = memory_copy_text("EPERM");
	event.reason = memory_copy_text(rule ? rule->why : NULL);
	memcpy(event.arguments, arguments, sizeof(arguments));
	attribution->sink.event(attribution->sink.data, &event);
	event.process = (struct event_process){ 0 };  // still the caller's
	event_release(&event);
}

static bool is_alive(int pid)
{
	return kill(pid, 0) == 0 || errno == EPERM;
}

static void observe(struct listener *listener, enum observed_call call)
{
	struct attribution *attribution = listener->attribution;
	struct call_address addresses[CALL_ADDRESSES];
	size_t count =
	    call_addresses_read((pid_t)attribution->notice->pid, call, attribution->notice->data.args, addresses);
	int64_t now = clock_milliseconds(CLOCK_MONOTONIC);

	if (count && !attribution->attempts)
		attribution->attempts = attempts_new(is_alive);
	for (size_t i = 0; i < count; i++) {
		struct caller *caller = describe(listener, now, &addresses[i]);

		if (!caller)
			return;
		attempts_add(attribution->attempts, now, addresses[i].protocol, &addresses[i].remote, addresses[i].port,
			     caller);
		if (attribution->tries && call == OBSERVED_CONNECT && addresses[i].protocol == IPPROTO_TCP)
			host_tries_add(attribution->tries, now, &addresses[i].remote, addresses[i].port, caller);
	}
}

// One call that waits. The kernel may have nothing any more: whoever asked has been killed.
static void serve(struct listener *listener)
{
	struct attribution *attribution = listener->attribution;
	struct seccomp_notif *notice = attribution->notice;

	memset(notice, 0, attribution->notice_size);
	if (ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_RECV, notice) < 0)
		return;
	const enum observed_call call = notice_observed(notice->data.arch, notice->data.nr);
	if (call == OBSERVED_NONE)
		tell(listener);
	else
		observe(listener, call);
	memset(attribution->answer, 0, attribution->answer_size);
	*attribution->answer = notice_answer(notice);
	(void)ioctl(listener->fd, SECCOMP_IOCTL_NOTIF_SEND, attribution->answer);
}

static size_t listener_watch(void *data, struct pollfd *out)
{
	const struct listener *listener = data;

	out[0] = (struct pollfd){ .fd = listener->fd, .events = POLLIN };
	return 1;
}

static void listener_turn(void *data, const struct pollfd *seen, size_t count)
{
	struct listener *listener = data;

	(void)count;
	if (seen[0].revents & POLLIN)
		serve(listener);
	else if (seen[0].revents)  // the last process of this filter has ended
		loop_remove(listener->attribution->loop, listener);
}

static void listener_release(void *data)
{
	struct listener *listener = data;
	struct attribution *attribution = listener->attribution;

	for (size_t i = 0; i < attribution->listeners.count; i++)
		if (attribution->listeners.items[i] == listener)
			attribution->listeners.items[i] = attribution->listeners.items[--attribution->listeners.count];
	close(listener->fd);
	free(listener);
}

void attribution_listen(struct attribution *attribution, int fd)
{
	struct listener *listener = NEW(struct listener);
	const struct loop_source source = {
		.data = listener, .watch = listener_watch, .turn = listener_turn, .release = listener_release
	};

	*listener = (struct listener){ .attribution = attribution, .fd = fd };
	// The answer is awaited by who asked, and we wait then: on one core that is a third of the way.
	(void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	vec_push(&attribution->listeners, listener);
	loop_add(attribution->loop, &source);
}

void attribution_sockets(struct attribution *attribution, int fd)
{
	const struct host_tries_sink sink = { .data = attribution->sink.data, .event = attribution->sink.event };

	if (attribution->tries)
		loop_remove(attribution->loop, attribution->tries);
	socket_owners_free(attribution->owners);
	attribution->owners = socket_owners_new(fd, attribution->facts.init, attribution->facts.pid_namespace);
	attribution->tries = sink.event ? host_tries_new(attribution->loop, attribution->owners, &sink) : NULL;
}

const struct event_process *attribution_find(struct attribution *attribution, int64_t now,
					     const struct log_event *event, enum event_evidence *evidence)
{
	const struct flow *flow = &event->flow;
	const bool leaves = flow->direction == EGRESS;
	const uint16_t local_port = leaves ? flow->source_port : flow->destination_port;
	const uint16_t remote_port = leaves ? flow->destination_port : flow->source_port;
	const struct event_process *found = NULL;

	*evidence = EVIDENCE_NONE;
	if (attribution->attempts && leaves)
		found =
		    attempts_take(attribution->attempts, now, flow->protocol, local_port, &flow->remote, remote_port);
	if (found)
		*evidence = EVIDENCE_CALL;
	else if (attribution->owners)
		found = socket_owners_find(attribution->owners, now, flow->protocol, local_port, &flow->remote,
					   remote_port, evidence);
	return found;
}
