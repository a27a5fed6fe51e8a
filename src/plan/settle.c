// SPDX-License-Identifier: GPL-2.0-or-later
// A profile meets its host: see settle.h.
#include "plan/settle.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strbuf.h"

// Links that connect this machine, and not programs of it: all others are no place for a VPC's subnets.
static const char *const outer_kinds[] = { "", "bond", "team", "vlan", "macsec", "ipoib" };

static const struct {
	const char *kind, *what;
} inner_kinds[] = {
	{ "bridge", "a bridge" },           { "openvswitch", "a bridge" },
	{ "veth", "a container's link" },   { "macvlan", "a container's link" },
	{ "ipvlan", "a container's link" }, { "tun", "a tunnel" },
	{ "wireguard", "a tunnel" },        { "ppp", "a tunnel" },
};

static const struct prefix private_ranges[] = { IPV4_PREFIX(10, 0, 0, 0, 8), IPV4_PREFIX(172, 16, 0, 0, 12),
						IPV4_PREFIX(192, 168, 0, 0, 16),
						IPV6_PREFIX(0xfc00000000000000, 0, 7) };
// Denied to every profile already, as such.
static const struct prefix own_ranges[] = { IPV4_PREFIX(127, 0, 0, 0, 8), IPV6_PREFIX(0, 1, 128),
					    IPV6_PREFIX(0xfe80000000000000, 0, 10) };

static bool is_outer(const struct host_interface *interface)
{
	for (size_t i = 0; i < sizeof(outer_kinds) / sizeof(outer_kinds[0]); i++)
		if (strcmp(outer_kinds[i], interface->kind) == 0)
			return !interface->loopback;
	return false;
}

static const char *what_is(const struct host_interface *interface)
{
	for (size_t i = 0; i < sizeof(inner_kinds) / sizeof(inner_kinds[0]); i++)
		if (strcmp(inner_kinds[i].kind, interface->kind) == 0)
			return inner_kinds[i].what;
	return "no link to other machines";
}

static bool is_private(const struct prefix *prefix)
{
	for (size_t i = 0; i < sizeof(private_ranges) / sizeof(private_ranges[0]); i++)
		if (prefix_covers(&private_ranges[i], prefix))
			return true;
	return false;
}

// The route of IPv4, or of IPv6 where that is all there is.
static const struct host_route *default_route(const struct host_network *host)
{
	static const enum family families[] = { FAMILY_IPV4, FAMILY_IPV6 };
	const struct host_route *best = NULL;

	for (size_t i = 0; i < 2 && !best; i++)
		vec_for_each (route, &host->routes)
			if (route->destination.base.family == families[i] && !route->destination.length &&
			    (!best || route->metric < best->metric))
				best = route;
	return best;
}

// "lo 127.0.0.1/8; eth0 203.0.113.5/24; docker0 (bridge) 172.17.0.1/16"
static void list_interfaces(const struct host_network *host, struct strbuf *out)
{
	vec_for_each (interface, &host->interfaces) {
		strbuf_format(out, "%s%s", out->length ? "; " : "", interface->name);
		if (interface->kind[0])
			strbuf_format(out, " (%s)", interface->kind);
		vec_for_each (own, &interface->addresses) {
			char text[ADDRESS_TEXT_SIZE];
			strbuf_format(out, " %s/%u", address_print(&own->address, text), own->length);
		}
	}
}

static int refuse(const struct profile *profile, const struct host_network *host, const char *reason, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf interfaces = { 0 };
	AUTO_FREE char *place = profile_place(profile, &profile->vpc.subnets_at, "subnets: host");

	list_interfaces(host, &interfaces);
	return error_set(err, -EINVAL, "%s: %s; write \"subnets: [CIDR, …]\" instead; the interfaces: %.600s", place,
			 reason, strbuf_text(&interfaces));
}

// A prefix inside another, or there already, adds nothing.
static void add_subnet(struct profile *profile, const struct prefix *prefix)
{
	if (!is_private(prefix) || prefix->length == prefix->base.family)
		return;
	vec_for_each (other, &profile->vpc.subnets) {
		if (prefix_covers(&other->prefix, prefix))
			return;
		if (prefix_covers(prefix, &other->prefix)) {
			other->prefix = *prefix;
			return;
		}
	}
	vec_push(&profile->vpc.subnets, (struct prefix_value){ .prefix = *prefix, .at = profile->vpc.subnets_at });
}

// The prefix an address was given with; where it stands alone (DHCPv6, some clouds), the route on the link around it.
static void add_subnets_of(struct profile *profile, const struct host_network *host,
			   const struct host_interface *interface, enum family family)
{
	vec_for_each (own, &interface->addresses) {
		struct prefix prefix = prefix_around(&own->address, own->length);

		if (own->address.family != family)
			continue;
		add_subnet(profile, &prefix);
		vec_for_each (route, &host->routes)
			if (route->interface == interface->index && route->gateway.family == FAMILY_NONE &&
			    prefix_contains(&route->destination, &own->address))
				add_subnet(profile, &route->destination);
	}
}

static int check_cidrs(const struct profile *profile, struct error *err)
{
	vec_for_each (subnet, &profile->vpc.subnets) {
		bool inside = !profile->vpc.cidrs.count;

		vec_for_each (cidr, &profile->vpc.cidrs)
			inside = inside || prefix_covers(&cidr->prefix, &subnet->prefix);
		if (!inside) {
			AUTO_FREE char *place = profile_place(profile, &subnet->at, "subnets: host");
			char text[PREFIX_TEXT_SIZE];
			return error_set(err, -EINVAL,
					 "%s: this host's subnet %s lies outside the VPC's CIDR blocks; add its range "
					 "to \"vpc.cidrs\", or leave that out",
					 place, prefix_print(&subnet->prefix, text));
		}
	}
	return 0;
}

// What profile_load could not tell without the subnets.
static int check_endpoints(const struct profile *profile, struct error *err)
{
	vec_for_each (endpoint, &profile->endpoints) {
		vec_for_each (address, &endpoint->addresses) {
			bool inside = profile->vpc.cidrs.count || endpoint->type != ENDPOINT_INTERFACE;

			vec_for_each (subnet, &profile->vpc.subnets)
				inside = inside || prefix_contains(&subnet->prefix, &address->address);
			if (inside)
				continue;
			AUTO_FREE char *place = profile_place(profile, &address->at, "endpoints");
			char text[ADDRESS_TEXT_SIZE];
			return error_set(err, -EINVAL,
					 "%s: interface endpoint %s lies outside this host's subnets (subnets: host); "
					 "write \"cidrs\", or type: custom for a server beyond the VPC",
					 place, address_print(&address->address, text));
		}
	}
	return 0;
}

static int settle_subnets(struct profile *profile, const struct host_network *host, struct error *err)
{
	const struct host_route *route = default_route(host);
	const struct host_interface *interface = route ? host_network_interface(host, route->interface) : NULL;

	if (!interface)
		return refuse(profile, host, "this host has no default route, which tells its main interface", err);
	if (!is_outer(interface)) {
		AUTO_FREE char *reason = memory_format("the default route goes through %s, which is %s",
						       interface->name, what_is(interface));
		return refuse(profile, host, reason, err);
	}
	add_subnets_of(profile, host, interface, FAMILY_IPV4);
	add_subnets_of(profile, host, interface, FAMILY_IPV6);
	if (!profile->vpc.subnets.count) {
		AUTO_FREE char *reason =
		    memory_format("%s, which holds the default route, has no private prefix", interface->name);
		return refuse(profile, host, reason, err);
	}
	return check_cidrs(profile, err) < 0 ? -EINVAL : check_endpoints(profile, err);
}

static void add_address(struct prefix_set *set, const struct address *address)
{
	struct prefix prefix = prefix_of_address(address);

	prefix_set_add(set, &prefix);
}

// Neither loopback nor link-local.
static bool is_beyond_link(const struct address *address)
{
	for (size_t i = 0; i < sizeof(own_ranges) / sizeof(own_ranges[0]); i++)
		if (prefix_contains(&own_ranges[i], address))
			return false;
	return true;
}

static void add_beyond_link(struct prefix_set *set, const struct address *address)
{
	if (address->family != FAMILY_NONE && is_beyond_link(address))
		add_address(set, address);
}

static void settle_host(struct profile_host *facts, const struct host_network *host)
{
	vec_for_each (interface, &host->interfaces)
		vec_for_each (own, &interface->addresses)
			add_beyond_link(&facts->own, &own->address);
	vec_for_each (route, &host->routes)
		add_beyond_link(&facts->gateways, &route->gateway);
	vec_for_each (server, &host->nameservers)
		add_beyond_link(&facts->nameservers, server);
	vec_for_each (proxy, &host->proxies)
		add_beyond_link(&facts->proxies, proxy);
	prefix_set_normalize(&facts->own);
	prefix_set_normalize(&facts->gateways);
	prefix_set_normalize(&facts->nameservers);
	prefix_set_normalize(&facts->proxies);
	facts->known = true;
}

int profile_settle(struct profile *profile, const struct host_network *host, struct error *err)
{
	if (profile->host.known || profile->network.isolation == ISOLATION_FULL)
		return 0;
	if (profile->vpc.subnets_of_host) {
		int result = settle_subnets(profile, host, err);

		if (result < 0) {
			vec_release(&profile->vpc.subnets);
			return result;
		}
	}
	settle_host(&profile->host, host);
	return 0;
}
