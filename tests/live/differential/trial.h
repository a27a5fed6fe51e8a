// SPDX-License-Identifier: GPL-2.0-or-later
// One profile's rules in the kernel, conversations through them, and whether all fared as expected.
#ifndef VPCJAIL_TEST_TRIAL_H
#define VPCJAIL_TEST_TRIAL_H

#include "subject.h"
#include "talk.h"
#include "world.h"

struct disagreement {
	bool found;
	size_t talk;  // which one
	enum step step;
	struct strbuf expected, observed;
};

// Under which generation of the policy the conversations begin, and whether they go on under the next one: the same
// policy, exchanged.
struct generations {
	uint32_t first;
	bool exchanged;
};

void disagreement_release(struct disagreement *disagreement);

// Loads the rules, runs all conversations, and stops at the first disagreement. coverage (NULL: nobody counts) learns
// who decided. A negative errno when the trial itself failed: it proves nothing then.
int trial_run(struct world *world, const struct subject *subject, const talk_vec *talks, struct generations generations,
	      struct coverage *coverage, struct disagreement *disagreement, struct error *err);

#endif
