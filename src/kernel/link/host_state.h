// SPDX-License-Identifier: GPL-2.0-or-later
// What jails change on the host, noted in /run/vpcjail for as long as it is changed; each network namespace apart.
//
// A note is a file, and whoever lives by it holds a lock on it: a file without a lock was left by a supervisor that was
// killed. So what is ours is told by the lock, never by a name alone, and the next start undoes it.
#ifndef VPCJAIL_KERNEL_LINK_HOST_STATE_H
#define VPCJAIL_KERNEL_LINK_HOST_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { HOST_STATE_NAME = 80 };

enum claim_kind {
	CLAIM_LINK,     // of ours on the host: held from before it is made until after it is removed
	CLAIM_ADDRESS,  // of a subnet, "10.0.1.50@eth1": one jail has it
	CLAIM_DEVICE,   // the host's, moved into a jail: what it was is in the note (device_note.h)
};

struct host_claim {
	int fd;  // the note, locked; -1: none
	enum claim_kind kind;
	char name[HOST_STATE_NAME];
};

// Notes that what has that name is ours. -EADDRINUSE when another jail has it.
int host_claim_take(enum claim_kind kind, const char *name, struct host_claim *claim, struct error *err);
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

// Calls found for each claimed device: with the note, open and locked, where nobody holds it, else with -1. What found
// returns tells whether a note that nobody holds is done with.
void host_state_devices(bool (*found)(const char *name, int note, void *data), void *data);

// Undoes what killed supervisors left: calls removed for each link whose claim nobody holds (its name may belong to
// nothing any more), and puts switches back that nobody uses. Never fails: what cannot be undone is tried again by the
// next start.
void host_state_sweep(void (*remove_link)(const char *name, void *data), void *data);

#endif
