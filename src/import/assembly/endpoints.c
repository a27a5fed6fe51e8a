// SPDX-License-Identifier: GPL-2.0-or-later
// The endpoints of the VPC that the job's subnet reaches, in an order that does not depend on the documents'.
//
// Source: "Gateway endpoints" and "Access an AWS service using an interface VPC endpoint" (AWS PrivateLink Guide).
#include <stdlib.h>
#include <string.h>

#include "import/assembly/parts.h"

const struct assembled_endpoint *gateway_of(struct building *building, const struct aws_route *route)
{
	vec_for_each (endpoint, &building->assembly->endpoints)
		if (endpoint->type == ENDPOINT_GATEWAY && text_equal(endpoint->endpoint->thing.id, route->target_id) &&
		    endpoint->list == list_use(building, route->list, NULL))
			return endpoint;
	return NULL;
}

static void add_gateway(struct building *building, const struct aws_endpoint *endpoint, const struct aws_route *route)
{
	const char *service = service_of_name(endpoint->service, building->assembly->selection->region);
	struct assembled_endpoint assembled = { .endpoint = endpoint, .type = ENDPOINT_GATEWAY };

	assembled.service = memory_copy_text(service);
	assembled.list = list_use(building, route->list, endpoint->service);
	vec_push(&building->assembly->endpoints, assembled);
}

static void tell_no_route(struct building *building, const struct aws_endpoint *endpoint)
{
	const char *table = building->assembly->table->thing.id;

	assume(building, memory_format("the route of %s to %s, which is associated with it", table, endpoint->thing.id),
	       memory_format("%s is not reached", endpoint->service),
	       command_for(building, "describe-route-tables --route-table-ids", table));
}

static void tell_no_association(struct building *building, const struct aws_endpoint *endpoint)
{
	const char *table = building->assembly->table->thing.id;

	assume(building,
	       memory_format("the association of %s with %s, which has a route to it", endpoint->thing.id, table),
	       memory_format("%s is not reached", endpoint->service),
	       command_for(building, "describe-vpc-endpoints --vpc-endpoint-ids", endpoint->thing.id));
}

// A gateway is a route of the subnet's table. Documents that contradict each other here are of different times.
static void add_gateways(struct building *building, const struct aws_endpoint *endpoint)
{
	const struct aws_route_table *table = building->assembly->table;
	bool associated = id_vec_has(&endpoint->route_tables, table->thing.id), routed = false, given = false;

	vec_for_each (route, &table->routes) {
		if (!route->is_list || !text_equal(route->target_id, endpoint->thing.id))
			continue;
		given = true;
		if (route->blackhole)
			continue;
		routed = true;
		if (associated && service_of_name(endpoint->service, building->assembly->selection->region))
			add_gateway(building, endpoint, route);
	}
	if (associated && !given)
		tell_no_route(building, endpoint);
	if (routed && !associated)
		tell_no_association(building, endpoint);
}

static const char *title_of(const struct assembled_endpoint *endpoint)
{
	return endpoint->name ? endpoint->name : endpoint->service;
}

static bool title_is_used(const struct assembly *assembly, const char *title, const struct assembled_endpoint *before)
{
	for (const struct assembled_endpoint *other = assembly->endpoints.items; other < before; other++)
		if (text_equal(title_of(other), title))
			return true;
	return false;
}

// Two endpoints of a profile differ by name.
static void name_apart(struct assembly *assembly)
{
	vec_for_each (endpoint, &assembly->endpoints) {
		unsigned number = 1;

		if (!title_is_used(assembly, title_of(endpoint), endpoint))
			continue;
		free(endpoint->name);
		endpoint->name = assembly_id("vpce", endpoint->endpoint->thing.id);
		while (title_is_used(assembly, endpoint->name, endpoint)) {
			char *id = assembly_id("vpce", endpoint->endpoint->thing.id);

			free(endpoint->name);
			endpoint->name = memory_format("%s-%u", id, ++number);
			free(id);
		}
	}
}

static int compare_endpoints(const void *a, const void *b)
{
	const struct assembled_endpoint *left = a, *right = b;
	int result = (int)left->type - (int)right->type;

	if (result == 0)
		result = strcmp(left->service ? left->service : "", right->service ? right->service : "");
	if (result == 0)
		result = strcmp(left->endpoint->thing.id, right->endpoint->thing.id);
	return result ? result : strcmp(left->list ? left->list : "", right->list ? right->list : "");
}

void assembly_add_endpoints(struct building *building)
{
	struct assembly *assembly = building->assembly;
	const char *vpc = assembly->subnet->vpc;

	if (!was_given(assembly->account, "ec2 describe-vpc-endpoints") && !assembly->account->endpoints.count)
		assume(building, memory_format("the endpoints of %s", vpc), memory_copy_text("it has none"),
		       command_for(building, "describe-vpc-endpoints --filters Name=vpc-id,Values=", vpc));
	vec_for_each (endpoint, &assembly->account->endpoints) {
		if (!text_equal(endpoint->vpc, vpc))
			continue;
		if (is_interface_endpoint(building, endpoint))
			interface_endpoint_add(building, endpoint);
		if (endpoint->type == AWS_ENDPOINT_GATEWAY && endpoint->available && assembly->table &&
		    region_fits(endpoint->thing.region, assembly->selection->region))
			add_gateways(building, endpoint);
	}
	shut_other_endpoints(building);
	if (assembly->endpoints.count)
		qsort(assembly->endpoints.items, assembly->endpoints.count, sizeof(*assembly->endpoints.items),
		      compare_endpoints);
	name_apart(assembly);
	tell_dns_attributes(building);
}
