// SPDX-License-Identifier: GPL-2.0-or-later
// What is in the VPC and yet not reached: endpoints that let the job in by no port, that are not in service, or of
// which too little is given. Each becomes a route that leads nowhere, since `local` would carry the job there.
//
// Source: "Access an AWS service using an interface VPC endpoint" (AWS PrivateLink Guide): one interface a subnet.
#include <string.h>

#include "import/assembly/parts.h"

// InterfaceType of describe-network-interfaces.
static bool is_endpoint_kind(const char *kind)
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

static void shut_interface(struct building *building, const struct aws_interface *interface, const char *what)
{
	vec_for_each (address, &interface->addresses) {
		struct prefix block = prefix_of_address(address);

		if (!is_assembled(building->assembly, address) && !is_shut(building, &block))
			shut_block(building, &block,
				   memory_format("%s: %s", interface->thing.id ? interface->thing.id : "", what));
	}
}

static bool has_interface_in(const struct building *building, const struct aws_endpoint *endpoint, const char *subnet)
{
	vec_for_each (id, &endpoint->interfaces) {
		const struct aws_interface *interface = find_interface(building, *id);

		if (interface && text_equal(interface->subnet, subnet))
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

// The subnets that the endpoint names and has no known interface in; when they do not tell, all of the VPC.
void shut_unknown_interfaces(struct building *building, const struct aws_endpoint *endpoint)
{
	const struct assembly *assembly = building->assembly;
	bool told = false;

	vec_for_each (id, &endpoint->subnets) {
		const struct aws_subnet *subnet = account_subnet(assembly->account, *id, assembly->selection->region);

		if (has_interface_in(building, endpoint, *id))
			continue;
		told = subnet;
		if (!subnet)
			break;
		shut_blocks(building, endpoint, &subnet->blocks);
	}
	if (!told)
		shut_blocks(building, endpoint, &assembly->cidrs);
}

// Interfaces of endpoints that are no part of the assembly: not in service, or in no document.
void shut_other_endpoints(struct building *building)
{
	const struct assembly *assembly = building->assembly;

	vec_for_each (endpoint, &assembly->account->endpoints) {
		if (!text_equal(endpoint->vpc, assembly->subnet->vpc) || endpoint->available)
			continue;
		vec_for_each (id, &endpoint->interfaces) {
			const struct aws_interface *interface = find_interface(building, *id);
			if (interface)
				shut_interface(building, interface, "of an endpoint that is not available");
		}
	}
	vec_for_each (interface, &assembly->account->interfaces)
		if (is_endpoint_kind(interface->kind) && text_equal(interface->vpc, assembly->subnet->vpc))
			shut_interface(building, interface, "of an endpoint that was not given");
}

// The other endpoints of a block that is shut stay open.
static void open_endpoints(struct building *building)
{
	struct assembly *assembly = building->assembly;

	vec_for_each (endpoint, &assembly->endpoints) {
		if (!endpoint->ports.count)
			continue;
		vec_for_each (address, &endpoint->addresses) {
			struct assembled_route route = { .prefix = prefix_of_address(address), .target = ROUTE_LOCAL };
			bool inside = false;

			vec_for_each (row, &building->shut)
				inside |= prefix_covers(&row->block, &route.prefix);
			if (!inside)
				continue;
			route.note = memory_format("%s", endpoint->endpoint->thing.id);
			vec_push(&assembly->routes, route);
		}
	}
}

void add_shut(struct building *building)
{
	open_endpoints(building);
	vec_for_each (row, &building->shut) {
		struct assembled_route route = { .prefix = row->block, .target = ROUTE_BLACKHOLE, .note = row->why };

		vec_push(&building->assembly->routes, route);
	}
	vec_release(&building->shut);
}
