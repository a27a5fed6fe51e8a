// SPDX-License-Identifier: GPL-2.0-or-later
// What one policy lets through and another does not: exact, as rows of protocol, ports and addresses.
#ifndef VPCJAIL_POLICY_DIFFERENCE_H
#define VPCJAIL_POLICY_DIFFERENCE_H

#include "policy/reach_algebra.h"

enum { FLOW_STATES = FLOW_ESTABLISHED + 1 };

// Of one direction and state. FLOW_NEW: conversations. FLOW_ESTABLISHED: the later packets and the answers of
// conversations, with whom both policies let one begin by that protocol, in either direction; only layers without
// memory (network ACLs, routes) judge them.
struct reach_difference {
	struct reach gained;  // `after` lets it through, `before` does not
	struct reach lost;    // the other way round
};

struct difference {
	struct reach_difference parts[DIRECTIONS][FLOW_STATES];
};

// Fills in the zeroed *out; release it.
void policy_difference(const struct policy *before, const struct policy *after, struct difference *out);
void difference_release(struct difference *difference);

bool difference_is_empty(const struct difference *difference);

// What a policy does with a row of space, where one rule says it for the whole of it.
struct row_fate {
	bool allowed;
	const struct policy_layer *layer;
	const struct policy_rule *rule;  // NULL: it takes several, or none in particular
};

// The rule that lets all of the row through (the one that accepts it, or the security group's), or the one that denies
// all of it. rule NULL otherwise.
struct row_fate policy_row_fate(const struct policy *policy, enum direction direction, enum flow_state state,
				const struct reach_row *row);

#endif
