// SPDX-License-Identifier: GPL-2.0-or-later
// What would become of a recorded run in the cloud: a verdict for each combination of network isolation and VPC.
//
// Each combination is the profile with another `isolation`, seen from within its VPC; its policy judges what the run
// denied and what it carried.
#ifndef VPCJAIL_AUDIT_OUTCOME_OUTCOME_H
#define VPCJAIL_AUDIT_OUTCOME_OUTCOME_H

#include "audit/record/event.h"
#include "audit/record/run_record.h"
#include "base/json.h"
#include "profile/profile.h"

// The columns of the conformance table.
enum combination {
	ISOLATED_ALONE,  // EnableNetworkIsolation, one host
	ISOLATED_PEERS,  // the same, several hosts
	VPC_ONLY,        // VpcConfig
	VPC_ISOLATED,    // both
	COMBINATIONS,
};

enum outcome_verdict { OUTCOME_PASSES, OUTCOME_FAILS, OUTCOME_UNKNOWN, OUTCOME_VERDICTS };

enum { OUTCOME_TOLD = 100 };  // causes that are told one by one; the others are counted

// One thing that would not be reached. Texts are owned, and NULL from the OUTCOME_TOLD-th on.
struct outcome_cause {
	const struct event *event;  // the first of them; borrowed
	size_t events;
	char *destination;  // destination_format's: foreign bytes as they are
	char *reason;       // "no security group rule allows it"
	char *layer;        // "security group, egress"; NULL: no layer
};

struct outcome {
	enum outcome_verdict verdict;
	char *unknown;                     // why it is not known; NULL unless it is
	VEC(struct outcome_cause) causes;  // distinct destinations, in the order of the events
	size_t tolerated;                  // distinct destinations that a toleration covers
	size_t stricter;                   // that are denied here and not on AWS: not counted
};

// Zeroed is releasable. Borrows the events.
struct outcomes {
	struct outcome of[COMBINATIONS];
};

// Judges. A denied system call is no matter of the network and in none of them. start may be NULL: the job's own
// addresses are then not known.
void outcomes_find(const struct profile *profile, const event_vec *events, const struct record_start *start,
		   struct outcomes *out);
void outcomes_release(struct outcomes *outcomes);

// "passes VPC-only", "would fail network isolation because pypi.org (…) is not reached (…), and 3 more", "not counted:
// 1 that is denied here and not on AWS": a line for each combination or for all of which the same is to be said. Lines
// hold foreign bytes as they are; the caller's, as lines are added.
typedef VEC(char *) outcome_line_vec;
void outcomes_format(const struct outcomes *outcomes, outcome_line_vec *lines);
void outcome_lines_release(outcome_line_vec *lines);

// An array of one object a combination. At a place where a value is expected.
void outcomes_print_json(const struct outcomes *outcomes, struct json *json);

// "isolation", "isolation-peers", "vpc", "vpc-isolation"; "passes", "fails", "unknown": literals.
const char *combination_word(enum combination combination);
// For people: "network isolation in a VPC".
const char *combination_title(enum combination combination);
const char *outcome_verdict_word(enum outcome_verdict verdict);

// Whether the event alone makes an audit of the profile say no: denied, and no toleration covers it. A carried flow
// does not, nor does a call that programs do without (its hint says so).
bool outcome_event_counts(const struct profile *profile, const struct event *event);

#endif
