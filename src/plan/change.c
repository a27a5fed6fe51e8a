// SPDX-License-Identifier: GPL-2.0-or-later
// What of a profile can change while a job runs under it: see change.h.
#include "plan/change.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/key_difference.h"

// What the rule set is made of, and what the supervisor looks up when it is asked. Any other key, also one that is not
// thought of here, stays what it was at the launch.
static const char *const changeable[] = {
	"description",       "network.on-deny", "network.forward",
	"network.peers",      // their link is judged below
	"network.isolation",  // likewise
	"network.uplink",     // likewise
	"vpc.region",        "vpc.cidrs",       "vpc.subnets",     "vpc.imds", "vpc.time-sync", "prefix-lists",
	"endpoints",         "security-groups", "network-acls",    "routes",   "tolerate",
};

bool profile_change_possible(const char *path)
{
	for (size_t i = 0; i < sizeof(changeable) / sizeof(changeable[0]); i++)
		if (strcmp(changeable[i], path) == 0)
			return true;
	return false;
}

// The link that a profile has made, or would have made.
static enum uplink link_of(const struct profile_network *network)
{
	bool none = network->isolation == ISOLATION_FULL && !network->peers.count;

	return none ? UPLINK_NONE : network->uplink;
}

// Less of a link is a matter of rules; another one, or one where there is none, would have to be made.
static int check_link(const struct profile *running, const struct profile *wanted, struct error *err)
{
	enum uplink now = link_of(&running->network);
	enum uplink then = link_of(&wanted->network);

	if (then == UPLINK_NONE || then == now)
		return 0;
	if (now == UPLINK_NONE && wanted->network.isolation != running->network.isolation)
		return error_set(
		    err, -EPERM,
		    "network.isolation cannot become vpc: the running jail has no link that could carry what that "
		    "allows");
	if (now == UPLINK_NONE)
		return error_set(
		    err, -EPERM, "%s cannot change: the running jail has no link that could carry what that allows",
		    wanted->network.peers.count && wanted->network.isolation == ISOLATION_FULL ? "network.peers"
											       : "network.uplink");
	return error_set(err, -EPERM, "network.uplink cannot change: the link of the running jail stays");
}

// Where the host sends an endpoint's packets elsewhere, it goes on to.
static bool is_translated(const struct profile *running, const char *path)
{
	return running->vpc.located == LOCATED_ELSEWHERE &&
	       (strcmp(path, "endpoints") == 0 || strcmp(path, "prefix-lists") == 0);
}

int profile_change_check(const struct profile *running, const struct profile *wanted, struct error *err)
{
	CLEANUP(key_differences_release) key_difference_vec differences = { 0 };

	if (check_link(running, wanted, err) < 0)
		return -EPERM;
	profile_key_differences(running, wanted, &differences);
	vec_for_each (difference, &differences) {
		const char *path = difference->row->path;

		if (!profile_change_possible(path) || is_translated(running, path))
			return error_set(err, -EPERM, "%s cannot change while the job runs", path);
	}
	return 0;
}
