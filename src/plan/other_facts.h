// SPDX-License-Identifier: GPL-2.0-or-later
// In what two profiles differ beside the packets that their policies let through.
#ifndef VPCJAIL_PLAN_OTHER_FACTS_H
#define VPCJAIL_PLAN_OTHER_FACTS_H

#include "policy/policy.h"

// What the names that a job can resolve begin with in other_fact.what.
#define OTHER_FACT_NAME "name "

// Owned texts. NULL: not there, or no value that has one line.
struct other_fact {
	char *what;  // a key ("network.on-deny"), "name s3.eu-west-1.amazonaws.com", "stand-in of s3", "ping sockets"
	char *left, *right;
};

typedef VEC(struct other_fact) other_fact_vec;

struct fact_side {
	const struct profile *profile;  // settled
	const struct policy *policy;    // its own
};

// Adds every key that differs and is not judged by reach alone; then what differs of the names that the jail's resolver
// answers, of the stand-ins, and of ping sockets. The description is nobody's promise.
void other_facts_add(const struct fact_side *left, const struct fact_side *right, other_fact_vec *out);
void other_facts_release(other_fact_vec *facts);

// Whether differences of that key show in what may be reached, in names and in stand-ins, all of them.
bool key_shows_elsewhere(const char *path);

#endif
