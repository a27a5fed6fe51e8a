// SPDX-License-Identifier: GPL-2.0-or-later
// Writes a profile that starts from another one.
#ifndef VPCJAIL_CMD_NEW_PROFILE_H
#define VPCJAIL_CMD_NEW_PROFILE_H

#include "cmd/command.h"
#include "profile/search.h"

// Writes name.yaml, which extends template, into the user's folder of profiles (as root: the system's). The template's
// own text follows as comments, to be edited. Never overwrites. Prints the new file's path; found is every profile.
enum status new_profile(const struct search *search, const found_profile_vec *found, const char *name,
			const char *template);

#endif
