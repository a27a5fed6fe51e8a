// SPDX-License-Identifier: GPL-2.0-or-later
// The VPC's ranges, endpoints, ACLs and routes against each other: see check.h.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/private_space.h"
#include "profile/check.h"

// Ranges that no network's hosts have: a profile that names one would open a door it does not mean.
static const struct {
	const char *text;
	const char *what;
} special[] = {
	{ "0.0.0.0/8", "\"this network\"" },
	{ "127.0.0.0/8", "loopback" },
	{ "169.254.0.0/16", "link-local, where the metadata service is" },
	{ "224.0.0.0/4", "multicast" },
	{ "240.0.0.0/4", "reserved" },
	{ "::/127", "loopback" },
	{ "fd00:ec2::/32", "where the metadata service is" },
	{ "fe80::/10", "link-local" },
	{ "ff00::/8", "multicast" },
};

enum { SPECIAL = sizeof(special) / sizeof(special[0]) };

static size_t find_special(const struct prefix *prefix)
{
	size_t i = 0;

	for (; i < SPECIAL; i++) {
		struct prefix range;
		if (prefix_parse(special[i].text, &range, NULL) < 0)
			abort();
		if (prefix_covers(&range, prefix) || prefix_covers(prefix, &range))
			break;
	}
	return i;
}

bool check_is_ordinary(const struct prefix *prefix)
{
	return find_special(prefix) == SPECIAL;
}

static void check_ordinary(struct reader *reader, const struct location *at, const struct prefix *prefix,
			   const char *noun)
{
	size_t found = find_special(prefix);
	char out[PREFIX_TEXT_SIZE];

	if (found < SPECIAL)
		reader_error(reader, at, NULL, "%s %s cannot be: %s is %s", noun, prefix_print(prefix, out),
			     special[found].text, special[found].what);
}

static void check_addresses(struct reader *reader, const address_vec *addresses, const char *noun)
{
	vec_for_each (value, addresses) {
		struct prefix prefix = prefix_of_address(&value->address);
		check_ordinary(reader, &value->at, &prefix, noun);
	}
}

static bool any_covers(const prefix_value_vec *prefixes, const struct prefix *inner)
{
	vec_for_each (value, prefixes)
		if (prefix_covers(&value->prefix, inner))
			return true;
	return false;
}

// As at AWS: a host is in one subnet.
static void check_overlaps(struct reader *reader)
{
	const prefix_value_vec *subnets = &reader->profile->vpc.subnets;
	char out[PREFIX_TEXT_SIZE], other_out[PREFIX_TEXT_SIZE];

	vec_for_each (subnet, subnets)
		for (const struct prefix_value *other = subnets->items; other < subnet; other++)
			if (prefix_covers(&other->prefix, &subnet->prefix) ||
			    prefix_covers(&subnet->prefix, &other->prefix))
				reader_error(reader, &subnet->at, "remove one of them",
					     "subnet %s overlaps subnet %s in line %u",
					     prefix_print(&subnet->prefix, out),
					     prefix_print(&other->prefix, other_out), other->at.line);
}

static void check_ranges(struct reader *reader)
{
	struct profile_vpc *vpc = &reader->profile->vpc;
	char out[PREFIX_TEXT_SIZE];

	vec_for_each (cidr, &vpc->cidrs)
		check_ordinary(reader, &cidr->at, &cidr->prefix, "the CIDR block");
	vec_for_each (subnet, &vpc->subnets) {
		check_ordinary(reader, &subnet->at, &subnet->prefix, "the subnet");
		if (vpc->cidrs.count && !any_covers(&vpc->cidrs, &subnet->prefix))
			reader_error(reader, &subnet->at, "add its range to \"vpc.cidrs\"",
				     "subnet %s lies outside the VPC's CIDR blocks",
				     prefix_print(&subnet->prefix, out));
	}
	check_overlaps(reader);
	if (vpc->subnets_at.line && !vpc->subnets.count && !vpc->subnets_of_host && !reader->mistakes->errors)
		reader_error(reader, &vpc->subnets_at, "write the job's own subnet, or subnets: host",
			     "no subnet is in \"vpc.subnets\"");
	if (!vpc->cidrs.count)
		vec_for_each (subnet, &vpc->subnets)
			vec_push(&vpc->cidrs, *subnet);
}

// With a Region there is AWS's resolver, the third address of the VPC's first IPv4 block.
static bool has_resolver(const struct profile_vpc *vpc)
{
	if (vpc->resolver.address.family != FAMILY_NONE)
		return true;
	vec_for_each (cidr, &vpc->cidrs)
		if (vpc->region.text && cidr->prefix.base.family == FAMILY_IPV4 && cidr->prefix.length <= 30)
			return true;
	return false;
}

static void check_dns(struct reader *reader)
{
	const struct profile_vpc *vpc = &reader->profile->vpc;
	bool given = has_resolver(vpc);

	if (vpc->dns == DNS_RESOLVER && !given)
		reader_error(reader, &vpc->dns_at,
			     "write it under \"vpc\": the second address of the VPC, such as 10.20.0.2",
			     "`dns: resolver` needs \"vpc.resolver\"");
	if (vpc->domains.count && (!given || vpc->dns == DNS_NONE))
		reader_error(reader, &vpc->domains.items[0].at, "write \"resolver: ADDRESS\" and `dns: endpoints`",
			     "\"vpc.domains\" needs a resolver to forward to");
}

static const char *endpoint_title(const struct profile_endpoint *endpoint)
{
	return endpoint->name.text ? endpoint->name.text : endpoint->service.text;
}

static void check_endpoint(struct reader *reader, const struct profile_endpoint *endpoint)
{
	const struct profile *profile = reader->profile;
	char out[ADDRESS_TEXT_SIZE];

	check_addresses(reader, &endpoint->addresses, "an endpoint's address");
	if (endpoint->service.text && !profile->vpc.region.text)
		reader_error(reader, &endpoint->service.at, "write \"region: eu-west-1\" under \"vpc\"",
			     "an endpoint of a service needs \"vpc.region\"");
	if (endpoint->type != ENDPOINT_INTERFACE || !profile->vpc.cidrs.count)
		return;  // told already, or told by profile_settle
	vec_for_each (value, &endpoint->addresses) {
		struct prefix prefix = prefix_of_address(&value->address);
		if (!any_covers(&profile->vpc.cidrs, &prefix))
			reader_error(reader, &value->at,
				     "add its range to \"vpc.cidrs\"; a server beyond the VPC is of type custom",
				     "interface endpoint %s lies outside the VPC's CIDR blocks and subnets",
				     address_print(&value->address, out));
	}
}

static void check_endpoints(struct reader *reader)
{
	const struct profile *profile = reader->profile;

	vec_for_each (endpoint, &profile->endpoints) {
		const char *title = endpoint_title(endpoint);
		check_endpoint(reader, endpoint);
		if (endpoint->stand_in.text && profile->vpc.located == LOCATED_HERE)
			reader_error(
			    reader, &endpoint->stand_in.at, "leave it out, or write \"vpc.located: elsewhere\"",
			    "\"stand-in\" is for a VPC that is elsewhere: here the endpoint itself is reached");
		for (const struct profile_endpoint *other = profile->endpoints.items; title && other < endpoint;
		     other++) {
			if (!endpoint_title(other) || strcmp(endpoint_title(other), title) != 0)
				continue;
			reader_error(reader, &endpoint->at, "give one of them another \"name\"",
				     "two endpoints are called \"%.80s\": first in line %u", title, other->at.line);
			break;
		}
	}
}

static void check_acls(struct reader *reader)
{
	const struct profile *profile = reader->profile;
	struct {
		VEC(const struct prefix_value *) list;
	} guarded = { 0 };
	size_t defaults = 0;
	char out[PREFIX_TEXT_SIZE];

	vec_for_each (acl, &profile->network_acls) {
		if (!acl->subnets.count && defaults++)
			reader_error(reader, &acl->at, "write \"subnets: [CIDR, …]\" in one of them",
				     "two network ACLs guard the job's own subnet");
		vec_for_each (subnet, &acl->subnets) {
			vec_for_each (other, &guarded.list)
				if (prefix_covers(&(*other)->prefix, &subnet->prefix) ||
				    prefix_covers(&subnet->prefix, &(*other)->prefix))
					reader_error(reader, &subnet->at, "a subnet has one network ACL",
						     "subnet %s is guarded already: line %u",
						     prefix_print(&subnet->prefix, out), (*other)->at.line);
			vec_push(&guarded.list, subnet);
		}
	}
	vec_release(&guarded.list);
}

// What is not private would be a way to the Internet, or to anybody else.
static void check_peering(struct reader *reader, const struct profile_route *route)
{
	CLEANUP(prefix_set_release) struct prefix_set private = { 0 }, reached = { 0 };
	const struct rule_peer *to = &route->destination;
	const struct profile_prefix_list *list = NULL;

	if (route->target != ROUTE_PEERING || !to->name)
		return;
	if (to->kind == PEER_PREFIX_LIST)
		list = profile_find_prefix_list(reader->profile, to->name);
	if (list && !list->entries.dirty)
		prefix_set_copy(&reached, &list->entries);
	if (to->kind == PEER_CIDR)
		prefix_set_add(&reached, &to->prefix);
	prefix_set_normalize(&reached);
	private_networks_add(&private);
	if (!prefix_set_is_within(&reached, &private))
		reader_error(reader, &to->at,
			     "a profile is private: leave the route out, or write blackhole; private are 10.0.0.0/8, "
			     "172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 and fc00::/7",
			     "a route to a peered VPC leads to private addresses, and \"%.80s\" has others", to->name);
}

static void check_routes(struct reader *reader)
{
	const struct profile *profile = reader->profile;

	vec_for_each (route, &profile->routes) {
		const char *name = route->destination.name;
		check_peering(reader, route);
		for (const struct profile_route *other = profile->routes.items; name && other < route; other++)
			if (other->destination.name && strcmp(other->destination.name, name) == 0)
				reader_error(reader, &route->at, "remove one of them",
					     "two routes lead to \"%.80s\": first in line %u", name, other->at.line);
	}
}

void check_vpc(struct reader *reader)
{
	check_addresses(reader, &reader->profile->network.peers, "the peer");
	check_ranges(reader);
	check_dns(reader);
	check_endpoints(reader);
	check_acls(reader);
	check_routes(reader);
}
