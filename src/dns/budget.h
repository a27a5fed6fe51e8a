// SPDX-License-Identifier: GPL-2.0-or-later
// How many names may be forwarded: what a job could tell the outside by asking for buckets is kept small.
//
// A name that was forwarded before says little when it is asked again, so new names cost more than known ones: the
// first ones are free, for a job has few buckets; after them one at a time. Both are limited by rate.
#ifndef VPCJAIL_DNS_BUDGET_H
#define VPCJAIL_DNS_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

enum {
	BUDGET_NEW_NAMES = 64,             // at once
	BUDGET_NEW_NAME_EVERY = 10000,     // milliseconds, then
	BUDGET_NAMES_MAXIMUM = 4096,       // in all
	BUDGET_QUERIES = 400,              // at once
	BUDGET_QUERIES_EACH_SECOND = 100,  // then
};

// Zeroed is untouched.
struct dns_budget {
	VEC(char *) names;              // forwarded before
	uint64_t names_at, queries_at;  // milliseconds: until when the allowance is used up, see budget.c
};

// Whether the name may be forwarded now, which is then counted. now: milliseconds of a clock that does not go back.
bool dns_budget_take(struct dns_budget *budget, const char *name, uint64_t now);
void dns_budget_release(struct dns_budget *budget);

#endif
