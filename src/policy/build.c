// SPDX-License-Identifier: GPL-2.0-or-later
// struct profile → struct policy: the layers of each direction, in the order a packet meets them.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "policy/layer.h"

struct layer_row {
	enum layer_kind kind;
	int (*build)(const struct profile *profile, struct layer_draft *draft, struct error *err);
};

enum { MAXIMUM_LAYERS = 7 };

// isolation: full knows nothing of a VPC, not even when the profile describes one.
static const struct layer_row full_rows[] = {
	{ LAYER_PACKET, packet_layer },
	{ LAYER_ISOLATION, isolation_layer },
	{ 0, NULL },
};

// Ingress is the mirror image from ACL to group. What no profile allows and what no group filters come first in both
// directions, the uplink last; a packet that came in needs no route.
static const struct layer_row vpc_rows[DIRECTIONS][MAXIMUM_LAYERS + 1] = {
	[EGRESS] = { { LAYER_PACKET, packet_layer },
		     { LAYER_SERVICE, service_layer },
		     { LAYER_SECURITY_GROUP, security_group_layer },
		     { LAYER_NETWORK_ACL, network_acl_layer },
		     { LAYER_ROUTE, route_layer },
		     { LAYER_ENDPOINT, endpoint_layer },
		     { LAYER_UPLINK, uplink_layer } },
	[INGRESS] = { { LAYER_PACKET, packet_layer },
		      { LAYER_SERVICE, service_layer },
		      { LAYER_ENDPOINT, endpoint_layer },
		      { LAYER_NETWORK_ACL, network_acl_layer },
		      { LAYER_SECURITY_GROUP, security_group_layer },
		      { LAYER_UPLINK, uplink_layer } },
};

static int layer_build(const struct layer_row *row, const struct profile *profile, enum direction direction,
		       struct policy *policy, struct error *err)
{
	CLEANUP(layer_draft_release)
	struct layer_draft draft = {
		.layer = { .kind = row->kind },
		.direction = direction,
	};
	int result = row->build(profile, &draft, err);

	if (result || layer_is_open(&draft))
		return result;
	vec_push(&policy->layers[direction], draft.layer);
	draft.layer = (struct policy_layer){ 0 };
	return 0;
}

static bool rule_lets_out(const struct policy_rule *rule, int protocol, enum family family)
{
	const struct policy_match *match = &rule->match;

	return rule->verdict != VERDICT_DENY && (match->protocol == protocol || match->protocol == PROTOCOL_ALL) &&
	       (match->any_remote || prefix_set_has_family(&match->remote, family));
}

// Whether some packet of the protocol can leave, as far as each layer's rules tell one by one.
static bool policy_lets_out(const struct policy *policy, int protocol, enum family family)
{
	vec_for_each (layer, &policy->layers[EGRESS]) {
		bool open = false, accepted = false;

		vec_for_each (rule, &layer->rules) {
			if (rule_lets_out(rule, protocol, family)) {
				open = true;
				accepted |= rule->verdict == VERDICT_ACCEPT;
			}
		}
		if (!open || accepted)
			return accepted;
	}
	return true;
}

int policy_build_layers(const struct profile *profile, struct policy *policy, struct error *err)
{
	CLEANUP(policy_release)
	struct policy draft = {
		.isolation = profile->network.isolation,
		.on_deny = profile->network.on_deny,
	};

	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		const struct layer_row *row = draft.isolation == ISOLATION_FULL ? full_rows : vpc_rows[direction];

		for (; row->build; row++) {
			int result = layer_build(row, profile, direction, &draft, err);

			if (result)
				return result;
		}
	}
	*policy = draft;
	draft = (struct policy){ 0 };
	return 0;
}

int policy_build(const struct profile *profile, struct policy *policy, struct error *err)
{
	CLEANUP(policy_release) struct policy draft = { 0 };
	int result = policy_build_layers(profile, &draft, err);

	if (result)
		return result;
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		policy_reach(&draft, direction, &draft.reach[direction]);
	draft.icmp =
	    policy_lets_out(&draft, IPPROTO_ICMP, FAMILY_IPV4) || policy_lets_out(&draft, IPPROTO_ICMPV6, FAMILY_IPV6);
	vec_for_each (ports, &profile->network.host_ports)
		vec_push(&draft.host_ports, ports->range);
	*policy = draft;
	draft = (struct policy){ 0 };
	return 0;
}
