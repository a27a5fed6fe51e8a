// SPDX-License-Identifier: GPL-2.0-or-later
// What no profile can allow: addresses that are no host's, and protocols other than TCP, UDP and ICMP.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "policy/layer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Each address is denied by its own name.
static const struct {
	struct prefix prefixes[3];
	const char *reason;
} address_rows[] = {
	{ { IPV4_PREFIX(255, 255, 255, 255, 32) }, "limited broadcast: a VPC carries none" },
	{ { IPV4_PREFIX(224, 0, 0, 0, 4), IPV6_PREFIX(0xff00000000000000, 0, 8) }, "multicast: a VPC carries none" },
	{ { IPV4_PREFIX(0, 0, 0, 0, 8), IPV6_PREFIX(0, 0, 128) }, "unspecified address: it names no host" },
	{ { IPV4_PREFIX(127, 0, 0, 0, 8), IPV6_PREFIX(0, 1, 128), IPV6_PREFIX(0, 0xffff00000000, 96) },
	  "loopback or IPv4-mapped address: it never belongs on a link" },
	// Neighbours are static entries, so neighbour discovery needs no exception here.
	{ { IPV6_PREFIX(0xfe80000000000000, 0, 10) },
	  "IPv6 link-local address: hosts of a VPC have addresses of their own" },
};

static const int protocol_rows[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 };

// The first and the last address of each subnet. Blocks of one or two addresses have neither.
static void subnet_ends_add(const struct profile *profile, struct prefix_set *set)
{
	vec_for_each (subnet, &profile->vpc.subnets) {
		struct address first = prefix_first(&subnet->prefix), last = prefix_last(&subnet->prefix);
		struct prefix base = prefix_of_address(&first), broadcast = prefix_of_address(&last);

		if (first.family != FAMILY_IPV4 || subnet->prefix.length > 30)
			continue;
		prefix_set_add(set, &base);
		prefix_set_add(set, &broadcast);
	}
}

int packet_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	struct policy_match match;

	(void)err;
	// Where nothing is accepted, the single denial of the isolation layer covers all of this.
	if (profile->network.isolation == ISOLATION_FULL && profile->network.peers.count == 0)
		return 0;
	// Addresses and protocol are those of the packet that began the conversation.
	draft->layer.stateful = true;
	for (size_t i = 0; i < COUNT(address_rows); i++) {
		match = match_of(PROTOCOL_ALL);
		prefix_set_add_row(&match.remote, address_rows[i].prefixes, COUNT(address_rows[i].prefixes));
		layer_add(draft, VERDICT_DENY, &match, NULL, "%s", address_rows[i].reason);
	}
	match = match_of(PROTOCOL_ALL);
	subnet_ends_add(profile, &match.remote);
	layer_add(draft, VERDICT_DENY, &match, &profile->vpc.subnets_at,
		  "base or broadcast address of a subnet: it names no host");
	for (size_t i = 0; i < COUNT(protocol_rows); i++) {
		char text[12];

		match = match_of(protocol_rows[i]);
		match.any_remote = true;
		layer_add(draft, VERDICT_PASS, &match, NULL, "%s is judged by the next layers",
			  protocol_print(protocol_rows[i], text));
	}
	layer_close(draft, VERDICT_DENY, NULL, "protocol: only TCP, UDP and ICMP are carried");
	return 0;
}
