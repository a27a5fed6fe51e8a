// SPDX-License-Identifier: GPL-2.0-or-later
// The supervisor's side of the jail's link: made after the clone, undone when the jail has ended.
//
// A kind of link is a row in uplink.c: how it comes into the jail's namespace, down, and how it goes. What a killed
// supervisor leaves on the host, the next start of any jail with a link removes: see host_state.h.
#ifndef VPCJAIL_KERNEL_LINK_UPLINK_H
#define VPCJAIL_KERNEL_LINK_UPLINK_H

#include <time.h>

#include "kernel/link/host_state.h"
#include "kernel/link/pasta_process.h"
#include "plan/launch_plan.h"

struct launch;
struct nl_sock;

struct uplink_way {
	struct forwarding forwarding[LINK_FAMILIES];
};

struct uplink_state {
	bool attached;
	int inside;                                  // the jail's network namespace; borrowed
	struct nl_sock *routes;                      // of the host
	int rules;                                   // the socket that owns the host's table, -1 without
	struct ruleset *ruleset;                     // what stands on the host; owned
	struct host_claim claim;                     // of the link's name, or of the device that is moved
	struct host_claim addresses[LINK_FAMILIES];  // of the jail's, where they are of a subnet
	struct forwarding forwarding[LINK_FAMILIES];
	VEC(struct uplink_way) ways;  // of an open pair, as in the plan
	struct pasta pasta;
	struct timespec since;  // pasta was started
	bool there, lost;       // pasta has made the link; it has ended since
	pid_t guardian;         // who gives a device back; 0: nobody yet
	bool moved;             // the device is in the jail
	int alive;              // a pipe to the guardian, closed when we end, however; -1 without
};

#define UPLINK_CLOSED                                                                                                  \
	{                                                                                                              \
		.inside = -1, .rules = -1, .alive = -1, .claim = { .fd = -1 },                                         \
		.addresses = { { .fd = -1 }, { .fd = -1 } }, .forwarding = { { .fd = -1 }, { .fd = -1 } },             \
		.pasta = PASTA_NONE                                                                                    \
	}

// Makes plan->link in the network namespace that the descriptor `inside` is, down, and the host's side of it, walls
// first. Undoes itself when it fails. 0 or a negative errno.
int uplink_open(struct uplink_state *uplink, const struct launch_plan *plan, int inside, struct error *err);

// Removes whatever uplink_open made, in reverse. Nothing that can fail keeps the rest from being removed.
void uplink_close(struct uplink_state *uplink, const struct launch_plan *plan);

// Puts the wall of another policy in the place of the one on the host, in one transaction, where the kind has one.
int uplink_update(struct uplink_state *uplink, const struct launch_plan *plan, const struct policy *policy,
		  struct error *err);

// The kinds; each adds to *uplink what it has done at once, so that uplink_close finds it after a failure. A kind whose
// link is not there at once has `start` instead of `open`: it adds a source to the supervisor's loop, which tells init.
struct uplink_kind {
	int (*open)(struct uplink_state *uplink, const struct launch_plan *plan, int inside, struct error *err);
	void (*close)(struct uplink_state *uplink, const struct launch_plan *plan);
	int (*update)(struct uplink_state *uplink, const struct launch_plan *plan, const struct policy *policy,
		      struct error *err);  // NULL: nothing on the host depends on the policy
	int (*start)(struct launch *launch, struct error *err);
};

extern const struct uplink_kind uplink_veth;                    // veth.c
extern const struct uplink_kind uplink_macvlan, uplink_ipvlan;  // macvlan.c
extern const struct uplink_kind uplink_pasta;                   // pasta.c
extern const struct uplink_kind uplink_device;                  // device.c

// Removes what killed supervisors left of links on the host: a part of opening any link.
void uplink_sweep(struct uplink_state *uplink);

// Claims the jail's addresses on the subnet of plan's link, so that no other jail has them too; and lets them go.
int uplink_claim_addresses(struct uplink_state *uplink, const struct link_plan *link, struct error *err);
void uplink_drop_addresses(struct uplink_state *uplink);

// Gives links back that killed supervisors, and their guardians, did not: before the host's network is read by who
// wants one of them. Only root does anything here.
void uplink_recover_devices(void);

#endif
