// SPDX-License-Identifier: GPL-2.0-or-later
// From an account and what was asked for to profiles that are known to load.
#ifndef VPCJAIL_CMD_IMPORT_BUILD_H
#define VPCJAIL_CMD_IMPORT_BUILD_H

#include "import/finding/finding.h"
#include "import/profile/profile_text.h"
#include "policy/policy.h"

// How the profiles are to be written. Texts borrowed.
struct import_form_of_profile {
	const char *path;     // of the file; NULL: prefix lists stand in the profile
	bool beside;          // they do not, although nothing is written
	const char *command;  // for its head
	const char *date;
	bool one;  // the path is the file's whole name, also where there are profiles for several subnets
};

// A profile: of one subnet, or of several that are alike or taken together.
struct imported_profile {
	const struct assembly *assembly;  // the first subnet's
	size_t subnets;                   // how many of the assemblies, from that one on
	char *path;                       // of the file; NULL: none
	struct profile_text text;
	struct profile profile;  // what the text says, loaded, but for vpc.located: looked at from within its VPC
	enum located located;    // as the text has it
	struct policy policy;
	finding_vec findings;
};

struct imported {
	struct account account;
	struct import_request request;
	struct import_selection selection;
	VEC(struct assembly) assemblies;  // one a subnet of the selection
	VEC(struct imported_profile) profiles;
	finding_vec differences;  // of several subnets
};

void imported_release(struct imported *imported);

// Resolves the selection and writes its profiles, in memory. 0, or a negative errno when a profile is not one that
// loads, which is a mistake of this program; nothing else fails.
int import_build(struct imported *imported, const struct import_form_of_profile *form, struct error *err);

// Forgets all profiles but one.
void import_keep(struct imported *imported, size_t profile);

// Builds the policy of a profile as it is within its VPC: what is reached of one that is elsewhere is nothing at all.
int import_policy(struct profile *profile, struct policy *policy, struct error *err);

// Loads a profile's text with the files beside it, and builds its policies as it is and by import_policy; the latter
// is handed out. Both are to be released.
int import_check(const struct profile_text *text, const char *path, struct profile *profile, struct policy *policy,
		 struct error *err);

#endif
