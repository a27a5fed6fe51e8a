// SPDX-License-Identifier: GPL-2.0-or-later
// import: rules of security groups and entries of network ACLs, and the two forms of what they are about.
#include "import_dump.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct reading group_readings[] = {
	{ "each kind of peer", read_security_group,
	  "{'GroupId': 'sg-1', 'GroupName': 'workers', 'VpcId': 'vpc-1', 'Description': 'of\\u0085jobs', 'Tags': "
	  "[{'Key': 'Name', 'Value': 'x'}],\n"
	  " 'SecurityGroupArn': 'arn:aws:ec2:us-west-2:123456789012:security-group/sg-1',\n"
	  " 'IpPermissions': [{'FromPort': 22, 'IpProtocol': 'tcp', 'ToPort': 23, 'Ipv6Ranges': [], 'PrefixListIds': "
	  "null,\n"
	  "  'IpRanges': [\n{'CidrIp': '1.2.3.4/32', 'Description': 'one'},\n{'CidrIp': '10.0.0.0/8'}]}],\n"
	  " 'IpPermissionsEgress': [{'IpProtocol': '-1', 'IpRanges': [\n{'CidrIp': '0.0.0.0/0'}], 'Ipv6Ranges': [\n"
	  "{'CidrIpv6': '::/0', 'Description': 'six'}], 'PrefixListIds': [\n{'PrefixListId': 'pl-1', 'Description': "
	  "'S3'}],\n"
	  " 'UserIdGroupPairs': [\n{'GroupId': 'sg-2', 'UserId': '1', 'VpcId': 'vpc-2', 'VpcPeeringConnectionId': "
	  "'pcx-1',\n"
	  "  'PeeringStatus': 'active', 'Description': 'peer'},\n{'GroupId': 'sg-1', 'VpcId': null}]}]}",
	  "group sg-1 in us-west-2 named \"workers\" vpc=vpc-1 \"of\302\205jobs\"\n"
	  "  egress all\n"
	  "    0.0.0.0/0 @8:12\n"
	  "    ::/0 \"six\" @9:14\n"
	  "    pl-1 \"S3\" @10:18\n"
	  "    sg-2 vpc=vpc-2 peering=pcx-1 status=active \"peer\" @12:13\n"
	  "    sg-1 @14:13\n"
	  "  ingress tcp 22-23\n"
	  "    1.2.3.4/32 \"one\" @5:12\n"
	  "    10.0.0.0/8 @6:12\n",
	  "" },
	{ "a group of no VPC, without rules", read_security_group,
	  "{'GroupId': 'GroupId:7', 'IpPermissions': [], 'IpPermissionsEgress': null}", "group GroupId:7\n", "" },
	{ "peers that make no sense", read_security_group,
	  "{'GroupId': 'sg-1', 'IpPermissions': [{'IpProtocol': 'tcp', 'FromPort': 1, 'ToPort': 2, 'IpRanges': [\n"
	  "{'CidrIp': '10.0.0.1/8'},\n{'Description': 'none'},\n'10.0.0.0/8',\n{'CidrIp': null}],\n "
	  "'UserIdGroupPairs': [\n"
	  "{'GroupName': 'default'}], 'Ipv6Ranges': 'all'}]}",
	  "group sg-1\n  ingress tcp 1-2\n    10.0.0.0/8 @2:12\n",
	  "f.json:3:1: error: a peer has no \"CidrIp\" (hint: give the command's whole output)\n"
	  "f.json:4:1: error: an item of this list must be an object, not a text\n"
	  "f.json:5:1: error: a peer has no \"CidrIp\" (hint: give the command's whole output)\n"
	  "f.json:7:1: error: a peer has no \"GroupId\" (hint: give the command's whole output)\n"
	  "f.json:7:42: error: \"Ipv6Ranges\" must be a list, not a text\n" },
	{ "a rule by itself: a block", read_security_group_rule,
	  "{'SecurityGroupRuleId': 'sgr-1', 'GroupId': 'sg-1', 'IsEgress': true, 'IpProtocol': 'tcp', 'FromPort': "
	  "443,\n"
	  " 'ToPort': 443, 'CidrIpv4': '10.0.0.0/8', 'Description': 'd', 'Tags': [{'Key': 'Name', 'Value': 'x'}]}",
	  "rules of group sg-1\n  egress tcp 443 id=sgr-1\n    10.0.0.0/8 \"d\" @2:29\n", "" },
	{ "a rule by itself: a block of IPv6, in a Region", read_security_group_rule,
	  "{'GroupId': 'sg-1', 'IsEgress': false, 'IpProtocol': '-1', 'FromPort': -1, 'ToPort': -1, 'CidrIpv6': "
	  "'::/0',\n"
	  " 'CidrIpv4': null, 'SecurityGroupRuleArn': 'arn:aws:ec2:us-west-2:1:security-group-rule/sgr-1'}",
	  "rules of group sg-1 in us-west-2\n  ingress all\n    ::/0 @1:102\n", "" },
	{ "a rule by itself: a list", read_security_group_rule,
	  "{'GroupId': 'sg-1', 'IsEgress': false, 'IpProtocol': '-1', 'PrefixListId': 'pl-1'}",
	  "rules of group sg-1\n  ingress all\n    pl-1 @1:76\n", "" },
	{ "a rule by itself: a group", read_security_group_rule,
	  "{'GroupId': 'sg-1', 'IsEgress': false, 'IpProtocol': '-1', 'ReferencedGroupInfo': {'GroupId': 'sg-2',\n"
	  " 'VpcId': 'vpc-2', 'VpcPeeringConnectionId': 'pcx-1', 'PeeringStatus': 'deleted'}}",
	  "rules of group sg-1\n  ingress all\n    sg-2 vpc=vpc-2 peering=pcx-1 status=deleted @1:95\n", "" },
	{ "a rule by itself without direction", read_security_group_rule,
	  "{'GroupId': 'sg-1', 'IpProtocol': '-1', 'PrefixListId': 'pl-1'}", "",
	  "f.json:1:1: error: a rule has no \"IsEgress\" (hint: give the command's whole output)\n" },
	{ "a rule by itself without peer", read_security_group_rule,
	  "{'GroupId': 'sg-1', 'IpProtocol': '-1', 'IsEgress': true}", "",
	  "f.json:1:1: error: a rule has no \"CidrIpv4\", \"CidrIpv6\", \"PrefixListId\" or \"ReferencedGroupInfo\" "
	  "(hint: give the command's whole output)\n" },
	{ "a rule by itself whose group is none", read_security_group_rule,
	  "{'GroupId': 'sg-1', 'IpProtocol': '-1', 'IsEgress': true, 'ReferencedGroupInfo':\n{'UserId': '1'}}", "",
	  "f.json:2:1: error: ReferencedGroupInfo has no \"GroupId\" (hint: give the command's whole output)\n" },
	{ "a rule by itself of no group", read_security_group_rule,
	  "{'IpProtocol': '-1', 'IsEgress': true, 'CidrIpv4': '10.0.0.0/8', 'Description': 'd'}", "",
	  "f.json:1:1: error: a security group's rule has no \"GroupId\"\n" },
};

static const struct reading acl_readings[] = {
	{ "entries as listed", read_network_acl,
	  "{'NetworkAclId': 'acl-1', 'VpcId': 'vpc-1', 'IsDefault': true, 'Associations': [{'SubnetId': 'subnet-1'}, "
	  "{'SubnetId': 'subnet-2'}], 'Entries': [\n"
	  "{'CidrBlock': '10.0.0.0/8', 'Egress': true, 'Protocol': '6', 'RuleAction': 'allow', 'RuleNumber': 200,\n"
	  " 'PortRange': {'From': 443, 'To': 444}, 'IcmpTypeCode': null, 'Ipv6CidrBlock': null},\n"
	  "{'Ipv6CidrBlock': '::/0', 'Egress': false, 'Protocol': '-1', 'RuleAction': 'deny', 'RuleNumber': 32768},\n"
	  "{'CidrBlock': '0.0.0.0/0', 'Egress': false, 'Protocol': '-1', 'RuleAction': 'deny', 'RuleNumber': 1}]}",
	  "default ACL acl-1 vpc=vpc-1 subnets=subnet-1,subnet-2\n"
	  "  egress 200 allow 10.0.0.0/8 tcp 443-444 @2:1\n"
	  "  ingress 32768 deny ::/0 all @4:1\n"
	  "  ingress 1 deny 0.0.0.0/0 all @5:1\n",
	  "" },
	{ "an entry that is null may be a denial", read_network_acl,
	  "{'NetworkAclId': 'acl-1', 'VpcId': 'vpc-1', 'Entries': [\nnull,\n"
	  "{'CidrBlock': '0.0.0.0/0', 'Egress': 'true', 'Protocol': '-1', 'RuleAction': 'deny', 'RuleNumber': '1'}]}",
	  "ACL acl-1 vpc=vpc-1\n",
	  "f.json:2:1: error: an item of this list must be an object, not null\n"
	  "f.json:3:38: error: \"Egress\" must be true or false, not a text\n" },
	{ "no default, nothing in it", read_network_acl,
	  "{'NetworkAclId': 'acl-1', 'VpcId': 'vpc-1', 'IsDefault': false, 'Associations': [], 'Entries': []}",
	  "ACL acl-1 vpc=vpc-1\n", "" },
	{ "entries that make no sense", read_network_acl,
	  "{'NetworkAclId': 'acl-1', 'Entries': [\n"
	  "{'CidrBlock': '10.0.0.0/8', 'Protocol': '-1', 'RuleAction': 'allow', 'RuleNumber': 1},\n"
	  "{'CidrBlock': '10.0.0.0/8', 'Egress': true, 'Protocol': '-1', 'RuleAction': 'allow'},\n"
	  "{'CidrBlock': '10.0.0.0/8', 'Egress': true, 'Protocol': '-1', 'RuleAction': 'allow', 'RuleNumber': 0},\n"
	  "{'CidrBlock': '10.0.0.0/8', 'Egress': true, 'Protocol': '-1', 'RuleNumber': 1},\n"
	  "{'CidrBlock': '10.0.0.0/8', 'Egress': true, 'Protocol': '-1', 'RuleNumber': 1, 'RuleAction': 'Allow'},\n"
	  "{'CidrBlock': '', 'Egress': true, 'Protocol': '-1', 'RuleNumber': 1, 'RuleAction': 'allow'},\n"
	  "{'CidrBlock': '10.0.0.0/8', 'Egress': true, 'RuleNumber': 1, 'RuleAction': 'allow'},\n"
	  "{'CidrBlock': '10.0.0.0/8', 'Egress': true, 'RuleNumber': 1, 'RuleAction': 'allow', 'Protocol': 'tcq'}]}",
	  "ACL acl-1\n"
	  "  egress 1 allow 10.0.0.0/8 0 nothing @8:1\n"
	  "  egress 1 allow 10.0.0.0/8 0 nothing @9:1\n",
	  "f.json:1:1: error: a network ACL has no \"VpcId\"\n"
	  "f.json:2:1: error: an entry has no \"Egress\" (hint: give the command's whole output)\n"
	  "f.json:3:1: error: an entry has no \"RuleNumber\" (hint: give the command's whole output)\n"
	  "f.json:4:100: error: \"RuleNumber\" must be from 1 to 32768, not 0\n"
	  "f.json:5:1: error: an entry has no \"RuleAction\" (hint: give the command's whole output)\n"
	  "f.json:6:94: error: \"Allow\" is no action (hint: it is allow or deny)\n"
	  "f.json:7:1: error: an entry has no \"CidrBlock\" or \"Ipv6CidrBlock\" (hint: give the command's whole "
	  "output)\n"
	  "f.json:8:1: error: a rule has no \"Protocol\" (hint: give the command's whole output)\n"
	  "f.json:9:97: error: \"tcq\" is not a protocol; did you mean \"tcp\"? (hint: AWS writes tcp, udp, icmp, "
	  "icmpv6, a number or -1)\n" },
};

#define LACKS(key)                                                                                                     \
	("f.json:1:1: warning: a rule of this protocol has no \"" key                                                  \
	 "\" (hint: it is taken as one that matches nothing)\n")

// What a rule is about: the members of a group's rule, and how it is printed.
static const struct {
	const char *members, *match, *mistake;
} group_matches[] = {
	{ "'IpProtocol': 'tcp', 'FromPort': 80, 'ToPort': 80", " tcp 80", "" },
	{ "'IpProtocol': '6', 'FromPort': 80, 'ToPort': 81", " tcp 80-81", "" },
	{ "'IpProtocol': 'TCP', 'FromPort': 80, 'ToPort': 81", " tcp 80-81", "" },
	{ "'IpProtocol': 'tcp', 'FromPort': 0, 'ToPort': 65535", " tcp", "" },
	{ "'IpProtocol': 'udp', 'FromPort': 1, 'ToPort': 65535", " udp 1-65535", "" },
	{ "'IpProtocol': 'tcp', 'FromPort': 0, 'ToPort': 22", " tcp 1-22", "" },
	{ "'IpProtocol': 'tcp', 'FromPort': 0, 'ToPort': 0", " tcp nothing", "" },
	{ "'IpProtocol': 'tcp'", " tcp nothing", LACKS("FromPort") },
	{ "'IpProtocol': 'tcp', 'FromPort': null, 'ToPort': null", " tcp nothing", LACKS("FromPort") },
	{ "'IpProtocol': 'tcp', 'FromPort': 80, 'ToPort': null", " tcp nothing", LACKS("ToPort") },
	{ "'IpProtocol': 'tcp', 'FromPort': -1", " tcp nothing", LACKS("ToPort") },
	{ "'IpProtocol': 'tcp', 'FromPort': -1, 'ToPort': -1", " tcp", "" },
	{ "'IpProtocol': 'tcp', 'FromPort': -1, 'ToPort': 50", " tcp nothing",
	  "f.json:1:49: warning: ports -1 to 50 are not a range that AWS makes (hint: it is taken as one that matches "
	  "nothing)\n" },
	{ "'IpProtocol': 'udp', 'FromPort': 30", " udp nothing", LACKS("ToPort") },
	{ "'IpProtocol': 'udp', 'FromPort': 30, 'ToPort': -1", " udp nothing",
	  "f.json:1:35: warning: ports 30 to -1 are not a range that AWS makes (hint: it is taken as one that matches "
	  "nothing)\n" },
	{ "'IpProtocol': 'tcp', 'FromPort': 81, 'ToPort': 80", " tcp nothing",
	  "f.json:1:35: error: ports 81 to 80 are reversed (hint: the first port is not above the last one)\n" },
	{ "'IpProtocol': '-1', 'FromPort': 80, 'ToPort': 80", " all", "" },
	{ "'IpProtocol': '-1', 'FromPort': null, 'ToPort': null", " all", "" },
	{ "'IpProtocol': '47'", " 47", "" },
	{ "'IpProtocol': 'all'", " all", "" },
	{ "'IpProtocol': '50', 'FromPort': 0, 'ToPort': 0", " 50", "" },
	{ "'IpProtocol': '132', 'FromPort': 80, 'ToPort': 80", " 132", "" },
	{ "'IpProtocol': 'icmp', 'FromPort': -1, 'ToPort': -1", " icmp", "" },
	{ "'IpProtocol': 'icmp'", " icmp nothing", LACKS("FromPort") },
	{ "'IpProtocol': 'icmpv6', 'ToPort': -1", " icmpv6 nothing", LACKS("FromPort") },
	{ "'IpProtocol': 'icmp', 'FromPort': 8, 'ToPort': -1", " icmp type 8 code -1", "" },
	{ "'IpProtocol': 'icmp', 'FromPort': 8", " icmp nothing", LACKS("ToPort") },
	{ "'IpProtocol': '1', 'FromPort': 3, 'ToPort': 4", " icmp type 3 code 4", "" },
	{ "'IpProtocol': 'icmpv6', 'FromPort': 0, 'ToPort': 0", " icmpv6 type 0 code 0", "" },
	{ "'IpProtocol': '58', 'FromPort': -1, 'ToPort': 9", " icmpv6 nothing", "" },
	{ "'IpProtocol': 'icmp', 'FromPort': 256, 'ToPort': 0", " icmp nothing",
	  "f.json:1:36: error: type 256 with code 0 is none of ICMP (hint: types and codes of ICMP are 0 to 255, or -1 "
	  "for any)\n" },
	{ "'IpProtocol': 'icmp', 'FromPort': 0, 'ToPort': 256", " icmp nothing",
	  "f.json:1:36: error: type 0 with code 256 is none of ICMP (hint: types and codes of ICMP are 0 to 255, or -1 "
	  "for any)\n" },
	{ "'FromPort': 80, 'ToPort': 80", " 0 nothing",
	  "f.json:1:1: error: a rule has no \"IpProtocol\" (hint: give the command's whole output)\n" },
	{ "'IpProtocol': 'tcpp'", " 0 nothing",
	  "f.json:1:16: error: \"tcpp\" is not a protocol; did you mean \"tcp\"? (hint: AWS writes tcp, udp, icmp, "
	  "icmpv6, a number or -1)\n" },
	{ "'IpProtocol': 6", " 0 nothing", "f.json:1:16: error: \"IpProtocol\" must be a text, not a number\n" },
	{ "'IpProtocol': 'tcp', 'FromPort': 65536, 'ToPort': 80", " tcp nothing",
	  "f.json:1:35: error: \"FromPort\" must be from -1 to 65535, not 65536\n" },
	{ "'IpProtocol': 'tcp', 'FromPort': '443', 'ToPort': 443", " tcp nothing",
	  "f.json:1:35: error: \"FromPort\" must be a number, not a text\n" },
};

// The same of an ACL's entry.
static const struct {
	const char *members, *match, *mistake;
} acl_matches[] = {
	{ "'Protocol': '-1'", " all", "" },
	{ "'Protocol': '-1', 'PortRange': {'From': 1, 'To': 2}", " all", "" },
	{ "'Protocol': '6', 'PortRange': {'From': 80, 'To': 90}", " tcp 80-90", "" },
	{ "'Protocol': '17', 'PortRange': {'From': 0, 'To': 65535}", " udp", "" },
	{ "'Protocol': 'tcp', 'PortRange': {'From': 0, 'To': 5}", " tcp 1-5", "" },
	{ "'Protocol': '6', 'PortRange': {'From': 0, 'To': 0}", " tcp nothing", "" },
	{ "'Protocol': '6', 'PortRange': {'From': 9, 'To': 8}", " tcp nothing",
	  "f.json:1:32: error: ports 9 to 8 are reversed (hint: the first port is not above the last one)\n" },
	{ "'Protocol': '6', 'PortRange': null", " tcp nothing",
	  "f.json:1:1: error: an entry of this protocol has no \"PortRange\" (hint: give the command's whole "
	  "output)\n" },
	{ "'Protocol': '6', 'PortRange': {'From': 80}", " tcp nothing",
	  "f.json:1:32: error: PortRange has no \"To\" (hint: give the command's whole output)\n" },
	{ "'Protocol': '1', 'IcmpTypeCode': {'Type': -1, 'Code': -1}", " icmp", "" },
	{ "'Protocol': '1', 'IcmpTypeCode': {'Type': 0, 'Code': 1}", " icmp type 0 code 1", "" },
	{ "'Protocol': '58', 'IcmpTypeCode': {'Type': -1, 'Code': 1}", " icmpv6 nothing", "" },
	{ "'Protocol': '1', 'RuleAction': 'deny', 'IcmpTypeCode': {'Type': -1, 'Code': 0}", " icmp", "" },
	{ "'Protocol': '1', 'RuleAction': 'allow', 'IcmpTypeCode': {'Type': -1, 'Code': 0}", " icmp nothing", "" },
	{ "'Protocol': '1', 'RuleAction': 'deny', 'IcmpTypeCode': {'Type': 3, 'Code': 0}", " icmp type 3 code 0", "" },
	{ "'Protocol': '1'", " icmp nothing",
	  "f.json:1:1: error: an entry of this protocol has no \"IcmpTypeCode\" (hint: give the command's whole "
	  "output)\n" },
	{ "'Protocol': '47'", " 47", "" },
	{ "'Protocol': '256'", " 0 nothing",
	  "f.json:1:14: error: \"256\" is not a protocol; write tcp, udp, icmp, icmpv6, all or a number 0-255 (hint: "
	  "AWS writes tcp, udp, icmp, icmpv6, a number or -1)\n" },
};

// What of the last match was read, for a reader that has the shape of a row's.
static struct aws_match match;

static void read_group_match_alone(struct import_reader *reader, const json_t *rule)
{
	read_group_match(reader, rule, &match);
}

static void read_acl_match_alone(struct import_reader *reader, const json_t *entry)
{
	read_acl_match(reader, entry, &match);
}

static void check_match(row_reader read, const char *members, const char *expected, const char *mistakes)
{
	struct subject subject CLEANUP(subject_release) = { 0 };
	AUTO_FREE char *text = memory_format("{%s}", members);
	AUTO_STRBUF struct strbuf out = { 0 };

	print_message("%s\n", members);
	memset(&match, 0xff, sizeof(match));
	subject_read(&subject, read, "f.json", text);
	dump_match(&out, &match);
	assert_string_equal(strbuf_text(&out), expected);
	assert_subject(&subject, "", mistakes);
}

static void matches_of_groups(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(group_matches); i++)
		check_match(read_group_match_alone, group_matches[i].members, group_matches[i].match,
			    group_matches[i].mistake);
}

static void matches_of_acls(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(acl_matches); i++)
		check_match(read_acl_match_alone, acl_matches[i].members, acl_matches[i].match, acl_matches[i].mistake);
}

static void security_groups(void **state)
{
	(void)state;
	check_readings(group_readings, COUNT(group_readings));
}

static void network_acls(void **state)
{
	(void)state;
	check_readings(acl_readings, COUNT(acl_readings));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches_of_groups),
		cmocka_unit_test(matches_of_acls),
		cmocka_unit_test(security_groups),
		cmocka_unit_test(network_acls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
