// SPDX-License-Identifier: GPL-2.0-or-later
// Who asked for which destination, and which denied packet is whose. Pure: the time comes in.
//
// Every attempt (a call that names a destination, seen before it goes on) waits for the packet that comes of it. The
// kernel tells of packets later and without the process; what both have is the destination, and their order.
#ifndef VPCJAIL_KERNEL_WATCH_ATTEMPTS_H
#define VPCJAIL_KERNEL_WATCH_ATTEMPTS_H

#include "audit/record/event.h"

enum {
	ATTEMPTS_MAXIMUM = 4096,  // that wait; the oldest give way
	ATTEMPT_LIFETIME = 2000,  // milliseconds that a packet can be late; then the attempt is taken to have none
	// Nobody sends the first packet of a connection again before that many milliseconds (RFC 6298: a second).
	SENT_AGAIN = 900,
	DESTINATIONS_MAXIMUM = 1024,
	CONVERSATIONS_MAXIMUM = 4096,
};

// A process as it was when it called; counted references.
struct caller {
	unsigned references;
	struct event_process process;
};

// Takes what *process owns; one reference, the caller's.
struct caller *caller_new(struct event_process *process);
struct caller *caller_keep(struct caller *caller);
void caller_drop(struct caller *caller);  // NULL is fine

struct attempts;

// alive: whether a process may still be there; it is asked when a connection's port comes again.
struct attempts *attempts_new(bool (*alive)(int pid));
void attempts_free(struct attempts *attempts);

// protocol: IPPROTO_*, or 0 when it is not known. Milliseconds of any clock that does not go back.
void attempts_add(struct attempts *attempts, int64_t now, int protocol, const struct address *remote, uint16_t port,
		  struct caller *caller);

// Whose packet from local_port to that destination it is: that of the same conversation before; else the oldest
// attempt that no packet has taken, which is taken by it; else the last who tried; else NULL. Borrowed until the next
// call.
const struct event_process *attempts_take(struct attempts *attempts, int64_t now, int protocol, uint16_t local_port,
					  const struct address *remote, uint16_t port);

#endif
