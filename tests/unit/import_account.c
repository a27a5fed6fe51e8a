// SPDX-License-Identifier: GPL-2.0-or-later
// import: what account_settle makes of rows of several documents, whatever order they come in.
#include "import_dump.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ROWS_MAXIMUM = 8 };

struct given {
	row_reader read;
	const char *file, *text;
};

struct settling {
	const char *name;
	struct given rows[ROWS_MAXIMUM];
	const char *account, *mistakes;
};

static const struct settling region_settlings[] = {
	{ "a VPC, its tables, groups and ACLs are where its subnet's zone is",
	  { { read_vpc, "a", "{'VpcId': 'vpc-1', 'CidrBlock': '10.0.0.0/16'}" },
	    { read_subnet, "b", "{'SubnetId': 'subnet-1', 'VpcId': 'vpc-1', 'AvailabilityZone': 'eu-west-1a'}" },
	    { read_route_table, "c", "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1'}" },
	    { read_security_group, "d", "{'GroupId': 'sg-1', 'VpcId': 'vpc-1'}" },
	    { read_network_acl, "e", "{'NetworkAclId': 'acl-1', 'VpcId': 'vpc-1'}" },
	    { read_vpc_endpoint, "f", "{'VpcEndpointId': 'vpce-1', 'VpcId': 'vpc-1'}" },
	    { read_network_interface, "g", "{'NetworkInterfaceId': 'eni-1', 'VpcId': 'vpc-1'}" },
	    { read_security_group, "h", "{'GroupId': 'sg-2', 'VpcId': 'vpc-2'}" } },
	  "vpc vpc-1 in eu-west-1 10.0.0.0/16\n"
	  "subnet subnet-1 in eu-west-1 vpc=vpc-1 zone=eu-west-1a\n"
	  "route table rtb-1 in eu-west-1 vpc=vpc-1\n"
	  "group sg-1 in eu-west-1 vpc=vpc-1\n"
	  "group sg-2 vpc=vpc-2\n"
	  "ACL acl-1 in eu-west-1 vpc=vpc-1\n"
	  "endpoint vpce-1 in eu-west-1 other unavailable vpc=vpc-1\n"
	  "interface eni-1 in eu-west-1 vpc=vpc-1\n",
	  "" },
	{ "a VPC's id that two Regions have tells nothing",
	  { { read_subnet, "a", "{'SubnetId': 'subnet-1', 'VpcId': 'vpc-1', 'AvailabilityZone': 'eu-west-1a'}" },
	    { read_subnet, "b", "{'SubnetId': 'subnet-1', 'VpcId': 'vpc-1', 'AvailabilityZone': 'eu-west-2a'}" },
	    { read_vpc, "c", "{'VpcId': 'vpc-1', 'CidrBlock': '10.0.0.0/16'}" } },
	  "vpc vpc-1 10.0.0.0/16\n"
	  "subnet subnet-1 in eu-west-1 vpc=vpc-1 zone=eu-west-1a\n"
	  "subnet subnet-1 in eu-west-2 vpc=vpc-1 zone=eu-west-2a\n",
	  "" },
	{ "one list id in two Regions, and in none",
	  { { read_prefix_list, "a",
	      "{'PrefixListId': 'pl-1', 'PrefixListName': 'com.amazonaws.eu-west-1.s3', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list, "b",
	      "{'PrefixListId': 'pl-1', 'PrefixListName': 'com.amazonaws.us-east-1.s3', 'Cidrs': ['11.0.0.0/8']}" },
	    { read_prefix_list, "c", "{'PrefixListId': 'pl-1', 'Cidrs': ['12.0.0.0/8']}" } },
	  "list pl-1: 12.0.0.0/8\n"
	  "list pl-1 in eu-west-1 named \"com.amazonaws.eu-west-1.s3\": 10.0.0.0/8\n"
	  "list pl-1 in us-east-1 named \"com.amazonaws.us-east-1.s3\": 11.0.0.0/8\n",
	  "" },
	{ "a row that does not know its Region joins that of the only one",
	  { { read_prefix_list, "a",
	      "{'PrefixListId': 'pl-1', 'PrefixListName': 'com.amazonaws.eu-west-1.s3', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list, "b", "{'PrefixListId': 'pl-1', 'OwnerId': 'AWS'}" } },
	  "list pl-1 in eu-west-1 named \"com.amazonaws.eu-west-1.s3\" owner=AWS: 10.0.0.0/8\n",
	  "" },
	{ "and contradicts it",
	  { { read_prefix_list, "a",
	      "{'PrefixListId': 'pl-1', 'PrefixListName': 'com.amazonaws.eu-west-1.s3', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list, "b", "{'PrefixListId': 'pl-1', 'Cidrs': ['11.0.0.0/8']}" } },
	  "list pl-1 in eu-west-1 named \"com.amazonaws.eu-west-1.s3\": 11.0.0.0/8\n",
	  "b:1:1: error: prefix list pl-1 is given twice with different \"Cidrs\": also at a:1:1 (hint: give what the "
	  "commands print now, without older copies of it)\n" },
};

static const struct settling merge_settlings[] = {
	{ "a VPC of three commands, given twice",
	  { { read_vpc, "a", "{'VpcId': 'vpc-1', 'CidrBlock': '10.0.0.0/16', 'DhcpOptionsId': 'dopt-1'}" },
	    { read_vpc_attribute, "b", "{'VpcId': 'vpc-1', 'EnableDnsSupport': {'Value': true}}" },
	    { read_vpc_attribute, "c", "{'VpcId': 'vpc-1', 'EnableDnsHostnames': {'Value': false}}" },
	    { read_vpc, "d", "{'VpcId': 'vpc-1', 'CidrBlock': '10.0.0.0/16', 'DhcpOptionsId': 'dopt-1'}" } },
	  "vpc vpc-1 10.0.0.0/16 dhcp=dopt-1 support=yes hostnames=no\n",
	  "" },
	{ "names and descriptions that differ: the lesser one",
	  { { read_security_group, "a", "{'GroupId': 'sg-1', 'Description': 'new', 'GroupName': 'g'}" },
	    { read_security_group, "b", "{'GroupId': 'sg-1', 'Description': 'older', 'GroupName': 'f'}" },
	    { read_security_group, "c", "{'GroupId': 'sg-1'}" } },
	  "group sg-1 named \"f\" \"new\"\n",
	  "" },
	{ "other attributes that contradict",
	  { { read_vpc_attribute, "a", "{'VpcId': 'vpc-1', 'EnableDnsSupport': {'Value': true}}" },
	    { read_vpc_attribute, "b", "{'VpcId': 'vpc-1', 'EnableDnsSupport': {'Value': false}}" } },
	  "vpc vpc-1 support=yes\n",
	  "b:1:1: error: VPC vpc-1 is given twice with different \"EnableDnsSupport\": also at a:1:1 (hint: give what "
	  "the commands print now, without older copies of it)\n" },
	{ "routes in another order are the same",
	  { { read_route_table, "a",
	      "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Associations': [{'SubnetId': 'b'}, {'SubnetId': 'a'}], "
	      "'Routes': [{'DestinationCidrBlock': '10.0.0.0/16', 'GatewayId': 'local', 'State': "
	      "'active'},\n{'DestinationCidrBlock': "
	      "'0.0.0.0/0', 'GatewayId': 'igw-1', 'State': 'active'}]}" },
	    { read_route_table, "b",
	      "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Associations': [{'SubnetId': 'a'}, {'SubnetId': 'b'}], "
	      "'Routes': [{'DestinationCidrBlock': '0.0.0.0/0', 'GatewayId': 'igw-1', 'State': "
	      "'active'},{'DestinationCidrBlock': "
	      "'10.0.0.0/16', 'GatewayId': 'local', 'State': 'active'}, {'DestinationCidrBlock': '10.0.0.0/16', "
	      "'GatewayId': "
	      "'local', 'State': 'active'}]}" } },
	  "route table rtb-1 vpc=vpc-1 subnets=a,b\n"
	  "  0.0.0.0/0 -> internet gateway igw-1 @2:1\n"
	  "  10.0.0.0/16 -> local local @1:112\n",
	  "" },
	{ "a route that became a black hole",
	  { { read_route_table, "a",
	      "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Routes': [{'DestinationCidrBlock': '0.0.0.0/0', "
	      "'NatGatewayId': 'nat-1', 'State': 'active'}]}" },
	    { read_route_table, "b",
	      "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Routes': [{'DestinationCidrBlock': '0.0.0.0/0', "
	      "'NatGatewayId': 'nat-1', 'State': 'blackhole'}]}" } },
	  "route table rtb-1 vpc=vpc-1\n  0.0.0.0/0 -> NAT gateway nat-1 @1:56\n",
	  "b:1:1: error: route table rtb-1 is given twice with different \"Routes\": also at a:1:1 (hint: give what "
	  "the commands print now, without older copies of it)\n" },
	{ "a route more",
	  { { read_route_table, "a", "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Routes': []}" },
	    { read_route_table, "b",
	      "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Routes': [{'DestinationPrefixListId': 'pl-1', 'GatewayId': "
	      "'vpce-1', 'State': 'active'}]}" } },
	  "route table rtb-1 vpc=vpc-1\n",
	  "b:1:1: error: route table rtb-1 is given twice with different \"Routes\": also at a:1:1 (hint: give what "
	  "the commands print now, without older copies of it)\n" },
	{ "an ACL's entries by number",
	  { { read_network_acl, "a",
	      "{'NetworkAclId': 'acl-1', 'VpcId': 'vpc-1', 'Entries': [{'CidrBlock': '0.0.0.0/0', 'Egress': true, "
	      "'Protocol': '-1', 'RuleAction': 'deny', 'RuleNumber': 32767},\n{'CidrBlock': '0.0.0.0/0', 'Egress': "
	      "true, 'Protocol': '-1', 'RuleAction': 'allow', 'RuleNumber': 100}]}" },
	    { read_network_acl, "b",
	      "{'NetworkAclId': 'acl-1', 'VpcId': 'vpc-1', 'Entries': [{'CidrBlock': '0.0.0.0/0', 'Egress': true, "
	      "'Protocol': '-1', 'RuleAction': 'allow', 'RuleNumber': 100},\n{'CidrBlock': '0.0.0.0/0', 'Egress': "
	      "true, 'Protocol': '-1', 'RuleAction': 'deny', 'RuleNumber': 32767}]}" } },
	  "ACL acl-1 vpc=vpc-1\n"
	  "  egress 100 allow 0.0.0.0/0 all @2:1\n"
	  "  egress 32767 deny 0.0.0.0/0 all @1:57\n",
	  "" },
	{ "an ACL's entry that denies what it allowed",
	  { { read_network_acl, "a",
	      "{'NetworkAclId': 'acl-1', 'VpcId': 'vpc-1', 'Entries': [{'CidrBlock': '0.0.0.0/0', 'Egress': true, "
	      "'Protocol': '-1', 'RuleAction': 'allow', 'RuleNumber': 1}]}" },
	    { read_network_acl, "b",
	      "{'NetworkAclId': 'acl-1', 'VpcId': 'vpc-1', 'Entries': [{'CidrBlock': '0.0.0.0/0', 'Egress': true, "
	      "'Protocol': '-1', 'RuleAction': 'deny', 'RuleNumber': 1}]}" } },
	  "ACL acl-1 vpc=vpc-1\n  egress 1 allow 0.0.0.0/0 all @1:57\n",
	  "b:1:1: error: network ACL acl-1 is given twice with different \"Entries\": also at a:1:1 (hint: give what "
	  "the commands print now, without older copies of it)\n" },
	{ "an endpoint that became available",
	  { { read_vpc_endpoint, "a", "{'VpcEndpointId': 'vpce-1', 'VpcId': 'vpc-1', 'State': 'pending'}" },
	    { read_vpc_endpoint, "b", "{'VpcEndpointId': 'vpce-1', 'VpcId': 'vpc-1', 'State': 'available'}" } },
	  "endpoint vpce-1 other unavailable vpc=vpc-1\n",
	  "b:1:1: error: VPC endpoint vpce-1 is given twice with different \"State\": also at a:1:1 (hint: give what "
	  "the commands print now, without older copies of it)\n" },
	{ "an interface that instances list, too",
	  { { read_network_interface, "a",
	      "{'NetworkInterfaceId': 'eni-1', 'VpcId': 'vpc-1', 'SubnetId': 'subnet-1', 'Groups': [{'GroupId': "
	      "'sg-2'}, {'GroupId': 'sg-1'}], 'PrivateIpAddress': '10.0.0.5', 'AvailabilityZone': 'eu-west-1a'}" },
	    { read_instance, "b",
	      "{'InstanceId': 'i-1', 'NetworkInterfaces': [{'NetworkInterfaceId': 'eni-1', 'VpcId': 'vpc-1', "
	      "'SubnetId': 'subnet-1', 'Groups': [{'GroupId': 'sg-1'}, {'GroupId': 'sg-2'}], 'PrivateIpAddress': "
	      "'10.0.0.5', 'Association': {'PublicIp': '1.2.3.4'}}]}" } },
	  "interface eni-1 in eu-west-1 vpc=vpc-1 subnet=subnet-1 groups=sg-1,sg-2 10.0.0.5 public instance=i-1\n",
	  "" },
	{ "an interface that changed its groups",
	  { { read_network_interface, "a", "{'NetworkInterfaceId': 'eni-1', 'Groups': [{'GroupId': 'sg-2'}]}" },
	    { read_network_interface, "b", "{'NetworkInterfaceId': 'eni-1', 'Groups': [{'GroupId': 'sg-1'}]}" } },
	  "interface eni-1 groups=sg-2\n",
	  "b:1:1: error: network interface eni-1 is given twice with different \"Groups\": also at a:1:1 (hint: give "
	  "what the commands print now, without older copies of it)\n" },
	{ "an interface that has no groups any more",
	  { { read_network_interface, "a", "{'NetworkInterfaceId': 'eni-1', 'Groups': []}" },
	    { read_network_interface, "b", "{'NetworkInterfaceId': 'eni-1', 'Groups': [{'GroupId': 'sg-1'}]}" } },
	  "interface eni-1\n",
	  "b:1:1: error: network interface eni-1 is given twice with different \"Groups\": also at a:1:1 (hint: give "
	  "what the commands print now, without older copies of it)\n" },
	{ "an interface whose groups one document does not tell",
	  { { read_network_interface, "a", "{'NetworkInterfaceId': 'eni-1', 'Groups': null}" },
	    { read_network_interface, "b", "{'NetworkInterfaceId': 'eni-1', 'Groups': [{'GroupId': 'sg-1'}]}" },
	    { read_network_interface, "c", "{'NetworkInterfaceId': 'eni-1'}" },
	    { read_network_interface, "d", "{'NetworkInterfaceId': 'eni-2', 'Groups': []}" },
	    { read_network_interface, "e", "{'NetworkInterfaceId': 'eni-2'}" } },
	  "interface eni-1 groups=sg-1\ninterface eni-2\n",
	  "" },
	{ "a list that has no entries any more",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list, "b", "{'PrefixListId': 'pl-1', 'OwnerId': 'o'}" },
	    { read_prefix_list, "c", "{'PrefixListId': 'pl-1', 'Cidrs': []}" } },
	  "list pl-1 owner=o: 10.0.0.0/8\n",
	  "c:1:1: error: prefix list pl-1 is given twice with different \"Cidrs\": also at a:1:1 (hint: give what the "
	  "commands print now, without older copies of it)\n" },
	{ "an interface that changed its address",
	  { { read_network_interface, "a", "{'NetworkInterfaceId': 'eni-1', 'PrivateIpAddress': '10.0.0.1'}" },
	    { read_network_interface, "b", "{'NetworkInterfaceId': 'eni-1', 'PrivateIpAddress': '10.0.0.2'}" } },
	  "interface eni-1 10.0.0.1\n",
	  "b:1:1: error: network interface eni-1 is given twice with different \"PrivateIpAddresses\": also at a:1:1 "
	  "(hint: give what the commands print now, without older copies of it)\n" },
	{ "a peering connection that is active no more",
	  { { read_peering, "a", "{'VpcPeeringConnectionId': 'pcx-1', 'Status': {'Code': 'active'}}" },
	    { read_peering, "b", "{'VpcPeeringConnectionId': 'pcx-1', 'Status': {'Code': 'deleted'}}" } },
	  "peering pcx-1 - with -\n",
	  "b:1:1: error: peering connection pcx-1 is given twice with different \"Status\": also at a:1:1 (hint: give "
	  "what the commands print now, without older copies of it)\n" },
	{ "what each can have: tables that are not main, ids of two Regions",
	  { { read_route_table, "a",
	      "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Associations': [{'SubnetId': 'subnet-1'}]}" },
	    { read_route_table, "b", "{'RouteTableId': 'rtb-2', 'VpcId': 'vpc-1'}" },
	    { read_route_table, "c",
	      "{'RouteTableId': 'rtb-3', 'VpcId': 'vpc-2', 'Associations': [{'SubnetId': 'subnet-1'}]}" },
	    { read_vpc, "d", "{'VpcId': 'vpc-1', 'Region': 'eu-west-1'}" },
	    { read_vpc, "e", "{'VpcId': 'vpc-2', 'Region': 'eu-west-2'}" } },
	  "vpc vpc-1 in eu-west-1\n"
	  "vpc vpc-2 in eu-west-2\n"
	  "route table rtb-1 in eu-west-1 vpc=vpc-1 subnets=subnet-1\n"
	  "route table rtb-2 in eu-west-1 vpc=vpc-1\n"
	  "route table rtb-3 in eu-west-2 vpc=vpc-2 subnets=subnet-1\n",
	  "" },
	{ "a group that is named twice",
	  { { read_network_interface, "a",
	      "{'NetworkInterfaceId': 'eni-1', 'Groups': [{'GroupId': 'sg-1'}, {'GroupId': 'sg-2'}, {'GroupId': "
	      "'sg-1'}]}" } },
	  "interface eni-1 groups=sg-1,sg-2\n",
	  "" },
	{ "what only one can have",
	  { { read_route_table, "a",
	      "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Associations': [{'Main': true}, {'SubnetId': "
	      "'subnet-1'}]}" },
	    { read_route_table, "b",
	      "{'RouteTableId': 'rtb-2', 'VpcId': 'vpc-1', 'Associations': [{'Main': true}, {'SubnetId': "
	      "'subnet-1'}]}" },
	    { read_network_acl, "c",
	      "{'NetworkAclId': 'acl-1', 'VpcId': 'vpc-1', 'Associations': [{'SubnetId': 'subnet-1'}]}" },
	    { read_network_acl, "d",
	      "{'NetworkAclId': 'acl-2', 'VpcId': 'vpc-1', 'Associations': [{'SubnetId': 'subnet-1'}, {'SubnetId': "
	      "'subnet-2'}]}" } },
	  "main route table rtb-1 vpc=vpc-1 subnets=subnet-1\n"
	  "main route table rtb-2 vpc=vpc-1 subnets=subnet-1\n"
	  "ACL acl-1 vpc=vpc-1 subnets=subnet-1\n"
	  "ACL acl-2 vpc=vpc-1 subnets=subnet-1,subnet-2\n",
	  "b:1:1: error: subnet subnet-1 has two route tables: rtb-2, and rtb-1 at a:1:1 (hint: give what the commands "
	  "print now, without older copies of it)\n"
	  "b:1:1: error: VPC vpc-1 has two main route tables: rtb-2, and rtb-1 at a:1:1 (hint: give what the commands "
	  "print now, without older copies of it)\n"
	  "d:1:1: error: subnet subnet-1 has two network ACLs: acl-2, and acl-1 at c:1:1 (hint: give what the commands "
	  "print now, without older copies of it)\n" },
};

// A group with two rules, as describe-security-groups has it.
#define GROUP                                                                                                          \
	"{'GroupId': 'sg-1', 'VpcId': 'vpc-1', 'IpPermissionsEgress': [{'IpProtocol': '-1', 'IpRanges': [{'CidrIp': "  \
	"'0.0.0.0/0'}]}],\n'IpPermissions': [{'IpProtocol': 'tcp', 'FromPort': 22, 'ToPort': 22, 'IpRanges': "         \
	"[{'CidrIp': "                                                                                                 \
	"'10.1.0.0/16'}, {'CidrIp': '10.0.0.0/16', 'Description': 'ssh'}]}]}"
#define RULE(id, egress, members)                                                                                      \
	"{'SecurityGroupRuleId': '" id "', 'GroupId': 'sg-1', 'IsEgress': " egress ", " members "}"

static const struct settling group_settlings[] = {
	{ "rules by themselves are those of their group",
	  { { read_security_group, "a", GROUP },
	    { read_security_group_rule, "b", RULE("sgr-1", "true", "'IpProtocol': '-1', 'CidrIpv4': '0.0.0.0/0'") },
	    { read_security_group_rule, "c",
	      RULE("sgr-2", "false", "'IpProtocol': '6', 'FromPort': 22, 'ToPort': 22, 'CidrIpv4': '10.1.0.0/16'") } },
	  "group sg-1 vpc=vpc-1\n"
	  "  egress all id=sgr-1\n"
	  "    0.0.0.0/0 @1:108\n"
	  "  ingress tcp 22\n"
	  "    10.0.0.0/16 \"ssh\" @2:122\n"
	  "    10.1.0.0/16 @2:95\n",
	  "" },
	{ "rules of a group that nobody gave",
	  { { read_security_group_rule, "b",
	      RULE("sgr-1", "true",
		   "'IpProtocol': '-1', 'ReferencedGroupInfo': {'GroupId': 'sg-2', 'PeeringStatus': 'active'}") },
	    { read_security_group_rule, "c",
	      RULE("sgr-2", "true", "'IpProtocol': '-1', 'CidrIpv4': '10.0.0.0/16', 'Description': 'd'") },
	    { read_security_group_rule, "d", RULE("sgr-3", "false", "'IpProtocol': '-1', 'PrefixListId': 'pl-1'") },
	    { read_security_group_rule, "e",
	      RULE("sgr-1", "true",
		   "'IpProtocol': '-1', 'ReferencedGroupInfo': {'GroupId': 'sg-2', 'PeeringStatus': 'deleted'}") } },
	  "rules of group sg-1\n"
	  "  egress all\n"
	  "    10.0.0.0/16 \"d\" @1:103\n"
	  "    sg-2 status=deleted @1:126\n"
	  "  ingress all id=sgr-3\n"
	  "    pl-1 @1:108\n",
	  "" },
	{ "rules of a group that was given without",
	  { { read_security_group, "a", "{'GroupId': 'sg-1', 'GroupName': 'g'}" },
	    { read_security_group_rule, "b", RULE("sgr-1", "true", "'IpProtocol': '-1', 'CidrIpv4': '0.0.0.0/0'") } },
	  "group sg-1 named \"g\"\n  egress all id=sgr-1\n    0.0.0.0/0 @1:103\n",
	  "" },
	{ "a rule that its group does not have",
	  { { read_security_group, "a", GROUP },
	    { read_security_group_rule, "b",
	      RULE("sgr-2", "false", "'IpProtocol': '6', 'FromPort': 22, 'ToPort': 23, 'CidrIpv4': '10.1.0.0/16'") },
	    { read_security_group_rule, "c", RULE("sgr-3", "true", "'IpProtocol': '-1', 'CidrIpv4': '1.0.0.0/8'") } },
	  "group sg-1 vpc=vpc-1\n"
	  "  egress all\n"
	  "    0.0.0.0/0 @1:108\n"
	  "    1.0.0.0/8 @1:103\n"
	  "  ingress tcp 22\n"
	  "    10.0.0.0/16 \"ssh\" @2:122\n"
	  "    10.1.0.0/16 @2:95\n"
	  "  ingress tcp 22-23 id=sgr-2\n"
	  "    10.1.0.0/16 @1:133\n",
	  "b:1:133: error: security group sg-1 has no such rule at a:1:1 (hint: give what the commands print now, "
	  "without older copies of it)\n"
	  "c:1:103: error: security group sg-1 has no such rule at a:1:1 (hint: give what the commands print now, "
	  "without older copies of it)\n" },
	{ "a group given twice, its peers in another order",
	  { { read_security_group, "a", GROUP },
	    { read_security_group, "b",
	      "{'GroupId': 'sg-1', 'VpcId': 'vpc-1', 'IpPermissions': [{'IpProtocol': 'tcp', 'FromPort': 22, 'ToPort': "
	      "22, 'IpRanges': [{'CidrIp': '10.0.0.0/16'}]}, {'IpProtocol': 'tcp', 'FromPort': 22, 'ToPort': 22, "
	      "'IpRanges': [{'CidrIp': '10.1.0.0/16', 'Description': 'b'}]}], 'IpPermissionsEgress': [{'IpProtocol': "
	      "'-1', 'IpRanges': [{'CidrIp': '0.0.0.0/0'}]}]}" } },
	  "group sg-1 vpc=vpc-1\n"
	  "  egress all\n"
	  "    0.0.0.0/0 @1:108\n"
	  "  ingress tcp 22\n"
	  "    10.0.0.0/16 \"ssh\" @2:122\n"
	  "    10.1.0.0/16 \"b\" @2:95\n",
	  "" },
	{ "a group whose one direction alone was given with rules, behind a rule by itself",
	  { { read_security_group_rule, "0", RULE("sgr-1", "false", "'IpProtocol': '-1', 'CidrIpv4': '10.0.0.0/8'") },
	    { read_security_group, "a",
	      "{'GroupId': 'sg-1', 'GroupName': 'g', 'IpPermissionsEgress': [{'IpProtocol': '-1', 'IpRanges': "
	      "[{'CidrIp': '0.0.0.0/0'}]}]}" } },
	  "group sg-1 named \"g\"\n  egress all\n    0.0.0.0/0 @1:108\n  ingress all id=sgr-1\n    10.0.0.0/8 @1:104\n",
	  "" },
	{ "a group given with rules behind one without",
	  { { read_security_group, "0", "{'GroupId': 'sg-1', 'GroupName': 'g'}" },
	    { read_security_group, "a",
	      "{'GroupId': 'sg-1', 'IpPermissionsEgress': [{'IpProtocol': '-1', 'IpRanges': [{'CidrIp': "
	      "'0.0.0.0/0'}]}]}" } },
	  "group sg-1 named \"g\"\n  egress all\n    0.0.0.0/0 @1:90\n",
	  "" },
	{ "a group given twice with a peer less",
	  { { read_security_group, "a",
	      "{'GroupId': 'sg-1', 'IpPermissions': [{'IpProtocol': '-1', 'IpRanges': [{'CidrIp': '10.0.0.0/8', "
	      "'Description': 'z'}]}]}" },
	    { read_security_group, "b",
	      "{'GroupId': 'sg-1', 'IpPermissions': [{'IpProtocol': '-1', 'IpRanges': [{'CidrIp': '10.0.0.0/8'}, "
	      "{'CidrIp': '11.0.0.0/8'}]}]}" } },
	  "group sg-1\n  ingress all\n    10.0.0.0/8 \"z\" @1:84\n",
	  "b:1:1: error: security group sg-1 is given twice with different \"IpPermissions\": also at a:1:1 (hint: "
	  "give what the commands print now, without older copies of it)\n" },
	{ "a rule given twice with other descriptions",
	  { { read_security_group_rule, "a",
	      RULE("sgr-2", "true", "'IpProtocol': '-1', 'CidrIpv4': '10.0.0.0/8', 'Description': 'z'") },
	    { read_security_group_rule, "b",
	      RULE("sgr-2", "true", "'IpProtocol': '-1', 'CidrIpv4': '10.0.0.0/8', 'Description': 'a'") } },
	  "rules of group sg-1\n  egress all id=sgr-2\n    10.0.0.0/8 \"a\" @1:103\n",
	  "" },
	{ "a group that has no rules of egress any more",
	  { { read_security_group, "a", "{'GroupId': 'sg-1', 'IpPermissionsEgress': []}" },
	    { read_security_group, "b",
	      "{'GroupId': 'sg-1', 'IpPermissionsEgress': [{'IpProtocol': '-1', 'IpRanges': [{'CidrIp': "
	      "'0.0.0.0/0'}]}], 'IpPermissions': []}" } },
	  "group sg-1\n",
	  "b:1:1: error: security group sg-1 is given twice with different \"IpPermissionsEgress\": also at a:1:1 "
	  "(hint: give what the commands print now, without older copies of it)\n" },
	{ "a group of which each document has one direction",
	  { { read_security_group, "a",
	      "{'GroupId': 'sg-1', 'IpPermissions': [{'IpProtocol': '-1', 'IpRanges': [{'CidrIp': '10.0.0.0/8'}]}]}" },
	    { read_security_group, "b",
	      "{'GroupId': 'sg-1', 'IpPermissionsEgress': [{'IpProtocol': '-1', 'IpRanges': [{'CidrIp': "
	      "'0.0.0.0/0'}]}], 'IpPermissions': null}" },
	    { read_security_group, "c", "{'GroupId': 'sg-1'}" } },
	  "group sg-1\n  egress all\n    0.0.0.0/0 @1:90\n  ingress all\n    10.0.0.0/8 @1:84\n",
	  "" },
	{ "a rule of a group that has none of its direction",
	  { { read_security_group, "a", "{'GroupId': 'sg-1', 'IpPermissionsEgress': []}" },
	    { read_security_group_rule, "b", RULE("sgr-1", "true", "'IpProtocol': '-1', 'CidrIpv4': '0.0.0.0/0'") },
	    { read_security_group_rule, "c", RULE("sgr-2", "false", "'IpProtocol': '-1', 'CidrIpv4': '1.0.0.0/8'") } },
	  "group sg-1\n  egress all id=sgr-1\n    0.0.0.0/0 @1:103\n  ingress all id=sgr-2\n    1.0.0.0/8 @1:104\n",
	  "b:1:103: error: security group sg-1 has no such rule at a:1:1 (hint: give what the commands print now, "
	  "without older copies of it)\n" },
	{ "a group given twice with other rules",
	  { { read_security_group, "a", GROUP },
	    { read_security_group, "b",
	      "{'GroupId': 'sg-1', 'VpcId': 'vpc-1', 'IpPermissions': [{'IpProtocol': 'tcp', 'FromPort': 22, 'ToPort': "
	      "22, 'IpRanges': [{'CidrIp': '10.0.0.0/16'}]}]}" } },
	  "group sg-1 vpc=vpc-1\n"
	  "  egress all\n"
	  "    0.0.0.0/0 @1:108\n"
	  "  ingress tcp 22\n"
	  "    10.0.0.0/16 \"ssh\" @2:122\n"
	  "    10.1.0.0/16 @2:95\n",
	  "b:1:1: error: security group sg-1 is given twice with different \"IpPermissions\": also at a:1:1 (hint: "
	  "give what the commands print now, without older copies of it)\n" },
};

#define NAME_HINT                                                                                                      \
	" (hint: name the file by its list: aws ec2 get-managed-prefix-list-entries --prefix-list-id pl-… > "        \
	"pl-….json)\n"

static const struct settling entries_settlings[] = {
	{ "the list in the file's name",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'PrefixListName': 'x'}" },
	    { read_prefix_list, "a", "{'PrefixListId': 'pl-12', 'PrefixListName': 'y'}" },
	    { read_prefix_list_entries, "entries-pl-12.json",
	      "{'Entries': [{'Cidr': '10.0.0.0/8'}], 'NextToken': 't'}" },
	    { read_prefix_list_entries, "pl-12-page2.json", "{'Entries': [{'Cidr': '11.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "pl-1/xpl-12.json", "{'Entries': []}" } },
	  "list pl-1 named \"x\":\n"
	  "list pl-12 named \"y\": 10.0.0.0/7\n",
	  "" },
	{ "the last of two in the file's name",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1'}" },
	    { read_prefix_list, "a", "{'PrefixListId': 'pl-2'}" },
	    { read_prefix_list_entries, "pl-2/pl-1.json", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" } },
	  "list pl-1: 10.0.0.0/8\nlist pl-2 without entries\n",
	  "" },
	{ "a list that only the file's name tells of",
	  { { read_prefix_list_entries, "pl-1/pl-6da54004.json", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" } },
	  "list pl-6da54004: 10.0.0.0/8\n",
	  "" },
	{ "the only list without entries",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1'}" },
	    { read_prefix_list, "a", "{'PrefixListId': 'pl-2', 'Cidrs': ['11.0.0.0/8']}" },
	    { read_prefix_list_entries, "-", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" } },
	  "list pl-1: 10.0.0.0/8\nlist pl-2: 11.0.0.0/8\n",
	  "-:1:1: warning: these entries do not say of which prefix list they are: they are taken for those of pl-1, "
	  "the only list without any" NAME_HINT },
	{ "the only list without entries, and another one that has the same",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1'}" },
	    { read_prefix_list, "a", "{'PrefixListId': 'pl-2', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list_entries, "-", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" } },
	  "list pl-1 without entries\nlist pl-2: 10.0.0.0/8\n",
	  "-:1:1: error: these entries do not say of which prefix list they are" NAME_HINT },
	{ "the only list without entries has room for less",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'MaxEntries': 1, 'AddressFamily': 'IPv4'}" },
	    { read_prefix_list_entries, "-", "{'Entries': [{'Cidr': '10.0.0.0/8'}, {'Cidr': '11.0.0.0/8'}]}" } },
	  "list pl-1 without entries\n",
	  "-:1:1: error: these entries do not say of which prefix list they are" NAME_HINT },
	{ "the only list without entries is of the other family",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'MaxEntries': 1, 'AddressFamily': 'IPv6'}" },
	    { read_prefix_list_entries, "-", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" } },
	  "list pl-1 without entries\n",
	  "-:1:1: error: these entries do not say of which prefix list they are" NAME_HINT },
	{ "the only list without entries is of another Region",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'Region': 'eu-west-1'}" },
	    { read_prefix_list_entries, "us-east-1/entries", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" } },
	  "list pl-1 in eu-west-1 without entries\n",
	  "us-east-1/entries:1:1: error: these entries do not say of which prefix list they are" NAME_HINT },
	{ "the only list without entries has room, and is of that family",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'MaxEntries': 1, 'AddressFamily': 'IPv6'}" },
	    { read_prefix_list_entries, "my-account-1/x", "{'Entries': [{'Cidr': '2001:db8::/32'}]}" } },
	  "list pl-1: 2001:db8::/32\n",
	  "my-account-1/x:1:1: warning: these entries do not say of which prefix list they are: they are taken for "
	  "those of pl-1, the only list without any" NAME_HINT },
	{ "two lists without entries",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1'}" },
	    { read_prefix_list, "a", "{'PrefixListId': 'pl-2'}" },
	    { read_prefix_list_entries, "-", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" } },
	  "list pl-1 without entries\nlist pl-2 without entries\n",
	  "-:1:1: error: these entries do not say of which prefix list they are" NAME_HINT },
	{ "two entries for one list",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1'}" },
	    { read_prefix_list_entries, "b", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "c", "{'Entries': [{'Cidr': '11.0.0.0/8'}]}" } },
	  "list pl-1 without entries\n",
	  "b:1:1: error: these entries do not say of which prefix list they are" NAME_HINT
	  "c:1:1: error: these entries do not say of which prefix list they are" NAME_HINT },
	{ "entries of no list",
	  { { read_prefix_list_entries, "tpl-1", "{'Entries': []}" },
	    { read_prefix_list_entries, "pl-.json", "{'Entries': []}" } },
	  "",
	  "pl-.json:1:1: error: these entries do not say of which prefix list they are" NAME_HINT
	  "tpl-1:1:1: error: these entries do not say of which prefix list they are" NAME_HINT },
	{ "entries that the list has, and one that it has not",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list_entries, "pl-1", "{'Entries': [{'Cidr': '10.0.0.0/9'}, {'Cidr': '10.128.0.0/9'}]}" },
	    { read_prefix_list, "a", "{'PrefixListId': 'pl-2', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list_entries, "pl-2", "{'Entries': [{'Cidr': '10.1.0.0/16'}]}" } },
	  "list pl-1: 10.0.0.0/8\nlist pl-2: 10.0.0.0/8\n",
	  "pl-2:1:1: error: prefix list pl-2 has other entries at a:1:1 (hint: give what the commands print now, "
	  "without older copies of it)\n" },
	{ "no entries of a list that has some, and some of one that has none",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list_entries, "pl-1", "{'Entries': []}" },
	    { read_prefix_list, "a", "{'PrefixListId': 'pl-2', 'Cidrs': []}" },
	    { read_prefix_list_entries, "pl-2", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" } },
	  "list pl-1: 10.0.0.0/8\nlist pl-2:\n",
	  "pl-1:1:1: error: prefix list pl-1 has other entries at a:1:1 (hint: give what the commands print now, "
	  "without older copies of it)\n"
	  "pl-2:1:1: error: prefix list pl-2 has other entries at a:1:1 (hint: give what the commands print now, "
	  "without older copies of it)\n" },
	{ "a page of a list that has more",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'Cidrs': ['10.0.0.0/8', '12.0.0.0/8']}" },
	    { read_prefix_list_entries, "pl-1", "{'Entries': [{'Cidr': '10.0.0.0/8'}], 'NextToken': 't'}" } },
	  "list pl-1: 10.0.0.0/8 12.0.0.0/8\n",
	  "" },
	{ "a first page alone is no list",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1'}" },
	    { read_prefix_list_entries, "pl-1", "{'Entries': [{'Cidr': '10.0.0.0/8'}], 'NextToken': 't'}" },
	    { read_prefix_list_entries, "pl-2", "{'Entries': [{'Cidr': '12.0.0.0/8'}]}" } },
	  "list pl-1 without entries\nlist pl-2: 12.0.0.0/8\n",
	  "pl-1:1:1: warning: of prefix list pl-1 only the first entries are given: none of them counts (hint: give "
	  "all "
	  "pages, as the command prints them without --no-paginate and --max-items)\n" },
	{ "two answers of one list, the same and not",
	  { { read_prefix_list_entries, "pl-1", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "old/pl-1", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "pl-2", "{'Entries': [{'Cidr': '10.0.0.0/32'}], 'NextToken': ''}" },
	    { read_prefix_list_entries, "old/pl-2", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" } },
	  "list pl-1: 10.0.0.0/8\nlist pl-2: 10.0.0.0/8\n",
	  "pl-2:1:1: error: prefix list pl-2 has other entries at old/pl-2:1:1 (hint: give what the commands print "
	  "now, without older copies of it)\n" },
	{ "the folder tells the Region of a list that nothing else tells of",
	  { { read_prefix_list_entries, "us-east-1/pl-1.json", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "x/us-gov-west-1/y/pl-1.json", "{'Entries': [{'Cidr': '11.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "pl-2.eu-west-1.json", "{'Entries': [{'Cidr': '12.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "my-account-1/us-east-12/ew-1/pl-3.json", "{'Entries': []}" } },
	  "list pl-1 in us-east-1: 10.0.0.0/8\nlist pl-1 in us-gov-west-1: 11.0.0.0/8\nlist pl-2 in eu-west-1: "
	  "12.0.0.0/8\nlist pl-3:\n",
	  "" },
	{ "the folder tells that another Region's list is not meant",
	  { { read_prefix_list, "a",
	      "{'PrefixListId': 'pl-1', 'PrefixListName': 'com.amazonaws.eu-west-1.s3', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list_entries, "us-east-1/pl-1", "{'Entries': [{'Cidr': '11.0.0.0/8'}]}" } },
	  "list pl-1 in eu-west-1 named \"com.amazonaws.eu-west-1.s3\": 10.0.0.0/8\n"
	  "list pl-1 in us-east-1: 11.0.0.0/8\n",
	  "" },
	{ "a page beside another list's",
	  { { read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'Cidrs': ['10.0.0.0/8']}" },
	    { read_prefix_list_entries, "pl-1", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "pl-1b/pl-1", "{'Entries': [{'Cidr': '11.1.0.0/16'}], 'NextToken': 't'}" } },
	  "list pl-1: 10.0.0.0/8\n",
	  "pl-1:1:1: error: prefix list pl-1 has other entries at a:1:1 (hint: give what the commands print now, "
	  "without older copies of it)\n" },
	{ "a list of two Regions: the folder tells",
	  { { read_prefix_list, "a",
	      "{'PrefixListId': 'pl-1', 'PrefixListArn': 'arn:aws:ec2:us-west-1:1:prefix-list/pl-1'}" },
	    { read_prefix_list, "a",
	      "{'PrefixListId': 'pl-1', 'PrefixListArn': 'arn:aws:ec2:us-west-2:1:prefix-list/pl-1'}" },
	    { read_prefix_list_entries, "us-west-1/pl-1", "{'Entries': [{'Cidr': '10.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "us-west-2/pl-1", "{'Entries': [{'Cidr': '11.0.0.0/8'}]}" },
	    { read_prefix_list_entries, "us-west-3/pl-1", "{'Entries': [{'Cidr': '12.0.0.0/8'}]}" } },
	  "list pl-1 in us-west-1: 10.0.0.0/8\nlist pl-1 in us-west-2: 11.0.0.0/8\nlist pl-1 in us-west-3: "
	  "12.0.0.0/8\n",
	  "" },
	{ "a list of two Regions: nothing tells",
	  { { read_prefix_list, "a",
	      "{'PrefixListId': 'pl-1', 'PrefixListArn': 'arn:aws:ec2:us-west-1:1:prefix-list/pl-1'}" },
	    { read_prefix_list, "a",
	      "{'PrefixListId': 'pl-1', 'PrefixListArn': 'arn:aws:ec2:us-west-2:1:prefix-list/pl-1'}" },
	    { read_prefix_list_entries, "pl-1", "{'Entries': [{'Cidr': '12.0.0.0/8'}]}" } },
	  "list pl-1 in us-west-1 without entries\nlist pl-1 in us-west-2 without entries\n",
	  "pl-1:1:1: error: prefix list pl-1 is in several Regions (hint: put the file into a folder that is "
	  "named by its Region)\n" },
};

// The rows from one on, or backwards; entries are all used, and are no part of what is compared.
static void check_order(const struct settling *settling, size_t count, size_t first, bool backwards)
{
	struct subject subject CLEANUP(subject_release) = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct given *row = &settling->rows[((backwards ? count - 1 - i : i) + first) % count];
		subject_read(&subject, row->read, row->file, row->text);
	}
	account_settle(&subject.account, &subject.mistakes);
	vec_for_each (entries, &subject.account.entries)
		prefix_set_release(&entries->entries);
	subject.account.entries.count = 0;
	assert_subject(&subject, settling->account, settling->mistakes);
}

static void check_settlings(const struct settling *settlings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t rows = 0;
		print_message("%s\n", settlings[i].name);
		while (rows < ROWS_MAXIMUM && settlings[i].rows[rows].read)
			rows++;
		for (size_t first = 0; first < rows; first++) {
			check_order(&settlings[i], rows, first, false);
			check_order(&settlings[i], rows, first, true);
		}
	}
}

static void regions(void **state)
{
	(void)state;
	check_settlings(region_settlings, COUNT(region_settlings));
}

static void merging(void **state)
{
	(void)state;
	check_settlings(merge_settlings, COUNT(merge_settlings));
}

static void groups(void **state)
{
	(void)state;
	check_settlings(group_settlings, COUNT(group_settlings));
}

static void entries_without_list(void **state)
{
	(void)state;
	check_settlings(entries_settlings, COUNT(entries_settlings));
}

// Which row, by its owner, is found of "pl-1".
static void assert_list(const struct account *account, const char *id, const char *region, const char *owner)
{
	const struct aws_prefix_list *list = account_list(account, id, region);

	if (!owner)
		assert_null(list);
	else if (!list)
		fail_msg("%s in %s is not found", id, region ? region : "any Region");
	else
		assert_string_equal(list->owner, owner);
}

static void look_ups(void **state)
{
	static const struct given rows[] = {
		{ read_prefix_list, "a",
		  "{'PrefixListId': 'pl-1', 'PrefixListName': 'com.amazonaws.us-west-1.s3', 'OwnerId': 'a'}" },
		{ read_prefix_list, "a",
		  "{'PrefixListId': 'pl-1', 'PrefixListName': 'com.amazonaws.us-west-2.s3', 'OwnerId': 'b'}" },
		{ read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'OwnerId': 'e'}" },
		{ read_prefix_list, "a",
		  "{'PrefixListId': 'pl-2', 'PrefixListName': 'com.amazonaws.us-west-2.s3', 'OwnerId': 'c'}" },
		{ read_prefix_list, "a", "{'PrefixListId': 'pl-3', 'OwnerId': 'd'}" },
		{ read_vpc, "a", "{'VpcId': 'vpc-1'}" },
		{ read_subnet, "a", "{'SubnetId': 'subnet-1', 'VpcId': 'vpc-1'}" },
		{ read_security_group, "a", "{'GroupId': 'sg-1'}" },
		{ read_network_interface, "a", "{'NetworkInterfaceId': 'eni-1'}" },
		{ read_vpc_endpoint, "a", "{'VpcEndpointId': 'vpce-1', 'VpcId': 'vpc-1'}" },
	};
	struct subject subject CLEANUP(subject_release) = { 0 };
	const struct account *account = &subject.account;

	(void)state;
	assert_null(account_list(account, "pl-1", NULL));
	for (size_t i = 0; i < COUNT(rows); i++)
		subject_read(&subject, rows[i].read, rows[i].file, rows[i].text);
	account_settle(&subject.account, &subject.mistakes);
	assert_list(account, "pl-1", "us-west-1", "a");
	assert_list(account, "pl-1", "us-west-2", "b");
	assert_list(account, "pl-1", "us-west-3", "e");
	assert_list(account, "pl-1", NULL, NULL);
	assert_list(account, "pl-2", NULL, "c");
	assert_list(account, "pl-2", "us-west-1", NULL);
	assert_list(account, "pl-3", "us-west-1", "d");
	assert_list(account, "pl-3", NULL, "d");
	assert_list(account, "pl-0", NULL, NULL);
	assert_list(account, "pl-9", NULL, NULL);
	assert_list(account, NULL, NULL, NULL);
	assert_string_equal(account_vpc(account, "vpc-1", NULL)->thing.id, "vpc-1");
	assert_string_equal(account_subnet(account, "subnet-1", NULL)->thing.id, "subnet-1");
	assert_string_equal(account_group(account, "sg-1", NULL)->thing.id, "sg-1");
	assert_string_equal(account_interface(account, "eni-1", NULL)->thing.id, "eni-1");
	assert_string_equal(account_endpoint(account, "vpce-1", NULL)->thing.id, "vpce-1");
}

// A thing stands where it was first given, and a group where it was defined.
static void places(void **state)
{
	static const struct given rows[] = {
		{ read_prefix_list, "a", "{'PrefixListId': 'pl-1', 'PrefixListName': 'com.amazonaws.us-west-1.s3'}" },
		{ read_prefix_list, "b", "{'PrefixListId': 'pl-1', 'OwnerId': 'AWS'}" },
		{ read_security_group_rule, "a", RULE("sgr-1", "true", "'IpProtocol': '-1', 'CidrIpv4': '0.0.0.0/0'") },
		{ read_security_group, "b", "{'GroupId': 'sg-1'}" },
	};
	struct subject subject CLEANUP(subject_release) = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		subject_read(&subject, rows[i].read, rows[i].file, rows[i].text);
	account_settle(&subject.account, &subject.mistakes);
	assert_int_equal(subject.account.lists.count, 1);
	assert_string_equal(subject.account.lists.items[0].thing.at.file, "a");
	assert_int_equal(subject.account.groups.count, 1);
	assert_string_equal(subject.account.groups.items[0].thing.at.file, "b");
}

static void file_names_are_kept_once(void **state)
{
	struct account account CLEANUP(account_release) = { 0 };
	char name[] = "a.json";

	(void)state;
	const char *kept = account_file(&account, name);
	assert_ptr_not_equal(kept, name);
	assert_ptr_equal(account_file(&account, "a.json"), kept);
	assert_ptr_not_equal(account_file(&account, "b.json"), kept);
	assert_int_equal(account.files.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(regions),
		cmocka_unit_test(merging),
		cmocka_unit_test(groups),
		cmocka_unit_test(entries_without_list),
		cmocka_unit_test(look_ups),
		cmocka_unit_test(places),
		cmocka_unit_test(file_names_are_kept_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
