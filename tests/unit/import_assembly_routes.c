// SPDX-License-Identifier: GPL-2.0-or-later
// The VPC around the job: blocks, subnets, resolver, network ACLs, routes and prefix lists.
#include "import_built.h"

static struct aws_route_table *job_table(struct built *built)
{
	return &built->account.route_tables.items[0];
}

static void everything_given_needs_no_assumption(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	build(&built, NULL);
	assert_string_equal(assumptions_text(&built), "");
	assert_string_equal(routes_text(&built), "10.0.0.0/16 local\n");
	assert_string_equal(acls_text(&built), "acl-1 own: 10.0.1.0/24\n");
	assert_string_equal(prefixes_text(&built, &built.assembly.cidrs), "10.0.0.0/16");
	assert_false(built.assembly.table_is_main);
	assert_true(built.assembly.several_hosts);
}

static void a_job_without_a_vpc_has_flags_alone(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	struct aws_job *job = add_job(&built.account, "train", "1.json", NULL, NULL);
	job->isolation = KNOWN_YES;
	job->encryption = KNOWN_YES;
	job->hosts = 1;
	built.selection.job = job;
	assembly_build(&built.account, &built.request, &built.selection, 0, &built.assembly);
	assert_null(built.assembly.subnet);
	assert_true(built.assembly.isolated);
	assert_true(built.assembly.encrypted);
	assert_false(built.assembly.several_hosts);
	assert_string_equal(assumptions_text(&built), "");
}

static void the_jobs_subnet_is_first(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_subnet(&built.account, "subnet-b", "vpc-1", "10.0.3.0/24");
	add_subnet(&built.account, "subnet-c", "vpc-1", "10.0.0.0/24");
	add_subnet(&built.account, "subnet-far", "vpc-2", "10.0.9.0/24");
	add_subnet(&built.account, "subnet-out", "vpc-1", "10.9.0.0/24");
	add_subnet(&built.account, "subnet-over", "vpc-1", "10.0.1.128/25");
	build(&built, NULL);
	assert_string_equal(prefixes_text(&built, &built.assembly.subnets), "10.0.1.0/24 10.0.0.0/24 10.0.3.0/24");
}

static void a_subnet_without_ipv6_has_nothing_of_it(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_blocks(&built.account.vpcs.items[0].blocks, "fd00:1::/56");
	add_subnet(&built.account, "subnet-b", "vpc-1", "10.0.2.0/24 fd00:1:0:1::/64");
	add_route(job_table(&built), "fd00:1::/56", TARGET_LOCAL, "local");
	add_route(job_table(&built), "::/0", TARGET_EGRESS_ONLY_GATEWAY, "eigw-1");
	build(&built, NULL);
	assert_string_equal(prefixes_text(&built, &built.assembly.cidrs), "10.0.0.0/16");
	assert_string_equal(prefixes_text(&built, &built.assembly.subnets), "10.0.1.0/24 10.0.2.0/24");
	assert_string_equal(routes_text(&built), "10.0.0.0/16 local\n");
}

static void both_families_have_their_routes(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_blocks(&built.account.vpcs.items[0].blocks, "fd00:1::/56");
	add_blocks(&built.account.subnets.items[0].blocks, "fd00:1:0:1::/64");
	add_route(job_table(&built), "::/0", TARGET_EGRESS_ONLY_GATEWAY, "eigw-1");
	build(&built, NULL);
	assert_string_equal(prefixes_text(&built, &built.assembly.cidrs), "10.0.0.0/16 fd00:1::/56");
	assert_string_equal(routes_text(&built),
			    "10.0.0.0/16 local\n"
			    "::/0 blackhole # eigw-1: an egress-only internet gateway; a profile is private\n"
			    "fd00:1::/56 local # not shown of rtb-a; every route table has it\n");
}

static void a_vpc_that_is_not_given_is_what_its_table_calls_local(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	free(built.account.vpcs.items[0].thing.id);
	built.account.vpcs.items[0].thing.id = memory_copy_text("vpc-other");
	add_route(job_table(&built), "10.9.0.0/16", TARGET_LOCAL, "local");
	add_route(job_table(&built), "10.8.0.0/16", TARGET_INTERFACE, "eni-1");
	add_route(job_table(&built), "0.0.0.0/0", TARGET_LOCAL, "local");  // no VPC is as large
	build(&built, NULL);
	assert_string_equal(prefixes_text(&built, &built.assembly.cidrs), "10.0.0.0/16 10.9.0.0/16");
	assert_string_equal(assumptions_text(&built),
			    "VPC vpc-1: its CIDR blocks are those that its route table calls local. aws ec2 "
			    "describe-vpcs --vpc-ids vpc-1 --region " REGION "\n");
	assert_int_equal(built.assembly.resolver.family, FAMILY_NONE);
}

static void without_vpc_and_table_the_subnet_is_alone(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	free(built.account.vpcs.items[0].thing.id);
	built.account.vpcs.items[0].thing.id = memory_copy_text("vpc-other");
	free(job_table(&built)->subnets.items[0]);
	job_table(&built)->subnets.items[0] = memory_copy_text("subnet-x");
	build(&built, NULL);
	assert_string_equal(routes_text(&built), "10.0.1.0/24 local\n");
	assert_string_equal(
	    assumptions_text(&built),
	    "VPC vpc-1: it has no more addresses than the job's subnet. aws ec2 describe-vpcs --vpc-ids "
	    "vpc-1 --region " REGION "\n"
	    "the route table of subnet-a: its only routes are local, to the VPC's own CIDR blocks. aws ec2 "
	    "describe-route-tables --filters Name=vpc-id,Values=vpc-1 --region " REGION "\n");
}

static void the_main_table_is_said(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	free(job_table(&built)->subnets.items[0]);
	job_table(&built)->subnets.count = 0;
	job_table(&built)->main = true;
	build(&built, NULL);
	assert_true(built.assembly.table_is_main);
	assert_ptr_equal(built.assembly.table, job_table(&built));
}

// What the account knows, and whether the resolver is known by it.
static const struct {
	bool options, amazon;
	enum known support;
	const char *resolver;
	const char *assumptions;
} resolver_rows[] = {
	{ true, true, KNOWN_YES, "10.0.0.2", "" },
	{ true, true, KNOWN_NO, NULL, "" },
	{ true, true, KNOWN_NOT, NULL,
	  "the attribute enableDnsSupport of vpc-1: no resolver is reached. aws ec2 describe-vpc-attribute --attribute "
	  "enableDnsSupport --vpc-id vpc-1 --region " REGION "\n" },
	{ true, false, KNOWN_YES, NULL, "" },
	{ false, false, KNOWN_YES, NULL,
	  "the DHCP options of vpc-1: no resolver is reached. aws ec2 describe-dhcp-options --dhcp-options-ids dopt-1 "
	  "--region " REGION "\n" },
};

static void the_resolver_is_there_when_all_is_known(void **unused)
{
	char out[ADDRESS_TEXT_SIZE];

	(void)unused;
	for (size_t i = 0; i < sizeof(resolver_rows) / sizeof(resolver_rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_blocks(&built.account.vpcs.items[0].blocks, "10.9.0.0/16");
		built.account.dhcp_options.items[0].amazon_dns = resolver_rows[i].amazon;
		if (!resolver_rows[i].options)
			built.account.dhcp_options.items[0].thing.id[0] = 'x';
		built.account.vpcs.items[0].dns_support = resolver_rows[i].support;
		build(&built, NULL);
		assert_int_equal(built.assembly.amazon_dns, resolver_rows[i].resolver != NULL);
		if (resolver_rows[i].resolver)
			assert_string_equal(address_print(&built.assembly.resolver, out), resolver_rows[i].resolver);
		else
			assert_int_equal(built.assembly.resolver.family, FAMILY_NONE);
		assert_string_equal(assumptions_text(&built), resolver_rows[i].assumptions);
	}
}

static void servers_of_ones_own_are_said(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	for_each_word(word, "10.0.0.7 10.0.0.8")
	    vec_push(&built.account.dhcp_options.items[0].servers, address_of(word));
	build(&built, NULL);
	assert_string_equal(
	    assumptions_text(&built),
	    "names that the name servers of dopt-1 know (10.0.0.7, 10.0.0.8): only the names of endpoints "
	    "resolve; a server that answers needs an endpoint of its own. -\n");
	assert_true(built.assembly.amazon_dns);
}

static void acls_of_other_subnets_are_there(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_subnet(&built.account, "subnet-b", "vpc-1", "10.0.3.0/24");
	add_subnet(&built.account, "subnet-c", "vpc-1", "10.0.2.0/24");
	add_subnet(&built.account, "subnet-d", "vpc-1", "10.0.4.0/24");
	add_subnet(&built.account, "subnet-e", "vpc-1", "10.0.0.0/24");
	add_subnet(&built.account, "subnet-out", "vpc-1", "10.9.0.0/24");
	add_subnet(&built.account, "subnet-far", "vpc-2", "10.0.9.0/24");
	add_acl(&built.account, "acl-0", "vpc-1", "subnet-b subnet-c");
	add_ids(&built.account.acls.items[0].subnets, "subnet-e");
	add_acl(&built.account, "acl-out", "vpc-1", "subnet-out");
	add_acl(&built.account, "acl-far", "vpc-2", "subnet-far");
	build(&built, NULL);
	assert_string_equal(acls_text(&built), "acl-1 own: 10.0.0.0/24 10.0.1.0/24\n"
					       "acl-0: 10.0.2.0/24 10.0.3.0/24\n");
	assert_non_null(strstr(assumptions_text(&built), "the network ACL of subnet-d: "));
}

static void the_jobs_own_acl_is_first(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_subnet(&built.account, "subnet-0", "vpc-1", "10.0.3.0/24");
	add_subnet(&built.account, "subnet-1", "vpc-1", "10.0.2.0/24");
	add_acl(&built.account, "acl-z", "vpc-1", "subnet-0");
	add_acl(&built.account, "acl-0", "vpc-1", "subnet-1");
	build(&built, NULL);
	assert_string_equal(acls_text(&built), "acl-1 own: 10.0.1.0/24\nacl-0: 10.0.2.0/24\nacl-z: 10.0.3.0/24\n");
}

static void add_entry(struct aws_network_acl *acl, long number, bool egress, bool allow, const char *block)
{
	vec_push(
	    &acl->entries,
	    (struct aws_acl_entry){
		.number = number, .egress = egress, .allow = allow, .prefix = block_of(block), .match = match_all() });
}

// As AWS's default one.
static struct aws_network_acl *open_acl(struct aws_network_acl *acl)
{
	add_entry(acl, 100, true, true, "0.0.0.0/0");
	add_entry(acl, 100, false, true, "0.0.0.0/0");
	add_entry(acl, 32767, true, false, "0.0.0.0/0");
	add_entry(acl, 32767, false, false, "0.0.0.0/0");
	return acl;
}

static void acls_of_other_subnets_judge_too(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	open_acl(&built.account.acls.items[0]);
	add_subnet(&built.account, "subnet-b", "vpc-1", "10.0.2.0/24 2600:1f18::/64");
	add_subnet(&built.account, "subnet-c", "vpc-1", "10.0.3.0/24");
	add_subnet(&built.account, "subnet-d", "vpc-1", "10.0.4.0/24");
	add_subnet(&built.account, "subnet-e", "vpc-1", "10.0.5.0/24");
	add_subnet(&built.account, "subnet-far", "vpc-2", "10.0.6.0/24");
	add_acl(&built.account, "acl-2", "vpc-1", "subnet-b subnet-c subnet-far");
	open_acl(add_acl(&built.account, "acl-3", "vpc-1", "subnet-d"));
	add_ids(&built.account.acls.items[0].subnets, "subnet-e");
	build(&built, NULL);
	assert_string_equal(far_text(&built), "acl-2 of subnet-b, subnet-c: 10.0.2.0/23\n");
	assert_string_equal(assumptions_text(&built), "");
}

// What an ACL has beside its rule 100 for all, and whether it lets everything through.
static const struct {
	long number;
	bool egress, allow, open;
	const char *block;
} open_rows[] = {
	{ 99, true, false, false, "10.0.1.0/24" },  { 99, false, true, false, "10.0.1.0/24" },
	{ 100, true, false, false, "10.0.1.0/24" }, { 101, true, false, true, "0.0.0.0/0" },
	{ 99, true, false, true, "::/0" },          { 50, false, true, true, "0.0.0.0/0" },
};

// The job's own ACL judges at the other side, too, when another subnet has it.
static void the_own_acl_may_guard_other_subnets(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(open_rows) / sizeof(open_rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_subnet(&built.account, "subnet-b", "vpc-1", "10.0.2.0/24");
		add_entry(open_acl(&built.account.acls.items[0]), open_rows[i].number, open_rows[i].egress,
			  open_rows[i].allow, open_rows[i].block);
		add_ids(&built.account.acls.items[0].subnets, "subnet-b");
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_string_equal(far_text(&built), open_rows[i].open ? "" : "acl-1 of subnet-b: 10.0.2.0/24\n");
	}
}

static void a_dual_stack_subnet_needs_both_families_open(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_blocks(&built.account.vpcs.items[0].blocks, "2600:1f18::/56");
	add_blocks(&built.account.subnets.items[0].blocks, "2600:1f18::/64");
	add_subnet(&built.account, "subnet-b", "vpc-1", "10.0.2.0/24 2600:1f18:0:2::/64");
	add_ids(&open_acl(&built.account.acls.items[0])->subnets, "subnet-b");
	build(&built, NULL);
	assert_string_equal(far_text(&built), "acl-1 of subnet-b: 10.0.2.0/24 2600:1f18:0:2::/64\n");
}

static void acls_of_other_subnets_that_are_not_given_deny(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	for (char *id = (char[]){ "subnet-b" }; id[7] < 'g'; id[7]++) {
		AUTO_FREE char *block = memory_format("10.0.%d.0/24", 10 + id[7] - 'a');
		add_subnet(&built.account, id, "vpc-1", block);
	}
	build(&built, NULL);
	assert_string_equal(far_text(&built),
			    "none of subnet-b, subnet-c, subnet-d and 2 more: 10.0.11.0/24 10.0.12.0/22\n");
	assert_string_equal(
	    assumptions_text(&built),
	    "the network ACL of subnet-b, subnet-c, subnet-d and 2 more: nothing passes between there and "
	    "the job's subnet. aws ec2 describe-network-acls --filters Name=vpc-id,Values=vpc-1 --region " REGION "\n");
}

static void without_an_own_acl_no_other_is_asked(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	built.account.acls.items[0].subnets.items[0][0] = 'x';
	add_subnet(&built.account, "subnet-b", "vpc-1", "10.0.2.0/24");
	build(&built, NULL);
	assert_string_equal(far_text(&built), "");
}

static void a_subnet_that_is_not_given_may_be_anywhere_else(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	built.account.vpcs.items[0].blocks.items[0] = block_of("10.0.0.0/22");
	add_subnet(&built.account, "subnet-b", "vpc-1", "10.0.2.0/24");
	open_acl(add_acl(&built.account, "acl-0", "vpc-1", "subnet-b subnet-y"));
	add_acl(&built.account, "acl-2", "vpc-1", "subnet-x");
	build(&built, NULL);
	assert_string_equal(far_text(&built), "acl-2 of subnet-x: 10.0.0.0/24 10.0.3.0/24\n");
	assert_string_equal(
	    assumptions_text(&built),
	    "subnets that are on acl-2: subnet-x: they may be anywhere in the VPC where no other subnet "
	    "is. aws ec2 describe-subnets --subnet-ids subnet-x --region " REGION "\n");
}

static void an_acl_that_is_not_given_denies(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	built.account.acls.items[0].is_default = true;  // the VPC's default one is not the subnet's, unless it says so
	built.account.acls.items[0].subnets.items[0][0] = 'x';
	build(&built, NULL);
	assert_string_equal(acls_text(&built), "acl-not-given own none: 10.0.1.0/24\n");
	assert_string_equal(
	    assumptions_text(&built),
	    "the network ACL of subnet-a: an ACL that denies everything across the subnet's boundary. aws "
	    "ec2 describe-network-acls --filters Name=vpc-id,Values=vpc-1 --region " REGION "\n");
}

static void an_acl_may_be_assumed(void **unused)
{
	BUILT built = { .request.assume_default_acl = true };

	(void)unused;
	usual(&built.account);
	built.account.acls.items[0].subnets.items[0][0] = 'x';
	built.account.acls.items[0].vpc[0] = 'x';
	build(&built, NULL);
	assert_string_equal(acls_text(&built), "acl-assumed own: 10.0.1.0/24\n");
	assert_int_equal(built.assembly.acls.items[0].acl->entries.count, 4);
	assert_string_equal(
	    assumptions_text(&built),
	    "the network ACL of subnet-a: AWS's default one, which allows all: --assume-default-acl. aws "
	    "ec2 describe-network-acls --filters Name=vpc-id,Values=vpc-1 --region " REGION "\n");
}

static void nothing_is_assumed_beside_an_acl_of_the_vpc(void **unused)
{
	(void)unused;
	for (int i = 0; i < 3; i++) {
		BUILT built = { .request.assume_default_acl = true };

		usual(&built.account);
		free(built.account.acls.items[0].subnets.items[0]);
		built.account.acls.items[0].subnets.count = 0;
		built.account.acls.items[0].is_default = i == 0;
		if (i == 2)
			built.account.acls.items[0].vpc[0] = 'x';
		build(&built, NULL);
		assert_string_equal(acls_text(&built), i == 2 ? "acl-assumed own: 10.0.1.0/24\n"
							      : "acl-not-given own none: 10.0.1.0/24\n");
	}
}

static void two_acls_of_one_subnet_are_none(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_acl(&built.account, "acl-2", "vpc-1", "subnet-a");
	build(&built, NULL);
	assert_string_equal(acls_text(&built), "acl-not-given own none: 10.0.1.0/24\n");
}

// A route beside the local one, and what becomes of it.
static const struct {
	const char *destination;
	enum aws_target target;
	const char *id;
	const char *expected;
} route_rows[] = {
	{ "0.0.0.0/0", TARGET_INTERNET_GATEWAY, "igw-1",
	  "blackhole # igw-1: an internet gateway; a profile is private" },
	{ "0.0.0.0/0", TARGET_NAT_GATEWAY, "nat-1", "blackhole # nat-1: a NAT gateway; a profile is private" },
	{ "8.0.0.0/8", TARGET_TRANSIT_GATEWAY, "tgw-1", "blackhole # tgw-1: a transit gateway; a profile is private" },
	{ "192.168.0.0/16", TARGET_TRANSIT_GATEWAY, "tgw-1",
	  "blackhole # tgw-1: a transit gateway; a profile is private" },
	{ "192.168.0.0/16", TARGET_VPN_GATEWAY, "vgw-1", "blackhole # vgw-1: a VPN gateway; a profile is private" },
	{ "10.7.0.0/16", TARGET_INTERFACE, "eni-1",
	  "blackhole # eni-1: an instance or a network interface; a profile is private" },
	{ "10.7.0.0/16", TARGET_OTHER, "cagw-1", "blackhole # cagw-1: another gateway; a profile is private" },
	{ "0.0.0.0/0", TARGET_ENDPOINT, "vpce-lb",
	  "blackhole # vpce-lb: a gateway load balancer's endpoint; a profile is private" },
	{ "pl-1", TARGET_ENDPOINT, "vpce-lb",
	  "blackhole # vpce-lb: a gateway load balancer's endpoint; a profile is private" },
	{ "pl-1", TARGET_ENDPOINT, "vpce-old", "blackhole # vpce-old: an endpoint that is not available" },
	{ "pl-1", TARGET_NAT_GATEWAY, "nat-1", "blackhole # nat-1: a NAT gateway; a profile is private" },
	{ "192.168.0.0/16", TARGET_PEERING, "pcx-1", "peering" },
	{ "192.168.0.0/16", TARGET_PEERING, "pcx-old",
	  "blackhole # pcx-old: a peering connection that is not known to be active" },
	{ "192.168.0.0/16", TARGET_PEERING, "pcx-far",
	  "blackhole # pcx-far: a peering connection that is not known to be active" },
	{ "192.168.7.0/24", TARGET_PEERING, "pcx-1", "peering" },
	{ "172.16.0.0/12", TARGET_PEERING, "pcx-1",
	  "blackhole # pcx-1: a peering connection, for addresses that the peered VPC does not have" },
	{ "192.168.0.0/16", TARGET_PEERING, "pcx-bare",
	  "blackhole # pcx-bare: a peering connection to a VPC whose CIDR blocks were not given" },
	{ "pl-private", TARGET_PEERING, "pcx-1", "peering" },
	{ "pl-1", TARGET_PEERING, "pcx-1",
	  "blackhole # pcx-1: a peering connection, for addresses that the peered VPC does not have" },
	{ "pl-empty", TARGET_PEERING, "pcx-1",
	  "blackhole # pcx-1: a peering connection, for addresses that the peered VPC does not have" },
	{ "10.0.9.0/24", TARGET_LOCAL, "local", "local" },
	{ "0.0.0.0/0", TARGET_LOCAL, "local", "blackhole # called local, but not within the VPC's CIDR blocks" },
	{ "10.9.0.0/16", TARGET_LOCAL, "local", "blackhole # called local, but not within the VPC's CIDR blocks" },
	{ "pl-private", TARGET_LOCAL, "local", "blackhole # called local, but not within the VPC's CIDR blocks" },
};

// To vpc-2, whose blocks these are.
static void add_peering(struct account *account, const char *id, bool active, const char *to, const char *blocks)
{
	vec_push(&account->peerings, (struct aws_peering){ .thing = thing_of(id, NULL), .active = active });
	LAST(account->peerings)->vpcs[0] = memory_copy_text(to);
	LAST(account->peerings)->vpcs[1] = memory_copy_text("vpc-2");
	add_blocks(&LAST(account->peerings)->blocks[1], blocks);
}

#define PEERS "192.168.0.0/16 10.77.0.0/16 203.0.113.0/24"

static void add_targets(struct account *account)
{
	add_endpoint(account, "vpce-lb", "vpc-1", "com.amazonaws.vpce." REGION ".vpce-svc-1", NULL, NULL)->type =
	    AWS_ENDPOINT_OTHER;
	LAST(account->endpoints)->available = false;  // else somewhere in the VPC
	add_gateway(account, "vpce-old", "vpc-1", "com.amazonaws." REGION ".s3", "rtb-a")->available = false;
	add_list(account, "pl-1", "com.amazonaws." REGION ".s3", "52.0.0.0/16");
	add_list(account, "pl-private", "mine", "192.168.0.0/17 10.77.0.0/16");
	add_list(account, "pl-empty", "mine too", NULL);
	add_peering(account, "pcx-1", true, "vpc-1", PEERS);
	add_peering(account, "pcx-bare", true, "vpc-1", NULL);
	add_peering(account, "pcx-old", false, "vpc-1", PEERS);
	add_peering(account, "pcx-far", true, "vpc-3", PEERS);
}

static void routes_out_lead_nowhere(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(route_rows) / sizeof(route_rows[0]); i++) {
		BUILT built = { 0 };
		AUTO_FREE char *expected = memory_format("%s %s\n", route_rows[i].destination, route_rows[i].expected);

		usual(&built.account);
		add_targets(&built.account);
		add_route(job_table(&built), route_rows[i].destination, route_rows[i].target, route_rows[i].id);
		build(&built, NULL);
		if (!strstr(routes_text(&built), expected))
			fail_msg("row %zu: %s is not in %s", i, expected, strbuf_text(&built.text));
		assert_int_equal(built.assembly.routes.count, 2);
	}
}

#define MORE "# pcx-1: a peering connection, for more than the private addresses that the peered VPC has"
#define PEER "# pcx-1: a CIDR block of the peered VPC"

// Routes beside a peering one, and what the table is: the peer's blocks alone, and those where the route decides.
static const struct {
	const char *destination, *other;
	enum aws_target target;
	const char *expected;
} cut_rows[] = {
	{ "0.0.0.0/0", NULL, TARGET_OTHER,
	  "0.0.0.0/0 blackhole " MORE "\n10.0.0.0/16 local\n10.77.0.0/16 peering " PEER "\n192.168.0.0/16 peering " PEER
	  "\n" },
	{ "10.0.0.0/8", NULL, TARGET_OTHER,
	  "10.0.0.0/8 blackhole " MORE "\n10.0.0.0/16 local\n10.77.0.0/16 peering " PEER "\n" },
	{ "10.0.0.0/8", "10.64.0.0/12", TARGET_OTHER,
	  "10.0.0.0/8 blackhole " MORE
	  "\n10.0.0.0/16 local\n10.64.0.0/12 blackhole # x-1: another gateway; a profile is private\n" },
	{ "10.0.0.0/8", "pl-other", TARGET_OTHER,
	  "10.0.0.0/8 blackhole " MORE
	  "\n10.0.0.0/16 local\npl-other blackhole # x-1: another gateway; a profile is private\n" },
	{ "pl-wide", NULL, TARGET_OTHER,
	  "10.0.0.0/16 local\n10.77.0.0/16 peering " PEER "\npl-wide blackhole " MORE "\n" },
	{ "pl-wide", "10.76.0.0/14", TARGET_OTHER,
	  "10.0.0.0/16 local\n10.76.0.0/14 blackhole # x-1: another gateway; a profile is private\npl-wide "
	  "blackhole " MORE "\n" },
	{ "pl-wide", "pl-other", TARGET_OTHER,
	  "10.0.0.0/16 local\npl-other blackhole # x-1: another gateway; a profile is private\npl-wide blackhole " MORE
	  "\n" },
};

static void a_peering_carries_to_the_peers_blocks(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(cut_rows) / sizeof(cut_rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_targets(&built.account);
		add_list(&built.account, "pl-wide", "mine", "10.76.0.0/14");
		add_list(&built.account, "pl-other", "mine", "10.76.0.0/14");
		add_route(job_table(&built), cut_rows[i].destination, TARGET_PEERING, "pcx-1");
		if (cut_rows[i].other)
			add_route(job_table(&built), cut_rows[i].other, cut_rows[i].target, "x-1");
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_string_equal(routes_text(&built), cut_rows[i].expected);
	}
}

static void the_peers_blocks_may_be_those_of_its_vpc(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_targets(&built.account);
	add_vpc(&built.account, "vpc-2", "192.168.0.0/20");
	add_route(job_table(&built), "192.168.1.0/24", TARGET_PEERING, "pcx-bare");
	add_route(job_table(&built), "192.168.99.0/24", TARGET_PEERING, "pcx-bare");
	build(&built, NULL);
	assert_non_null(strstr(routes_text(&built), "192.168.1.0/24 peering\n192.168.99.0/24 blackhole"));
	assert_string_equal(assumptions_text(&built), "");
}

static void blocks_that_no_document_gives_are_said(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_targets(&built.account);
	add_route(job_table(&built), "192.168.1.0/24", TARGET_PEERING, "pcx-bare");
	build(&built, NULL);
	assert_string_equal(
	    assumptions_text(&built),
	    "the CIDR blocks of the VPC behind pcx-bare: it has none: routes to it lead nowhere. aws ec2 "
	    "describe-vpc-peering-connections --vpc-peering-connection-ids pcx-bare --region " REGION "\n");
}

// A route by a list without entries, and whether the others still lead anywhere.
static const struct {
	enum aws_target target;
	const char *id, *owner;
	bool open;
} unknown_rows[] = {
	{ TARGET_TRANSIT_GATEWAY, "tgw-1", NULL, false },  { TARGET_PEERING, "pcx-1", NULL, false },
	{ TARGET_ENDPOINT, "vpce-x", NULL, false },        { TARGET_ENDPOINT, "vpce-lb", NULL, false },
	{ TARGET_ENDPOINT, "vpce-old", NULL, true },       { TARGET_ENDPOINT, "vpce-s3", NULL, true },
	{ TARGET_TRANSIT_GATEWAY, "tgw-1", "AWS", true },  { TARGET_ENDPOINT, "vpce-x", "AWS", true },
	{ TARGET_TRANSIT_GATEWAY, "tgw-1", "123", false },
};

static void unknown_entries_may_be_any_others(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(unknown_rows) / sizeof(unknown_rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_targets(&built.account);
		add_gateway(&built.account, "vpce-s3", "vpc-1", "com.amazonaws." REGION ".s3", "rtb-a");
		add_list(&built.account, "pl-x", "x", NULL)->owner = memory_copy_text(unknown_rows[i].owner);
		add_route(job_table(&built), "192.168.0.0/16", TARGET_PEERING, "pcx-1");
		add_route(job_table(&built), "pl-1", TARGET_ENDPOINT, "vpce-s3");
		add_route(job_table(&built), "pl-x", unknown_rows[i].target, unknown_rows[i].id);
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_non_null(strstr(routes_text(&built), "10.0.0.0/16 local"));
		assert_int_equal(!strstr(routes_text(&built), "192.168.0.0/16 peering"), !unknown_rows[i].open);
		assert_int_equal(!strstr(routes_text(&built), "pl-1 gateway-endpoint"), !unknown_rows[i].open);
		assert_int_equal(!strstr(assumptions_text(&built),
					 "as its route may take any address, the other routes lead nowhere"),
				 unknown_rows[i].open);
	}
}

static void two_lists_of_one_name_are_two(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_list(&built.account, "a:1", "one", "10.0.1.5/32");
	add_list(&built.account, "pl-1", "other", "10.0.1.0/24");
	add_rule(&built.account.groups.items[0], true, match_tcp(1, 1), "pl-1");
	struct aws_group_rule *rule = add_rule(&built.account.groups.items[0], true, match_tcp(2, 2), "pl-1");
	free(rule->peers.items[0].id);
	rule->peers.items[0].id = memory_copy_text("a:1");
	build(&built, NULL);
	assert_string_equal(lists_text(&built),
			    "pl-1 other given - -: 10.0.1.0/24\npl-1-2 one given - -: 10.0.1.5/32\n");
	assert_string_equal(rules_text(&built, &built.assembly.groups.items[0].egress),
			    "6 1-1: pl-1 [other] \"workers\"\n6 2-2: pl-1-2 [one] \"workers\"\n");
}

static void a_blackhole_stays_one(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_targets(&built.account);
	add_route(job_table(&built), "192.168.0.0/16", TARGET_PEERING, "pcx-1")->blackhole = true;
	build(&built, NULL);
	assert_string_equal(routes_text(&built),
			    "10.0.0.0/16 local\n192.168.0.0/16 blackhole # pcx-1: a blackhole in the account, too\n");
}

static void a_middlebox_takes_the_place_of_local(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	job_table(&built)->routes.items[0].target = TARGET_INTERFACE;
	build(&built, NULL);
	assert_int_equal(built.assembly.routes.count, 1);
	assert_int_equal(built.assembly.routes.items[0].target, ROUTE_BLACKHOLE);
}

static void of_two_routes_with_one_destination_the_strict_one_stays(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_targets(&built.account);
	add_route(job_table(&built), "192.168.0.0/16", TARGET_PEERING, "pcx-1");
	add_route(job_table(&built), "192.168.0.0/16", TARGET_VPN_GATEWAY, "vgw-1");
	add_route(job_table(&built), "pl-private", TARGET_PEERING, "pcx-1");
	add_route(job_table(&built), "pl-private", TARGET_VPN_GATEWAY, "vgw-1");
	build(&built, NULL);
	assert_string_equal(routes_text(&built),
			    "10.0.0.0/16 local\n192.168.0.0/16 blackhole # vgw-1: a VPN gateway; a profile is private\n"
			    "pl-private blackhole # vgw-1: a VPN gateway; a profile is private\n");
}

static void what_a_route_leads_to_may_not_be_given(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_list(&built.account, "pl-1", "com.amazonaws." REGION ".s3", "52.0.0.0/16");
	add_peering(&built.account, "pcx-1", true, "vpc-1", PEERS);
	add_route(job_table(&built), "pl-1", TARGET_ENDPOINT, "vpce-x");
	add_route(job_table(&built), "192.168.0.0/16", TARGET_PEERING, "pcx-x");
	build(&built, NULL);
	assert_string_equal(routes_text(&built),
			    "10.0.0.0/16 local\n"
			    "192.168.0.0/16 blackhole # pcx-x: a peering connection that is not known to be active\n"
			    "pl-1 blackhole # vpce-x: an endpoint that was not given\n");
	assert_string_equal(
	    assumptions_text(&built),
	    "peering connection pcx-x, to which a route leads: it is not active: the route leads nowhere. "
	    "aws ec2 describe-vpc-peering-connections --vpc-peering-connection-ids pcx-x --region " REGION "\n"
	    "endpoint vpce-x, to which a route leads: the route leads nowhere. aws ec2 "
	    "describe-vpc-endpoints --vpc-endpoint-ids vpce-x --region " REGION "\n");
}

static void a_peering_that_is_known_is_no_assumption(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_targets(&built.account);
	add_route(job_table(&built), "192.168.0.0/16", TARGET_PEERING, "pcx-old");
	build(&built, NULL);
	assert_string_equal(assumptions_text(&built), "");
}

static void add_range(struct account *account, const char *block, const char *region, const char *service)
{
	vec_push(&account->words, memory_copy_text(region));
	vec_push(&account->words, memory_copy_text(service));
	vec_push(&account->ranges, (struct aws_range){ .prefix = block_of(block),
						       .region = account->words.items[account->words.count - 2],
						       .service = account->words.items[account->words.count - 1] });
}

static void lists_come_from_documents_or_ranges_or_nowhere(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	built.account.ranges_date = memory_copy_text("2026-08-22");
	built.account.ranges_file = memory_copy_text("ip-ranges.json");
	add_range(&built.account, "52.0.0.0/16", REGION, "S3");
	add_range(&built.account, "52.1.0.0/16", "us-east-1", "S3");
	add_range(&built.account, "52.2.0.0/16", REGION, "DYNAMODB");
	add_range(&built.account, "2600:1f00::/40", REGION, "S3");
	add_list(&built.account, "pl-given", "com.amazonaws." REGION ".s3", "54.0.0.0/16")->thing.at.file =
	    "lists.json";
	add_list(&built.account, "pl-s3", "com.amazonaws." REGION ".s3", NULL);
	add_list(&built.account, "pl-db", "com.amazonaws." REGION ".dynamodb", NULL);
	add_list(&built.account, "pl-other", "com.amazonaws." REGION ".cloudfront", NULL);
	add_list(&built.account, "pl-unused", "x", NULL);
	add_list(&built.account, "pl-empty", "y", "");
	add_rule(&built.account.groups.items[0], true, match_tcp(443, 443),
		 "pl-s3 pl-given pl-db pl-other pl-none pl-empty pl-s3");
	build(&built, NULL);
	assert_string_equal(lists_text(&built), "pl-db com.amazonaws." REGION
						".dynamodb given approximate ip-ranges.json 2026-08-22: 52.2.0.0/16\n"
						"pl-empty y given - -:\n"
						"pl-given com.amazonaws." REGION ".s3 given lists.json -: 54.0.0.0/16\n"
						"pl-none - - -:\n"
						"pl-other com.amazonaws." REGION ".cloudfront - -:\n"
						"pl-s3 com.amazonaws." REGION
						".s3 given approximate ip-ranges.json 2026-08-22: 52.0.0.0/16\n");
	assert_string_equal(
	    assumptions_text(&built),
	    "the entries of prefix list pl-db (com.amazonaws." REGION
	    ".dynamodb): the service's blocks of ip-ranges.json, which are more than the list has. aws ec2 "
	    "get-managed-prefix-list-entries --prefix-list-id pl-db --region " REGION "\n"
	    "the entries of prefix list pl-none: it is empty: rules and routes with it match nothing. aws ec2 "
	    "get-managed-prefix-list-entries --prefix-list-id pl-none --region " REGION "\n"
	    "the entries of prefix list pl-other (com.amazonaws." REGION
	    ".cloudfront): it is empty: rules and routes with it match nothing. aws ec2 "
	    "get-managed-prefix-list-entries --prefix-list-id pl-other --region " REGION "\n"
	    "the entries of prefix list pl-s3 (com.amazonaws." REGION
	    ".s3): the service's blocks of ip-ranges.json, which are more than the list has. aws ec2 "
	    "get-managed-prefix-list-entries --prefix-list-id pl-s3 --region " REGION "\n");
}

static void lists_of_rules_and_routes_are_in_one_order(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	struct aws_prefix_list *list = add_list(&built.account, "pl-5", "five", "10.5.0.0/16");
	list->approximate = true;
	list->date = memory_copy_text("2026-08-22");
	add_route(job_table(&built), "pl-5", TARGET_NAT_GATEWAY, "nat-1");
	add_route(job_table(&built), "pl-x:1", TARGET_NAT_GATEWAY, "nat-1");
	add_rule(&built.account.groups.items[0], true, match_tcp(1, 1), "pl-7");
	build(&built, NULL);
	assert_string_equal(lists_text(&built), "pl-5 five given approximate - 2026-08-22: 10.5.0.0/16\n"
						"pl-7 - - -:\n"
						"pl-x-1-4664fb89 - - -:\n");
	assert_non_null(strstr(assumptions_text(&built), "--prefix-list-id pl-x:1 "));
	assert_non_null(strstr(strbuf_text(&built.text), "--prefix-list-id pl-5 "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_given_needs_no_assumption),
		cmocka_unit_test(a_job_without_a_vpc_has_flags_alone),
		cmocka_unit_test(the_jobs_subnet_is_first),
		cmocka_unit_test(a_subnet_without_ipv6_has_nothing_of_it),
		cmocka_unit_test(both_families_have_their_routes),
		cmocka_unit_test(a_vpc_that_is_not_given_is_what_its_table_calls_local),
		cmocka_unit_test(without_vpc_and_table_the_subnet_is_alone),
		cmocka_unit_test(the_main_table_is_said),
		cmocka_unit_test(the_resolver_is_there_when_all_is_known),
		cmocka_unit_test(servers_of_ones_own_are_said),
		cmocka_unit_test(acls_of_other_subnets_are_there),
		cmocka_unit_test(the_jobs_own_acl_is_first),
		cmocka_unit_test(acls_of_other_subnets_judge_too),
		cmocka_unit_test(the_own_acl_may_guard_other_subnets),
		cmocka_unit_test(a_dual_stack_subnet_needs_both_families_open),
		cmocka_unit_test(acls_of_other_subnets_that_are_not_given_deny),
		cmocka_unit_test(without_an_own_acl_no_other_is_asked),
		cmocka_unit_test(a_subnet_that_is_not_given_may_be_anywhere_else),
		cmocka_unit_test(an_acl_that_is_not_given_denies),
		cmocka_unit_test(an_acl_may_be_assumed),
		cmocka_unit_test(nothing_is_assumed_beside_an_acl_of_the_vpc),
		cmocka_unit_test(two_acls_of_one_subnet_are_none),
		cmocka_unit_test(routes_out_lead_nowhere),
		cmocka_unit_test(a_peering_carries_to_the_peers_blocks),
		cmocka_unit_test(the_peers_blocks_may_be_those_of_its_vpc),
		cmocka_unit_test(blocks_that_no_document_gives_are_said),
		cmocka_unit_test(unknown_entries_may_be_any_others),
		cmocka_unit_test(two_lists_of_one_name_are_two),
		cmocka_unit_test(a_blackhole_stays_one),
		cmocka_unit_test(a_middlebox_takes_the_place_of_local),
		cmocka_unit_test(of_two_routes_with_one_destination_the_strict_one_stays),
		cmocka_unit_test(what_a_route_leads_to_may_not_be_given),
		cmocka_unit_test(a_peering_that_is_known_is_no_assumption),
		cmocka_unit_test(lists_come_from_documents_or_ranges_or_nowhere),
		cmocka_unit_test(lists_of_rules_and_routes_are_in_one_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
