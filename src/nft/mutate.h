// SPDX-License-Identifier: GPL-2.0-or-later
// A rule set with one rule wrong, for tests of whether somebody notices. Only in a build with test hooks.
#ifndef VPCJAIL_NFT_MUTATE_H
#define VPCJAIL_NFT_MUTATE_H

#include "nft/ruleset.h"

enum ruleset_mutation {
	MUTATION_REMOVE,   // the rule is not there
	MUTATION_WIDEN,    // the last of what it matches is not asked for
	MUTATION_STRETCH,  // the last address, port or number that it matches is one more
	MUTATIONS
};

// Changes the n-th rule (from 0, over all chains of all tables). 1; 0 when the mutation does not apply to that rule;
// -ENOENT when there is no such rule. where: appended to, "inet vpcjail sg_egress 3", when it is there.
int ruleset_mutate(struct ruleset *ruleset, size_t number, enum ruleset_mutation mutation, struct strbuf *where);

#endif
