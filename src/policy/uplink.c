// SPDX-License-Identifier: GPL-2.0-or-later
// What the link to the host carries: nothing under uplink: none, and never the host itself.
//
// A jail behind veth or pasta would reach the host under each of the host's own addresses, which other hosts of the
// subnet reach through its firewall. Under `subnets: host` the subnet holds the ways out of it too: the gateway, the
// resolver, the proxy. On AWS neither is there to be denied. The rules need what profile_settle found out.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "policy/layer.h"
#include "policy/peer.h"

static const struct {
	int protocol;
	uint16_t port;
} name_rows[] = {
	{ IPPROTO_UDP, 53 },
	{ IPPROTO_TCP, 53 },
	{ IPPROTO_TCP, 853 },
	{ IPPROTO_UDP, 853 },
};

// Whether the host forwards the jail's packets; auto may come to mean such a link.
static bool goes_through_host(enum uplink uplink)
{
	switch (uplink) {
	case UPLINK_AUTO:
	case UPLINK_VETH:
	case UPLINK_PASTA:
		return true;
	case UPLINK_NONE:
	case UPLINK_MACVLAN:
	case UPLINK_IPVLAN:
	case UPLINK_DEVICE:
		return false;
	}
	return true;
}

static void deny(struct layer_draft *draft, struct policy_match *match, const struct location *at, const char *reason)
{
	struct policy_rule *rule = layer_add(draft, VERDICT_DENY, match, at, "%s", reason);

	if (rule)
		rule->aws = "allowed";
}

static void deny_addresses(struct layer_draft *draft, const struct prefix_set *addresses, const struct location *at,
			   const char *reason)
{
	struct policy_match match = match_of(PROTOCOL_ALL);

	prefix_set_add_set(&match.remote, addresses);
	deny(draft, &match, at, reason);
}

// The ways out of the host's own subnets.
static void deny_ways_out(const struct profile *profile, struct layer_draft *draft)
{
	const struct location *at = &profile->vpc.subnets_at;

	deny_addresses(draft, &profile->host.gateways, at,
		       "the host's gateway: it leads out of the subnets (subnets: host)");
	deny_addresses(draft, &profile->host.proxies, at,
		       "the host's proxy: it leads out of the subnets (subnets: host)");
	for (size_t i = 0; i < sizeof(name_rows) / sizeof(name_rows[0]); i++) {
		struct policy_match match = match_of(name_rows[i].protocol);
		struct port_range port = { name_rows[i].port, name_rows[i].port };

		match.any_remote = true;
		vec_push(&match.ports, port);
		deny(draft, &match, at, "a resolver: its queries lead out of the subnets (subnets: host)");
	}
}

// A VPC that is elsewhere: its ranges mean something else here, or nothing. Only what stands in for an endpoint is
// reached.
static int pass_stand_ins(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	vec_for_each (endpoint, &profile->endpoints) {
		CLEANUP(match_release) struct policy_match match = match_of(PROTOCOL_ALL);

		if (!endpoint->stand_in.text)
			continue;
		int result = endpoint_ports(endpoint, &match, err);
		if (result == 0)
			result = endpoint_add(profile, endpoint, &match.remote, err);
		if (result)
			return result;
		layer_add(draft, VERDICT_PASS, &match, &endpoint->stand_in.at, "endpoint %s by its stand-in %s",
			  endpoint_name(endpoint), endpoint->stand_in.text);
	}
	return 0;
}

static int elsewhere(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	int result = draft->direction == EGRESS ? pass_stand_ins(profile, draft, err) : 0;

	draft->layer.stateful = true;
	if (result == 0)
		layer_close(draft, VERDICT_DENY, &profile->vpc.located_at,
			    draft->direction == EGRESS
				? "allowed by the profile, not reachable from this host: the VPC is elsewhere"
				: "the VPC is elsewhere: nobody of it can connect here");
	return result;
}

// Stateful: the host may answer what it opened itself, where a group lets it in.
int uplink_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	if (profile->network.uplink == UPLINK_NONE) {
		layer_close(draft, VERDICT_DENY, &profile->network.uplink_at,
			    "allowed by the profile, but uplink: none carries nothing");
		return 0;
	}
	if (profile->vpc.located == LOCATED_ELSEWHERE)
		return elsewhere(profile, draft, err);
	if (draft->direction == INGRESS)
		return 0;
	draft->layer.stateful = true;
	if (goes_through_host(profile->network.uplink))
		deny_addresses(draft, &profile->host.own, NULL,
			       "this host's own address: a jail reaches the host only through host-ports");
	if (profile->vpc.subnets_of_host)
		deny_ways_out(profile, draft);
	layer_close(draft, VERDICT_PASS, NULL, "the link carries it");
	return 0;
}
