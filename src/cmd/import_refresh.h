// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail import --refresh`: an earlier import's profile with what AWS says now.
#ifndef VPCJAIL_CMD_IMPORT_REFRESH_H
#define VPCJAIL_CMD_IMPORT_REFRESH_H

#include "cmd/command.h"
#include "cmd/import_build.h"
#include "cmd/import_command.h"
#include "cmd/load_profile.h"

struct earlier_profile {
	const char *path;  // borrowed
	struct loaded_profile loaded;
	char *text;
	size_t length;
	bool lists_inside;              // its prefix lists stand in itself
	struct import_command command;  // by which it was made
};

void earlier_profile_release(struct earlier_profile *earlier);

// Loads it. Complains on standard error itself.
enum status earlier_profile_load(const char *path, struct earlier_profile *earlier);

// Adds what the request leaves open, so that the import is the one that made the profile: a --strict one's subnets, all
// of them; else the subnet whose block is the profile's first; the groups it names. Where an import without options
// took the only job, it is left to do so again. What cannot be made out: a message with the options to give.
enum status earlier_profile_request(struct earlier_profile *earlier, const struct account *account,
				    struct import_request *request);

// Of an import that made several profiles, keeps the one of the earlier profile's subnet.
enum status earlier_profile_choose(const struct earlier_profile *earlier, struct imported *imported);

// Prints what would change and, when told to, writes it.
enum status import_refresh(const struct invocation *invocation, struct imported *imported,
			   struct earlier_profile *earlier);

#endif
