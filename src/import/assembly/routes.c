// SPDX-License-Identifier: GPL-2.0-or-later
// The routes of the job's table as a profile can have them: what leads out of the private network leads nowhere, so
// that the longest prefix still gives AWS's answer for what it would have taken.
//
// Source: "Route tables" and "Route priority" (Amazon VPC User Guide).
#include <stdlib.h>
#include <string.h>

#include "import/assembly/parts.h"

// What a target is called in a note.
static const char *const target_names[] = {
	[TARGET_LOCAL] = "the VPC itself",
	[TARGET_ENDPOINT] = "an endpoint",
	[TARGET_INTERNET_GATEWAY] = "an internet gateway",
	[TARGET_EGRESS_ONLY_GATEWAY] = "an egress-only internet gateway",
	[TARGET_NAT_GATEWAY] = "a NAT gateway",
	[TARGET_PEERING] = "a peering connection",
	[TARGET_TRANSIT_GATEWAY] = "a transit gateway",
	[TARGET_VPN_GATEWAY] = "a VPN gateway",
	[TARGET_INTERFACE] = "an instance or a network interface",
	[TARGET_OTHER] = "another gateway",
};

const char *target_id(const struct aws_route *route)
{
	return route->target_id ? route->target_id : "its target";
}

static void tell_endpoint(struct building *building, const struct aws_route *route)
{
	assume(building, memory_format("endpoint %s, to which a route leads", target_id(route)),
	       memory_copy_text("the route leads nowhere"),
	       command_for(building, "describe-vpc-endpoints --vpc-endpoint-ids", target_id(route)));
}

// Why a route to an endpoint is none to a gateway that is there.
static void endpoint_route(struct building *building, const struct aws_route *route, struct assembled_route *out)
{
	const struct aws_endpoint *endpoint = find_endpoint(building, target_id(route));

	if (route->is_list && gateway_of(building, route)) {
		out->target = ROUTE_GATEWAY_ENDPOINT;
		return;
	}
	if (!endpoint) {
		tell_endpoint(building, route);
		route_nowhere(out, memory_format("%s: an endpoint that was not given", target_id(route)));
	} else if (endpoint->type != AWS_ENDPOINT_GATEWAY) {
		route_nowhere(out, memory_format("%s: a gateway load balancer's endpoint; a profile is private",
						 target_id(route)));
	} else if (!endpoint->available) {
		route_nowhere(out, memory_format("%s: an endpoint that is not available", target_id(route)));
	} else {
		route_nowhere(out, memory_format("%s: not a gateway endpoint of this route table", target_id(route)));
	}
}

// A local route leads to the VPC's own blocks or a part of one; what a document calls local beyond them, as 0.0.0.0/0,
// is stale or made up.
static void local_route(const struct building *building, const struct aws_route *route, struct assembled_route *out)
{
	if (!route->is_list && prefixes_cover(&building->assembly->cidrs, &route->prefix))
		out->target = ROUTE_LOCAL;
	else
		route_nowhere(out, memory_copy_text("called local, but not within the VPC's CIDR blocks"));
}

static void set_target(struct building *building, const struct aws_route *route, struct assembled_route *out)
{
	if (route->blackhole) {
		route_nowhere(out, memory_format("%s: a blackhole in the account, too", target_id(route)));
		return;
	}
	switch (route->target) {
	case TARGET_LOCAL:
		local_route(building, route, out);
		return;
	case TARGET_ENDPOINT:
		endpoint_route(building, route, out);
		return;
	case TARGET_PEERING:
		peering_route(building, route, out);
		return;
	case TARGET_INTERNET_GATEWAY:
	case TARGET_EGRESS_ONLY_GATEWAY:
	case TARGET_NAT_GATEWAY:
	case TARGET_TRANSIT_GATEWAY:
	case TARGET_VPN_GATEWAY:
	case TARGET_INTERFACE:
	case TARGET_OTHER:
		break;
	}
	route_nowhere(out,
		      memory_format("%s: %s; a profile is private", target_id(route), target_names[route->target]));
}

static void add_route(struct building *building, const struct aws_route *route)
{
	struct assembled_route out = { .is_list = route->is_list, .prefix = route->prefix, .route = route };

	// What the subnet has no addresses for is reached by no route of it.
	if (!route->is_list && !subnet_has_family(building->assembly->subnet, route->prefix.base.family))
		return;
	set_target(building, route, &out);
	if (route->is_list)
		out.list = list_use(building, route->list, NULL);
	vec_push(&building->assembly->routes, out);
}

// Every table has them, whatever a document shows. What it shows of the same block goes before: also one that leads
// elsewhere, to a middlebox.
static void add_local(struct assembly *assembly)
{
	vec_for_each (block, &assembly->cidrs) {
		struct assembled_route local = { .prefix = *block, .target = ROUTE_LOCAL };

		if (assembly->table)
			local.note =
			    memory_format("not shown of %s; every route table has it", assembly->table->thing.id);
		vec_push(&assembly->routes, local);
	}
}

static int compare_routes(const void *a, const void *b)
{
	const struct assembled_route *left = a, *right = b;
	int result = (int)left->is_list - (int)right->is_list;

	if (result == 0)
		result =
		    left->is_list ? strcmp(left->list, right->list) : compare_blocks(&left->prefix, &right->prefix);
	if (result == 0)  // of two with one destination, the one that leads nowhere
		result = (right->target == ROUTE_BLACKHOLE) - (left->target == ROUTE_BLACKHOLE);
	if (result == 0)
		result = (int)left->target - (int)right->target;
	return result ? result : strcmp(left->note ? left->note : "", right->note ? right->note : "");
}

// A profile has one route a destination.
static void drop_repeated(struct assembly *assembly)
{
	size_t kept = 0;

	vec_for_each (route, &assembly->routes) {
		struct assembled_route *last = kept ? &assembly->routes.items[kept - 1] : NULL;
		bool same = last && last->is_list == route->is_list &&
			    (route->is_list ? strcmp(last->list, route->list) == 0
					    : compare_blocks(&last->prefix, &route->prefix) == 0);

		if (same)
			free(route->note);
		else
			assembly->routes.items[kept++] = *route;
	}
	assembly->routes.count = kept;
}

void assembly_add_routes(struct building *building)
{
	struct assembly *assembly = building->assembly;

	if (assembly->table)
		vec_for_each (route, &assembly->table->routes)
			add_route(building, route);
	else
		assume(building, memory_format("the route table of %s", assembly->subnet->thing.id),
		       memory_copy_text("its only routes are local, to the VPC's own CIDR blocks"),
		       command_for(building,
				   "describe-route-tables --filters Name=vpc-id,Values=", assembly->subnet->vpc));
	add_local(assembly);
	add_shut(building);
	if (assembly->routes.count)
		qsort(assembly->routes.items, assembly->routes.count, sizeof(*assembly->routes.items), compare_routes);
	drop_repeated(assembly);
}
