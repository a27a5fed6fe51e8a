// SPDX-License-Identifier: GPL-2.0-or-later
// What a policy lets through, flattened: which addresses, by which protocol, at which ports. Exact, not a bound.
//
// Routes, the walls of a link and the judgement of older conversations are made of it: all that cannot ask the layers
// one by one.
#ifndef VPCJAIL_POLICY_REACH_H
#define VPCJAIL_POLICY_REACH_H

#include "base/vec.h"
#include "net/flow.h"
#include "net/prefix_set.h"

struct policy;

// A range of what tells packets of one protocol apart: destination ports; for ICMP type * 256 + code.
struct reach_range {
	uint16_t first;  // 0 to 65535
	uint16_t last;
};

typedef VEC(struct reach_range) reach_range_vec;

// Every packet of the protocol, in one of the ranges, to (or from) one of the addresses.
struct reach_row {
	int protocol;               // IPPROTO_TCP, _UDP, _ICMP or _ICMPV6: no policy lets another one through
	reach_range_vec ranges;     // ascending, no two touch; never empty
	struct prefix_set remotes;  // normalized, never empty; of ICMP protocols one family
};

// No two rows of a protocol have the same addresses; the ranges of all are disjoint.
struct reach {
	VEC(struct reach_row) rows;
};

// Computes the new conversations of one direction that policy_evaluate allows; loopback is not among them. policy_build
// has done it: policy->reach.
void policy_reach(const struct policy *policy, enum direction direction, struct reach *out);
void reach_release(struct reach *reach);

// The same of a part of the policy. Zeroed: new conversations, no layer, every address.
struct reach_question {
	enum flow_state state;            // FLOW_ESTABLISHED: stateful layers let everything pass
	size_t layers;                    // how many of the direction's layers, from the first; all: SIZE_MAX
	const struct prefix_set *within;  // of which addresses; normalized; NULL: of all
	struct prefix_set *denied;        // of each rule of the last of these layers, for whom it decides with DENY, as
					  // an array of zeroed sets: added to, not normalized; NULL: not asked
};

// Of what the layers pass or accept, a row each. Exact.
void policy_reach_of(const struct policy *policy, enum direction direction, const struct reach_question *question,
		     struct reach *out);

// The addresses of all rows, added to set and normalized.
void reach_remotes(const struct reach *reach, struct prefix_set *set);

// Whether any conversation at all can begin: else the job needs no link.
bool policy_needs_link(const struct policy *policy);

bool reach_contains(const struct reach *reach, const struct flow *flow);

// Whether a row has all ports, or all types and codes.
bool reach_row_is_whole(const struct reach_row *row);

#endif
