// SPDX-License-Identifier: GPL-2.0-or-later
// Connections of a job to its own 127.0.0.1 or ::1 where nothing of it listens, but a server of this host would have
// answered a program without a jail.
//
// No packet is denied then: the job's own kernel refuses. Who waits for a server of its own tries before that listens,
// so nothing is told for HOST_TRY_WAIT; and of a port where something of the job has listened never.
#ifndef VPCJAIL_KERNEL_WATCH_HOST_TRIES_H
#define VPCJAIL_KERNEL_WATCH_HOST_TRIES_H

#include <stdint.h>

#include "kernel/loop/loop.h"
#include "kernel/watch/attempts.h"
#include "kernel/watch/socket_owner.h"

enum {
	HOST_TRY_WAIT = 10000,  // milliseconds from a try to its event
	HOST_TRIES = 64,        // that wait, of distinct processes and ports; further ones are passed over
};

// Takes an event of EVENT_PACKET without id and times, once for each try; it is borrowed.
struct host_tries_sink {
	void *data;
	void (*event)(void *data, const struct event *event);
};

struct host_tries;

// A source of the loop, which owns it. owners: of the jail; they outlive it.
struct host_tries *host_tries_new(struct loop *loop, struct socket_owners *owners, const struct host_tries_sink *sink);

// A connection that is about to be tried. Other addresses than the two are passed over.
void host_tries_add(struct host_tries *tries, int64_t now, const struct address *remote, uint16_t port,
		    struct caller *caller);

// The job has ended: tells of what waits, and is gone.
void host_tries_finish(struct host_tries *tries, struct loop *loop);

#endif
