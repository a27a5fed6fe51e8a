// SPDX-License-Identifier: GPL-2.0-or-later
// The profile with the additions that make a recorded run pass, as a diff against the given one.
//
// What is added is an endpoint of a service of AWS, a custom endpoint or a peer at a private address, a port of the
// host, or a variable that keeps a library from asking. Nothing public is ever added but behind a gateway or interface
// endpoint. Each addition is applied to the profile, which is loaded and judged again, before it stays.
#ifndef VPCJAIL_AUDIT_SUGGEST_SUGGEST_H
#define VPCJAIL_AUDIT_SUGGEST_SUGGEST_H

#include "audit/record/event.h"
#include "base/json.h"
#include "profile/profile.h"

typedef VEC(char *) suggest_text_vec;

// The file that a profile was read from.
struct suggest_file {
	const char *name, *text;
};

// Zeroed is releasable. Texts hold foreign names as they are.
struct suggestions {
	char *diff;       // of the given file, or of the profiles as `show --as profile` prints them; "": nothing
	bool of_file;     // which of the two
	char *suggested;  // the whole profile; a template where it has made-up values, which `run` refuses
	suggest_text_vec added;    // a line for each addition
	suggest_text_vec to_fill;  // what stands in it made up, and the command that prints it
	suggest_text_vec left;     // what is not added, why, and what to do instead
	char *what;                // "2 destinations and 1 name were denied", as the run's report counts them
	bool elsewhere;            // the profile's VPC is: passing means within it
	size_t denied;             // these in all
	size_t allowed;            // of them: that the given profile lets pass
	size_t mended;             // that the suggested profile lets pass besides
	size_t quieted;            // of the others: that a variable keeps programs from asking for
};

// file: whose text is added to, where it has a place for each addition and extends nothing; NULL: it is not known.
// -EINVAL when the profile cannot be judged at all.
int suggest(const struct profile *profile, const struct suggest_file *file, const event_vec *events,
	    struct suggestions *out, struct error *err);
void suggestions_release(struct suggestions *suggestions);

// The diff, then comment lines ("# …"), safe for a terminal; what patch(1) takes.
void suggestions_format(const struct suggestions *suggestions, struct strbuf *out);

// One object. At a place where a value is expected.
void suggestions_print_json(const struct suggestions *suggestions, struct json *json);

#endif
