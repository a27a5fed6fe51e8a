// SPDX-License-Identifier: GPL-2.0-or-later
// One profile's rules in the kernel, conversations through them, and whether all fared as expected.
#ifndef VPCJAIL_TEST_TRIAL_H
#define VPCJAIL_TEST_TRIAL_H

#include "coverage.h"
#include "subject.h"
#include "talk.h"
#include "world.h"

struct disagreement {
	bool found;
	size_t talk;  // which one
	enum step step;
	struct strbuf expected, observed;
};

// Under which policy, of which generation, the conversations begin, and under which they go on, of the next generation;
// NULL: under the same one.
struct script {
	const struct subject *first, *next;
	uint32_t generation;
};

void disagreement_release(struct disagreement *disagreement);

// Loads the rules, runs all conversations, and stops at the first disagreement. coverage (NULL: nobody counts) learns
// who decided. A negative errno when the trial itself failed: it proves nothing then.
int trial_run(struct world *world, const struct script *script, const talk_vec *talks, struct coverage *coverage,
	      struct disagreement *disagreement, struct error *err);

#endif
