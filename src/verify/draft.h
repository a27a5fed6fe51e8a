// SPDX-License-Identifier: GPL-2.0-or-later
// What is promised, and the rows that try it: made from a policy before anything runs. Pure.
#ifndef VPCJAIL_VERIFY_DRAFT_H
#define VPCJAIL_VERIFY_DRAFT_H

#include "verify/board.h"

enum promise_group {
	PROMISE_TABLE,  // a row of the conformance table
	PROMISE_RULE,   // a rule of a layer, at its edges
	PROMISE_WALL,   // what no packet may be
	PROMISE_DOOR,
	PROMISE_RULES,  // the kernel's rules are what the profile compiles to
	PROMISE_GROUPS
};

struct promise {
	enum promise_group group;
	char *text;    // owned
	char *origin;  // its place in the profile; owned, NULL: none
};

typedef VEC(struct promise) promise_vec;

// "table", "rule", …: a literal.
const char *promise_group_name(enum promise_group group);

void promises_release(promise_vec *promises);

struct draft {
	const struct profile *profile;
	const struct policy *policy;
	struct board *board;
	promise_vec *promises;
	bool full;
	// Addresses with which nobody outside can be meant: of the jail's and its host's own. Normalized.
	struct prefix_set own;
	struct prefix_set no_source;  // what the host takes no packet from: the ends of its own subnet; normalized
	size_t left_out;              // ranges of addresses whose edges are not tried, for there are too many
};

// Adds a promise; its index.
unsigned draft_promise(struct draft *draft, enum promise_group group, const char *origin, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Adds a row for a flow as the policy judges it, unless it cannot be tried or is there already. The last one says who
// denies it: the policy, whatever it says otherwise (a denial that the table promises).
void draft_flow(struct draft *draft, unsigned promise, enum row_kind kind, const struct flow *flow);
void draft_denied(struct draft *draft, unsigned promise, enum row_kind kind, const struct flow *flow);

// A frame on the link that the policy denies; nothing for a flow that it allows, or a packet that no one machine is
// meant by.
void draft_frame(struct draft *draft, unsigned promise, const struct flow *flow);

// The rows of the conformance table (SEMANTICS section 6 of the design), of names, doors, and the two others.
void draft_table(struct draft *draft);
void draft_names(struct draft *draft, const char *hostname);
void draft_host(struct draft *draft, const struct board_host *host);  // the host itself
void draft_doors(struct draft *draft);
void draft_rules(struct draft *draft);
void draft_walls(struct draft *draft);

// Both sides of each edge of each rule: first and last address ±1, first and last port ±1, other protocols.
void draft_edges(struct draft *draft);

#endif
