// SPDX-License-Identifier: GPL-2.0-or-later
// Reads route tables: their routes' targets, and the associations that stand.
//
// Source: Amazon EC2 API Reference, RouteTable, Route, RouteTableAssociation.
#include <string.h>

#include "import/read/row_parts.h"

// A member that names a route's target. Where two are given (an instance and its interface), the first row counts.
static const struct {
	const char *key;
	enum aws_target target;
} targets[] = {
	{ "EgressOnlyInternetGatewayId", TARGET_EGRESS_ONLY_GATEWAY },
	{ "NatGatewayId", TARGET_NAT_GATEWAY },
	{ "VpcPeeringConnectionId", TARGET_PEERING },
	{ "TransitGatewayId", TARGET_TRANSIT_GATEWAY },
	{ "NetworkInterfaceId", TARGET_INTERFACE },
	{ "InstanceId", TARGET_INTERFACE },
	{ "LocalGatewayId", TARGET_OTHER },
	{ "CarrierGatewayId", TARGET_OTHER },
	{ "CoreNetworkArn", TARGET_OTHER },
};

// What a "GatewayId" begins with tells what it is.
static const struct {
	const char *start;
	enum aws_target target;
} gateways[] = {
	{ "igw-", TARGET_INTERNET_GATEWAY },
	{ "vpce-", TARGET_ENDPOINT },
	{ "vgw-", TARGET_VPN_GATEWAY },
};

// Members of a route that are no target; any other text is one that is yet to come.
static const char *const others[] = { "DestinationCidrBlock",
				      "DestinationIpv6CidrBlock",
				      "DestinationPrefixListId",
				      "State",
				      "Origin",
				      "InstanceOwnerId",
				      "IpAddress" };

static enum aws_target gateway_target(const char *id)
{
	if (strcmp(id, "local") == 0)
		return TARGET_LOCAL;
	for (size_t i = 0; i < sizeof(gateways) / sizeof(gateways[0]); i++)
		if (strncmp(id, gateways[i].start, strlen(gateways[i].start)) == 0)
			return gateways[i].target;
	return TARGET_OTHER;
}

static bool is_other(const char *key)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(key, others[i]) == 0)
			return true;
	return false;
}

static void read_unknown_target(struct import_reader *reader, const json_t *item, struct aws_route *route)
{
	const char *key;
	json_t *value;

	route->target = TARGET_OTHER;
	json_object_foreach ((json_t *)(uintptr_t)item, key, value)
		if (!route->target_id && !is_other(key) && json_is_string(value))
			route->target_id = member_copy(reader, item, key);
	if (!route->target_id && !route->blackhole)
		row_lacks(reader, item, "a route that is active", "GatewayId", "NatGatewayId", "VpcPeeringConnectionId",
			  "TransitGatewayId");
}

static void read_target(struct import_reader *reader, const json_t *item, struct aws_route *route)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		route->target_id = member_copy(reader, item, targets[i].key);
		route->target = targets[i].target;
		if (route->target_id)
			return;
	}
	route->target_id = member_copy(reader, item, "GatewayId");
	if (route->target_id)
		route->target = gateway_target(route->target_id);
	else
		read_unknown_target(reader, item, route);
}

static void read_route(struct import_reader *reader, const json_t *item, struct aws_route_table *table)
{
	struct aws_route route = { .at = import_place(reader, item, NULL) };
	const char *state = member_text(reader, item, "State");

	route.blackhole = !state || strcmp(state, "active") != 0;  // "filtered" leads nowhere either
	route.list = member_copy(reader, item, "DestinationPrefixListId");
	route.is_list = route.list != NULL;
	if (!route.is_list && !member_prefix(reader, item, "DestinationCidrBlock", &route.prefix) &&
	    !member_prefix(reader, item, "DestinationIpv6CidrBlock", &route.prefix)) {
		row_lacks(reader, item, "a route", "DestinationCidrBlock", "DestinationIpv6CidrBlock",
			  "DestinationPrefixListId");
		return;
	}
	if (!state)
		import_warning(reader, item, NULL, "it is taken as a black hole: give the command's whole output",
			       "a route has no \"State\"");
	read_target(reader, item, &route);
	vec_push(&table->routes, route);
}

// An association that does not stand: what is gone leaves the main table, all else says nothing.
static void read_unsettled(struct import_reader *reader, const json_t *item, struct aws_route_table *table)
{
	const json_t *state = member_object(reader, item, "AssociationState");
	const char *subnet = member_text(reader, item, "SubnetId");

	if (!subnet || member_is(reader, state, "State", "disassociated"))
		return;
	import_warning(reader, state, "State", "run the command again, until it is associated",
		       "whether this is the route table of %.80s is not known", subnet);
	vec_push(&table->unsettled, memory_copy_text(subnet));
}

static void read_association(struct import_reader *reader, const json_t *item, struct aws_route_table *table)
{
	if (!is_associated(reader, item, "AssociationState")) {
		read_unsettled(reader, item, table);
		return;
	}
	if (member_known(reader, item, "Main") == KNOWN_YES)
		table->main = true;
	char *subnet = member_copy(reader, item, "SubnetId");
	if (subnet)
		vec_push(&table->subnets, subnet);
}

void read_route_table(struct import_reader *reader, const json_t *row)
{
	struct aws_route_table table = { 0 };

	row_head(reader, row, "RouteTableId", NULL, "a route table", &table.thing);
	table.vpc = member_required(reader, row, "VpcId", "a route table");
	for_each_object (reader, member_list(reader, row, "Associations"), item)
		read_association(reader, item, &table);
	for_each_object (reader, member_list(reader, row, "Routes"), item)
		read_route(reader, item, &table);
	vec_fit(&table.routes);
	account_add(reader, &route_tables_kind, &table);
}
