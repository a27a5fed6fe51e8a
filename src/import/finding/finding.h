// SPDX-License-Identifier: GPL-2.0-or-later
// What is wrong or remarkable in what was imported: said before the job hangs in the cloud.
#ifndef VPCJAIL_IMPORT_FINDING_FINDING_H
#define VPCJAIL_IMPORT_FINDING_FINDING_H

#include "import/assembly/assembly.h"

struct json;

enum finding_weight {
	FINDING_PROBLEM,  // the job will not work, or the network is not private
	FINDING_WARNING,
	FINDING_NOTE,
};

struct finding {
	const char *code;  // a literal: "not-private", "open-group", …: rows of one table
	enum finding_weight weight;
	char *subject;       // the AWS id it is about; NULL
	char *text;          // what, in one sentence; foreign parts are safe for a terminal
	const char *remedy;  // or the owned one: what to do; NULL
	char *remedy_text;   // owned; NULL
	struct location at;  // in the document; line 0: none
};

typedef VEC(struct finding) finding_vec;

// Of one assembly, by weight; what differs between several is findings_compare's.
void findings_make(const struct assembly *assembly, finding_vec *findings);

// In what the subnets of one selection differ, so that a job works in one zone and hangs in another.
void findings_compare(const struct assembly *assemblies, size_t count, finding_vec *findings);
void findings_release(finding_vec *findings);

// What the job can reach in about ten lines, then the findings. profile is the one that was written, loaded.
void summary_print(const struct assembly *assembly, const struct profile *profile, const finding_vec *findings,
		   struct strbuf *out);
// Members of an open object.
void summary_print_json(const struct assembly *assembly, const struct profile *profile, const finding_vec *findings,
			struct json *json);

#endif
