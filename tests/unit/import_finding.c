// SPDX-License-Identifier: GPL-2.0-or-later
// import: each finding with what makes it, and without; a well-made account has none but notes.
#include "finding_fixture.h"

#include "import/finding/finding.h"

static const struct finding *find(const finding_vec *findings, const char *code, const char *part)
{
	vec_for_each (finding, findings)
		if (strcmp(finding->code, code) == 0 && strstr(finding->text, part))
			return finding;
	return NULL;
}

static void print_findings(const finding_vec *findings)
{
	vec_for_each (finding, findings)
		print_error("%d %s [%s]: %s\n    %s\n", (int)finding->weight, finding->code,
			    finding->subject ? finding->subject : "", finding->text,
			    finding->remedy_text ? finding->remedy_text
			    : finding->remedy    ? finding->remedy
						 : "-");
}

static void test_clean(void **state)
{
	CLEANUP(fixture_release) struct fixture fixture;
	CLEANUP(findings_release) finding_vec findings = { 0 };

	(void)state;
	fixture_make(&fixture);
	findings_make(&fixture.assembly, &findings);
	vec_for_each (finding, &findings)
		if (finding->weight != FINDING_NOTE) {
			print_findings(&findings);
			fail();
		}
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.items[0].code, "peers-unknown");
}

#define GROUP(fixture) (&(fixture)->assembly.groups.items[0])
#define JOB(fixture) (&(fixture)->account.jobs.items[0])
#define ACL(fixture) (&(fixture)->account.acls.items[0])

static void to_internet(struct fixture *fixture)
{
	add_route(fixture, "0.0.0.0/0", TARGET_INTERNET_GATEWAY, "igw-1", ROUTE_BLACKHOLE);
}

static void to_nat(struct fixture *fixture)
{
	add_route(fixture, "0.0.0.0/0", TARGET_NAT_GATEWAY, "nat-1", ROUTE_BLACKHOLE);
}

static void to_egress_only(struct fixture *fixture)
{
	add_route(fixture, "::/0", TARGET_EGRESS_ONLY_GATEWAY, "eigw-1", ROUTE_BLACKHOLE);
	FIXTURE_PUSH(fixture, &fixture->account.subnets.items[0].blocks, block_of("2001:db8:1::/64"));
}

static void to_egress_only_without_block(struct fixture *fixture)
{
	add_route(fixture, "::/0", TARGET_EGRESS_ONLY_GATEWAY, "eigw-1", ROUTE_BLACKHOLE);
}

static void to_transit(struct fixture *fixture)
{
	add_route(fixture, "0.0.0.0/0", TARGET_TRANSIT_GATEWAY, "tgw-1", ROUTE_BLACKHOLE);
}

static void to_appliance(struct fixture *fixture)
{
	add_route(fixture, "128.0.0.0/1", TARGET_ENDPOINT, "vpce-gwlb", ROUTE_BLACKHOLE);
}

static void to_instance(struct fixture *fixture)
{
	add_route(fixture, "8.8.8.0/24", TARGET_INTERFACE, "eni-1", ROUTE_BLACKHOLE);
}

static void to_middlebox(struct fixture *fixture)
{
	add_route(fixture, "10.0.2.0/24", TARGET_INTERFACE, "eni-1", ROUTE_BLACKHOLE);
}

static void to_vpn(struct fixture *fixture)
{
	add_route(fixture, "192.168.0.0/16", TARGET_VPN_GATEWAY, "vgw-1", ROUTE_BLACKHOLE);
}

static void to_list(struct fixture *fixture)
{
	add_route(fixture, "pl-s3", TARGET_TRANSIT_GATEWAY, "tgw-1", ROUTE_BLACKHOLE);
}

static void to_peer(struct fixture *fixture)
{
	add_route(fixture, "10.9.0.0/16", TARGET_PEERING, "pcx-1", ROUTE_PEERING);
}

static void to_nowhere(struct fixture *fixture)
{
	add_route(fixture, "0.0.0.0/0", TARGET_NAT_GATEWAY, "nat-gone", ROUTE_BLACKHOLE)->blackhole = true;
}

// Everything goes out to everybody, so that the route decides.
static void to_nat_by_all(struct fixture *fixture)
{
	to_nat(fixture);
	add_rule(fixture, GROUP(fixture), true, all_traffic(), "0.0.0.0/0");
}

static void to_nat_of_the_main_table(struct fixture *fixture)
{
	to_nat(fixture);
	fixture->assembly.table_is_main = true;
}

static void to_nat_of_a_shared_table(struct fixture *fixture)
{
	to_nat(fixture);
	FIXTURE_PUSH(fixture, &fixture->account.route_tables.items[0].subnets, say(fixture, "subnet-e"));
}

static void drop_route(struct fixture *fixture)
{
	fixture->assembly.routes.count--;
	fixture->account.endpoints.items[0].route_tables.count = 0;
}

static void drop_dynamodb_route(struct fixture *fixture)
{
	add_account_endpoint(fixture, "vpce-ddb", "dynamodb", AWS_ENDPOINT_GATEWAY);
}

static void give_public_addresses(struct fixture *fixture)
{
	fixture->account.subnets.items[0].public_addresses = KNOWN_YES;
}

static void open_ssh(struct fixture *fixture)
{
	add_rule(fixture, GROUP(fixture), false, ports(IPPROTO_TCP, 22, 22), "0.0.0.0/0");
}

static void open_all_v6(struct fixture *fixture)
{
	add_rule(fixture, GROUP(fixture), false, all_traffic(), "::/0");
}

static void open_half(struct fixture *fixture)
{
	add_rule(fixture, GROUP(fixture), false, all_traffic(), "128.0.0.0/1");
}

static void open_much(struct fixture *fixture)
{
	struct aws_match udp = ports(IPPROTO_UDP, 0, 0), ping = { .protocol = IPPROTO_ICMP, .all_ports = true },
			 gre = { .protocol = IPPROTO_GRE, .all_ports = true, .icmp_type = -1, .icmp_code = -1 };
	struct assembled_rule *last;

	udp.all_ports = true;
	ping.icmp_type = 8;
	ping.icmp_code = -1;
	open_ssh(fixture);
	add_rule(fixture, GROUP(fixture), false, udp, "::/0");
	add_rule(fixture, GROUP(fixture), false, ports(IPPROTO_TCP, 80, 80), "10.0.0.0/8");
	add_rule(fixture, GROUP(fixture), false, ping, "0.0.0.0/0");
	last = add_rule(fixture, GROUP(fixture), false, gre, "0.0.0.0/0");
	FIXTURE_PUSH(fixture, &last->peers, (struct assembled_peer){ say(fixture, "128.0.0.0/1"), NULL });
	FIXTURE_PUSH(fixture, &last->peers, (struct assembled_peer){ say(fixture, "10.0.0.0/8"), NULL });
}

static void open_very_much(struct fixture *fixture)
{
	for (uint16_t port = 0; port < 8; port++)
		add_rule(fixture, GROUP(fixture), false, ports(IPPROTO_TCP, port, port), "0.0.0.0/0");
}

static void drop_self_egress(struct fixture *fixture)
{
	GROUP(fixture)->egress.items[0].match.nothing = true;
}

static void drop_self_ingress(struct fixture *fixture)
{
	GROUP(fixture)->ingress.count = 0;
}

static void drop_self_of_unknown_hosts(struct fixture *fixture)
{
	GROUP(fixture)->ingress.count = 0;
	JOB(fixture)->hosts = 0;
}

static void self_tcp_only(struct fixture *fixture)
{
	GROUP(fixture)->ingress.items[0].match = ports(IPPROTO_TCP, 1, 65535);
}

static void self_half_the_ports(struct fixture *fixture)
{
	GROUP(fixture)->ingress.items[0].match = ports(IPPROTO_TCP, 1, 30000);
}

static void encrypt(struct fixture *fixture)
{
	fixture->assembly.encrypted = true;
}

static void encrypt_without_rule(struct fixture *fixture)
{
	fixture->assembly.encrypted = true;
	self_tcp_only(fixture);
	add_rule(fixture, GROUP(fixture), false, ports(IPPROTO_UDP, 500, 500), "self");
}

static void encrypt_with_ipsec_alone(struct fixture *fixture)
{
	struct aws_match esp = { .protocol = 50, .all_ports = true, .icmp_type = -1, .icmp_code = -1 };

	fixture->assembly.encrypted = true;
	GROUP(fixture)->egress.items[0].match = ports(IPPROTO_UDP, 500, 500);
	GROUP(fixture)->ingress.items[0].match = ports(IPPROTO_UDP, 500, 500);
	add_rule(fixture, GROUP(fixture), true, esp, "self");
	add_rule(fixture, GROUP(fixture), false, esp, "self");
}

static void encrypt_one_host(struct fixture *fixture)
{
	fixture->assembly.encrypted = true;
	fixture->assembly.several_hosts = false;
	JOB(fixture)->hosts = 1;
}

static void efa_by_blocks(struct fixture *fixture)
{
	JOB(fixture)->instance_type = say(fixture, "ml.p5.48xlarge");
	GROUP(fixture)->egress.items[0].peers.items[0].text = say(fixture, "10.0.0.0/16");
}

static void no_egress(struct fixture *fixture)
{
	GROUP(fixture)->egress.count = 0;
}

static void default_egress(struct fixture *fixture)
{
	add_rule(fixture, GROUP(fixture), true, all_traffic(), "0.0.0.0/0");
}

static void default_egress_without_gateway(struct fixture *fixture)
{
	struct assembled_rule *rule;

	default_egress(fixture);
	drop_route(fixture);
	rule = add_rule(fixture, GROUP(fixture), true, ports(IPPROTO_TCP, 53, 53), "8.8.8.8");
	FIXTURE_PUSH(fixture, &rule->peers, (struct assembled_peer){ say(fixture, "10.0.0.53"), NULL });
	FIXTURE_PUSH(fixture, &rule->peers, (struct assembled_peer){ say(fixture, "9.9.9.9"), NULL });
}

static void default_egress_without_table(struct fixture *fixture)
{
	default_egress(fixture);
	fixture->assembly.table = NULL;
}

static void default_egress_and_nat(struct fixture *fixture)
{
	default_egress(fixture);
	to_nat(fixture);
}

static void name_an_unknown_group(struct fixture *fixture)
{
	add_rule(fixture, GROUP(fixture), true, ports(IPPROTO_TCP, 5432, 5432), NULL);
}

static void drop_endpoint(struct fixture *fixture, const char *id)
{
	vec_for_each (endpoint, &fixture->account.endpoints)
		if (strcmp(endpoint->thing.id, id) == 0)
			endpoint->vpc = say(fixture, "vpc-2");
}

static void drop_sts(struct fixture *fixture)
{
	drop_endpoint(fixture, "vpce-sts");
}

static void drop_logs(struct fixture *fixture)
{
	drop_endpoint(fixture, "vpce-logs");
}

static void drop_s3(struct fixture *fixture)
{
	drop_endpoint(fixture, "vpce-s3");
}

static void drop_s3_without_data(struct fixture *fixture)
{
	drop_endpoint(fixture, "vpce-s3");
	JOB(fixture)->uris.count = 0;
}

static void name_a_key(struct fixture *fixture)
{
	JOB(fixture)->kms_key = KNOWN_YES;
}

static void drop_monitoring(struct fixture *fixture)
{
	drop_endpoint(fixture, "vpce-monitoring");
}

static void expire(struct fixture *fixture)
{
	fixture->account.endpoints.items[1].available = false;
}

static void fail_to_come_up(struct fixture *fixture)
{
	expire(fixture);
	fixture->account.endpoints.items[1].state = say(fixture, "pendingAcceptance");
}

static void give_a_policy(struct fixture *fixture)
{
	fixture->account.endpoints.items[0].open_policy = KNOWN_NO;
	fixture->account.endpoints.items[1].open_policy = KNOWN_YES;
}

static void move_zone(struct fixture *fixture)
{
	fixture->account.subnets.items[1].zone = say(fixture, "eu-west-1b");
}

static void move_zone_of_all_but_one(struct fixture *fixture)
{
	struct aws_subnet *near = add_subnet(fixture, "subnet-n", "eu-west-1a", "10.0.8.0/24");

	move_zone(fixture);
	vec_for_each (endpoint, &fixture->assembly.endpoints)
		if (endpoint->type == ENDPOINT_INTERFACE && strcmp(endpoint->service, "sts") != 0)
			endpoint->endpoint->subnets.items[0] = near->thing.id;
}

static void private_dns_off(struct fixture *fixture)
{
	fixture->account.endpoints.items[1].private_dns = KNOWN_NO;
	fixture->assembly.endpoints.items[1].private_dns = false;
}

static void keep_to_endpoints(struct fixture *fixture)
{
	GROUP(fixture)->egress.items[2].match.nothing = true;
}

static void drop_route_by_nat(struct fixture *fixture)
{
	drop_route(fixture);
	to_nat_by_all(fixture);
}

static void drop_route_by_shut_nat(struct fixture *fixture)
{
	keep_to_endpoints(fixture);
	drop_route(fixture);
	to_nat(fixture);
}

static void drop_route_by_transit(struct fixture *fixture)
{
	drop_route(fixture);
	to_transit(fixture);
	add_rule(fixture, GROUP(fixture), true, all_traffic(), "0.0.0.0/0");
}

static void drop_route_by_internet(struct fixture *fixture)
{
	drop_route(fixture);
	to_internet(fixture);
	add_rule(fixture, GROUP(fixture), true, all_traffic(), "0.0.0.0/0");
}

static void drop_sts_by_nat(struct fixture *fixture)
{
	drop_sts(fixture);
	to_nat_by_all(fixture);
}

static void drop_sts_by_nat_for_s3(struct fixture *fixture)
{
	drop_sts(fixture);
	to_nat(fixture);
	add_rule(fixture, GROUP(fixture), true, all_traffic(), "52.0.0.0/8");
}

static void drop_sts_by_acl(struct fixture *fixture)
{
	drop_sts_by_nat(fixture);
	add_entry(fixture, ACL(fixture), 50, true, false, "128.0.0.0/1", ports(IPPROTO_TCP, 443, 443));
}

static void drop_s3_by_nat(struct fixture *fixture)
{
	drop_s3(fixture);
	to_nat_by_all(fixture);
}

static void drop_monitoring_by_nat(struct fixture *fixture)
{
	drop_monitoring(fixture);
	to_nat_by_all(fixture);
}

static void private_dns_off_by_nat(struct fixture *fixture)
{
	private_dns_off(fixture);
	to_nat_by_all(fixture);
}

static void dns_support_off(struct fixture *fixture)
{
	fixture->account.vpcs.items[0].dns_support = KNOWN_NO;
}

static void dns_hostnames_off(struct fixture *fixture)
{
	fixture->account.vpcs.items[0].dns_hostnames = KNOWN_NO;
}

static void own_dns(struct fixture *fixture)
{
	struct aws_dhcp_options options = { .thing = thing(fixture, "dopt-1", NULL, "dhcp.json") };

	FIXTURE_PUSH(fixture, &options.servers, address_of("10.0.0.53"));
	FIXTURE_PUSH(fixture, &fixture->account.dhcp_options, options);
	fixture->assembly.amazon_dns = false;
}

static void shut_sts(struct fixture *fixture)
{
	fixture->assembly.endpoints.items[1].ports.count = 0;
}

static void keep_s3_in(struct fixture *fixture)
{
	GROUP(fixture)->egress.items[2].match.nothing = true;
}

static void keep_half_of_s3_in(struct fixture *fixture)
{
	GROUP(fixture)->egress.items[2].peers.items[0].text = say(fixture, "52.218.0.0/18");
}

static void keep_endpoints_in(struct fixture *fixture)
{
	GROUP(fixture)->egress.items[1].match.ports = (struct port_range){ 80, 80 };
}

static void acl_denies_s3(struct fixture *fixture)
{
	add_entry(fixture, ACL(fixture), 50, true, false, "52.218.0.0/17", ports(IPPROTO_TCP, 443, 443));
}

static void acl_denies_endpoints_there(struct fixture *fixture)
{
	add_entry(fixture, ACL(fixture), 50, false, false, "10.0.1.0/24", ports(IPPROTO_TCP, 443, 443));
}

static void acl_without_replies(struct fixture *fixture)
{
	ACL(fixture)->entries.items[0].match = ports(IPPROTO_TCP, 443, 443);
}

static void acl_with_linux_replies(struct fixture *fixture)
{
	acl_without_replies(fixture);
	add_entry(fixture, ACL(fixture), 110, false, true, "0.0.0.0/0", ports(IPPROTO_TCP, 32768, 65535));
}

static void acl_with_upper_replies(struct fixture *fixture)
{
	acl_without_replies(fixture);
	add_entry(fixture, ACL(fixture), 110, false, true, "0.0.0.0/0", ports(IPPROTO_TCP, 49152, 65535));
}

static void acl_denies_one_of_two(struct fixture *fixture)
{
	FIXTURE_PUSH(fixture, &fixture->assembly.endpoints.items[1].addresses, address_of("10.0.1.9"));
	add_entry(fixture, ACL(fixture), 50, true, false, "10.0.9.40/32", ports(IPPROTO_TCP, 1, 65535));
}

static void acl_denies_half_the_job(struct fixture *fixture)
{
	add_entry(fixture, ACL(fixture), 50, false, false, "10.0.1.128/25", ports(IPPROTO_TCP, 443, 443));
}

static void acl_without_replies_there(struct fixture *fixture)
{
	add_entry(fixture, ACL(fixture), 50, true, false, "10.0.1.0/24", ports(IPPROTO_TCP, 40000, 40000));
}

static void isolate(struct fixture *fixture)
{
	fixture->assembly.isolated = true;
}

static void far_bucket(struct fixture *fixture)
{
	FIXTURE_PUSH(fixture, &JOB(fixture)->uris, say(fixture, "s3://sagemaker-us-east-1-123456789012/x"));
}

static void some_bucket(struct fixture *fixture)
{
	FIXTURE_PUSH(fixture, &JOB(fixture)->uris, say(fixture, "s3://corpus/x"));
	FIXTURE_PUSH(fixture, &JOB(fixture)->uris, say(fixture, "s3://corpus/y"));
}

static void use_file_system(struct fixture *fixture)
{
	JOB(fixture)->in_file_system = KNOWN_YES;
	GROUP(fixture)->egress.items[0].match.nothing = true;
}

static void approximate(struct fixture *fixture)
{
	fixture->assembly.lists.items[0].approximate = true;
	fixture->assembly.lists.items[0].date = "2026-08-22-11-57-05";
}

static void empty_list(struct fixture *fixture)
{
	prefix_set_release(&fixture->assembly.lists.items[0].entries);
	fixture->assembly.lists.items[0].given = false;
	FIXTURE_PUSH(
	    fixture, &fixture->assembly.assumptions,
	    (struct assumption){ say(fixture, "the entries of prefix list pl-s3"), say(fixture, "none"), NULL });
}

static void assume_something(struct fixture *fixture)
{
	FIXTURE_PUSH(fixture, &fixture->assembly.assumptions,
		     (struct assumption){ say(fixture, "the network ACL of subnet-a"), say(fixture, "it denies all"),
					  say(fixture, "aws ec2 describe-network-acls") });
}

static const struct {
	void (*spoil)(struct fixture *fixture);
	const char *code;
	enum finding_weight weight;
	const char *subject, *part, *remedy;
} rows[] = {
	{ to_internet, "not-private", FINDING_PROBLEM, "rtb-1", "0.0.0.0/0 to igw-1, an internet gateway",
	  "aws ec2 delete-route --route-table-id rtb-1 --destination-cidr-block=0.0.0.0/0 --region eu-west-1" },
	{ to_nat, "not-private", FINDING_PROBLEM, "rtb-1", "nat-1, a NAT gateway", "delete-route" },
	{ to_nat_of_the_main_table, "not-private", FINDING_PROBLEM, "rtb-1", "nat-1, a NAT gateway",
	  "rtb-1 is the VPC's main one and serves every subnet without one: aws ec2 create-route-table --vpc-id "
	  "vpc-1 " },
	{ to_nat_of_a_shared_table, "not-private", FINDING_PROBLEM, "rtb-1", "nat-1, a NAT gateway",
	  "serves other subnets, too: aws ec2 describe-route-tables --route-table-ids rtb-1 " },
	{ drop_route_by_nat, "no-s3-route", FINDING_WARNING, "vpce-s3",
	  ": without it s3 is reached on AWS over nat-1, a NAT gateway, and not in this profile", "" },
	{ drop_route_by_shut_nat, "no-s3-route", FINDING_PROBLEM, "vpce-s3", "connections to s3 hang", "" },
	{ drop_route_by_transit, "no-s3-route", FINDING_WARNING, "vpce-s3",
	  "reached on AWS where tgw-1, a transit gateway, leads to the Internet, and", "" },
	{ drop_route_by_internet, "no-s3-route", FINDING_PROBLEM, "vpce-s3", "connections to s3 hang", "" },
	{ drop_sts_by_nat, "missing-endpoint", FINDING_WARNING, "vpc-1",
	  "no endpoint of sts: it is reached on AWS over nat-1, a NAT gateway, and not in this profile", "" },
	{ drop_sts_by_nat_for_s3, "missing-endpoint", FINDING_WARNING, "vpc-1", "no endpoint of sts: programs that",
	  "" },
	{ drop_sts_by_acl, "missing-endpoint", FINDING_WARNING, "vpc-1", "no endpoint of sts: programs that", "" },
	{ drop_s3_by_nat, "missing-endpoint", FINDING_WARNING, "vpc-1", "no endpoint of s3: it is reached", "" },
	{ drop_monitoring_by_nat, "optional-endpoints", FINDING_NOTE, "vpc-1", "monitoring: they are reached", "" },
	{ private_dns_off_by_nat, "private-dns-off", FINDING_WARNING, "vpce-sts", "public addresses, reached on", "" },
	{ to_egress_only, "not-private", FINDING_PROBLEM, "rtb-1", "::/0 to eigw-1",
	  "--destination-ipv6-cidr-block=::/0" },
	{ to_egress_only_without_block, "not-private", FINDING_NOTE, "rtb-1", "no block of that family", "" },
	{ to_transit, "not-private", FINDING_PROBLEM, "rtb-1", "a transit gateway", "" },
	{ to_appliance, "not-private", FINDING_PROBLEM, "rtb-1", "a gateway load balancer's endpoint", "" },
	{ to_instance, "not-private", FINDING_PROBLEM, "rtb-1", "an instance's interface", "" },
	{ to_list, "not-private", FINDING_PROBLEM, "rtb-1", "pl-s3 to tgw-1", "--destination-prefix-list-id=pl-s3" },
	{ to_middlebox, "leads-out", FINDING_WARNING, "rtb-1", "10.0.2.0/24, which is in the VPC, through eni-1", "" },
	{ to_vpn, "leads-out", FINDING_WARNING, "rtb-1", "192.168.0.0/16 to vgw-1", "describe-route-tables" },
	{ to_peer, "peering", FINDING_NOTE, "rtb-1", "10.9.0.0/16 to pcx-1", "" },
	{ to_nowhere, "blackhole-route", FINDING_WARNING, "rtb-1", "nat-gone is gone", "" },
	{ drop_route, "no-s3-route", FINDING_PROBLEM, "vpce-s3", "connections to s3 hang",
	  "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-s3 --add-route-table-ids rtb-1 --region eu-west-1" },
	{ drop_dynamodb_route, "no-s3-route", FINDING_WARNING, "vpce-ddb", "of dynamodb", "" },
	{ give_public_addresses, "public-addresses", FINDING_NOTE, "subnet-a", "MapPublicIpOnLaunch", "" },
	{ open_ssh, "open-group", FINDING_WARNING, "sg-job", "tcp 22 from 0.0.0.0/0",
	  "aws ec2 revoke-security-group-ingress --group-id sg-job --ip-permissions "
	  "'IpProtocol=6,FromPort=22,ToPort=22,IpRanges=[{CidrIp=0.0.0.0/0}]' --region eu-west-1" },
	{ open_all_v6, "open-group", FINDING_WARNING, "sg-job", "all traffic from ::/0, every protocol",
	  "'IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]'" },
	{ open_half, "open-group", FINDING_WARNING, "sg-job", "128.0.0.0/1", "" },
	{ drop_self_egress, "no-self-reference", FINDING_PROBLEM, "sg-job", "no egress rule",
	  "aws ec2 authorize-security-group-egress --group-id sg-job --ip-permissions "
	  "'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-job}]' --region eu-west-1" },
	{ drop_self_ingress, "no-self-reference", FINDING_PROBLEM, "sg-job", "no ingress rule",
	  "aws ec2 authorize-security-group-ingress --group-id sg-job --ip-permissions "
	  "'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-job}]' --region eu-west-1" },
	{ drop_self_of_unknown_hosts, "no-self-reference", FINDING_NOTE, "sg-job", "more than one host", "" },
	{ self_tcp_only, "no-self-reference", FINDING_WARNING, "sg-job", "TCP is let through", "" },
	{ self_half_the_ports, "no-self-reference", FINDING_PROBLEM, "sg-job", "collectives hang", "" },
	{ encrypt_with_ipsec_alone, "no-self-reference", FINDING_WARNING, "sg-job", "in ESP", "" },
	{ encrypt_without_rule, "no-ipsec-rule", FINDING_PROBLEM, "sg-job", "no ingress rule lets UDP 500",
	  "for protocol 50, and for udp with FromPort=500,ToPort=500: aws ec2 authorize-security-group-ingress " },
	{ encrypt, "esp-not-carried", FINDING_NOTE, NULL, "encrypts nothing", "" },
	{ encrypt_one_host, "idle-encryption", FINDING_NOTE, "train-1", "no effect", "" },
	{ efa_by_blocks, "no-efa-rule", FINDING_PROBLEM, "sg-job", "no such egress rule",
	  "aws ec2 authorize-security-group-egress --group-id sg-job --ip-permissions "
	  "'IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-job}]' --region eu-west-1" },
	{ no_egress, "group-without-egress", FINDING_PROBLEM, "sg-job", "sg-job (train): no egress rule", "" },
	{ default_egress, "public-egress", FINDING_NOTE, "sg-job", "the routes alone hold it back, and what", "" },
	{ default_egress_without_gateway, "public-egress", FINDING_NOTE, "sg-job",
	  "all traffic to 0.0.0.0/0; tcp 53 to 8.8.8.8/32, 9.9.9.9/32; the routes alone hold it back", "" },
	{ default_egress_without_table, "public-egress", FINDING_NOTE, "sg-job",
	  "whether a route takes it there is not known", "" },
	{ default_egress_and_nat, "public-egress", FINDING_WARNING, "sg-job", "a NAT gateway", "" },
	{ name_an_unknown_group, "empty-rule", FINDING_NOTE, "sg-job", "egress for tcp 5432", "" },
	{ drop_sts, "missing-endpoint", FINDING_WARNING, "vpc-1", "no endpoint of sts",
	  "--service-name com.amazonaws.eu-west-1.sts --subnet-ids subnet-a" },
	{ drop_logs, "missing-endpoint", FINDING_WARNING, "vpc-1", "no endpoint of logs", "" },
	{ drop_s3, "missing-endpoint", FINDING_PROBLEM, "vpc-1", "no endpoint of s3", "--route-table-ids rtb-1" },
	{ drop_s3_without_data, "missing-endpoint", FINDING_WARNING, "vpc-1", "no endpoint of s3", "" },
	{ name_a_key, "missing-endpoint", FINDING_WARNING, "vpc-1", "no endpoint of kms", "" },
	{ drop_monitoring, "optional-endpoints", FINDING_NOTE, "vpc-1", "no endpoint of monitoring:", "" },
	{ expire, "endpoint-unavailable", FINDING_WARNING, "vpce-sts", "left out", "describe-vpc-endpoints" },
	{ fail_to_come_up, "endpoint-unavailable", FINDING_WARNING, "vpce-sts",
	  "is in the state \"pendingAcceptance\", not \"available\": it carries nothing", "describe-vpc-endpoints" },
	{ give_a_policy, "endpoint-policy", FINDING_NOTE, "vpce-s3", "vpce-s3 of s3 has a policy of its own", "" },
	{ move_zone, "endpoint-without-subnet", FINDING_NOTE, "subnet-a",
	  "in eu-west-1a, the zone of subnet-a: vpce-sts of sts; vpce-logs of logs; ",
	  "for id in vpce-sts vpce-logs vpce-monitoring vpce-ecr.api vpce-ecr.dkr vpce-sagemaker.api "
	  "vpce-sagemaker.runtime; do aws ec2 modify-vpc-endpoint --vpc-endpoint-id \"$id\" --add-subnet-ids subnet-a "
	  "--region eu-west-1; done" },
	{ move_zone_of_all_but_one, "endpoint-without-subnet", FINDING_NOTE, "vpce-sts",
	  ": vpce-sts of sts; each works across zones",
	  "aws ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-sts --add-subnet-ids subnet-a --region eu-west-1" },
	{ open_much, "open-group", FINDING_WARNING, "sg-job",
	  "sg-job (train) lets everybody in: tcp 22 from 0.0.0.0/0; udp all ports from ::/0; icmp type 8 from "
	  "0.0.0.0/0",
	  "'IpProtocol=17,FromPort=0,ToPort=65535,Ipv6Ranges=[{CidrIpv6=::/0}]' "
	  "'IpProtocol=1,FromPort=8,ToPort=-1,IpRanges=[{CidrIp=0.0.0.0/0}]' "
	  "'IpProtocol=47,IpRanges=[{CidrIp=0.0.0.0/0},{CidrIp=128.0.0.0/1}]'" },
	{ open_very_much, "open-group", FINDING_WARNING, "sg-job", "tcp 5 from 0.0.0.0/0; and 2 more",
	  "FromPort=7,ToPort=7" },
	{ private_dns_off, "private-dns-off", FINDING_WARNING, "vpce-sts", "private DNS off", "--private-dns-enabled" },
	{ dns_support_off, "dns-attributes-off", FINDING_PROBLEM, "vpc-1", "enableDnsSupport off",
	  "--enable-dns-support '{\"Value\":true}'" },
	{ dns_hostnames_off, "dns-attributes-off", FINDING_PROBLEM, "vpc-1", "7 endpoints", "" },
	{ own_dns, "own-dns", FINDING_NOTE, "dopt-1", "10.0.0.53", "" },
	{ shut_sts, "endpoint-refuses", FINDING_PROBLEM, "vpce-sts", "do not let the job in on TCP 443",
	  "--group-id sg-endpoints --protocol tcp --port 443 --source-group sg-job" },
	{ keep_s3_in, "endpoint-not-in-egress", FINDING_PROBLEM, "sg-job", "the prefix list of s3",
	  "PrefixListIds=[{PrefixListId=pl-s3}]" },
	{ keep_half_of_s3_in, "endpoint-not-in-egress", FINDING_WARNING, "sg-job", "some of the addresses", "" },
	{ keep_endpoints_in, "endpoint-not-in-egress", FINDING_PROBLEM, "sg-job", "the addresses of logs",
	  "UserIdGroupPairs=[{GroupId=sg-endpoints}]" },
	{ acl_denies_s3, "acl-denies-endpoint", FINDING_PROBLEM, "acl-1",
	  "denies TCP 443 out of it: connections hang to s3 (vpce-s3), by rule 50", "describe-network-acls" },
	{ acl_denies_endpoints_there, "acl-denies-endpoint", FINDING_PROBLEM, "acl-1", "the ACL of the endpoint's",
	  "" },
	{ acl_without_replies, "acl-denies-replies", FINDING_PROBLEM, "acl-1", "the ACL of the job's subnet", "" },
	{ acl_with_linux_replies, "acl-denies-replies", FINDING_NOTE, "acl-1", "ip_local_port_range", "" },
	{ acl_without_replies_there, "acl-denies-replies", FINDING_WARNING, "acl-1",
	  "the ACL of the endpoint's subnet, is stateless and does not let the replies of TCP 443 out to all ports "
	  "that "
	  "Linux asks from (32768-60999): some connections hang to sts (vpce-sts), logs (vpce-logs), ",
	  "" },
	{ acl_without_replies_there, "acl-denies-replies", FINDING_WARNING, "acl-1",
	  "sagemaker.runtime (vpce-sagemaker.runtime), to port 40000, by rule 50", "" },
	{ acl_with_upper_replies, "acl-denies-replies", FINDING_WARNING, "acl-1",
	  "(vpce-sagemaker.runtime), to ports 32768-49151, as no rule allows it", "" },
	{ acl_denies_one_of_two, "acl-denies-endpoint", FINDING_WARNING, "acl-1",
	  "denies TCP 443 out of it: some connections hang to sts (vpce-sts), at 10.0.9.40 (1 address) alone, by rule "
	  "50",
	  "" },
	{ acl_denies_half_the_job, "acl-denies-endpoint", FINDING_WARNING, "acl-1",
	  "(vpce-sagemaker.runtime), with the job at 10.0.1.128/25 (128 addresses) alone, by rule 50", "" },
	{ isolate, "isolated", FINDING_NOTE, "train-1", "only matter to SageMaker", "" },
	{ far_bucket, "bucket-elsewhere", FINDING_WARNING, "sagemaker-us-east-1-123456789012", "one of us-east-1",
	  "get-bucket-location --bucket sagemaker-us-east-1-123456789012" },
	{ some_bucket, "bucket-region", FINDING_NOTE, "train-1", "Region \"corpus\" is:", "--bucket corpus" },
	{ use_file_system, "file-system-denied", FINDING_PROBLEM, "sg-job", "TCP 2049", "" },
	{ approximate, "list-approximate", FINDING_WARNING, "pl-s3", "of 2026-08-22-11-57-05",
	  "get-managed-prefix-list-entries --prefix-list-id pl-s3" },
	{ empty_list, "list-without-entries", FINDING_WARNING, "pl-s3", "without its entries", "" },
	{ assume_something, "assumed", FINDING_NOTE, NULL, "not given: the network ACL of subnet-a; assumed: it denies",
	  "aws ec2 describe-network-acls" },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const char *remedy_of(const struct finding *finding)
{
	return finding->remedy_text ? finding->remedy_text : finding->remedy ? finding->remedy : "";
}

static void check_row(size_t i)
{
	CLEANUP(fixture_release) struct fixture clean;
	CLEANUP(fixture_release) struct fixture spoilt;
	CLEANUP(findings_release) finding_vec without = { 0 };
	CLEANUP(findings_release) finding_vec with = { 0 };

	fixture_make(&clean);
	fixture_make(&spoilt);
	rows[i].spoil(&spoilt);
	findings_make(&clean.assembly, &without);
	findings_make(&spoilt.assembly, &with);
	const struct finding *found = find(&with, rows[i].code, rows[i].part);
	if (!found || found->weight != rows[i].weight || !strstr(remedy_of(found), rows[i].remedy) ||
	    (rows[i].subject ? !found->subject || strcmp(found->subject, rows[i].subject) != 0 : !!found->subject)) {
		print_error("row %zu, %s, \"%s\":\n", i, rows[i].code, rows[i].part);
		print_findings(&with);
		fail();
	}
	assert_null(find(&without, rows[i].code, ""));
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		check_row(i);
}

// Rules are found where they stand; one that matches nothing lets nobody in.
static void test_places(void **state)
{
	CLEANUP(fixture_release) struct fixture fixture;
	CLEANUP(findings_release) finding_vec findings = { 0 };
	static const char *const codes[] = { "open-group", "public-egress", "empty-rule" };

	(void)state;
	fixture_make(&fixture);
	open_all_v6(&fixture);
	default_egress(&fixture);
	name_an_unknown_group(&fixture);
	add_rule(&fixture, GROUP(&fixture), false, ports(IPPROTO_TCP, 99, 99), "0.0.0.0/0")->match.nothing = true;
	findings_make(&fixture.assembly, &findings);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		const struct finding *found = find(&findings, codes[i], "");

		assert_non_null(found);
		assert_string_equal(found->at.file, "groups.json");
		assert_int_equal(found->at.line, 30);
		assert_null(strstr(found->text, "tcp 99"));
	}
}

// A finding about the job stands at the member that makes it.
static void test_members(void **state)
{
	CLEANUP(fixture_release) struct fixture fixture;
	CLEANUP(findings_release) finding_vec findings = { 0 };

	(void)state;
	fixture_make(&fixture);
	some_bucket(&fixture);
	JOB(&fixture)->hosts_at = (struct location){ "job.json", 17, 5 };
	JOB(&fixture)->uris_at = (struct location){ "job.json", 12, 5 };
	findings_make(&fixture.assembly, &findings);
	assert_int_equal(find(&findings, "peers-unknown", "2 hosts")->at.line, 17);
	assert_int_not_equal(find(&findings, "bucket-region", "corpus")->at.line, 12);  // one of several

	findings_release(&findings);
	JOB(&fixture)->uris.items[0] = say(&fixture, "s3://corpus/x");
	JOB(&fixture)->uris.count = 1;
	findings_make(&fixture.assembly, &findings);
	assert_int_equal(find(&findings, "bucket-region", "corpus")->at.line, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
