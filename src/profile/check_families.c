// SPDX-License-Identifier: GPL-2.0-or-later
// IPv4 and IPv6 against each other: what says one family where only the other is matches nothing. See check.h.
#include <netinet/in.h>
#include <string.h>

#include "profile/check.h"

enum { IPV4 = 1, IPV6 = 2, BOTH = IPV4 | IPV6 };

static unsigned of_family(enum family family)
{
	return family == FAMILY_IPV4 ? IPV4 : family == FAMILY_IPV6 ? IPV6 : 0;
}

static unsigned of_prefixes(const prefix_value_vec *prefixes)
{
	unsigned families = 0;

	vec_for_each (value, prefixes)
		families |= of_family(value->prefix.base.family);
	return families;
}

static unsigned of_addresses(const address_vec *addresses)
{
	unsigned families = 0;

	vec_for_each (value, addresses)
		families |= of_family(value->address.family);
	return families;
}

// What cannot be told (a list that is not there, which is told already; a host's subnets) counts as both.
static unsigned of_list(const struct profile *profile, const char *id)
{
	const struct profile_prefix_list *list = id ? profile_find_prefix_list(profile, id) : NULL;

	if (!list || list->entries.dirty)
		return BOTH;
	return (prefix_set_has_family(&list->entries, FAMILY_IPV4) ? IPV4 : 0) |
	       (prefix_set_has_family(&list->entries, FAMILY_IPV6) ? IPV6 : 0);
}

static unsigned of_endpoint(const struct profile *profile, const struct profile_endpoint *endpoint)
{
	if (endpoint->type == ENDPOINT_GATEWAY)
		return of_list(profile, endpoint->prefix_list.text);
	return of_addresses(&endpoint->addresses);
}

static unsigned of_peer(const struct profile *profile, const struct rule_peer *peer)
{
	const struct profile_endpoint *endpoint;

	switch (peer->kind) {
	case PEER_CIDR:
		return of_family(peer->prefix.base.family);
	case PEER_PREFIX_LIST:
		return of_list(profile, peer->name);
	case PEER_ENDPOINT:
		endpoint = peer->name ? profile_find_endpoint(profile, peer->name) : NULL;
		return endpoint ? of_endpoint(profile, endpoint) : BOTH;
	case PEER_SECURITY_GROUP:
	case PEER_SELF:
		return profile->network.peers.count ? of_addresses(&profile->network.peers) : BOTH;
	case PEER_SUBNETS:
		return profile->vpc.subnets.count ? of_prefixes(&profile->vpc.subnets) : BOTH;
	case PEER_ANY:
		return BOTH;
	}
	return BOTH;
}

// icmp is IPv4's and icmpv6 is IPv6's.
static void check_icmp(struct reader *reader, const struct location *at, const char *noun, int protocol,
		       unsigned families)
{
	if (protocol == IPPROTO_ICMP && families == IPV6)
		reader_error(reader, at, "write protocol: icmpv6",
			     "%s matches nothing: icmp belongs to IPv4, and all its addresses are IPv6", noun);
	if (protocol == IPPROTO_ICMPV6 && families == IPV4)
		reader_error(reader, at, "write protocol: icmp",
			     "%s matches nothing: icmpv6 belongs to IPv6, and all its addresses are IPv4", noun);
}

static void check_group(struct reader *reader, const group_rule_vec *rules)
{
	vec_for_each (rule, rules) {
		unsigned families = 0;

		vec_for_each (peer, &rule->peers)
			families |= of_peer(reader->profile, peer);
		check_icmp(reader, &rule->at, "the rule", rule->protocol, families);
	}
}

static void check_acl(struct reader *reader, const acl_rule_vec *rules)
{
	vec_for_each (rule, rules)
		check_icmp(reader, &rule->at, "the rule", rule->protocol, of_family(rule->cidr.base.family));
}

// A job has addresses of the VPC's families alone.
static void check_endpoint(struct reader *reader, const struct profile_endpoint *endpoint, unsigned vpc)
{
	unsigned families = of_endpoint(reader->profile, endpoint);

	check_icmp(reader, &endpoint->at, "the endpoint", endpoint->protocol, families);
	if (!vpc || !families || vpc & families)
		return;
	reader_error(reader, &endpoint->at,
		     families == IPV6
			 ? "add the VPC's IPv6 block to \"vpc.cidrs\" and the subnet's to \"vpc.subnets\", or "
			   "give IPv4 addresses"
			 : "add the VPC's IPv4 block to \"vpc.cidrs\" and the subnet's to \"vpc.subnets\", or "
			   "give IPv6 addresses",
		     "nothing reaches the endpoint: all its addresses are %s, and the VPC has none of these",
		     families == IPV6 ? "IPv6" : "IPv4");
}

void check_families(struct reader *reader)
{
	const struct profile *profile = reader->profile;
	unsigned vpc = profile->vpc.subnets_of_host ? 0 : of_prefixes(&profile->vpc.cidrs);

	vec_for_each (endpoint, &profile->endpoints)
		check_endpoint(reader, endpoint, vpc);
	vec_for_each (group, &profile->security_groups) {
		check_group(reader, &group->egress);
		check_group(reader, &group->ingress);
	}
	vec_for_each (acl, &profile->network_acls) {
		check_acl(reader, &acl->egress);
		check_acl(reader, &acl->ingress);
	}
}
