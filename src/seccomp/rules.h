// SPDX-License-Identifier: GPL-2.0-or-later
// The system call policy as data: what is denied and why, and what is left open and why.
//
// Everything that no rule names is allowed: namespaces, rights and the ruleset are the first wall, the filter closes
// what they leave open. A rule may look at integers only; whatever a pointer leads to (an address, a clone3 flag) can
// change between the check and its use and is never decided on.
#ifndef VPCJAIL_SECCOMP_RULES_H
#define VPCJAIL_SECCOMP_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seccomp/filter.h"

enum {
	RULE_CONDITIONS = 3,
	// A call from here on (467 is open_tree_attr, Linux 6.15) does not exist for the job: what a future kernel
	// adds is not allowed by silence. Since Linux 5.1 a new call has one number everywhere.
	FIRST_YOUNGER_CALL = 467,
};

struct value {
	const char *name;
	uint32_t value;
};

// How a condition looks at its argument. All but the last look at the low 32 bits alone, as the kernel does with an
// int: libseccomp's EQ would look at all 64 and let socket(1<<32 | AF_VSOCK) through.
enum match {
	MATCH_END,      // no condition: the end of a rule's list
	MATCH_ANY_OF,   // argument & mask is one of the values
	MATCH_NONE_OF,  // argument & mask is none of the values: an allow list; mask is 2^n - 1
	MATCH_ANY_BIT,  // at least one bit of one of the values is set
	MATCH_POINTER,  // the whole argument is not NULL
};

struct condition {
	enum match match;
	unsigned argument;  // 0–5
	const char *name;   // of the argument, as the manual page has it
	uint32_t mask;
	const struct value *values;
	size_t count;
};

// Whether a rule depends on the profile's policy allowing ICMP echo.
enum rule_icmp { ICMP_EITHER, ICMP_DENIED, ICMP_ALLOWED };

// One row of the table: a heading (calls is NULL, why its text), or one or more calls, space-separated, that fail with
// error when all conditions hold.
struct rule {
	const char *calls;
	struct condition when[RULE_CONDITIONS];
	int error;                 // errno the caller sees; 0: the call reports success and does nothing
	enum seccomp_level level;  // the least strict level that has the rule
	const char *why;
	enum rule_icmp icmp;
	bool x86_only;  // aarch64 has no such call
};

// A call that a reader may expect to find denied, and why it is not.
struct open_call {
	const char *calls;
	enum seccomp_level level;  // the strictest level that leaves it open
	const char *why;
};

// In the error of a row: not denied, but told of (observed[]).
enum { ERROR_OBSERVED = 4000 };

// The rows that NOTICE_CONNECTS adds.
extern const struct rule observed[];
extern const size_t observed_count;

extern const struct rule rules[];
extern const size_t rules_count;
extern const struct open_call open_calls[];
extern const size_t open_calls_count;

// Whether the options make the row part of the filter (never for a heading).
bool rule_applies(const struct rule *rule, const struct filter_options *options);

// Cuts the next name off a space-separated list: *list moves behind it. False at the end.
bool rule_next_call(const char **list, char *name, size_t size);

#endif
