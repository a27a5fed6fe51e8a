// SPDX-License-Identifier: GPL-2.0-or-later
// The account: its rows' fields, and their release. See account.h and rows.h.
#include "import/account/account.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "import/account/rows.h"

#define FIELD(row, member, type, how, name)                                                                            \
	{                                                                                                              \
		(name), offsetof(struct row, member), sizeof(((struct row *)NULL)->member), &(type), (how), 0          \
	}
// A list that is an answer when it is empty, too, where a flag (a field that follows) says so.
#define LIST(row, member, type, flag, name)                                                                            \
	{                                                                                                              \
		(name), offsetof(struct row, member), sizeof(((struct row *)NULL)->member), &(type), MERGE_SAME,       \
		    offsetof(struct row, flag)                                                                         \
	}
#define THING(row)                                                                                                     \
	FIELD(row, thing.id, field_text, MERGE_SAME, "id"),                                                            \
	    FIELD(row, thing.region, field_text, MERGE_SAME, "Region"),                                                \
	    FIELD(row, thing.name, field_text, MERGE_ANY, "Name")
#define KIND(name, text, row, list, vpc_at)                                                                            \
	const struct row_kind name##_kind = { .what = (text),                                                          \
					      .size = sizeof(struct row),                                              \
					      .offset = offsetof(struct account, list),                                \
					      .vpc = (vpc_at),                                                         \
					      .fields = name##_fields,                                                 \
					      .count = sizeof(name##_fields) / sizeof((name##_fields)[0]) }

static const struct row_field vpcs_fields[] = {
	THING(aws_vpc),
	FIELD(aws_vpc, blocks, field_prefixes, MERGE_SAME, "CidrBlockAssociationSet"),
	FIELD(aws_vpc, dhcp_options, field_text, MERGE_SAME, "DhcpOptionsId"),
	FIELD(aws_vpc, dns_support, field_known, MERGE_SAME, "EnableDnsSupport"),
	FIELD(aws_vpc, dns_hostnames, field_known, MERGE_SAME, "EnableDnsHostnames"),
};
KIND(vpcs, "VPC", aws_vpc, vpcs, 0);

static const struct row_field subnets_fields[] = {
	THING(aws_subnet),
	FIELD(aws_subnet, vpc, field_text, MERGE_SAME, "VpcId"),
	FIELD(aws_subnet, zone, field_text, MERGE_SAME, "AvailabilityZone"),
	FIELD(aws_subnet, blocks, field_prefixes, MERGE_SAME, "CidrBlock"),
	FIELD(aws_subnet, public_addresses, field_known, MERGE_SAME, "MapPublicIpOnLaunch"),
};
KIND(subnets, "subnet", aws_subnet, subnets, offsetof(struct aws_subnet, vpc));

static const struct row_field route_tables_fields[] = {
	THING(aws_route_table),
	FIELD(aws_route_table, vpc, field_text, MERGE_SAME, "VpcId"),
	FIELD(aws_route_table, main, field_yes, MERGE_EACH, "Main"),
	FIELD(aws_route_table, subnets, field_texts, MERGE_EACH, "Associations"),
	FIELD(aws_route_table, unsettled, field_texts, MERGE_EACH, "Associations"),
	FIELD(aws_route_table, routes, field_routes, MERGE_EACH, "Routes"),
};
KIND(route_tables, "route table", aws_route_table, route_tables, offsetof(struct aws_route_table, vpc));

static const struct row_field groups_fields[] = {
	THING(aws_security_group),
	FIELD(aws_security_group, vpc, field_text, MERGE_SAME, "VpcId"),
	FIELD(aws_security_group, description, field_text, MERGE_ANY, "Description"),
	FIELD(aws_security_group, rules, field_rules, MERGE_APART, "IpPermissions"),
};
KIND(groups, "security group", aws_security_group, groups, offsetof(struct aws_security_group, vpc));

static const struct row_field acls_fields[] = {
	THING(aws_network_acl),
	FIELD(aws_network_acl, vpc, field_text, MERGE_SAME, "VpcId"),
	FIELD(aws_network_acl, is_default, field_yes, MERGE_EACH, "IsDefault"),
	FIELD(aws_network_acl, subnets, field_texts, MERGE_EACH, "Associations"),
	FIELD(aws_network_acl, entries, field_entries, MERGE_EACH, "Entries"),
};
KIND(acls, "network ACL", aws_network_acl, acls, offsetof(struct aws_network_acl, vpc));

static const struct row_field endpoints_fields[] = {
	THING(aws_endpoint),
	FIELD(aws_endpoint, vpc, field_text, MERGE_SAME, "VpcId"),
	FIELD(aws_endpoint, type_name, field_text, MERGE_SAME, "VpcEndpointType"),
	FIELD(aws_endpoint, type, field_endpoint_type, MERGE_EACH, "VpcEndpointType"),
	FIELD(aws_endpoint, service, field_text, MERGE_SAME, "ServiceName"),
	FIELD(aws_endpoint, available, field_yes, MERGE_EACH, "State"),
	FIELD(aws_endpoint, state, field_text, MERGE_ANY, "State"),
	FIELD(aws_endpoint, open_policy, field_known, MERGE_SAME, "PolicyDocument"),
	FIELD(aws_endpoint, route_tables, field_texts, MERGE_EACH, "RouteTableIds"),
	FIELD(aws_endpoint, subnets, field_texts, MERGE_EACH, "SubnetIds"),
	FIELD(aws_endpoint, groups, field_texts, MERGE_EACH, "Groups"),
	FIELD(aws_endpoint, interfaces, field_texts, MERGE_EACH, "NetworkInterfaceIds"),
	FIELD(aws_endpoint, private_dns, field_known, MERGE_SAME, "PrivateDnsEnabled"),
	FIELD(aws_endpoint, names, field_texts, MERGE_EACH, "DnsEntries"),
};
KIND(endpoints, "VPC endpoint", aws_endpoint, endpoints, offsetof(struct aws_endpoint, vpc));

static const struct row_field interfaces_fields[] = {
	THING(aws_interface),
	FIELD(aws_interface, vpc, field_text, MERGE_SAME, "VpcId"),
	FIELD(aws_interface, subnet, field_text, MERGE_SAME, "SubnetId"),
	LIST(aws_interface, groups, field_texts, groups_given, "Groups"),
	FIELD(aws_interface, groups_given, field_yes, MERGE_SAME, "Groups"),
	FIELD(aws_interface, addresses, field_addresses, MERGE_SAME, "PrivateIpAddresses"),
	FIELD(aws_interface, has_public, field_yes, MERGE_SAME, "Association"),
	FIELD(aws_interface, instance, field_text, MERGE_SAME, "InstanceId"),
	FIELD(aws_interface, kind, field_text, MERGE_SAME, "InterfaceType"),
	FIELD(aws_interface, description, field_text, MERGE_ANY, "Description"),
};
KIND(interfaces, "network interface", aws_interface, interfaces, offsetof(struct aws_interface, vpc));

static const struct row_field lists_fields[] = {
	THING(aws_prefix_list),
	LIST(aws_prefix_list, entries, field_set, given, "Cidrs"),
	FIELD(aws_prefix_list, given, field_yes, MERGE_SAME, "Cidrs"),
	FIELD(aws_prefix_list, approximate, field_yes, MERGE_SAME, "Cidrs"),
	FIELD(aws_prefix_list, date, field_text, MERGE_ANY, "createDate"),
	FIELD(aws_prefix_list, owner, field_text, MERGE_SAME, "OwnerId"),
	FIELD(aws_prefix_list, most, field_number, MERGE_SAME, "MaxEntries"),
	FIELD(aws_prefix_list, family, field_family, MERGE_SAME, "AddressFamily"),
};
KIND(lists, "prefix list", aws_prefix_list, lists, 0);

static const struct row_field dhcp_options_fields[] = {
	THING(aws_dhcp_options),
	FIELD(aws_dhcp_options, servers, field_addresses, MERGE_EACH, "DhcpConfigurations"),
	FIELD(aws_dhcp_options, amazon_dns, field_yes, MERGE_EACH, "DhcpConfigurations"),
	FIELD(aws_dhcp_options, domains, field_texts, MERGE_EACH, "DhcpConfigurations"),
};
KIND(dhcp_options, "set of DHCP options", aws_dhcp_options, dhcp_options, 0);

static const struct row_field peerings_fields[] = {
	THING(aws_peering),
	FIELD(aws_peering, active, field_yes, MERGE_EACH, "Status"),
	FIELD(aws_peering, vpcs[0], field_text, MERGE_SAME, "RequesterVpcInfo"),
	FIELD(aws_peering, vpcs[1], field_text, MERGE_SAME, "AccepterVpcInfo"),
	FIELD(aws_peering, blocks[0], field_prefixes, MERGE_SAME, "RequesterVpcInfo"),
	FIELD(aws_peering, blocks[1], field_prefixes, MERGE_SAME, "AccepterVpcInfo"),
};
KIND(peerings, "peering connection", aws_peering, peerings, 0);

const struct row_kind *const row_kinds[ROW_KINDS] = {
	&vpcs_kind,      &subnets_kind,    &route_tables_kind, &groups_kind,       &acls_kind,
	&endpoints_kind, &interfaces_kind, &lists_kind,        &dhcp_options_kind, &peerings_kind,
};

// The lists have one layout and several types: they are copied, not cast.
struct row_list row_list_of(const struct account *account, const struct row_kind *kind)
{
	struct row_list list;

	_Static_assert(sizeof(list) == sizeof(account->vpcs), "a VEC of rows");
	memcpy(&list, (const char *)account + kind->offset, sizeof(list));
	return list;
}

void row_list_put(struct account *account, const struct row_kind *kind, const struct row_list *list)
{
	memcpy((char *)account + kind->offset, list, sizeof(*list));
}

void row_release(const struct row_kind *kind, void *row)
{
	for (size_t i = 0; i < kind->count; i++)
		if (kind->fields[i].type->release)
			kind->fields[i].type->release((char *)row + kind->fields[i].offset);
}

static void release_jobs(struct account *account)
{
	vec_for_each (job, &account->jobs) {
		field_text.release(&job->thing.id);
		field_text.release(&job->thing.region);
		field_text.release(&job->thing.name);
		vec_for_each (subnet, &job->subnets)
			free(subnet->id);
		vec_for_each (group, &job->groups)
			free(group->id);
		vec_for_each (variable, &job->environment) {
			free(variable->name);
			free(variable->text);
		}
		vec_release(&job->subnets);
		vec_release(&job->groups);
		vec_release(&job->environment);
		field_texts.release(&job->uris);
		free(job->instance_type);
		free(job->image);
		free(job->source);
	}
	vec_release(&account->jobs);
}

void account_release(struct account *account)
{
	for (size_t i = 0; i < ROW_KINDS; i++) {
		struct row_list list = row_list_of(account, row_kinds[i]);
		for (size_t j = 0; j < list.count; j++)
			row_release(row_kinds[i], list.items + j * row_kinds[i]->size);
		free(list.items);
	}
	vec_for_each (entries, &account->entries)
		prefix_set_release(&entries->entries);
	vec_release(&account->entries);
	release_jobs(account);
	vec_release(&account->ranges);
	free(account->ranges_date);
	free(account->ranges_file);
	field_texts.release(&account->words);
	vec_for_each (file, &account->files)
		free(*file);
	vec_release(&account->files);
	*account = (struct account){ 0 };
}

const char *account_file(struct account *account, const char *file)
{
	vec_for_each (known, &account->files)
		if (strcmp(*known, file) == 0)
			return *known;
	vec_push(&account->files, memory_copy_text(file));
	return account->files.items[account->files.count - 1];
}
