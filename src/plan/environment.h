// SPDX-License-Identifier: GPL-2.0-or-later
// Which variables of the caller's environment the job does not get, and why.
#ifndef VPCJAIL_PLAN_ENVIRONMENT_H
#define VPCJAIL_PLAN_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

// One row of the table of names. pattern: `*` stands for any characters, once or more often; case matters.
struct environment_row {
	const char *pattern;
	const char *what;  // "AWS credentials"
	enum { ENVIRONMENT_REMOVE, ENVIRONMENT_AWS, ENVIRONMENT_TRAINING } kind;
	// REMOVE: taken out. AWS: taken out unless `process.credentials: keep`. TRAINING: what `mode: clean` starts
	// with.
};

extern const struct environment_row environment_rows[];
extern const size_t environment_row_count;

// The first row that takes the variable out, else NULL; KEEP rows of the profile are the caller's affair.
const struct environment_row *environment_find(const char *name, int keep_aws);

// Whether the profile's environment.keep names it.
struct profile_process;
bool environment_is_kept(const struct profile_process *process, const char *name);

int environment_matches(const char *name, const char *pattern);

#endif
