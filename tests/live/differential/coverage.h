// SPDX-License-Identifier: GPL-2.0-or-later
// How often each layer decided about what kind of packet: the test of the test.
#ifndef VPCJAIL_TEST_COVERAGE_H
#define VPCJAIL_TEST_COVERAGE_H

#include <stdio.h>

#include "policy/policy.h"

enum { COVERED_LAYERS = LAYER_UPLINK + 1, COVERED_FAMILIES = 2, COVERED_PROTOCOLS = 4 };
enum outcome { OUTCOME_DENIED, OUTCOME_ACCEPTED, OUTCOMES };

// One more row of layers: what passes all of them.
struct coverage {
	unsigned counts[COVERED_LAYERS + 1][OUTCOMES][DIRECTIONS][COVERED_FAMILIES][COVERED_PROTOCOLS];
	unsigned walls[8];            // by number, from WALL_INVALID
	unsigned established;         // packets of accepted conversations, allowed
	unsigned established_denied;  // likewise, denied by a stateless layer
	unsigned exchanged;           // likewise, allowed under another policy than the one that they began under
	unsigned link_allowed, link_denied;
	unsigned loopback, kernel;
	unsigned packets, profiles, refused, largest_list;
};

// How often the deciding layer has decided alike so far.
unsigned coverage_seen(struct coverage *coverage, const struct flow *flow, const struct judgement *judgement);

void coverage_count(struct coverage *coverage, const struct flow *flow, const struct judgement *judgement);

void coverage_print(const struct coverage *coverage, FILE *out);

// Whether everything that can decide has decided often enough for a run of that many profiles; says what has not.
bool coverage_is_enough(const struct coverage *coverage, unsigned profiles, FILE *out);

#endif
