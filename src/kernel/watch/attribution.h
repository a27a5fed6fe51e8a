// SPDX-License-Identifier: GPL-2.0-or-later
// Who did it: answers the calls that the kernel asks about, and says whose a denied packet is.
//
// The answer to a call never depends on what is looked at here (seccomp/notice.h).
#ifndef VPCJAIL_KERNEL_WATCH_ATTRIBUTION_H
#define VPCJAIL_KERNEL_WATCH_ATTRIBUTION_H

#include <sys/types.h>

#include "audit/record/event.h"
#include "kernel/loop/loop.h"
#include "nft/log_event.h"
#include "seccomp/filter.h"

// Where denied calls go, and connections that are meant for a server of the host (host_tries.h): events without id;
// they are borrowed. May be empty.
struct attribution_sink {
	void *data;
	void (*event)(void *data, const struct event *event);
};

struct attribution_facts {
	struct filter_options filter;  // as the plan has it
	pid_t init;                    // process 1 of the jail
	ino_t pid_namespace;           // its
};

struct attribution;

// Its descriptors become sources of the loop, which must outlive it.
struct attribution *attribution_new(struct loop *loop, const struct attribution_facts *facts,
				    const struct attribution_sink *sink);
void attribution_release(struct attribution *attribution);

// The job has ended: tells the sink what has waited for it. The loop is still there. NULL is fine.
void attribution_finish(struct attribution *attribution);

// A descriptor on which the kernel asks, of the workload or of a command that was executed later; taken. From then on
// the processes that came of it wait for the loop with each such call.
void attribution_listen(struct attribution *attribution, int listener);

// A socket of NETLINK_SOCK_DIAG that belongs to the jail's network namespace; taken.
void attribution_sockets(struct attribution *attribution, int fd);

// Whose a denied packet is: borrowed until the next call, or NULL and EVIDENCE_NONE. now: milliseconds of
// CLOCK_MONOTONIC.
const struct event_process *attribution_find(struct attribution *attribution, int64_t now,
					     const struct log_event *event, enum event_evidence *evidence);

#endif
