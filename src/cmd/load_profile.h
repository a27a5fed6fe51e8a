// SPDX-License-Identifier: GPL-2.0-or-later
// Finds and loads the profile a command is about.
#ifndef VPCJAIL_CMD_LOAD_PROFILE_H
#define VPCJAIL_CMD_LOAD_PROFILE_H

#include "plan/host_network.h"
#include "profile/load.h"
#include "profile/search.h"

struct loaded_profile {
	struct search search;
	char *name;  // as asked for, or the default's; owned
	struct profile profile;
	struct mistakes mistakes;
};

// The search path of this user and environment; release it with search_release.
void load_search(struct search *search);

// Loads the named profile, or the default one when name is NULL. 0, or -EINVAL with mistakes filled (also when no
// default could be made out). Prints nothing. To be released in both cases.
int load_profile_quietly(const char *name, struct loaded_profile *loaded);

// The same; prints the mistakes on standard error when there is an error among them.
int load_profile(const char *name, struct loaded_profile *loaded);

// Reads this host's network (host: to be released in both cases) and settles the profile on it. Under full isolation
// there is nothing to read. 0, or a negative errno with what the profile asks for and the host does not have.
int load_settle(struct profile *profile, struct host_network *host, struct error *err);

// Takes the host out of a profile: its VPC is here, and the job has an address of the subnet on a link of its own.
void load_in_vpc(struct profile *profile);

void loaded_profile_release(struct loaded_profile *loaded);

#endif
