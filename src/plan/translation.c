// SPDX-License-Identifier: GPL-2.0-or-later
// What the host sends elsewhere for a jail behind a pair: endpoints of a VPC that is elsewhere go to their stand-ins,
// peers that come to the host's address go to the jail.
#include <errno.h>

#include "base/cleanup.h"
#include "plan/steps.h"
#include "policy/peer.h"

// A gateway's addresses are public and reached as they are, unless something else stands in for them.
static bool is_translated(const struct profile_endpoint *endpoint)
{
	return endpoint->stand_in.text && !(endpoint->stand_in_public && endpoint->type == ENDPOINT_GATEWAY);
}

static int add_stand_in(const struct profile *profile, const struct profile_endpoint *endpoint,
			struct translation_plan *out, struct error *err)
{
	struct stand_in stand_in = { .match = { .icmp_type = -1, .icmp_code = -1 },
				     .at = { endpoint->stand_in_at[0], endpoint->stand_in_at[1] } };
	int result = endpoint_ports(endpoint, &stand_in.match, err);

	if (result == 0)
		result = endpoint_add(profile, endpoint, &stand_in.match.remote, err);
	prefix_set_normalize(&stand_in.match.remote);
	port_ranges_normalize(&stand_in.match.ports);
	vec_push(&out->stand_ins, stand_in);
	return result;
}

// The ports of the range that no program of the host listens on.
static void free_ports(const struct port_range *range, const port_range_vec *used, port_range_vec *out)
{
	unsigned first = range->first;

	vec_for_each (taken, used) {
		if (taken->last < first || taken->first > range->last)
			continue;
		if (first < taken->first)
			vec_push(out, (struct port_range){ (uint16_t)first, (uint16_t)(taken->first - 1) });
		first = taken->last + 1U;
	}
	if (first <= range->last)
		vec_push(out, (struct port_range){ (uint16_t)first, range->last });
}

static void add_peers(const struct launch_request *request, struct translation_plan *out)
{
	static const struct port_range unprivileged = { 1024, UINT16_MAX };

	if (!request->profile->network.peers.count || request->profile->vpc.located == LOCATED_ELSEWHERE)
		return;
	peers_add(request->profile, &out->peers);
	prefix_set_normalize(&out->peers);
	free_ports(request->peer_ports.first ? &request->peer_ports : &unprivileged, &request->host->used_ports,
		   &out->peer_ports);
}

static void add_elsewhere(const struct profile *profile, struct translation_plan *out)
{
	vec_for_each (cidr, &profile->vpc.cidrs)
		prefix_set_add(&out->elsewhere, &cidr->prefix);
	vec_for_each (subnet, &profile->vpc.subnets)
		prefix_set_add(&out->elsewhere, &subnet->prefix);
	prefix_set_normalize(&out->elsewhere);
}

// A stand-in inside the VPC's ranges would be one of the addresses that mean something else here.
static int check_stand_in(const struct profile *profile, const struct profile_endpoint *endpoint,
			  const struct prefix_set *elsewhere, struct error *err)
{
	char text[ADDRESS_TEXT_SIZE];

	for (size_t i = 0; i < 2; i++) {
		const struct address *at = &endpoint->stand_in_at[i];
		if (at->family == FAMILY_NONE || !prefix_set_contains(elsewhere, at))
			continue;
		AUTO_FREE char *place = profile_place(profile, &endpoint->stand_in.at, "stand-in");
		return error_set(err, -EINVAL, "%s: %s lies in the VPC's own ranges, which are elsewhere", place,
				 address_print(at, text));
	}
	return 0;
}

int plan_translation(struct launch_plan *plan, const struct launch_request *request, struct error *err)
{
	const struct profile *profile = request->profile;
	struct translation_plan *out = &plan->translation;

	if (plan->link.open)
		return 0;
	if (plan->link.kind == UPLINK_VETH)
		add_peers(request, out);
	if (profile->vpc.located != LOCATED_ELSEWHERE)
		return 0;
	add_elsewhere(profile, out);
	vec_for_each (endpoint, &profile->endpoints) {
		if (!is_translated(endpoint))
			continue;
		if (plan->link.kind != UPLINK_VETH && plan->link.kind != UPLINK_NONE) {
			AUTO_FREE char *place = profile_place(profile, &endpoint->stand_in.at, "stand-in");
			return error_set(err, -ENOTSUP,
					 "%s: only uplink veth (as root) sends an endpoint's packets elsewhere", place);
		}
		if (check_stand_in(profile, endpoint, &out->elsewhere, err) < 0 ||
		    add_stand_in(profile, endpoint, out, err) < 0)
			return err ? err->code : -EINVAL;
	}
	return 0;
}
