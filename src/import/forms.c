// SPDX-License-Identifier: GPL-2.0-or-later
// The documents that are recognised: see forms.h. Their order is that of the list of known ones.
//
// Source: Amazon EC2 API Reference and AWS CLI Command Reference (ec2), outputs of each command; SageMaker API
// Reference.
#include "import/forms.h"

const struct import_form import_forms[] = {
	{ "ec2 describe-vpcs", FORM_LIST, "Vpcs", { "VpcId", "CidrBlock", "DhcpOptionsId" }, read_vpc },
	{ "ec2 describe-subnets", FORM_LIST, "Subnets", { "SubnetId", "CidrBlock", "VpcId" }, read_subnet },
	{ "ec2 describe-route-tables", FORM_LIST, "RouteTables", { "RouteTableId", "Routes" }, read_route_table },
	{ "ec2 describe-security-groups",
	  FORM_LIST,
	  "SecurityGroups",
	  { "GroupId", "GroupName", "Description" },
	  read_security_group },
	{ "ec2 describe-security-group-rules",
	  FORM_LIST,
	  "SecurityGroupRules",
	  { "SecurityGroupRuleId", "GroupId" },
	  read_security_group_rule },
	{ "ec2 describe-network-acls", FORM_LIST, "NetworkAcls", { "NetworkAclId", "Entries" }, read_network_acl },
	{ "ec2 describe-vpc-endpoints",
	  FORM_LIST,
	  "VpcEndpoints",
	  { "VpcEndpointId", "ServiceName" },
	  read_vpc_endpoint },
	{ "ec2 describe-network-interfaces",
	  FORM_LIST,
	  "NetworkInterfaces",
	  { "NetworkInterfaceId", "SubnetId" },
	  read_network_interface },
	{ "ec2 describe-managed-prefix-lists", FORM_LIST, "PrefixLists", { "PrefixListId" }, read_prefix_list },
	{ "ec2 get-managed-prefix-list-entries", FORM_WHOLE, NULL, { "Entries" }, read_prefix_list_entries },
	{ "ec2 describe-dhcp-options",
	  FORM_LIST,
	  "DhcpOptions",
	  { "DhcpOptionsId", "DhcpConfigurations" },
	  read_dhcp_options },
	{ "ec2 describe-vpc-attribute", FORM_WHOLE, NULL, { "VpcId" }, read_vpc_attribute },
	{ "ec2 describe-instances", FORM_LIST, "Reservations", { "ReservationId", "Instances" }, read_reservation },
	{ "ec2 describe-vpc-peering-connections",
	  FORM_LIST,
	  "VpcPeeringConnections",
	  { "VpcPeeringConnectionId" },
	  read_peering },
	{ "ec2 describe-availability-zones", FORM_LIST, "AvailabilityZones", { "ZoneName", "RegionName" }, NULL },
	{ "ip-ranges.json", FORM_LIST, "prefixes", { "ip_prefix" }, read_ip_range },
	{ "sagemaker create-training-job (its request)", FORM_WHOLE, NULL, { "TrainingJobName" }, read_training_job },
};
const size_t import_form_count = sizeof(import_forms) / sizeof(import_forms[0]);
