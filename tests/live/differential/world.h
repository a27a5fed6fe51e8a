// SPDX-License-Identifier: GPL-2.0-or-later
// Two network namespaces of the test's own: a jail as a launch leaves it, and what is at the other end of its link.
//
// Theory of operation. The jail has the sink pair (sink0, sink1), the link wire0 and its addresses; wire1, the other
// end, is in a namespace that says nothing by itself. Packets of the jail are sent by raw sockets, so that they meet
// `output`; packets to it by a packet socket at wire1, so that they meet `input`. A table of the test's own, `witness`,
// logs what came through `input` under WITNESS_LAYER, and keeps the jail's kernel from answering anything: only packets
// with the test's mark leave. Packet sockets see what arrives at wire1, sink1 and lo.
// Everything is pinned to one processor, whose backlog keeps the order of packets: when a frame that is sent last has
// arrived, all before it have been dealt with.
#ifndef VPCJAIL_TEST_WORLD_H
#define VPCJAIL_TEST_WORLD_H

#include "nft/log_event.h"
#include "nft/ruleset.h"
#include "talk.h"

struct nl_sock;

enum tap { TAP_WIRE, TAP_SINK, TAP_LOOPBACK, TAP_INSIDE, TAPS };

#define WITNESS_LAYER "witness"

struct world {
	int taps[TAPS];  // TAP_WIRE also sends into the jail, TAP_INSIDE out of it past the layers
	int raw[2];      // IPv4, IPv6: what a privileged program of the jail sends
	int rules;       // netlink
	int log;         // NFLOG
	size_t limit;    // what one batch may have
	struct nl_sock *routes;
	unsigned links[2];  // the indexes of wire0, in the jail, and wire1, outside
	uint32_t turns;     // trials so far
	uint8_t mac[2][6];  // wire0's, wire1's
	struct ruleset_neighbours neighbours;
	struct ruleset *standing;  // the rules that stand; NULL: none
};

// Makes and enters it. 0; -ENOSYS: the kernel lacks what err names; else a negative errno.
int world_open(struct world *world, bool rootless, struct error *err);
void world_close(struct world *world);

// Other addresses than any trial had before, so that no conversation of an earlier one is meant.
void world_turn(struct world *world, struct own_addresses *own);

// The rules in place of those that stand, in one transaction where one can hold them. Taken over.
int world_exchange(struct world *world, struct ruleset *ruleset, struct error *err);

// Routes to what the policy reaches lead to the link (add) or no longer; where there are too many, all do.
int world_route(struct world *world, const struct policy *policy, bool add, struct error *err);

// Sends a packet: from the jail by a raw socket, or past the layers; or to the jail. 0, or a negative errno.
int world_send(struct world *world, const struct packet *packet, enum direction direction, bool past_layers);

struct world_events {
	void *data;
	void (*arrived)(void *data, enum tap tap, const struct packet *packet);
	void (*logged)(void *data, const struct log_event *event);
	uint64_t lost;  // an unknown number of them: nothing is proven then
};

// Waits until everything that was sent is dealt with, and tells of all that came of it.
int world_collect(struct world *world, struct world_events *events, struct error *err);

#endif
