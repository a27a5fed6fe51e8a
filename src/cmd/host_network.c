// SPDX-License-Identifier: GPL-2.0-or-later
// A profile against this host's network: see host_network.h.
#include "cmd/host_network.h"

#include <string.h>

#include "base/cleanup.h"
#include "plan/host_meaning.h"
#include "plan/settle.h"

#define REFUSED "`vpcjail run` refuses this profile on this host"

void host_network_explain(struct profile *profile, const struct host_network *host, struct mistakes *mistakes,
			  text_list *means)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	unavailable_vec warnings = { 0 };
	struct error err = { 0 };

	if (profile->network.isolation == ISOLATION_FULL)
		return;
	if (profile_settle(profile, host, &err) < 0) {
		const char *what = strstr(err.message, "subnets: host");  // its place stands in front again
		mistakes_add(mistakes, SEVERITY_WARNING, &profile->vpc.subnets_at, REFUSED, "%s",
			     what ? what : err.message);
		return;
	}
	if (policy_build(profile, &policy, &err) < 0)
		return;  // told already
	host_meaning_warn(profile, &policy, host, &warnings);
	vec_for_each (row, &warnings)
		mistakes_add(mistakes, SEVERITY_WARNING, &row->at, NULL, "%s", row->message);
	unavailable_release(&warnings);
	host_meaning_add(profile, host, means);
}
