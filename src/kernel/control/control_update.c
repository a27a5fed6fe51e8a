// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail update`, the supervisor's side: the profile's text, read again, becomes the running jail's policy.
#include <errno.h>

#include "base/cleanup.h"
#include "kernel/control/control_server.h"
#include "kernel/control/sealed.h"
#include "kernel/dns/server.h"
#include "kernel/host/network.h"
#include "plan/change.h"
#include "plan/settle.h"
#include "profile/load_text.h"

// On the host as it is now.
static int settle(struct profile *profile, struct error *err)
{
	CLEANUP(host_network_release) struct host_network host = { 0 };

	if (profile->network.isolation == ISOLATION_VPC && host_network_read(&host, err) < 0)
		return err->code;
	return profile_settle(profile, &host, err);
}

// Ping sockets are a matter of the system call filter, which stays.
static int check_filter(const struct profile *running, const struct policy *policy, struct error *err)
{
	CLEANUP(policy_release) struct policy now = { 0 };

	if (policy_build(running, &now, err) < 0)
		return err->code;
	if (policy->icmp && !now.icmp)
		return error_set(
		    err, -EPERM,
		    "ICMP cannot be allowed while the job runs: its system call filter has no ping sockets");
	return 0;
}

static bool same_peers(const address_vec *left, const address_vec *right)
{
	for (size_t i = 0; left->count == right->count && i < left->count; i++)
		if (!address_equal(&left->items[i].address, &right->items[i].address))
			return false;
	return left->count == right->count;
}

// What was made for the link at the launch, and is no rule of the jail's.
static int check_link(const struct launch *launch, const struct profile *profile, struct error *err)
{
	const struct profile *running = launch->profile;
	bool link = launch->plan->link.kind != UPLINK_NONE;

	if (link && profile->network.on_deny == ON_DENY_DROP && running->network.on_deny != ON_DENY_DROP)
		return error_set(err, -EPERM,
				 "network.on-deny cannot become drop: the running jail has no route that lets denied "
				 "packets of its link hang");
	if (launch->plan->link.kind == UPLINK_VETH && !same_peers(&running->network.peers, &profile->network.peers))
		return error_set(err, -EPERM,
				 "network.peers cannot change with uplink veth: the host sends the peers of the launch "
				 "to the jail");
	return 0;
}

int control_update(struct launch *launch, const struct control_message *request, struct error *err)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	AUTO_FREE char *text = NULL;

	if (sealed_read(request->fds[0], &text, err) < 0)
		return err->code;
	if (profile_load_text(request->words.items[0], text, &profile, err) < 0 || settle(&profile, err) < 0 ||
	    policy_build(&profile, &policy, err) < 0)
		return err->code;
	if (profile_change_check(launch->profile, &profile, err) < 0 || check_link(launch, &profile, err) < 0 ||
	    check_filter(launch->profile, &policy, err) < 0 || launch_update(launch, &policy, launch->result, err) < 0)
		return err->code;
	if (launch->dns) {  // the rules are there by now: a name leads to nothing that is not
		struct dns_rules names = { 0 };
		launch_dns_rules(launch->plan, &profile, &names);
		dns_server_exchange(launch->dns, &names);
	}
	launch_take_profile(launch, &profile);
	return 0;
}
