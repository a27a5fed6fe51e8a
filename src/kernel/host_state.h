// SPDX-License-Identifier: GPL-2.0-or-later
// What jails change on the host, noted in /run/vpcjail for as long as it is changed.
//
// A note is a file, and whoever lives by it holds a lock on it: a file without a lock was left by a supervisor that was
// killed. So what is ours is told by the lock, never by a name alone, and the next start undoes it.
#ifndef VPCJAIL_KERNEL_HOST_STATE_H
#define VPCJAIL_KERNEL_HOST_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { HOST_STATE_NAME = 64 };

// A link of ours on the host: held from before it is made until after it is removed.
struct host_claim {
	int fd;  // -1: none
	char name[HOST_STATE_NAME];
};

// Notes that the link of that name is ours. -EADDRINUSE when another jail has it.
int host_claim_take(const char *name, struct host_claim *claim, struct error *err);
void host_claim_drop(struct host_claim *claim);

// A switch of one of the host's links that has to be on while any jail uses it. The first to ask notes how it was, the
// last to go puts it back.
struct forwarding {
	int fd;  // held shared; -1: none
	char name[HOST_STATE_NAME];
	bool raised;  // it was off before the first jail
};

// Raises net.ipv4.conf.DEVICE.forwarding, or with ipv6 net.ipv6.conf.DEVICE.force_forwarding.
int forwarding_raise(const char *device, bool ipv6, struct forwarding *forwarding, struct error *err);
void forwarding_drop(struct forwarding *forwarding);

// Undoes what killed supervisors left: calls removed for each link whose claim nobody holds (its name may belong to
// nothing any more), and puts switches back that nobody uses. Never fails: what cannot be undone is tried again by the
// next start.
void host_state_sweep(void (*remove_link)(const char *name, void *data), void *data);

#endif
