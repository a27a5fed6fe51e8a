// SPDX-License-Identifier: GPL-2.0-or-later
// What of an event the rows of hints are compared with. Inside src/audit only.
#ifndef VPCJAIL_AUDIT_HINT_SUBJECT_H
#define VPCJAIL_AUDIT_HINT_SUBJECT_H

#include "audit/hint/hints.h"

enum { SUBJECT_NAME_SIZE = 256, SUBJECT_REGION_SIZE = 32 };

struct hint_subject {
	const struct event *event;
	const char *own_region;  // the profile's; NULL: not known
	enum hint_fact fact;
	char name[SUBJECT_NAME_SIZE];      // lower case, no final dot; "": none, or longer than a name can be
	char region[SUBJECT_REGION_SIZE];  // the Region in the name of a service; "": none
	const char *service;               // of AWS, by the name; NULL: none. A literal
	char program[SUBJECT_NAME_SIZE];   // base name of the first argument
	bool is_private;                   // the other side's address
};

// Fills *subject, which borrows event and facts.
void hint_subject_of(const struct event *event, const struct hint_facts *facts, struct hint_subject *subject);

// Whether all that a row asks holds.
bool hint_matches(const struct hint *hint, const struct hint_subject *subject);

// The first row that does.
const struct hint *hint_of_subject(const struct hint_subject *subject);

#endif
