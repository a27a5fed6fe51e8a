// SPDX-License-Identifier: GPL-2.0-or-later
// Routes to peered VPCs: a peering connection carries to the peer VPC's own CIDR blocks, and the rest of a wider route
// leads nowhere.
//
// Source: "VPC peering basics" (Amazon VPC Peering Guide): no transitive peering, no gateways of the peer.
#include <stdlib.h>
#include <string.h>

#include "import/assembly/parts.h"
#include "net/private_space.h"

void route_nowhere(struct assembled_route *out, char *note)
{
	out->target = ROUTE_BLACKHOLE;
	out->note = note;
}

// The connection to the VPC behind the route, when it is active.
static const struct aws_peering *find_peering(const struct building *building, const struct aws_route *route)
{
	const struct assembly *assembly = building->assembly;

	vec_for_each (peering, &assembly->account->peerings)
		if (peering->active && text_equal(peering->thing.id, route->target_id) &&
		    (text_equal(peering->vpcs[0], assembly->subnet->vpc) ||
		     text_equal(peering->vpcs[1], assembly->subnet->vpc)))
			return peering;
	return NULL;
}

static void tell_peering(struct building *building, const struct aws_route *route)
{
	vec_for_each (peering, &building->assembly->account->peerings)
		if (text_equal(peering->thing.id, route->target_id))
			return;
	assume(
	    building, memory_format("peering connection %s, to which a route leads", target_id(route)),
	    memory_copy_text("it is not active: the route leads nowhere"),
	    command_for(building, "describe-vpc-peering-connections --vpc-peering-connection-ids", target_id(route)));
}

static void tell_blocks(struct building *building, const struct aws_peering *peering)
{
	assume(
	    building, memory_format("the CIDR blocks of the VPC behind %s", peering->thing.id),
	    memory_copy_text("it has none: routes to it lead nowhere"),
	    command_for(building, "describe-vpc-peering-connections --vpc-peering-connection-ids", peering->thing.id));
}

// The peer's blocks, of the connection or of the VPC itself; NULL: not given.
static const prefix_vec *peer_blocks(const struct building *building, const struct aws_peering *peering)
{
	int side = text_equal(peering->vpcs[0], building->assembly->subnet->vpc) ? 1 : 0;
	const struct aws_vpc *vpc = peering->vpcs[side] ? find_vpc(building, peering->vpcs[side]) : NULL;

	if (peering->blocks[side].count)
		return &peering->blocks[side];
	return vpc && vpc->blocks.count ? &vpc->blocks : NULL;
}

// What the route is for, as blocks; those of a list that was not given are none.
static void route_parts(const struct building *building, const struct aws_route *route, prefix_vec *parts)
{
	const struct aws_prefix_list *list = route->is_list ? find_list(building, route->list) : NULL;

	if (!route->is_list)
		vec_push(parts, route->prefix);
	if (!list || !list->given)
		return;
	prefix_set_to_prefixes(&list->entries, FAMILY_IPV4, parts);
	prefix_set_to_prefixes(&list->entries, FAMILY_IPV6, parts);
}

// Whether all that the route is for is the peer's, and private.
static bool is_whole(const prefix_vec *parts, const prefix_vec *blocks)
{
	vec_for_each (part, parts)
		if (!prefixes_cover(blocks, part) || !private_networks_cover(part))
			return false;
	return parts->count;
}

// Whether another route of the table, or the VPC's own, decides about a block that the route covers by one of its
// parts.
static bool is_anothers(const struct building *building, const struct aws_route *route, const struct prefix *part,
			const struct prefix *block)
{
	const struct assembly *assembly = building->assembly;
	const int own = 2 * (int)part->length + !route->is_list;

	vec_for_each (other, &assembly->table->routes) {
		const struct assembled_route as_one = { .is_list = other->is_list,
							.prefix = other->prefix,
							.route = other };
		int rank = other == route ? -1 : route_rank(building, &as_one, block);

		if (rank > own ||
		    (rank == own && (other->blackhole || !text_equal(other->target_id, route->target_id))))
			return true;
	}
	vec_for_each (cidr, &assembly->cidrs)
		if (prefix_covers(cidr, block) && 2 * (int)cidr->length + 1 > own)
			return true;
	return false;
}

// The parts that the peer has, as routes of their own. Returns how many parts it has, whether a profile can have them
// or not.
static size_t add_shared(struct building *building, const struct aws_route *route, const prefix_vec *parts,
			 const prefix_vec *blocks)
{
	size_t shared = 0;

	vec_for_each (part, parts)
		vec_for_each (block, blocks) {
			struct assembled_route both = { .prefix = prefix_covers(part, block) ? *block : *part,
							.target = ROUTE_PEERING,
							.route = route };

			if (!prefix_covers(part, block) && !prefix_covers(block, part))
				continue;
			shared++;
			if (!private_networks_cover(&both.prefix) ||
			    !subnet_has_family(building->assembly->subnet, both.prefix.base.family) ||
			    is_anothers(building, route, part, &both.prefix))
				continue;
			both.note = memory_format("%s: a CIDR block of the peered VPC", target_id(route));
			vec_push(&building->assembly->routes, both);
		}
	return shared;
}

void peering_route(struct building *building, const struct aws_route *route, struct assembled_route *out)
{
	const struct aws_peering *peering = find_peering(building, route);
	const prefix_vec *blocks = peering ? peer_blocks(building, peering) : NULL;
	prefix_vec parts = { 0 };

	route_parts(building, route, &parts);
	if (!peering) {
		tell_peering(building, route);
		route_nowhere(
		    out, memory_format("%s: a peering connection that is not known to be active", target_id(route)));
	} else if (!blocks) {
		tell_blocks(building, peering);
		route_nowhere(out, memory_format("%s: a peering connection to a VPC whose CIDR blocks were not given",
						 target_id(route)));
	} else if (is_whole(&parts, blocks)) {
		out->target = ROUTE_PEERING;
	} else {
		size_t shared = add_shared(building, route, &parts, blocks);

		route_nowhere(out, memory_format("%s: a peering connection, %s", target_id(route),
						 shared ? "for more than the private addresses that the peered VPC has"
							: "for addresses that the peered VPC does not have"));
	}
	vec_release(&parts);
}
