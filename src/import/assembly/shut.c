// SPDX-License-Identifier: GPL-2.0-or-later
// What is in the VPC and yet not reached: endpoints that let the job in by no port, that are not in service, or of
// which too little is given. Each becomes a route that leads nowhere, since `local` would carry the job there.
//
// Source: "Access an AWS service using an interface VPC endpoint" (AWS PrivateLink Guide): one interface a subnet.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/parts.h"

bool is_endpoint_kind(const char *kind)
{
	static const char *const kinds[] = { "vpc_endpoint", "gateway_load_balancer_endpoint" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_equal(kind, kinds[i]))
			return true;
	return false;
}

void shut_block(struct building *building, const struct prefix *block, char *why)
{
	struct shut_block row = { *block, why };

	vec_push(&building->shut, row);
}

static bool is_assembled(const struct assembly *assembly, const struct address *address)
{
	vec_for_each (endpoint, &assembly->endpoints)
		vec_for_each (known, &endpoint->addresses)
			if (address_equal(known, address))
				return true;
	return false;
}

static bool is_shut(const struct building *building, const struct prefix *block)
{
	vec_for_each (row, &building->shut)
		if (compare_blocks(&row->block, block) == 0)
			return true;
	return false;
}

// What is outside of the VPC is no address of an interface in it.
static void shut_interface(struct building *building, const struct aws_interface *interface, const char *what)
{
	vec_for_each (address, &interface->addresses) {
		struct prefix block = prefix_of_address(address);

		if (!prefixes_cover(&building->assembly->cidrs, &block) || is_assembled(building->assembly, address) ||
		    is_shut(building, &block))
			continue;
		shut_block(building, &block,
			   memory_format("%s: %s", interface->thing.id ? interface->thing.id : "", what));
	}
}

bool interface_is_placed(const struct building *building, const struct aws_interface *interface)
{
	vec_for_each (address, &interface->addresses) {
		struct prefix block = prefix_of_address(address);

		if (prefixes_cover(&building->assembly->cidrs, &block))
			return true;
	}
	return false;
}

static bool has_interface_in(const struct building *building, const struct aws_endpoint *endpoint, const char *subnet)
{
	vec_for_each (id, &endpoint->interfaces) {
		const struct aws_interface *interface = find_interface(building, *id);

		if (interface && text_equal(interface->subnet, subnet) && interface_is_placed(building, interface))
			return true;
	}
	return false;
}

static void shut_blocks(struct building *building, const struct aws_endpoint *endpoint, const prefix_vec *blocks)
{
	vec_for_each (block, blocks)
		if (!is_shut(building, block))
			shut_block(building, block,
				   memory_format("an interface of %s is somewhere in it", endpoint->thing.id));
}

// Whether a subnet's blocks tell where in the VPC it is: of a family that the job lacks nothing is to be shut.
static bool tells_its_place(const struct building *building, const struct aws_subnet *subnet)
{
	vec_for_each (block, &subnet->blocks)
		if (subnet_has_family(building->assembly->subnet, block->base.family) &&
		    !prefixes_cover(&building->assembly->cidrs, block))
			return false;
	return subnet->blocks.count;
}

// The subnets that the endpoint names and has no known interface in; when one of them does not tell where it is, all of
// the VPC.
void shut_unknown_interfaces(struct building *building, const struct aws_endpoint *endpoint)
{
	const struct assembly *assembly = building->assembly;
	size_t told = 0, untold = 0;

	vec_for_each (id, &endpoint->subnets) {
		const struct aws_subnet *subnet = account_subnet(assembly->account, *id, assembly->selection->region);

		if (has_interface_in(building, endpoint, *id))
			continue;
		if (!subnet || !tells_its_place(building, subnet)) {
			untold++;
			continue;
		}
		told++;
		shut_blocks(building, endpoint, &subnet->blocks);
	}
	if (untold || !told)
		shut_blocks(building, endpoint, &assembly->cidrs);
}

// Why an endpoint of the VPC is none of the assembly's.
static char *why_other(const struct building *building, const struct aws_endpoint *endpoint)
{
	if (!endpoint->available)
		return memory_copy_text("of an endpoint that is not available");
	if (endpoint->type == AWS_ENDPOINT_OTHER)
		return memory_format("of an endpoint of the type %s",
				     endpoint->type_name ? endpoint->type_name : "that no document gives");
	return memory_format("of an endpoint of another Region than %s", building->assembly->selection->region);
}

// One that is not in service and names no interface has none yet, or no longer.
static void shut_endpoint(struct building *building, const struct aws_endpoint *endpoint)
{
	CLEANUP(strbuf_release) struct strbuf missing = { 0 };
	AUTO_FREE char *why = why_other(building, endpoint);

	vec_for_each (id, &endpoint->interfaces) {
		const struct aws_interface *interface = find_interface(building, *id);

		if (interface)
			shut_interface(building, interface, why);
		if (interface && interface_is_placed(building, interface))
			continue;
		strbuf_add_char(&missing, ' ');
		command_add_word(&missing, *id);
	}
	if (!missing.length && (endpoint->interfaces.count || !(endpoint->available || endpoint->subnets.count)))
		return;
	tell_interfaces(building, endpoint, &missing, false);
	shut_unknown_interfaces(building, endpoint);
}

// Endpoints that are no part of the assembly, and interfaces of those that are in no document. One whose VPC no
// document gives may be in this one.
void shut_other_endpoints(struct building *building)
{
	const struct assembly *assembly = building->assembly;

	vec_for_each (endpoint, &assembly->account->endpoints)
		if (text_equal(endpoint->vpc, assembly->subnet->vpc) && endpoint->type != AWS_ENDPOINT_GATEWAY &&
		    !is_interface_endpoint(building, endpoint))
			shut_endpoint(building, endpoint);
	vec_for_each (interface, &assembly->account->interfaces) {
		const char *vpc = is_endpoint_kind(interface->kind) ? vpc_of_interface(building, interface) : "";

		if (!vpc || text_equal(vpc, assembly->subnet->vpc))
			shut_interface(building, interface, "of an endpoint that was not given");
	}
}

// What a list has of blocks around the address: the length of the longest; -1: none.
static int length_in_list(const struct building *building, const char *id, const struct prefix *address)
{
	const struct aws_prefix_list *list = find_list(building, id);
	prefix_vec blocks = { 0 };
	int longest = -1;

	if (list && list->given)
		prefix_set_to_prefixes(&list->entries, address->base.family, &blocks);
	vec_for_each (block, &blocks)
		if (prefix_covers(block, address) && (int)block->length > longest)
			longest = (int)block->length;
	vec_release(&blocks);
	return longest;
}

int route_rank(const struct building *building, const struct assembled_route *route, const struct prefix *block)
{
	int length;

	if (!route->is_list)
		return prefix_covers(&route->prefix, block) ? 2 * (int)route->prefix.length + 1 : -1;
	length = route->route ? length_in_list(building, route->route->list, block) : -1;
	return length < 0 ? -1 : 2 * length;
}

// Whether the table itself, as far as it is assembled, leads there.
static bool leads_locally(const struct building *building, const struct prefix *address)
{
	bool local = false;
	int best = -1;

	vec_for_each (route, &building->assembly->routes) {
		int rank = route_rank(building, route, address);

		if (rank < best || rank < 0)
			continue;
		local = route->target == ROUTE_LOCAL && (rank > best || local);
		best = rank;
	}
	return local;
}

// The shut block around another one; NULL: none.
static const struct shut_block *shut_around(const struct building *building, const struct prefix *block)
{
	vec_for_each (row, &building->shut)
		if (prefix_covers(&row->block, block))
			return row;
	return NULL;
}

bool is_endpoints(const struct building *building, const struct address *address)
{
	struct prefix block = prefix_of_address(address);

	return is_assembled(building->assembly, address) || shut_around(building, &block);
}

// The other endpoints of a block that is shut stay open, where the table leads to them.
static void open_endpoints(struct building *building, assembled_route_vec *open)
{
	vec_for_each (endpoint, &building->assembly->endpoints) {
		if (!endpoint->ports.count)
			continue;
		vec_for_each (address, &endpoint->addresses) {
			struct assembled_route route = { .prefix = prefix_of_address(address), .target = ROUTE_LOCAL };

			if (!shut_around(building, &route.prefix) || !leads_locally(building, &route.prefix))
				continue;
			route.note = memory_format("%s", endpoint->endpoint->thing.id);
			vec_push(open, route);
		}
	}
}

// A local route within a shut block is longer than that: it would carry the job there all the same.
static void shut_local_routes(struct building *building)
{
	vec_for_each (route, &building->assembly->routes) {
		const struct shut_block *row =
		    route->is_list || route->target != ROUTE_LOCAL ? NULL : shut_around(building, &route->prefix);

		if (!row)
			continue;
		free(route->note);
		route->target = ROUTE_BLACKHOLE;
		route->note = memory_copy_text(row->why);
	}
}

void add_shut(struct building *building)
{
	assembled_route_vec open = { 0 };

	open_endpoints(building, &open);
	shut_local_routes(building);
	vec_for_each (route, &open)
		vec_push(&building->assembly->routes, *route);
	vec_release(&open);
	vec_for_each (row, &building->shut) {
		struct assembled_route route = { .prefix = row->block, .target = ROUTE_BLACKHOLE, .note = row->why };

		vec_push(&building->assembly->routes, route);
	}
	vec_release(&building->shut);
}
