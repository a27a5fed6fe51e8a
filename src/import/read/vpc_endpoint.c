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

static bool is_everything(const json_t *value)
{
	const char *text = json_string_value(value);

	return text && strcmp(text, "*") == 0;
}

static bool is_everybody(const json_t *principal)
{
	return is_everything(principal) || (json_is_object(principal) && json_object_size(principal) == 1 &&
					    is_everything(json_object_get(principal, "AWS")));
}

// {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}; a Sid may stand with them.
static bool lets_everything(const json_t *policy)
{
	const json_t *statements = json_object_get(policy, "Statement");
	const json_t *one = json_is_array(statements) ? json_array_get(statements, 0) : statements;
	const char *effect = json_string_value(json_object_get(one, "Effect"));
	size_t members = json_object_get(one, "Sid") ? 5 : 4;

	return json_object_size(one) == members && (!json_is_array(statements) || json_array_size(statements) == 1) &&
	       effect && strcmp(effect, "Allow") == 0 && is_everybody(json_object_get(one, "Principal")) &&
	       is_everything(json_object_get(one, "Action")) && is_everything(json_object_get(one, "Resource"));
}

// A text that holds JSON.
static enum known read_policy(const json_t *row)
{
	const char *text = json_string_value(json_object_get(row, "PolicyDocument"));
	json_t *policy = text && *text ? json_loads(text, 0, NULL) : NULL;
	bool open = lets_everything(policy);

	json_decref(policy);
	return !text || !*text ? KNOWN_NOT : open ? KNOWN_YES : KNOWN_NO;
}

void read_vpc_endpoint(struct import_reader *reader, const json_t *row)
{
	struct aws_endpoint endpoint = { 0 };
	const char *state = member_text(reader, row, "State");

	row_head(reader, row, "VpcEndpointId", NULL, "a VPC endpoint", &endpoint.thing);
	endpoint.vpc = member_required(reader, row, "VpcId", "a VPC endpoint");
	endpoint.service = member_copy(reader, row, "ServiceName");
	endpoint.available = state && strcasecmp(state, "available") == 0;
	endpoint.state = state ? memory_copy_text(state) : NULL;
	endpoint.open_policy = read_policy(row);
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
