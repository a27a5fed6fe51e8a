// SPDX-License-Identifier: GPL-2.0-or-later
// import: the readers of EC2's rows, a row each case: what is read of it, and what is complained of where. Rules are in
// import_rules.c.
#include "import_dump.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct reading vpc_readings[] = {
	{ "only blocks that are associated, the primary one first", read_vpc,
	  "{'VpcId': 'VpcId:22', 'CidrBlock': '10.9.0.0/16', 'DhcpOptionsId': 'dopt-1', 'Region': 'eu-north-1',\n"
	  " 'CidrBlockAssociationSet': [\n"
	  "  {'CidrBlock': '10.1.0.0/16', 'CidrBlockState': {'State': 'associated'}},\n"
	  "  {'CidrBlock': '10.2.0.0/16', 'CidrBlockState': {'State': 'disassociated'}},\n"
	  "  {'CidrBlock': '10.9.0.0/16', 'CidrBlockState': {'State': 'associated', 'StatusMessage': null}}],\n"
	  " 'Ipv6CidrBlockAssociationSet': [\n"
	  "  {'Ipv6CidrBlock': '2600:1f16:1::/56', 'Ipv6CidrBlockState': {'State': 'associating'}},\n"
	  "  {'Ipv6CidrBlock': '2600:1f16:2::/56', 'Ipv6CidrBlockState': {'State': 'associated'}}],\n"
	  " 'Tags': [{'Key': 'Name', 'Value': 'main'}]}",
	  "vpc VpcId:22 in eu-north-1 named \"main\" 10.9.0.0/16 10.1.0.0/16 2600:1f16:2::/56 dhcp=dopt-1\n", "" },
	{ "the block of an old document, nulls", read_vpc,
	  "{'VpcId': 'vpc-1', 'CidrBlock': '10.0.0.0/16', 'CidrBlockAssociationSet': null, 'Tags': null}",
	  "vpc vpc-1 10.0.0.0/16\n", "" },
	{ "a block that is associated no more is no block", read_vpc,
	  "{'VpcId': 'vpc-1', 'CidrBlock': '10.0.0.0/16', 'CidrBlockAssociationSet':\n"
	  "  [{'CidrBlock': '10.0.0.0/16', 'CidrBlockState': {'State': 'disassociating'}}]}",
	  "vpc vpc-1\n", "" },
	{ "wrong types of a VPC", read_vpc, "{'VpcId': 'vpc-1',\n 'CidrBlock': 10,\n 'DhcpOptionsId': []}",
	  "vpc vpc-1\n",
	  "f.json:2:15: error: \"CidrBlock\" must be a text, not a number\n"
	  "f.json:3:19: error: \"DhcpOptionsId\" must be a text, not a list\n" },
	{ "no id", read_vpc, "{'CidrBlock': '10.0.0.0/16', 'DhcpOptionsId': 'dopt-1'}", "",
	  "f.json:1:1: error: a VPC has no \"VpcId\"\n" },
	{ "DNS support", read_vpc_attribute, "{'VpcId': 'vpc-1', 'EnableDnsSupport': {'Value': true}}",
	  "vpc vpc-1 support=yes\n", "" },
	{ "DNS host names", read_vpc_attribute,
	  "{'VpcId': 'vpc-1', 'EnableDnsHostnames': {'Value': false}, 'EnableDnsSupport': null}",
	  "vpc vpc-1 hostnames=no\n", "" },
	{ "an attribute that is no yes or no", read_vpc_attribute,
	  "{'VpcId': 'vpc-1', 'EnableDnsHostnames': {'Value': 'true'}}", "vpc vpc-1\n",
	  "f.json:1:52: error: \"Value\" must be true or false, not a text\n" },
	{ "a subnet: its zone tells its Region before its ARN does", read_subnet,
	  "{'SubnetId': 'subnet-1', 'VpcId': 'vpc-1', 'AvailabilityZone': 'us-west-2c', 'CidrBlock': '172.31.0.0/20', "
	  "'MapPublicIpOnLaunch': true,\n"
	  " 'Ipv6CidrBlockAssociationSet': [{'Ipv6CidrBlock': '2600::/64', 'Ipv6CidrBlockState':\n"
	  "  {'State': 'associated'}}, {'Ipv6CidrBlock': '2601::/64', 'Ipv6CidrBlockState': {'State': 'failed'}}],\n"
	  " 'SubnetArn': 'arn:aws:ec2:us-east-1:028403472736:subnet/subnet-1', 'Tags': [{'Key': 'Name', 'Value': "
	  "'a\\nb'}]}",
	  "subnet subnet-1 in us-west-2 named \"a\nb\" vpc=vpc-1 zone=us-west-2c 172.31.0.0/20 2600::/64 public=yes\n",
	  "" },
	{ "a subnet whose ARN alone tells its Region", read_subnet,
	  "{'SubnetId': 'subnet-1', 'VpcId': 'vpc-1', 'SubnetArn': "
	  "'arn:aws:ec2:us-east-1:028403472736:subnet/subnet-1'}",
	  "subnet subnet-1 in us-east-1 vpc=vpc-1\n", "" },
	{ "a subnet of no VPC", read_subnet, "{'SubnetId': 'subnet-1', 'CidrBlock': '10.0.0.1/24'}",
	  "subnet subnet-1 10.0.0.0/24\n", "f.json:1:1: error: a subnet has no \"VpcId\"\n" },
	{ "a block that is none", read_subnet, "{'SubnetId': 'subnet-1', 'VpcId': 'vpc-1', 'CidrBlock': '10.0.0.0/33'}",
	  "subnet subnet-1 vpc=vpc-1\n",
	  "f.json:1:57: error: \"CidrBlock\": \"10.0.0.0/33\" needs a prefix length from 0 to 32 after the '/'\n" },
};

#define UNSETTLED(line, subnet)                                                                                        \
	"f.json:" line ":56: warning: whether this is the route table of " subnet                                      \
	" is not known (hint: run the command again, until it is associated)\n"

static const struct reading route_readings[] = {
	{ "each target", read_route_table,
	  "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Associations': [], 'Routes': [\n"
	  "{'DestinationCidrBlock': '10.0.0.0/16', 'GatewayId': 'local', 'Origin': 'CreateRouteTable', 'State': "
	  "'active'},\n"
	  "{'DestinationCidrBlock': '0.0.0.0/0', 'GatewayId': 'igw-1', 'State': 'active'},\n"
	  "{'DestinationPrefixListId': 'pl-1', 'GatewayId': 'vpce-1', 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.1.0.0/16', 'GatewayId': 'vgw-1', 'State': 'active'},\n"
	  "{'DestinationIpv6CidrBlock': '::/0', 'EgressOnlyInternetGatewayId': 'eigw-1', 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.2.0.0/16', 'NatGatewayId': 'nat-1', 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.3.0.0/16', 'VpcPeeringConnectionId': 'pcx-1', 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.4.0.0/16', 'TransitGatewayId': 'tgw-1', 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.5.0.0/16', 'InstanceId': 'i-1', 'InstanceOwnerId': '1', 'NetworkInterfaceId': "
	  "'eni-1', 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.6.0.0/16', 'InstanceId': 'i-1', 'GatewayId': null, 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.7.0.0/16', 'LocalGatewayId': 'lgw-1', 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.8.0.0/16', 'CarrierGatewayId': 'cagw-1', 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.9.0.0/16', 'CoreNetworkArn': 'arn:1', 'State': 'active'},\n"
	  "{'DestinationCidrBlock': '10.10.0.0/16', 'Origin': 'CreateRoute', 'QuantumGatewayId': 'qgw-1', 'State': "
	  "'active'},\n"
	  "{'DestinationCidrBlock': '10.11.0.0/16', 'GatewayId': 'InternetGatewayId:63', 'State': 'active'}]}",
	  "route table rtb-1 vpc=vpc-1\n"
	  "  10.0.0.0/16 -> local local @2:1\n"
	  "  0.0.0.0/0 -> internet gateway igw-1 @3:1\n"
	  "  pl-1 -> endpoint vpce-1 @4:1\n"
	  "  10.1.0.0/16 -> VPN gateway vgw-1 @5:1\n"
	  "  ::/0 -> egress-only gateway eigw-1 @6:1\n"
	  "  10.2.0.0/16 -> NAT gateway nat-1 @7:1\n"
	  "  10.3.0.0/16 -> peering pcx-1 @8:1\n"
	  "  10.4.0.0/16 -> transit gateway tgw-1 @9:1\n"
	  "  10.5.0.0/16 -> interface eni-1 @10:1\n"
	  "  10.6.0.0/16 -> interface i-1 @11:1\n"
	  "  10.7.0.0/16 -> other lgw-1 @12:1\n"
	  "  10.8.0.0/16 -> other cagw-1 @13:1\n"
	  "  10.9.0.0/16 -> other arn:1 @14:1\n"
	  "  10.10.0.0/16 -> other qgw-1 @15:1\n"
	  "  10.11.0.0/16 -> other InternetGatewayId:63 @16:1\n",
	  "" },
	{ "routes that lead nowhere", read_route_table,
	  "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Routes': [\n"
	  "{'DestinationCidrBlock': '0.0.0.0/0', 'NatGatewayId': 'nat-1', 'State': 'blackhole'},\n"
	  "{'DestinationCidrBlock': '10.1.0.0/16', 'State': 'blackhole'},\n"
	  "{'DestinationCidrBlock': '10.2.0.0/16', 'GatewayId': 'vgw-1', 'State': 'filtered'},\n"
	  "{'DestinationCidrBlock': '10.3.0.0/16', 'GatewayId': 'vgw-1'}]}",
	  "route table rtb-1 vpc=vpc-1\n"
	  "  0.0.0.0/0 -> NAT gateway nat-1 blackhole @2:1\n"
	  "  10.1.0.0/16 -> other - blackhole @3:1\n"
	  "  10.2.0.0/16 -> VPN gateway vgw-1 blackhole @4:1\n"
	  "  10.3.0.0/16 -> VPN gateway vgw-1 blackhole @5:1\n",
	  "f.json:5:1: warning: a route has no \"State\" (hint: it is taken as a black hole: give the command's whole "
	  "output)\n" },
	{ "routes that make no sense", read_route_table,
	  "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Routes': [\n"
	  "{'DestinationCidrBlock': '10.1.0.0/16', 'State': 'active', 'Origin': 'CreateRoute'},\n"
	  "{'GatewayId': 'igw-1'},\n"
	  "{'DestinationCidrBlock': 'ten', 'GatewayId': 'igw-1'}, 7]}",
	  "route table rtb-1 vpc=vpc-1\n"
	  "  10.1.0.0/16 -> other - @2:1\n",
	  "f.json:2:1: error: a route that is active has no \"GatewayId\", \"NatGatewayId\", "
	  "\"VpcPeeringConnectionId\" or \"TransitGatewayId\" (hint: give the command's whole output)\n"
	  "f.json:3:1: error: a route has no \"DestinationCidrBlock\", \"DestinationIpv6CidrBlock\" or "
	  "\"DestinationPrefixListId\" (hint: give the command's whole output)\n"
	  "f.json:4:26: error: \"DestinationCidrBlock\": \"ten\" is not an address: unexpected 't'\n"
	  "f.json:4:56: error: an item of this list must be an object, not a number\n" },
	{ "associations that stand", read_route_table,
	  "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Associations': [\n"
	  "{'Main': false, 'SubnetId': 'subnet-1', 'AssociationState': {'State': 'associated'}},\n"
	  "{'Main': false, 'SubnetId': 'subnet-2', 'AssociationState': {'State': 'disassociated'}},\n"
	  "{'Main': true, 'AssociationState': {'State': 'disassociating'}},\n"
	  "{'Main': false, 'GatewayId': 'igw-1', 'AssociationState': {'State': 'associated'}},\n"
	  "{'SubnetId': 'subnet-3'},\n"
	  "{'SubnetId': 'subnet-4', 'AssociationState': {'State': 'associating'}},\n"
	  "{'SubnetId': 'subnet-5', 'AssociationState': {'State': 'disassociating'}},\n"
	  "{'SubnetId': 'subnet-6', 'AssociationState': {'State': 'failed'}}]}",
	  "route table rtb-1 vpc=vpc-1 subnets=subnet-1,subnet-3 unsettled=subnet-4,subnet-5,subnet-6\n",
	  UNSETTLED("7", "subnet-4") UNSETTLED("8", "subnet-5") UNSETTLED("9", "subnet-6") },
	{ "a main table", read_route_table,
	  "{'RouteTableId': 'rtb-1', 'VpcId': 'vpc-1', 'Associations': [{'Main': true, 'RouteTableId': 'rtb-1'}], "
	  "'Routes': null}",
	  "main route table rtb-1 vpc=vpc-1\n", "" },
	{ "a table of no VPC, and a list that is none", read_route_table, "{'RouteTableId': 'rtb-1',\n 'Routes': {}}",
	  "route table rtb-1\n",
	  "f.json:1:1: error: a route table has no \"VpcId\"\n"
	  "f.json:2:12: error: \"Routes\" must be a list, not an object\n" },
};

static const struct reading endpoint_readings[] = {
	{ "a gateway", read_vpc_endpoint,
	  "{'VpcEndpointId': 'vpce-1', 'VpcEndpointType': 'Gateway', 'VpcId': 'vpc-1', 'State': 'available',\n"
	  " 'ServiceName': 'com.amazonaws.us-east-1.s3', 'RouteTableIds': ['rtb-1', 'rtb-2'], 'Groups': [],\n"
	  " 'PrivateDnsEnabled': false, 'Tags': [{'Key': 'Name', 'Value': 's3'}]}",
	  "endpoint vpce-1 in us-east-1 named \"s3\" gateway type=Gateway vpc=vpc-1 service=com.amazonaws.us-east-1.s3 "
	  "tables=rtb-1,rtb-2 private-dns=no\n",
	  "" },
	{ "an interface", read_vpc_endpoint,
	  "{'VpcEndpointId': 'vpce-2', 'VpcEndpointType': 'Interface', 'VpcId': 'vpc-1', 'State': 'Available',\n"
	  " 'ServiceName': 'com.amazonaws.us-east-1.ec2', 'SubnetIds': ['subnet-1'], 'RouteTableIds': null,\n"
	  " 'Groups': [{'GroupId': 'sg-1', 'GroupName': 'x'}], 'NetworkInterfaceIds': ['eni-1', 'eni-2'],\n"
	  " 'PrivateDnsEnabled': true, 'DnsEntries': [{'DnsName': 'ec2.us-east-1.amazonaws.com'}, {'DnsName': 'b.c'}]}",
	  "endpoint vpce-2 in us-east-1 interface type=Interface vpc=vpc-1 service=com.amazonaws.us-east-1.ec2 "
	  "subnets=subnet-1 groups=sg-1 interfaces=eni-1,eni-2 private-dns=yes names=ec2.us-east-1.amazonaws.com,b.c\n",
	  "" },
	{ "a service of another Region, and a state that is not available", read_vpc_endpoint,
	  "{'VpcEndpointId': 'vpce-3', 'VpcEndpointType': 'Interface', 'VpcId': 'vpc-1', 'State': "
	  "'PendingAcceptance',\n"
	  " 'ServiceName': 'com.amazonaws.us-east-1.ec2', 'ServiceRegion': 'us-east-1'}",
	  "endpoint vpce-3 interface unavailable type=Interface vpc=vpc-1 service=com.amazonaws.us-east-1.ec2\n", "" },
	{ "another type", read_vpc_endpoint,
	  "{'VpcEndpointId': 'vpce-4', 'VpcEndpointType': 'GatewayLoadBalancer', 'VpcId': 'vpc-1',\n"
	  " 'NetworkInterfaceIds': ['eni-1'], 'RouteTableIds': ['rtb-1']}",
	  "endpoint vpce-4 other unavailable type=GatewayLoadBalancer vpc=vpc-1 tables=rtb-1 interfaces=eni-1\n", "" },
	{ "no type: told by interfaces", read_vpc_endpoint,
	  "{'VpcEndpointId': 'vpce-5', 'VpcId': 'vpc-1', 'NetworkInterfaceIds': ['eni-1']}",
	  "endpoint vpce-5 interface unavailable vpc=vpc-1 interfaces=eni-1\n", "" },
	{ "no type: told by route tables", read_vpc_endpoint,
	  "{'VpcEndpointId': 'vpce-6', 'VpcId': 'vpc-1', 'RouteTableIds': ['rtb-1']}",
	  "endpoint vpce-6 gateway unavailable vpc=vpc-1 tables=rtb-1\n", "" },
	{ "wrong types", read_vpc_endpoint,
	  "{'VpcEndpointId': 'vpce-7', 'VpcId': 'vpc-1',\n 'Groups': [{'GroupId': 1}],\n 'SubnetIds': [{}]}",
	  "endpoint vpce-7 other unavailable vpc=vpc-1\n",
	  "f.json:2:25: error: \"GroupId\" must be a text, not a number\n"
	  "f.json:3:16: error: an item of \"SubnetIds\" must be a text, not an object\n" },
};

static const struct reading interface_readings[] = {
	{ "the primary address first", read_network_interface,
	  "{'NetworkInterfaceId': 'eni-1', 'VpcId': 'vpc-1', 'SubnetId': 'subnet-1', 'AvailabilityZone': "
	  "'us-east-1d',\n"
	  " 'Groups': [{'GroupId': 'sg-2', 'GroupName': 'x'}, {'GroupId': 'sg-1'}], 'InterfaceType': 'efs',\n"
	  " 'PrivateIpAddresses': [{'PrivateIpAddress': '10.0.1.18', 'Primary': false},\n"
	  "  {'PrivateIpAddress': '10.0.1.17', 'Primary': true, 'Association': {'PublicIp': '203.0.113.12'}}],\n"
	  " 'Ipv6Addresses': [{'Ipv6Address': '2001:db8::1'}], 'Attachment': {'InstanceId': 'i-1'},\n"
	  " 'Description': 'EFS mount', 'TagSet': [{'Key': 'Name', 'Value': 'n'}]}",
	  "interface eni-1 in us-east-1 named \"n\" vpc=vpc-1 subnet=subnet-1 groups=sg-2,sg-1 10.0.1.17 10.0.1.18 "
	  "2001:db8::1 public instance=i-1 kind=efs \"EFS mount\"\n",
	  "" },
	{ "one address alone, a public one of the interface", read_network_interface,
	  "{'NetworkInterfaceId': 'eni-1', 'PrivateIpAddress': '10.0.1.17', 'PrivateIpAddresses': null,\n"
	  " 'Association': {'PublicIp': '203.0.113.12'}, 'Attachment': null}",
	  "interface eni-1 10.0.1.17 public\n", "" },
	{ "the single member says which of them is primary", read_network_interface,
	  "{'NetworkInterfaceId': 'eni-1', 'PrivateIpAddress': '10.0.1.17', 'PrivateIpAddresses':\n"
	  " [{'PrivateIpAddress': '10.0.1.16', 'Association': {'IpOwnerId': 'x'}}, {'PrivateIpAddress': '10.0.1.17'}]}",
	  "interface eni-1 10.0.1.17 10.0.1.16\n", "" },
	{ "an address that is none", read_network_interface,
	  "{'NetworkInterfaceId': 'eni-1', 'PrivateIpAddresses':\n [{'PrivateIpAddress': '10.0.1'}]}",
	  "interface eni-1\n",
	  "f.json:2:24: warning: \"PrivateIpAddress\": \"10.0.1\" is not an IPv4 address: it has 3 of 4 parts; short "
	  "forms are not read (hint: it is passed over: nothing is allowed by it)\n" },
	{ "instances", read_reservation,
	  "{'ReservationId': 'r-1', 'Instances': [{'InstanceId': 'i-1', 'Placement': {'AvailabilityZone': "
	  "'eu-west-1a'},\n"
	  " 'NetworkInterfaces': [{'NetworkInterfaceId': 'eni-1', 'SubnetId': 'subnet-1', 'VpcId': 'vpc-1',\n"
	  "  'Groups': [{'GroupId': 'sg-1'}], 'Attachment': {'Status': 'attached'},\n"
	  "  'PrivateIpAddresses': [{'PrivateIpAddress': '10.0.0.5'}]}]},\n"
	  " {'InstanceId': 'i-2', 'NetworkInterfaces': []}, {'InstanceId': 'i-3', 'Placement': null}]}",
	  "interface eni-1 in eu-west-1 vpc=vpc-1 subnet=subnet-1 groups=sg-1 10.0.0.5 instance=i-1\n", "" },
	{ "an instance's interface that has no id", read_instance,
	  "{'InstanceId': 'i-1', 'NetworkInterfaces': [\n  {'SubnetId': 'subnet-1', 'PrivateIpAddress': '10.0.0.5'}]}",
	  "", "f.json:2:3: error: a network interface has no \"NetworkInterfaceId\"\n" },
};

static const struct reading list_readings[] = {
	{ "AWS's own list, with its entries", read_prefix_list,
	  "{'PrefixListId': 'pl-63a5400a', 'PrefixListName': 'com.amazonaws.us-east-1.s3',\n"
	  " 'Cidrs': ['54.231.0.0/17', '54.231.128.0/17', '2600::/32']}",
	  "list pl-63a5400a in us-east-1 named \"com.amazonaws.us-east-1.s3\": 54.231.0.0/16 2600::/32\n", "" },
	{ "a managed one, without", read_prefix_list,
	  "{'PrefixListId': 'pl-1', 'PrefixListName': 'mine', 'AddressFamily': 'IPv4', 'OwnerId': '123456789012',\n"
	  " 'PrefixListArn': 'arn:aws:ec2:us-west-2:123456789012:prefix-list/pl-1', 'Cidrs': null,\n"
	  " 'Tags': [{'Key': 'Name', 'Value': 'other'}]}",
	  "list pl-1 in us-west-2 named \"mine\" owner=123456789012 without entries\n", "" },
	{ "an empty list is given", read_prefix_list, "{'PrefixListId': 'pl-1', 'Cidrs': []}", "list pl-1:\n", "" },
	{ "entries that are none", read_prefix_list, "{'PrefixListId': 'pl-1', 'Cidrs': [\n'10.0.0.0/8',\n4,\n'x']}",
	  "list pl-1: 10.0.0.0/8\n",
	  "f.json:3:1: error: this is not a block of addresses (hint: write \"10.0.0.0/8\")\n"
	  "f.json:4:1: error: \"x\" is not an address: unexpected 'x'\n" },
	{ "entries by themselves", read_prefix_list_entries,
	  "{'Entries': [{'Cidr': '10.0.0.0/16', 'Description': 'a'}, {'Cidr': '10.1.0.0/16'}]}",
	  "entries: 10.0.0.0/15\n", "" },
	{ "entries by themselves that are none", read_prefix_list_entries,
	  "{'Entries': [\n{'Cidr': '10.0.0.0/16'},\n{'Description': 'a'},\n{'Cidr': ''},\n{'Cidr': '10.0.0.0/33'}]}",
	  "entries: 10.0.0.0/16\n",
	  "f.json:3:1: error: an entry has no \"Cidr\" (hint: give the command's whole output)\n"
	  "f.json:4:1: error: an entry has no \"Cidr\" (hint: give the command's whole output)\n"
	  "f.json:5:10: error: \"Cidr\": \"10.0.0.0/33\" needs a prefix length from 0 to 32 after the '/'\n" },
};

static const struct reading other_readings[] = {
	{ "DHCP options", read_dhcp_options,
	  "{'DhcpOptionsId': 'dopt-1', 'DhcpConfigurations': [\n"
	  " {'Key': 'domain-name', 'Values': [{'Value': 'a.internal  b.internal'}]},\n"
	  " {'Key': 'domain-name-servers', 'Values': [{'Value': 'AmazonProvidedDNS'}, {'Value': '10.0.0.2'}, "
	  "'10.0.0.1']},\n"
	  " {'Key': 'ntp-servers', 'Values': [{'Value': '10.0.0.3'}]}, {'Key': 'domain-name-servers', 'Values': "
	  "null}]}",
	  "dhcp dopt-1 amazon 10.0.0.2 10.0.0.1 domains=a.internal,b.internal\n", "" },
	{ "a resolver that is none", read_dhcp_options,
	  "{'DhcpOptionsId': 'dopt-1', 'DhcpConfigurations': [{'Key': 'domain-name-servers', 'Values': [\n"
	  "{'Value': 'AmazonProvided'},\n5]}]}",
	  "dhcp dopt-1\n",
	  "f.json:2:1: error: \"AmazonProvided\" is not an address: unexpected 'A' (hint: a resolver is "
	  "AmazonProvidedDNS or an address)\n"
	  "f.json:3:1: error: an item of this list must be an object, not a number\n" },
	{ "a peering connection", read_peering,
	  "{'VpcPeeringConnectionId': 'pcx-1', 'Status': {'Code': 'active', 'Message': 'Active'},\n"
	  " 'RequesterVpcInfo': {'VpcId': 'vpc-1', 'CidrBlock': '192.168.0.0/16', 'CidrBlockSet':\n"
	  "  [{'CidrBlock': '192.168.0.0/16'}, {'CidrBlock': '10.9.0.0/16'}],\n"
	  "  'Ipv6CidrBlockSet': [{'Ipv6CidrBlock': '2600::/56'}]},\n"
	  " 'AccepterVpcInfo': {'VpcId': 'vpc-2', 'CidrBlock': '10.0.1.0/28', 'Region': 'us-east-1'}}",
	  "peering pcx-1 vpc-1 10.9.0.0/16 192.168.0.0/16 2600::/56 with vpc-2 10.0.1.0/28\n", "" },
	{ "a peering connection that waits", read_peering,
	  "{'VpcPeeringConnectionId': 'pcx-1', 'Status': {'Code': 'pending-acceptance'}, 'AccepterVpcInfo': null}",
	  "inactive peering pcx-1 - with -\n", "" },
	{ "a status that is none", read_peering, "{'VpcPeeringConnectionId': 'pcx-1',\n 'Status': 'active'}",
	  "inactive peering pcx-1 - with -\n", "f.json:2:12: error: \"Status\" must be an object, not a text\n" },
};

static void vpcs_and_subnets(void **state)
{
	(void)state;
	check_readings(vpc_readings, COUNT(vpc_readings));
}

static void route_tables(void **state)
{
	(void)state;
	check_readings(route_readings, COUNT(route_readings));
}

static void endpoints(void **state)
{
	(void)state;
	check_readings(endpoint_readings, COUNT(endpoint_readings));
}

static void interfaces(void **state)
{
	(void)state;
	check_readings(interface_readings, COUNT(interface_readings));
}

static void prefix_lists(void **state)
{
	(void)state;
	check_readings(list_readings, COUNT(list_readings));
}

static void dhcp_options_and_peerings(void **state)
{
	(void)state;
	check_readings(other_readings, COUNT(other_readings));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vpcs_and_subnets), cmocka_unit_test(route_tables),
		cmocka_unit_test(endpoints),        cmocka_unit_test(interfaces),
		cmocka_unit_test(prefix_lists),     cmocka_unit_test(dhcp_options_and_peerings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
