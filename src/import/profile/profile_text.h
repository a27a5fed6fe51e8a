// SPDX-License-Identifier: GPL-2.0-or-later
// An assembly as the profile that enforces it: readable YAML, with AWS's ids and names beside what they became.
#ifndef VPCJAIL_IMPORT_PROFILE_PROFILE_TEXT_H
#define VPCJAIL_IMPORT_PROFILE_PROFILE_TEXT_H

#include "base/strbuf.h"
#include "import/assembly/assembly.h"
#include "profile/node.h"

// A file that stands beside the profile.
struct beside_file {
	char *name;  // "p.pl-6da54004.txt", without a folder
	char *text;
};

struct profile_text {
	struct strbuf text;
	VEC(struct beside_file) beside;  // prefix lists
	struct node *tree;               // what text is printed from, with its comments; owned; may be taken (STEAL)
};

// How it is written.
struct profile_text_options {
	const char *stem;  // file names beside it begin with it ("p"); NULL: prefix lists stand in the profile itself
	const char *command;  // "vpcjail import --subnet subnet-1 …", for its head; NULL
	const char *date;     // of today ("2026-11-28"), for its head; NULL: none
};

// The same assembly gives the same text, whatever the order of documents and members was. The text loads without a
// mistake, and prints back to the same profile.
void profile_text_write(const struct assembly *assembly, const struct profile_text_options *options,
			struct profile_text *out);

// One profile for all: what every one of them lets through.
void profile_text_write_strict(const struct assembly *assemblies, size_t count,
			       const struct profile_text_options *options, struct profile_text *out);

void profile_text_release(struct profile_text *text);

// The tree of an imported profile, with what a person has decided in an earlier one of it (everything but what import
// writes: vpc.located, network.*, process.*, hosts, tolerate, …). imported: profile_text.tree, which has the comments;
// those of a file that was read are not in its tree. Both are used up; the result is the caller's.
struct node *profile_text_refresh(struct node *earlier, struct node *imported);

#endif
