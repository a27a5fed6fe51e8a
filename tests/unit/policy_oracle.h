// SPDX-License-Identifier: GPL-2.0-or-later
// A reference evaluator that reads struct profile alone.
//
// It knows no layers, sets or rules of struct policy: it scans what the profile says, in the words of the semantics,
// and gives the layer that denies. Slow and plain on purpose.
#ifndef VPCJAIL_POLICY_ORACLE_H
#define VPCJAIL_POLICY_ORACLE_H

#include "policy_fixture.h"

#include <netinet/in.h>

enum { ALLOWED = -1 };  // else an enum layer_kind: the layer that denies

static bool in(const struct address *address, const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix, NULL), 0);
	return prefix_contains(&prefix, address);
}

static bool in_any(const struct address *address, const char *const *texts)
{
	for (; *texts; texts++)
		if (in(address, *texts))
			return true;
	return false;
}

static bool is_peer(const struct profile *profile, const struct address *address)
{
	vec_for_each (peer, &profile->network.peers)
		if (address_equal(&peer->address, address))
			return true;
	return false;
}

static bool in_values(const prefix_value_vec *values, const struct address *address)
{
	vec_for_each (value, values)
		if (prefix_contains(&value->prefix, address))
			return true;
	return false;
}

static bool in_list(const struct profile *profile, const char *id, const struct address *address)
{
	vec_for_each (list, &profile->prefix_lists)
		if (strcmp(list->id, id) == 0)
			return prefix_set_contains(&list->entries, address);
	fail();
	return false;
}

static bool in_endpoint(const struct profile *profile, const struct profile_endpoint *endpoint,
			const struct address *address)
{
	if (endpoint->type == ENDPOINT_GATEWAY)
		return in_list(profile, endpoint->prefix_list.text, address);
	vec_for_each (own, &endpoint->addresses)
		if (address_equal(&own->address, address))
			return true;
	return false;
}

static bool has_port(const port_vec *ports, uint16_t port)
{
	vec_for_each (value, ports)
		if (port >= value->range.first && port <= value->range.last)
			return true;
	return false;
}

static bool is_ported(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

// Protocol, ports, type and code as AWS means them.
static bool means(int protocol, const port_vec *ports, int type, int code, const struct flow *flow)
{
	if (type == -1 && code != -1)
		return false;
	if (protocol == PROTOCOL_ALL)
		return true;
	if (protocol != flow->protocol)
		return false;
	if (is_ported(protocol) && ports->count && !has_port(ports, flow->destination_port))
		return false;
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return (type == -1 || flow->icmp_type == type) && (code == -1 || flow->icmp_code == code);
	return true;
}

static bool reference_packet(const struct profile *profile, const struct flow *flow)
{
	static const char *const special[] = { "224.0.0.0/4", "255.255.255.255", "0.0.0.0/8", "127.0.0.0/8", "::",
					       "::1",         "ff00::/8",        "fe80::/10", NULL };
	bool ipv6 = flow->remote.family == FAMILY_IPV6;

	if (in_any(&flow->remote, special) || (ipv6 && flow->remote.bits >> 32 == 0xffff))
		return false;
	vec_for_each (subnet, &profile->vpc.subnets) {
		struct address first = prefix_first(&subnet->prefix), last = prefix_last(&subnet->prefix);

		if (!ipv6 && subnet->prefix.length < 31 &&
		    (address_equal(&first, &flow->remote) || address_equal(&last, &flow->remote)))
			return false;
	}
	return is_ported(flow->protocol) || flow->protocol == (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

static bool is_resolver(const struct profile *profile, const struct address *address)
{
	static const char *const resolvers[] = { "169.254.169.253", "fd00:ec2::253", NULL };

	if (!profile->vpc.region.text)
		return false;
	vec_for_each (cidr, &profile->vpc.cidrs)
		if (address->family == FAMILY_IPV4 && prefix_contains(&cidr->prefix, address) &&
		    address->bits == cidr->prefix.base.bits + 2)
			return true;
	return in_any(address, resolvers);
}

// 1: accepted, 0: denied, -1: not a service.
static int reference_service(const struct profile *profile, const struct flow *flow)
{
	static const char *const imds[] = { "169.254.169.254", "fd00:ec2::254", NULL };
	static const char *const credentials[] = { "169.254.170.2", "169.254.170.23", "fd00:ec2::23", NULL };
	static const char *const times[] = { "169.254.169.123", "fd00:ec2::123", NULL };
	static const char *const ranges[] = { "169.254.0.0/16", "fd00:ec2::/32", NULL };
	const struct profile_vpc *vpc = &profile->vpc;
	bool aws = vpc->region.text, leaving = flow->direction == EGRESS;
	bool tcp80 = flow->protocol == IPPROTO_TCP && flow->destination_port == 80;
	bool given = vpc->resolver.address.family && address_equal(&vpc->resolver.address, &flow->remote);

	if (leaving && vpc->dns == DNS_RESOLVER && is_ported(flow->protocol) && flow->destination_port == 53 &&
	    (given || is_resolver(profile, &flow->remote)))
		return 1;
	if (leaving && aws && vpc->imds == PERMISSION_ALLOW && tcp80 && in_any(&flow->remote, imds))
		return 1;
	if (leaving && aws && profile->process.credentials == CREDENTIALS_KEEP && tcp80 &&
	    in_any(&flow->remote, credentials))
		return 1;
	if (leaving && aws && vpc->time_sync == PERMISSION_ALLOW && flow->protocol == IPPROTO_UDP &&
	    flow->destination_port == 123 && in_any(&flow->remote, times))
		return 1;
	if (!leaving && flow->state == FLOW_ESTABLISHED)
		return -1;
	return in_any(&flow->remote, ranges) || is_resolver(profile, &flow->remote) ? 0 : -1;
}

static bool is_endpoint_peer(const struct profile *profile, const struct group_rule *rule, const struct rule_peer *peer,
			     const struct flow *flow)
{
	const struct profile_endpoint *endpoint = profile_find_endpoint(profile, peer->name);
	bool open = rule->protocol == PROTOCOL_ALL;

	if (!in_endpoint(profile, endpoint, &flow->remote))
		return false;
	if (flow->direction == INGRESS)
		return means(rule->protocol, &rule->ports, rule->icmp_type, rule->icmp_code, flow);
	if (!means(open ? endpoint->protocol : rule->protocol, &rule->ports, rule->icmp_type, rule->icmp_code, flow))
		return false;
	if (rule->ports.count || flow->protocol != endpoint->protocol)
		return true;
	return has_port(&endpoint->ports, flow->destination_port);
}

static bool is_rule_peer(const struct profile *profile, const struct group_rule *rule, const struct rule_peer *peer,
			 const struct flow *flow)
{
	bool meant = means(rule->protocol, &rule->ports, rule->icmp_type, rule->icmp_code, flow);

	switch (peer->kind) {
	case PEER_CIDR:
		return meant && prefix_contains(&peer->prefix, &flow->remote);
	case PEER_PREFIX_LIST:
		return meant && in_list(profile, peer->name, &flow->remote);
	case PEER_ENDPOINT:
		return is_endpoint_peer(profile, rule, peer, flow);
	case PEER_SECURITY_GROUP:
	case PEER_SELF:
		return meant && is_peer(profile, &flow->remote);
	case PEER_SUBNETS:
		return meant && in_values(&profile->vpc.subnets, &flow->remote);
	case PEER_ANY:
		return meant;
	}
	return false;
}

static bool reference_default_group(const struct profile *profile, const struct flow *flow)
{
	bool name_server = false;

	if (flow->direction == INGRESS)
		return is_peer(profile, &flow->remote);
	vec_for_each (endpoint, &profile->endpoints) {
		if (!in_endpoint(profile, endpoint, &flow->remote))
			continue;
		if (means(endpoint->protocol, &endpoint->ports, -1, -1, flow))
			return true;
		name_server |= has_port(&endpoint->ports, 53);
	}
	if (is_ported(flow->protocol) && flow->destination_port == 53 && !name_server)
		return false;
	return in_values(&profile->vpc.subnets, &flow->remote);
}

static bool reference_group(const struct profile *profile, const struct flow *flow)
{
	if (flow->state == FLOW_ESTABLISHED)
		return true;
	if (!profile->security_groups_at.line)
		return reference_default_group(profile, flow);
	vec_for_each (group, &profile->security_groups) {
		if (flow->direction == EGRESS && !group->egress_at.line)
			return true;
		vec_for_each (rule, flow->direction == EGRESS ? &group->egress : &group->ingress)
			vec_for_each (peer, &rule->peers)
				if (!(rule->icmp_type == -1 && rule->icmp_code != -1) &&
				    is_rule_peer(profile, rule, peer, flow))
					return true;
	}
	return false;
}

// The job's own subnet: the first block of a family that is listed; NULL without one.
static const struct prefix *reference_own(const struct profile *profile, enum family family)
{
	vec_for_each (subnet, &profile->vpc.subnets)
		if (subnet->prefix.base.family == family)
			return &subnet->prefix;
	return NULL;
}

// The ACL of the first subnet: one that names it, else one that names none.
static const struct network_acl *reference_acl(const struct profile *profile)
{
	const struct network_acl *found = NULL;

	vec_for_each (acl, &profile->network_acls) {
		if (!acl->subnets.count && !found)
			found = acl;
		vec_for_each (subnet, &acl->subnets)
			if (reference_own(profile, subnet->prefix.base.family) &&
			    prefix_covers(&subnet->prefix, reference_own(profile, subnet->prefix.base.family)))
				return acl;
	}
	return found;
}

static bool reference_network_acl(const struct profile *profile, const struct flow *flow)
{
	const struct network_acl *acl = reference_acl(profile);
	struct flow question = *flow;

	if (!acl)
		return true;
	const struct prefix *own = reference_own(profile, flow->remote.family);
	if (own && !acl->inside_subnet && prefix_contains(own, &flow->remote))
		return true;
	// An answer of a service that may be asked: judged by nobody.
	question.direction = EGRESS;
	for (uint16_t port = 53; flow->direction == INGRESS && port <= 123; port++) {
		question.destination_port = port;
		question.protocol = IPPROTO_TCP;
		if (is_ported(flow->protocol) && reference_service(profile, &question) == 1)
			return true;
		question.protocol = IPPROTO_UDP;
		if (is_ported(flow->protocol) && reference_service(profile, &question) == 1)
			return true;
	}
	vec_for_each (rule, flow->direction == EGRESS ? &acl->egress : &acl->ingress)
		if (prefix_contains(&rule->cidr, &flow->remote) &&
		    means(rule->protocol, &rule->ports, rule->icmp_type, rule->icmp_code, flow))
			return rule->action == ACL_ALLOW;
	return false;
}

// The best of all routes so far: the longest; of equal length a CIDR before a list; of equals the first.
struct best {
	int rank;
	enum route_target target;
};

static void best_of(struct best *best, const struct prefix *prefix, bool is_list, enum route_target target,
		    const struct flow *flow)
{
	int rank = 2 * prefix->length + !is_list;

	if (prefix_contains(prefix, &flow->remote) && rank > best->rank)
		*best = (struct best){ rank, target };
}

static void best_of_list(struct best *best, const struct profile *profile, const char *id, enum route_target target,
			 const struct flow *flow)
{
	prefix_vec prefixes = { 0 };

	prefix_set_to_prefixes(&profile_find_prefix_list(profile, id)->entries, flow->remote.family, &prefixes);
	vec_for_each (prefix, &prefixes)
		best_of(best, prefix, true, target, flow);
	vec_release(&prefixes);
}

static void best_of_defaults(struct best *best, const struct profile *profile, const struct flow *flow)
{
	const prefix_value_vec *local = profile->vpc.cidrs.count ? &profile->vpc.cidrs : &profile->vpc.subnets;
	struct prefix own = prefix_of_address(&flow->remote);

	vec_for_each (cidr, local)
		best_of(best, &cidr->prefix, false, ROUTE_LOCAL, flow);
	if (is_peer(profile, &flow->remote))
		best_of(best, &own, false, ROUTE_LOCAL, flow);
	vec_for_each (endpoint, &profile->endpoints) {
		if (endpoint->type == ENDPOINT_GATEWAY)
			best_of_list(best, profile, endpoint->prefix_list.text, ROUTE_GATEWAY_ENDPOINT, flow);
		else if (in_endpoint(profile, endpoint, &flow->remote))
			best_of(best, &own, false, ROUTE_LOCAL, flow);
	}
}

static bool reference_route(const struct profile *profile, const struct flow *flow)
{
	struct best best = { -1, ROUTE_BLACKHOLE };

	if (flow->direction == INGRESS)
		return true;
	if (!profile->routes_at.line)
		best_of_defaults(&best, profile, flow);
	vec_for_each (route, &profile->routes) {
		if (route->destination.kind == PEER_CIDR)
			best_of(&best, &route->destination.prefix, false, route->target, flow);
		else
			best_of_list(&best, profile, route->destination.name, route->target, flow);
	}
	return best.target != ROUTE_BLACKHOLE;
}

static bool reference_endpoint(const struct profile *profile, const struct flow *flow)
{
	bool gateway = false, interface = false, carried = false;

	if (flow->state == FLOW_ESTABLISHED)
		return true;
	vec_for_each (endpoint, &profile->endpoints) {
		if (endpoint->type == ENDPOINT_CUSTOM || !in_endpoint(profile, endpoint, &flow->remote))
			continue;
		if (endpoint->type == ENDPOINT_INTERFACE) {
			interface = true;
			carried |= means(endpoint->protocol, &endpoint->ports, -1, -1, flow);
			continue;
		}
		gateway = true;
		carried |= flow->protocol == IPPROTO_TCP || (flow->protocol == IPPROTO_ICMP && flow->icmp_type == 8) ||
			   (flow->protocol == IPPROTO_ICMPV6 && flow->icmp_type == 128);
	}
	if (flow->direction == INGRESS)
		return !gateway && !interface;
	return carried || (!gateway && !interface);
}

// The host itself is not reached through the host; under `subnets: host` no way out of the subnets either.
static bool reference_uplink(const struct profile *profile, const struct flow *flow)
{
	enum uplink uplink = profile->network.uplink;
	bool through_host = uplink == UPLINK_AUTO || uplink == UPLINK_VETH || uplink == UPLINK_PASTA;
	bool names = flow->destination_port == 53 || flow->destination_port == 853;

	if (uplink == UPLINK_NONE)
		return false;
	if (flow->direction == INGRESS || flow->state == FLOW_ESTABLISHED)
		return true;
	if (through_host && prefix_set_contains(&profile->host.own, &flow->remote))
		return false;
	return !profile->vpc.subnets_of_host ||
	       (!prefix_set_contains(&profile->host.gateways, &flow->remote) &&
		!prefix_set_contains(&profile->host.proxies, &flow->remote) && !(is_ported(flow->protocol) && names));
}

static int reference(const struct profile *profile, const struct flow *flow)
{
	bool leaving = flow->direction == EGRESS, carried = profile->network.uplink != UPLINK_NONE;
	int service;

	if (profile->network.isolation == ISOLATION_FULL) {
		if (profile->network.peers.count && flow->state == FLOW_NEW && !reference_packet(profile, flow))
			return LAYER_PACKET;
		return carried && is_peer(profile, &flow->remote) ? ALLOWED : LAYER_ISOLATION;
	}
	if (flow->state == FLOW_NEW && !reference_packet(profile, flow))
		return LAYER_PACKET;
	service = reference_service(profile, flow);
	if (service >= 0)
		return carried && service ? ALLOWED : LAYER_SERVICE;
	if (leaving && !reference_group(profile, flow))
		return LAYER_SECURITY_GROUP;
	if (!leaving && !reference_endpoint(profile, flow))
		return LAYER_ENDPOINT;
	if (!reference_network_acl(profile, flow))
		return LAYER_NETWORK_ACL;
	if (!leaving && !reference_group(profile, flow))
		return LAYER_SECURITY_GROUP;
	if (!reference_route(profile, flow))
		return LAYER_ROUTE;
	if (leaving && !reference_endpoint(profile, flow))
		return LAYER_ENDPOINT;
	return reference_uplink(profile, flow) ? ALLOWED : LAYER_UPLINK;
}

#endif
