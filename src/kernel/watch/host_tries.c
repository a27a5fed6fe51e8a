// SPDX-License-Identifier: GPL-2.0-or-later
// A job's connections that are meant for a server of the host: see host_tries.h.
#include "kernel/watch/host_tries.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "base/memory.h"
#include "kernel/host/ports.h"
#include "kernel/loop/clock.h"

enum { PORTS = 1 << 16 };

struct host_try {
	struct caller *caller;  // NULL: unused
	struct address remote;
	uint16_t port;
	uint64_t count;
	int64_t due;
};

struct host_tries {
	struct host_tries_sink sink;
	struct socket_owners *owners;
	struct host_try rows[HOST_TRIES];
	uint8_t of_job[PORTS / 8];  // ports where something of the job has listened
};

static void drop(struct host_try *row)
{
	caller_drop(row->caller);
	*row = (struct host_try){ 0 };
}

static void tell(struct host_tries *tries, struct host_try *row)
{
	struct event event = {
		.kind = EVENT_PACKET,
		.process = row->caller->process,
		.evidence = EVIDENCE_CALL,
		.name = (char[]){ "localhost" },
		.hint = (char[]){ "host-ports" },
		.flow = { .direction = EGRESS,
			  .state = FLOW_NEW,
			  .loopback = true,
			  .protocol = IPPROTO_TCP,
			  .remote = row->remote,
			  .destination_port = row->port },
		.local = row->remote,
		.layer = EVENT_LAYER_LOOPBACK,
		.layer_title = (char[]){ "the job's own loopback" },
		.reason = (char[]){ "nothing of the job listens there, but a server of this host does" },
	};

	for (uint64_t i = 0; i < row->count; i++)
		tries->sink.event(tries->sink.data, &event);
	drop(row);
}

static bool is_of_job(const struct host_tries *tries, uint16_t port)
{
	return tries->of_job[port / 8] >> port % 8 & 1;
}

// Also what was tried there before is the job's own affair.
static void note_of_job(struct host_tries *tries, uint16_t port)
{
	tries->of_job[port / 8] |= (uint8_t)(1 << port % 8);
	for (size_t i = 0; i < HOST_TRIES; i++)
		if (tries->rows[i].caller && tries->rows[i].port == port)
			drop(&tries->rows[i]);
}

// Whether a socket of the job does, or it is not known.
static bool listens(struct host_tries *tries, const struct host_try *row)
{
	switch (socket_owners_listens(tries->owners, &row->remote, row->port)) {
	case LISTENS_NO:
		return false;
	case LISTENS_YES:
		note_of_job(tries, row->port);
		return true;
	case LISTENS_UNKNOWN:
		break;
	}
	return true;
}

static bool is_meant(const struct address *remote)
{
	return remote->family == FAMILY_IPV4 ? remote->bits == INADDR_LOOPBACK : remote->bits == 1;
}

static bool is_same(const struct host_try *row, const struct host_try *other)
{
	return row->caller && row->port == other->port && address_equal(&row->remote, &other->remote) &&
	       row->caller->process.pid == other->caller->process.pid &&
	       row->caller->process.started == other->caller->process.started;
}

void host_tries_add(struct host_tries *tries, int64_t now, const struct address *remote, uint16_t port,
		    struct caller *caller)
{
	const struct host_try added = {
		.caller = caller, .remote = *remote, .port = port, .count = 1, .due = now + HOST_TRY_WAIT
	};
	struct host_try *place = NULL;

	if (!is_meant(remote) || is_of_job(tries, port) || listens(tries, &added))
		return;
	for (struct host_try *row = tries->rows; row < tries->rows + HOST_TRIES; row++) {
		if (is_same(row, &added)) {
			row->count++;
			return;
		}
		if (!row->caller)
			place = row;
	}
	if (!place)
		return;
	*place = added;
	(void)caller_keep(caller);
}

static void judge(struct host_tries *tries, struct host_try *row, bool ended)
{
	if (!ended && listens(tries, row))
		return;
	if (host_listens_loopback(&row->remote, row->port))
		tell(tries, row);
	else
		drop(row);
}

static size_t watch(void *data, struct pollfd *out)
{
	(void)data;
	(void)out;
	return 0;
}

static int left(void *data)
{
	const struct host_tries *tries = data;
	const int64_t now = clock_milliseconds(CLOCK_MONOTONIC);
	int64_t least = -1;

	for (const struct host_try *row = tries->rows; row < tries->rows + HOST_TRIES; row++)
		if (row->caller && (least < 0 || row->due - now < least))
			least = row->due > now ? row->due - now : 0;
	return (int)least;
}

static void turn(void *data, const struct pollfd *seen, size_t count)
{
	struct host_tries *tries = data;
	const int64_t now = clock_milliseconds(CLOCK_MONOTONIC);

	(void)seen;
	(void)count;
	for (struct host_try *row = tries->rows; row < tries->rows + HOST_TRIES; row++) {
		if (row->caller && row->due <= now)
			judge(tries, row, false);
	}
}

static void release(void *data)
{
	struct host_tries *tries = data;

	for (size_t i = 0; i < HOST_TRIES; i++)
		caller_drop(tries->rows[i].caller);
	free(tries);
}

struct host_tries *host_tries_new(struct loop *loop, struct socket_owners *owners, const struct host_tries_sink *sink)
{
	struct host_tries *tries = NEW(struct host_tries);

	tries->owners = owners;
	tries->sink = *sink;
	loop_add(loop, &(struct loop_source){
			   .data = tries, .watch = watch, .turn = turn, .left = left, .release = release });
	return tries;
}

void host_tries_finish(struct host_tries *tries, struct loop *loop)
{
	for (size_t i = 0; i < HOST_TRIES; i++)
		if (tries->rows[i].caller)
			judge(tries, &tries->rows[i], true);
	loop_remove(loop, tries);
}
