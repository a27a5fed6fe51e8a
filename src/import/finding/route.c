// SPDX-License-Identifier: GPL-2.0-or-later
// Findings about the subnet's routes: what leads out of it, and what should lead to a gateway endpoint and does not.
#include "base/cleanup.h"
#include "import/finding/parts.h"

static const struct {
	const char *words;
	const char *meaning;  // of a route of that target for public addresses
} target_rows[] = {
	[TARGET_LOCAL] = { "the VPC", "" },
	[TARGET_ENDPOINT] = { "a gateway load balancer's endpoint", "whatever stands behind it may forward to the "
								    "Internet" },
	[TARGET_INTERNET_GATEWAY] = { "an internet gateway", "the subnet is a public one, and since a job's interfaces "
							     "get no public address, a job hangs there" },
	[TARGET_EGRESS_ONLY_GATEWAY] = { "an egress-only internet gateway", "on AWS the job reaches the Internet by "
									    "IPv6" },
	[TARGET_NAT_GATEWAY] = { "a NAT gateway", "on AWS the job reaches what is behind it: the Internet, unless the "
						  "gateway is a private one" },
	[TARGET_PEERING] = { "a VPC peering connection", "a peering connection carries addresses of the other VPC "
							 "only" },
	[TARGET_TRANSIT_GATEWAY] = { "a transit gateway", "where the Internet is reached from there, the job reaches "
							  "it" },
	[TARGET_VPN_GATEWAY] = { "a virtual private gateway", "where the Internet is reached from there, the job "
							      "reaches it" },
	[TARGET_INTERFACE] = { "an instance's interface", "an appliance or NAT instance there may forward to the "
							  "Internet" },
	[TARGET_OTHER] = { "another kind of gateway", "what it forwards to is not known" },
};

const char *route_target_words(const struct aws_route *route)
{
	return target_rows[route->target].words;
}

char *route_destination(const struct assembled_route *route)
{
	char text[PREFIX_TEXT_SIZE];

	return memory_copy_text(route->is_list ? route->list : prefix_print(&route->prefix, text));
}

void route_addresses(const struct assembly *assembly, const struct assembled_route *route, struct prefix_set *out)
{
	if (route->is_list)
		peer_addresses(assembly, route->list, NULL, out);
	else
		prefix_set_add(out, &route->prefix);
}

bool route_meets_internet(const struct finder *finder, const struct assembled_route *route)
{
	CLEANUP(prefix_set_release) struct prefix_set destinations = { 0 };

	route_addresses(finder->assembly, route, &destinations);
	prefix_set_normalize(&destinations);
	if (route->is_list && prefix_set_is_empty(&destinations))
		return true;  // nobody knows
	return !prefix_set_is_within(&destinations, &finder->inside);
}

// A route that takes packets away from here on AWS: to neither the VPC nor a gateway endpoint nor nowhere.
static bool leads_away(const struct assembled_route *route)
{
	if (!route->route || route->route->blackhole)
		return false;
	switch (route->route->target) {
	case TARGET_LOCAL:
		return false;
	case TARGET_ENDPOINT:
		return !route->is_list;
	case TARGET_INTERNET_GATEWAY:
	case TARGET_EGRESS_ONLY_GATEWAY:
	case TARGET_NAT_GATEWAY:
	case TARGET_PEERING:
	case TARGET_TRANSIT_GATEWAY:
	case TARGET_VPN_GATEWAY:
	case TARGET_INTERFACE:
	case TARGET_OTHER:
		return true;
	}
	return true;
}

// A subnet without a block of the route's family has no packets for it.
static bool has_family(const struct aws_subnet *subnet, const struct assembled_route *route)
{
	if (route->is_list || !subnet->blocks.count)
		return true;
	vec_for_each (block, &subnet->blocks)
		if (block->base.family == route->prefix.base.family)
			return true;
	return false;
}

static const char *table_id(const struct finder *finder)
{
	return finder->assembly->table ? finder->assembly->table->thing.id : NULL;
}

static char *table_title(const struct finder *finder)
{
	return finder->assembly->table ? thing_title(&finder->assembly->table->thing) : memory_copy_text("the table");
}

static char *target_title(const struct aws_route *route)
{
	struct strbuf out = { 0 };

	text_add_short(&out, route->target_id ? route->target_id : "somewhere");
	strbuf_format(&out, ", %s", route_target_words(route));
	return strbuf_steal(&out);
}

// The option of delete-route for it.
static char *deletion(const struct assembled_route *route, const char *destination)
{
	const char *option = route->is_list                             ? "prefix-list-id"
			     : route->prefix.base.family == FAMILY_IPV6 ? "ipv6-cidr-block"
									: "cidr-block";

	return memory_format("--destination-%s=%s", option, destination);
}

// A table that serves other subnets, too, is not to be changed for one of them.
static const char *remedy_of(const struct finder *finder)
{
	const struct aws_route_table *table = finder->assembly->table;

	if (finder->assembly->table_is_main)
		return "choose another subnet, or give this one a table of its own, for {id} is the VPC's main one and "
		       "serves every subnet without one: aws ec2 create-route-table --vpc-id {vpc}{region}, and aws "
		       "ec2 associate-route-table --subnet-id {subnet} --route-table-id NEW{region}";
	if (table && table->subnets.count > 1)
		return "choose a subnet whose table has no such route; {id} serves other subnets, too: aws ec2 "
		       "describe-route-tables --route-table-ids {id}{region}";
	return NULL;
}

static void tell_way_out(struct finder *finder, const struct assembled_route *route)
{
	AUTO_FREE char *destination = route_destination(route), *table = table_title(finder),
		       *target = target_title(route->route), *option = deletion(route, destination);
	const struct finding_about about = { table_id(finder), &route->route->at, option, remedy_of(finder) };

	if (!has_family(finder->assembly->subnet, route)) {
		finding_add(finder, &about,
			    "%s leads %s to %s; the subnet has no block of that family, so that the job has no packet "
			    "for it",
			    table, destination, target)
		    ->weight = FINDING_NOTE;
		return;
	}
	finding_add(finder, &about, "%s leads %s to %s: %s; the profile denies it", table, destination, target,
		    target_rows[route->route->target].meaning);
}

void find_public_routes(struct finder *finder)
{
	vec_for_each (route, &finder->assembly->routes)
		if (leads_away(route) && route->target != ROUTE_PEERING && route_meets_internet(finder, route))
			tell_way_out(finder, route);
}

// Through an appliance in the VPC to others in it.
static bool stays_in_vpc(const struct finder *finder, const struct assembled_route *route)
{
	vec_for_each (block, &finder->assembly->cidrs)
		if (!route->is_list && prefix_covers(block, &route->prefix))
			return true;
	return false;
}

void find_other_routes(struct finder *finder)
{
	vec_for_each (route, &finder->assembly->routes) {
		if (!leads_away(route) || route->target == ROUTE_PEERING || route_meets_internet(finder, route))
			continue;
		AUTO_FREE char *destination = route_destination(route), *table = table_title(finder),
			       *target = target_title(route->route);
		const struct finding_about about = { table_id(finder), &route->route->at, NULL, NULL };

		finding_add(
		    finder, &about,
		    stays_in_vpc(finder, route)
			? "%s leads %s, which is in the VPC, through %s: what that lets pass is not known, and the "
			  "profile denies it"
			: "%s leads %s to %s, out of the VPC: a job may reach it on AWS; the profile denies it, "
			  "which no document of a VPC can prove to be private",
		    table, destination, target);
	}
}

void find_peerings(struct finder *finder)
{
	vec_for_each (route, &finder->assembly->routes) {
		if (route->target != ROUTE_PEERING || !route->route)
			continue;
		AUTO_FREE char *destination = route_destination(route), *table = table_title(finder),
			       *target = target_title(route->route);
		const struct finding_about about = { table_id(finder), &route->route->at, NULL, NULL };

		finding_add(finder, &about,
			    "%s leads %s to %s: the profile carries it as it does the VPC; what the other VPC's groups "
			    "and ACLs say is not known here",
			    table, destination, target);
	}
}

void find_dead_routes(struct finder *finder)
{
	vec_for_each (route, &finder->assembly->routes) {
		if (!route->route || !route->route->blackhole)
			continue;
		AUTO_FREE char *destination = route_destination(route), *table = table_title(finder);
		AUTO_STRBUF struct strbuf target = { 0 };
		const struct finding_about about = { table_id(finder), &route->route->at, NULL, NULL };

		text_add_short(&target, route->route->target_id ? route->route->target_id : "its target");
		finding_add(finder, &about,
			    "the route of %s for %s is a blackhole: %s is gone or was never accepted, and packets are "
			    "dropped",
			    table, destination, strbuf_text(&target));
	}
}

bool endpoint_is_routed(const struct finder *finder, const struct aws_endpoint *endpoint)
{
	vec_for_each (route, &finder->assembly->routes)
		if (route->route && route->is_list && !route->route->blackhole &&
		    text_equal(route->route->target_id, endpoint->thing.id))
			return true;
	return finder->assembly->table && id_vec_has(&endpoint->route_tables, finder->assembly->table->thing.id);
}

static bool another_way(const struct finder *finder, const struct aws_endpoint *endpoint)
{
	vec_for_each (other, &finder->assembly->account->endpoints)
		if (other != endpoint && other->available && endpoint_is_near(finder, other) &&
		    text_equal(endpoint_service(other), endpoint_service(endpoint)) &&
		    (other->type == AWS_ENDPOINT_INTERFACE ||
		     (other->type == AWS_ENDPOINT_GATEWAY && endpoint_is_routed(finder, other))))
			return true;
	return false;
}

void find_unrouted_gateways(struct finder *finder)
{
	const struct assembly *assembly = finder->assembly;

	if (!assembly->table)
		return;
	vec_for_each (endpoint, &assembly->account->endpoints) {
		if (endpoint->type != AWS_ENDPOINT_GATEWAY || !endpoint->available ||
		    !endpoint_is_near(finder, endpoint) || endpoint_is_routed(finder, endpoint) ||
		    another_way(finder, endpoint))
			continue;
		AUTO_FREE char *title = thing_title(&endpoint->thing), *table = thing_title(&assembly->table->thing);
		AUTO_STRBUF struct strbuf service = { 0 };
		const struct finding_about about = { endpoint->thing.id, &endpoint->thing.at, NULL, NULL };

		text_add_short(&service, endpoint_service(endpoint) ? endpoint_service(endpoint) : endpoint->service);
		AUTO_FREE char *over = internet_words(assembly, strbuf_text(&service));
		struct finding *finding = finding_add(
		    finder, &about,
		    "the gateway endpoint %s of %s is not associated with %s, the %s of "
		    "%s: %s %s %s%s",
		    title, strbuf_text(&service), table, assembly->table_is_main ? "VPC's main table" : "route table",
		    assembly->subnet->thing.id, over ? "without it" : "connections to", strbuf_text(&service),
		    over ? "is " : "hang", over ? over : "");
		if (over || !text_equal(endpoint_service(endpoint), "s3"))
			finding->weight = FINDING_WARNING;
	}
}

void find_public_addresses(struct finder *finder)
{
	const struct aws_subnet *subnet = finder->assembly->subnet;

	if (!subnet || subnet->public_addresses != KNOWN_YES)
		return;
	AUTO_FREE char *title = thing_title(&subnet->thing);
	const struct finding_about about = { subnet->thing.id, &subnet->thing.at, NULL, NULL };

	finding_add(finder, &about,
		    "%s gives a public address to what is launched in it (MapPublicIpOnLaunch): a job's interfaces get "
		    "none, but a subnet that is meant to be private has this off",
		    title);
}
