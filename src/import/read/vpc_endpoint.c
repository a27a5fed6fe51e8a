// SPDX-License-Identifier: GPL-2.0-or-later
// Reads VPC endpoints. Source: Amazon EC2 API Reference, VpcEndpoint.
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/read/row_parts.h"

// The types by name; any other ("GatewayLoadBalancer", "Resource", "ServiceNetwork", and what is yet to come) is
// AWS_ENDPOINT_OTHER. Where no name is given, the lists tell.
static enum aws_endpoint_type endpoint_type(const struct aws_endpoint *endpoint)
{
	if (endpoint->type_name && strcmp(endpoint->type_name, "Gateway") == 0)
		return AWS_ENDPOINT_GATEWAY;
	if (endpoint->type_name && strcmp(endpoint->type_name, "Interface") == 0)
		return AWS_ENDPOINT_INTERFACE;
	if (!endpoint->type_name && endpoint->interfaces.count)
		return AWS_ENDPOINT_INTERFACE;
	if (!endpoint->type_name && endpoint->route_tables.count)
		return AWS_ENDPOINT_GATEWAY;
	return AWS_ENDPOINT_OTHER;
}

// The Region in the service's name is the endpoint's own, unless the service is one of another Region.
static void set_region(struct import_reader *reader, const json_t *row, struct aws_endpoint *endpoint)
{
	if (endpoint->thing.region || !endpoint->service || member_text(reader, row, "ServiceRegion"))
		return;
	endpoint->thing.region = region_of_service(endpoint->service);
}

void read_vpc_endpoint(struct import_reader *reader, const json_t *row)
{
	struct aws_endpoint endpoint = { 0 };
	const char *state = member_text(reader, row, "State");

	row_head(reader, row, "VpcEndpointId", NULL, "a VPC endpoint", &endpoint.thing);
	endpoint.vpc = member_required(reader, row, "VpcId", "a VPC endpoint");
	endpoint.service = member_copy(reader, row, "ServiceName");
	endpoint.available = state && strcasecmp(state, "available") == 0;
	endpoint.private_dns = member_known(reader, row, "PrivateDnsEnabled");
	member_texts(reader, row, "RouteTableIds", NULL, &endpoint.route_tables);
	member_texts(reader, row, "SubnetIds", NULL, &endpoint.subnets);
	member_texts(reader, row, "Groups", "GroupId", &endpoint.groups);
	member_texts(reader, row, "NetworkInterfaceIds", NULL, &endpoint.interfaces);
	member_texts(reader, row, "DnsEntries", "DnsName", &endpoint.names);
	endpoint.type_name = member_copy(reader, row, "VpcEndpointType");
	endpoint.type = endpoint_type(&endpoint);
	set_region(reader, row, &endpoint);
	account_add(reader, &endpoints_kind, &endpoint);
}
