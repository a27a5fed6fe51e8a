// SPDX-License-Identifier: GPL-2.0-or-later
// The conversations of the jail's network namespace, as the kernel's connection tracking counts them.
#ifndef VPCJAIL_KERNEL_NETLINK_CONNTRACK_H
#define VPCJAIL_KERNEL_NETLINK_CONNTRACK_H

#include "base/error.h"
#include "kernel/loop/loop.h"
#include "nft/conversation.h"

struct conntrack_sink {
	void *data;
	// Called for each conversation that has ended, and for all that are there every FLOW_SAMPLED seconds and at the
	// end: with the counts since it began.
	void (*conversation)(void *data, const struct conversation *conversation);
	uint64_t lost;     // raised by one for each overrun of the socket's buffer: an unknown number of ends
	uint64_t foreign;  // raised by one for each message that is no conversation
};

// Opens a socket of the namespace that the caller stands in (its own: the caller has proved it), which hears of each
// conversation's end (*fd: the caller closes it; close-on-exec). Those that begin later are told of, no earlier ones.
int conntrack_open(int *fd, struct error *err);

struct conntrack;

// Adds a source to the loop, which owns it; fd is taken, *sink stays the caller's.
struct conntrack *conntrack_watch(struct loop *loop, int fd, struct conntrack_sink *sink);

// The last look, before the loop is released: all conversations that are there.
void conntrack_finish(struct conntrack *conntrack);

#endif
