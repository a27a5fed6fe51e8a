// SPDX-License-Identifier: GPL-2.0-or-later
// The endpoints that the job's subnet reaches: gateways by their routes, interfaces by addresses, ports and names.
#include "import_built.h"

#define S3 "com.amazonaws." REGION ".s3"
#define STS "com.amazonaws." REGION ".sts"

static struct aws_route_table *job_table(struct built *built)
{
	return &built->account.route_tables.items[0];
}

static void a_gateway_has_an_association_and_a_route(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_list(&built.account, "pl-1", S3, "52.0.0.0/16");
	add_gateway(&built.account, "vpce-s3", "vpc-1", S3, "rtb-x rtb-a");
	add_route(job_table(&built), "pl-1", TARGET_ENDPOINT, "vpce-s3");
	build(&built, NULL);
	assert_string_equal(endpoints_text(&built), "gateway s3 - pl-1\n");
	assert_string_equal(routes_text(&built), "10.0.0.0/16 local\npl-1 gateway-endpoint\n");
	assert_string_equal(lists_text(&built), "pl-1 " S3 " given - -: 52.0.0.0/16\n");
	assert_ptr_equal(built.assembly.endpoints.items[0].list, built.assembly.lists.items[0].id);
	assert_string_equal(assumptions_text(&built), "");
}

static void a_gateway_without_its_route_is_said(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_gateway(&built.account, "vpce-s3", "vpc-1", S3, "rtb-a");
	build(&built, NULL);
	assert_string_equal(endpoints_text(&built), "");
	assert_string_equal(assumptions_text(&built), "the route of rtb-a to vpce-s3, which is associated with it: " S3
						      " is not reached. aws ec2 describe-route-tables "
						      "--route-table-ids rtb-a --region " REGION "\n");
}

static void a_route_without_its_association_is_said(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_list(&built.account, "pl-1", S3, "52.0.0.0/16");
	add_gateway(&built.account, "vpce-s3", "vpc-1", S3, "rtb-x");
	add_route(job_table(&built), "pl-1", TARGET_ENDPOINT, "vpce-s3");
	build(&built, NULL);
	assert_string_equal(endpoints_text(&built), "");
	assert_string_equal(
	    routes_text(&built),
	    "10.0.0.0/16 local\npl-1 blackhole # vpce-s3: not a gateway endpoint of this route table\n");
	assert_string_equal(assumptions_text(&built),
			    "the association of vpce-s3 with rtb-a, which has a route to it: " S3
			    " is not reached. aws ec2 describe-vpc-endpoints "
			    "--vpc-endpoint-ids vpce-s3 --region " REGION "\n");
}

static void a_blackhole_is_no_gateway(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_list(&built.account, "pl-1", S3, "52.0.0.0/16");
	add_gateway(&built.account, "vpce-s3", "vpc-1", S3, "rtb-a");
	add_route(job_table(&built), "pl-1", TARGET_ENDPOINT, "vpce-s3")->blackhole = true;
	build(&built, NULL);
	assert_string_equal(endpoints_text(&built), "");
	assert_string_equal(assumptions_text(&built), "");  // the route is there
	assert_non_null(strstr(routes_text(&built), "pl-1 blackhole"));
}

static void a_gateways_list_is_known_by_its_service(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_rule(&built.account.groups.items[0], true, match_tcp(443, 443), "pl-1");
	add_gateway(&built.account, "vpce-s3", "vpc-1", S3, "rtb-a");
	add_route(job_table(&built), "pl-1", TARGET_ENDPOINT, "vpce-s3");
	build(&built, NULL);
	assert_string_equal(lists_text(&built), "pl-1 " S3 " - -:\n");
}

// Everything that lets the job in, from its subnet 10.0.1.0/24 and its group sg-job.
static void add_sts(struct account *account)
{
	struct aws_endpoint *endpoint;

	add_group(account, "sg-e", "endpoints", "vpc-1");
	add_rule(LAST(account->groups), false, match_tcp(443, 443), "10.0.0.0/16");
	add_interface(account, "eni-e1", "vpc-1", "subnet-a", "sg-e", "10.0.1.40");
	add_interface(account, "eni-e2", "vpc-1", "subnet-b", "sg-e", "10.0.0.40");
	endpoint = add_endpoint(account, "vpce-sts", "vpc-1", STS, "eni-e1 eni-e2", "sg-e");
	add_ids(&endpoint->subnets, "subnet-a");
	add_ids(&endpoint->names, "vpce-sts-1.sts." REGION ".vpce.amazonaws.com *.vpce-sts-2.sts." REGION
				  ".vpce.amazonaws.com sts." REGION ".amazonaws.com VPCE-STS-0.sts." REGION
				  ".vpce.amazonaws.com. vpce-sts-1.sts." REGION ".vpce.amazonaws.com");
	endpoint->private_dns = KNOWN_YES;
}

#define STS_NAMES " vpce-sts-0.sts." REGION ".vpce.amazonaws.com vpce-sts-1.sts." REGION ".vpce.amazonaws.com"

static void an_interface_endpoint_in_full(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	build(&built, NULL);
	assert_string_equal(endpoints_text(&built), "interface sts - private 10.0.0.40 10.0.1.40 :443 sts." REGION
						    ".amazonaws.com" STS_NAMES "\n");
	assert_string_equal(assumptions_text(&built), "");
	assert_string_equal(routes_text(&built), "10.0.0.0/16 local\n");
}

#define ATTRIBUTE(name) "aws ec2 describe-vpc-attribute --attribute " name " --vpc-id vpc-1 --region " REGION
#define SUPPORT ATTRIBUTE("enableDnsSupport")
#define HOSTNAMES ATTRIBUTE("enableDnsHostnames")

static const struct {
	enum known private_dns, support, hostnames;
	bool works;
	const char *assumed;
} dns_rows[] = {
	{ KNOWN_YES, KNOWN_YES, KNOWN_YES, true, "" },
	{ KNOWN_NO, KNOWN_YES, KNOWN_YES, false, "" },
	{ KNOWN_NOT, KNOWN_YES, KNOWN_YES, false, "" },
	{ KNOWN_YES, KNOWN_NO, KNOWN_YES, false, "" },
	{ KNOWN_YES, KNOWN_YES, KNOWN_NO, false, "" },
	{ KNOWN_YES, KNOWN_YES, KNOWN_NOT, true,
	  "the attribute enableDnsHostnames of vpc-1: the public names of vpce-sts lead to it, as its private DNS "
	  "needs "
	  "it on. " HOSTNAMES "\n" },
	{ KNOWN_YES, KNOWN_NOT, KNOWN_YES, true,
	  "the attribute enableDnsSupport of vpc-1: no resolver is reached; the public names of vpce-sts lead to it, "
	  "as "
	  "its private DNS needs it on. " SUPPORT "\n" },
	{ KNOWN_YES, KNOWN_NOT, KNOWN_NOT, true,
	  "the attributes enableDnsSupport and enableDnsHostnames of vpc-1: no resolver is reached; the public names "
	  "of "
	  "vpce-sts lead to it, as its private DNS needs both on. " SUPPORT "; " HOSTNAMES "\n" },
	{ KNOWN_NO, KNOWN_NOT, KNOWN_NOT, false,
	  "the attribute enableDnsSupport of vpc-1: no resolver is reached. " SUPPORT "\n" },
};

static void private_dns_needs_the_vpcs_attributes(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(dns_rows) / sizeof(dns_rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_sts(&built.account);
		LAST(built.account.endpoints)->private_dns = dns_rows[i].private_dns;
		built.account.vpcs.items[0].dns_support = dns_rows[i].support;
		built.account.vpcs.items[0].dns_hostnames = dns_rows[i].hostnames;
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_int_equal(built.assembly.endpoints.items[0].private_dns, dns_rows[i].works);
		assert_int_equal(built.assembly.endpoints.items[0].names.count, dns_rows[i].works ? 3 : 2);
		assert_string_equal(assumptions_text(&built), dns_rows[i].assumed);
	}
}

static void without_private_dns_attributes_do_not_matter(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	LAST(built.account.endpoints)->private_dns = KNOWN_NO;
	built.account.vpcs.items[0].dns_hostnames = KNOWN_NOT;
	build(&built, NULL);
	assert_string_equal(assumptions_text(&built), "");
}

static void what_is_not_this_vpcs_or_not_there_is_left_out(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 3; i++) {
		BUILT built = { 0 };
		struct aws_endpoint *endpoint;

		usual(&built.account);
		add_sts(&built.account);
		endpoint = LAST(built.account.endpoints);
		if (i == 0)
			endpoint->vpc[0] = 'x';
		if (i == 1)
			endpoint->available = false;
		if (i == 2)
			endpoint->type = AWS_ENDPOINT_OTHER;
		build(&built, NULL);
		assert_string_equal(endpoints_text(&built), "");
		assert_string_equal(assumptions_text(&built), "");
	}
}

static void an_endpoint_of_another_zone_is_reached(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	LAST(built.account.endpoints)->subnets.items[0][0] = 'x';
	build(&built, NULL);
	assert_non_null(strstr(endpoints_text(&built), ":443"));
	assert_non_null(strstr(strbuf_text(&built.text), "# no interface in subnet-a: reached across zones\n"));
}

static void interfaces_that_are_not_given_leave_it_out(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	built.account.interfaces.items[0].thing.id[0] = 'x';
	built.account.interfaces.items[1].thing.id[0] = 'x';
	build(&built, NULL);
	assert_string_equal(endpoints_text(&built), "");
	assert_string_equal(
	    assumptions_text(&built),
	    "the network interfaces of vpce-sts (" STS
	    "): the endpoint is left out, and nothing is reached in its subnets. aws ec2 describe-network-interfaces "
	    "--network-interface-ids eni-e1 eni-e2 --region " REGION "\n");
	assert_non_null(strstr(routes_text(&built), "10.0.1.0/24 blackhole"));
}

static void some_interfaces_that_are_not_given(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	built.account.interfaces.items[1].thing.id[0] = 'x';
	build(&built, NULL);
	assert_non_null(strstr(endpoints_text(&built), "private 10.0.1.40 :443"));
	assert_string_equal(
	    assumptions_text(&built),
	    "some network interfaces of vpce-sts (" STS
	    "): it has the other addresses alone, and nothing else is reached in its other subnets. aws ec2 "
	    "describe-network-interfaces --network-interface-ids eni-e2 --region " REGION "\n");
	// It names no subnet for the one that is missing.
	assert_non_null(strstr(routes_text(&built), "10.0.0.0/16 blackhole"));
	assert_non_null(strstr(routes_text(&built), "10.0.1.40/32 local"));
}

static void an_endpoint_that_names_no_interface(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_endpoint(&built.account, "vpce-1", "vpc-1", STS, NULL, NULL);
	build(&built, NULL);
	assert_string_equal(endpoints_text(&built), "");
	assert_string_equal(
	    assumptions_text(&built),
	    "the network interfaces of vpce-1 (" STS
	    "): the endpoint is left out, and nothing is reached in its subnets. aws ec2 describe-vpc-endpoints "
	    "--vpc-endpoint-ids vpce-1 --region " REGION "\n");
	assert_non_null(strstr(routes_text(&built), "10.0.0.0/16 blackhole"));
}

// The interface of an endpoint that no document gives, or that is not in service, is in the VPC and yet not reached.
static void interfaces_of_other_endpoints_are_shut(void **unused)
{
	static const char *const kinds[] = { "vpc_endpoint", "gateway_load_balancer_endpoint", "interface" };

	(void)unused;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_interface(&built.account, "eni-e9", "vpc-1", "subnet-a", "", "10.0.1.99")->kind =
		    memory_copy_text(kinds[i]);
		build(&built, NULL);
		assert_int_equal(!strstr(routes_text(&built), "10.0.1.99/32 blackhole"), i == 2);
	}
	for (int available = 0; available <= 1; available++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_sts(&built.account);
		LAST(built.account.endpoints)->available = available;
		build(&built, NULL);
		assert_int_equal(!strstr(routes_text(&built), "10.0.1.40/32 blackhole"), available);
		assert_int_equal(!strstr(endpoints_text(&built), "10.0.1.40"), !available);
	}
}

// An endpoint of the VPC that is none of the assembly's, and what of the VPC is not reached for it.
static const struct {
	enum aws_endpoint_type type;
	bool available;
	const char *region, *interfaces, *subnets;
	const char *shut;  // NULL: nothing
} other_rows[] = {
	{ AWS_ENDPOINT_OTHER, true, REGION, "eni-9", "subnet-a", "10.0.1.99/32" },
	{ AWS_ENDPOINT_OTHER, true, REGION, "eni-x", "subnet-a", "10.0.1.0/24" },
	{ AWS_ENDPOINT_OTHER, true, REGION, "eni-x", NULL, "10.0.0.0/16" },
	{ AWS_ENDPOINT_OTHER, true, REGION, NULL, NULL, "10.0.0.0/16" },
	{ AWS_ENDPOINT_INTERFACE, false, REGION, "eni-9", "subnet-a", "10.0.1.99/32" },
	{ AWS_ENDPOINT_INTERFACE, false, REGION, "eni-x", "subnet-a", "10.0.1.0/24" },
	{ AWS_ENDPOINT_INTERFACE, false, REGION, NULL, "subnet-a", "10.0.1.0/24" },
	{ AWS_ENDPOINT_INTERFACE, false, REGION, NULL, NULL, NULL },
	{ AWS_ENDPOINT_INTERFACE, true, "us-east-1", "eni-9", "subnet-a", "10.0.1.99/32" },
	{ AWS_ENDPOINT_INTERFACE, true, "us-east-1", "eni-x", "subnet-a", "10.0.1.0/24" },
	{ AWS_ENDPOINT_GATEWAY, false, REGION, "eni-9", "subnet-a", NULL },
};

static void endpoints_that_the_assembly_lacks_are_shut(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(other_rows) / sizeof(other_rows[0]); i++) {
		BUILT built = { 0 };
		struct aws_endpoint *endpoint;

		usual(&built.account);
		add_interface(&built.account, "eni-9", "vpc-1", "subnet-a", "", "10.0.1.99")->kind =
		    memory_copy_text("interface");
		endpoint = add_endpoint(&built.account, "vpce-9", "vpc-1", STS, other_rows[i].interfaces, NULL);
		add_ids(&endpoint->subnets, other_rows[i].subnets);
		endpoint->type = other_rows[i].type;
		endpoint->available = other_rows[i].available;
		free(endpoint->thing.region);
		endpoint->thing.region = memory_copy_text(other_rows[i].region);
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_string_equal(endpoints_text(&built), "");
		if (!other_rows[i].shut) {
			assert_null(strstr(routes_text(&built), "blackhole"));
			continue;
		}
		AUTO_FREE char *expected = memory_format("%s blackhole", other_rows[i].shut);
		assert_non_null(strstr(routes_text(&built), expected));
		assert_int_equal(!built.assembly.assumptions.count, strstr(other_rows[i].shut, "/32") != NULL);
	}
}

// Its address may be missing, or beyond the VPC: then it is somewhere in its subnet.
static void an_interface_without_an_address_is_not_given(void **unused)
{
	(void)unused;
	for (int i = 0; i < 2; i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_subnet(&built.account, "subnet-b", "vpc-1", "10.0.2.0/24");
		add_sts(&built.account);
		add_ids(&LAST(built.account.endpoints)->subnets, "subnet-b");
		if (i == 0)
			LAST(built.account.interfaces)->addresses.count = 0;
		else
			LAST(built.account.interfaces)->addresses.items[0] = address_of("192.168.0.1");
		build(&built, NULL);
		assert_non_null(strstr(endpoints_text(&built), "private 10.0.1.40 :443"));
		assert_non_null(strstr(routes_text(&built), "10.0.2.0/24 blackhole"));
		assert_null(strstr(strbuf_text(&built.text), "10.0.1.0/24"));
		assert_non_null(strstr(assumptions_text(&built), "--network-interface-ids eni-e2 "));
	}
}

// A subnet beside subnet-a, in which an interface is somewhere.
static void a_subnet_that_does_not_tell_shuts_the_vpc(void **unused)
{
	static const char *const blocks[] = { "10.0.2.0/24", "", "10.9.0.0/24", "10.0.2.0/24 10.9.0.0/24" };

	(void)unused;
	for (size_t i = 0; i <= sizeof(blocks) / sizeof(blocks[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		if (i < sizeof(blocks) / sizeof(blocks[0]))
			add_subnet(&built.account, "subnet-b", "vpc-1", blocks[i]);
		add_ids(&add_endpoint(&built.account, "vpce-1", "vpc-1", STS, "eni-x eni-y", NULL)->subnets,
			"subnet-b subnet-a");
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_non_null(strstr(routes_text(&built), "10.0.1.0/24 blackhole"));
		assert_int_equal(!strstr(strbuf_text(&built.text), "10.0.0.0/16 blackhole"), i == 0);
	}
}

// What the table does with an address, and whether an endpoint there stays open in a VPC that is shut for another.
static const struct {
	const char *destination;
	enum aws_target target;
	bool blackhole, open;
} shut_rows[] = {
	{ "10.0.0.0/8", TARGET_INTERFACE, false, true },    { "10.0.1.0/24", TARGET_INTERFACE, false, false },
	{ "10.0.1.0/24", TARGET_INTERFACE, true, false },   { "10.0.1.0/24", TARGET_LOCAL, false, true },
	{ "10.0.2.0/24", TARGET_INTERFACE, false, true },   { "10.0.0.0/16", TARGET_INTERFACE, false, false },
	{ "10.0.1.40/32", TARGET_INTERFACE, false, false }, { "pl-in", TARGET_INTERFACE, false, false },
	{ "pl-out", TARGET_INTERFACE, false, true },
};

static void an_open_endpoint_is_where_the_table_leads(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(shut_rows) / sizeof(shut_rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_sts(&built.account);
		add_list(&built.account, "pl-in", "mine", "10.0.1.0/24");
		add_list(&built.account, "pl-out", "mine", "10.0.2.0/24");
		add_endpoint(&built.account, "vpce-x", "vpc-1", STS, "eni-x", NULL);  // shuts 10.0.0.0/16
		if (strcmp(shut_rows[i].destination, "10.0.0.0/16") == 0)
			job_table(&built)->routes.items[0].target = TARGET_INTERFACE;
		else
			add_route(job_table(&built), shut_rows[i].destination, shut_rows[i].target, "eni-fw")
			    ->blackhole = shut_rows[i].blackhole;
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_int_equal(!strstr(routes_text(&built), "10.0.1.40/32 local"), !shut_rows[i].open);
		assert_null(strstr(strbuf_text(&built.text), "/16 local"));
		assert_null(strstr(strbuf_text(&built.text), "/24 local"));
	}
}

// An interface of no endpoint that is given, whose VPC a document may leave open.
static void the_vpc_of_an_interface_may_be_its_subnets(void **unused)
{
	static const struct {
		const char *vpc, *subnet;
		bool open;
	} rows[] = { { NULL, "subnet-a", false },
		     { NULL, NULL, false },
		     { "vpc-2", "subnet-a", true },
		     { NULL, "subnet-far", true } };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_subnet(&built.account, "subnet-far", "vpc-2", "10.0.0.0/17");
		add_interface(&built.account, "eni-9", rows[i].vpc, rows[i].subnet, "", "10.0.1.99")->kind =
		    memory_copy_text("vpc_endpoint");
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_int_equal(!strstr(routes_text(&built), "10.0.1.99/32 blackhole"), rows[i].open);
	}
}

static void an_address_outside_the_vpc_is_not_taken(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	LAST(built.account.interfaces)->addresses.items[0] = address_of("192.168.0.1");
	build(&built, NULL);
	assert_non_null(strstr(endpoints_text(&built), "private 10.0.1.40 :443"));
}

#define SHUT "its security groups do not let the job in"

static void groups_that_are_not_given_let_nobody_in(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	free(LAST(built.account.endpoints)->groups.items[0]);
	LAST(built.account.endpoints)->groups.items[0] = memory_copy_text("sg-x");
	build(&built, NULL);
	assert_non_null(strstr(endpoints_text(&built), "private 10.0.0.40 10.0.1.40 sts."));
	assert_null(strchr(strbuf_text(&built.text), ':'));
	assert_string_equal(assumptions_text(&built),
			    "the security groups of vpce-sts (" STS
			    "): they let nobody in. aws ec2 describe-security-groups --group-ids sg-x --region " REGION
			    "\n");
	assert_string_equal(routes_text(&built), "10.0.0.0/16 local\n10.0.0.40/32 blackhole # vpce-sts: " SHUT
						 "\n10.0.1.40/32 blackhole # vpce-sts: " SHUT "\n");
}

static void some_groups_that_are_not_given(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	add_ids(&LAST(built.account.endpoints)->groups, "sg-x");
	build(&built, NULL);
	assert_non_null(strstr(endpoints_text(&built), ":443"));
	assert_non_null(strstr(assumptions_text(&built), "some security groups of vpce-sts"));
}

static void an_endpoint_that_names_no_group(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	free(LAST(built.account.endpoints)->groups.items[0]);
	LAST(built.account.endpoints)->groups.count = 0;
	build(&built, NULL);
	assert_int_equal(built.assembly.endpoints.items[0].ports.count, 0);
	assert_string_equal(assumptions_text(&built), "the security groups of vpce-sts (" STS
						      "): they let nobody in. aws ec2 describe-vpc-endpoints "
						      "--vpc-endpoint-ids vpce-sts --region " REGION "\n");
}

// An ingress rule of the endpoint's group, and the ports by which the job gets in.
static const struct {
	int protocol;
	bool all, egress, nothing;
	uint16_t first, last;
	const char *peers;
	const char *ports;
} door_rows[] = {
	{ IPPROTO_TCP, false, false, false, 443, 443, "10.0.0.0/16", ":443" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "10.0.1.0/24", ":443" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "10.0.1.0/25", "" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "10.0.1.0/25 10.0.1.128/25", "" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "10.0.2.0/24", "" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "::/0", "" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "sg-job", ":443" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "sg-other", "" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "pl-in", ":443" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "pl-out", "" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "pl-none", "" },
	{ IPPROTO_TCP, false, false, false, 443, 443, "pl-about", "" },
	{ IPPROTO_TCP, false, false, false, 80, 90, "10.0.0.0/8", ":80-90" },
	{ IPPROTO_TCP, true, false, false, 0, 0, "10.0.0.0/8", ":1-65535" },
	{ PROTOCOL_ALL, true, false, false, 0, 0, "10.0.0.0/8", ":1-65535" },
	{ IPPROTO_UDP, false, false, false, 443, 443, "10.0.0.0/8", "" },
	{ IPPROTO_TCP, false, true, false, 443, 443, "10.0.0.0/8", "" },
	{ IPPROTO_TCP, false, false, true, 443, 443, "10.0.0.0/8", "" },
};

static void ports_are_those_that_let_the_whole_subnet_in(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(door_rows) / sizeof(door_rows[0]); i++) {
		BUILT built = { 0 };
		struct aws_match match = { .protocol = door_rows[i].protocol,
					   .all_ports = door_rows[i].all,
					   .nothing = door_rows[i].nothing,
					   .ports = { door_rows[i].first, door_rows[i].last } };
		AUTO_STRBUF struct strbuf ports = { 0 };
		char out[12];

		usual(&built.account);
		add_sts(&built.account);
		add_list(&built.account, "pl-in", "mine", "10.0.1.0/25 10.0.1.128/25");
		add_list(&built.account, "pl-out", "mine", "10.0.1.0/25");
		add_list(&built.account, "pl-about", "mine", "10.0.0.0/8")->approximate = true;
		LAST(built.account.groups)->rules.items[0].match.nothing = true;
		add_rule(LAST(built.account.groups), door_rows[i].egress, match, door_rows[i].peers);
		build(&built, NULL);
		vec_for_each (range, &built.assembly.endpoints.items[0].ports)
			strbuf_format(&ports, ":%s", port_range_print(range, out));
		print_message("row %zu\n", i);
		assert_string_equal(strbuf_text(&ports), door_rows[i].ports);
	}
}

// The ports of each family, and what is left of the endpoint.
static const struct {
	const char *ipv4, *ipv6;
	uint16_t first, last;  // of IPv6
	const char *expected, *shut;
} family_rows[] = {
	{ "0.0.0.0/0", "::/0", 443, 443, "10.0.1.40 fd00:1::40 :443\n", NULL },
	{ "0.0.0.0/0", "::/0", 1, 65535, "10.0.1.40 fd00:1::40 :443\n", NULL },
	{ "0.0.0.0/0", NULL, 443, 443, "10.0.1.40 :443\n", "fd00:1::40/128 blackhole" },
	{ NULL, "::/0", 80, 80, "fd00:1::40 :80\n", "10.0.1.40/32 blackhole" },
	{ "0.0.0.0/0", "::/0", 80, 80, "10.0.1.40 fd00:1::40\n", "fd00:1::40/128 blackhole" },
};

static void both_families_get_in_by_what_they_share(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(family_rows) / sizeof(family_rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_blocks(&built.account.vpcs.items[0].blocks, "fd00:1::/56");
		add_blocks(&built.account.subnets.items[0].blocks, "fd00:1::/64");
		add_group(&built.account, "sg-e", "endpoints", "vpc-1");
		add_rule(LAST(built.account.groups), false, match_tcp(443, 443), family_rows[i].ipv4);
		add_rule(LAST(built.account.groups), false, match_tcp(family_rows[i].first, family_rows[i].last),
			 family_rows[i].ipv6);
		add_interface(&built.account, "eni-e", "vpc-1", "subnet-a", "sg-e", "fd00:1::40 10.0.1.40 10.0.1.40");
		add_ids(&add_endpoint(&built.account, "vpce-1", "vpc-1", STS, "eni-e", "sg-e")->subnets, "subnet-a");
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_string_equal(endpoints_text(&built) + strlen("interface sts - "), family_rows[i].expected);
		if (family_rows[i].shut)
			assert_non_null(strstr(routes_text(&built), family_rows[i].shut));
		else
			assert_null(strstr(routes_text(&built), "blackhole"));
	}
}

static const struct {
	const char *name, *expected;
} service_rows[] = {
	{ "com.amazonaws." REGION ".ecr.dkr", "interface ecr.dkr -" },
	{ "com.amazonaws." REGION ".kms-fips", "interface kms-fips -" },
	{ "cn.com.amazonaws." REGION ".ecr.api", "interface ecr.api -" },
	{ "aws.sagemaker." REGION ".notebook", "interface notebook -" },
	{ "com.amazonaws.vpce." REGION ".vpce-svc-1", "custom - vpce-1" },
	{ "com.amazonaws.us-east-1.sts", "custom - vpce-1" },
	{ "com.amazonaws.s3-global.accesspoint", "custom - vpce-1" },
	{ "com.amazonaws." REGION ".", "custom - vpce-1" },
	{ "com.amazonaws." REGION ".a b", "custom - vpce-1" },
	{ "com.example." REGION ".sts", "custom - vpce-1" },
};

static void services_are_told_by_their_names(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(service_rows) / sizeof(service_rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_interface(&built.account, "eni-e", "vpc-1", "subnet-a", "sg-job", "10.0.1.40");
		add_endpoint(&built.account, "vpce-1", "vpc-1", service_rows[i].name, "eni-e", "sg-job");
		build(&built, NULL);
		if (strncmp(endpoints_text(&built), service_rows[i].expected, strlen(service_rows[i].expected)) != 0)
			fail_msg("row %zu: %s", i, strbuf_text(&built.text));
	}
}

static void endpoints_of_one_service_differ_by_name(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_list(&built.account, "pl-1", S3, "52.0.0.0/16");
	add_list(&built.account, "pl-2", S3, "53.0.0.0/16");
	add_list(&built.account, "pl-3", S3, "54.0.0.0/16");
	add_interface(&built.account, "eni-e", "vpc-1", "subnet-a", "sg-job", "10.0.1.40");
	add_rule(&built.account.groups.items[0], false, match_tcp(443, 443), "10.0.0.0/8");
	add_endpoint(&built.account, "vpce-b", "vpc-1", S3, "eni-e", "sg-job");
	add_gateway(&built.account, "vpce-a", "vpc-1", S3, "rtb-a");
	for_each_word(list, "pl-3 pl-2 pl-1") add_route(job_table(&built), list, TARGET_ENDPOINT, "vpce-a");
	build(&built, NULL);
	assert_string_equal(endpoints_text(&built),
			    "gateway s3 - pl-1\n"
			    "gateway s3 vpce-a pl-2\n"
			    "gateway s3 vpce-a-2 pl-3\n"
			    "interface s3 vpce-b 10.0.1.40 :443 # no interface in subnet-a: reached across zones\n");
	assert_non_null(strstr(routes_text(&built), "pl-3 gateway-endpoint\n"));
}

static void endpoints_are_in_the_order_of_their_services(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_list(&built.account, "pl-1", S3, "52.0.0.0/16");
	add_interface(&built.account, "eni-1", "vpc-1", "subnet-a", "sg-job", "10.0.1.41");
	add_interface(&built.account, "eni-2", "vpc-1", "subnet-a", "sg-job", "10.0.1.42");
	add_endpoint(&built.account, "vpce-1", "vpc-1", STS, "eni-1", "sg-job");
	add_endpoint(&built.account, "vpce-2", "vpc-1", "com.amazonaws." REGION ".logs", "eni-2", "sg-job");
	add_endpoint(&built.account, "vpce-0", "vpc-1", "com.amazonaws.vpce." REGION ".vpce-svc-1", "eni-2", "sg-job");
	add_gateway(&built.account, "vpce-9", "vpc-1", S3, "rtb-a");
	add_route(job_table(&built), "pl-1", TARGET_ENDPOINT, "vpce-9");
	build(&built, NULL);
	assert_string_equal(endpoints_text(&built), "gateway s3 - pl-1\n"
						    "interface logs - 10.0.1.42\n"
						    "interface sts - 10.0.1.41\n"
						    "custom - vpce-0 10.0.1.42\n");
}

static void without_a_route_table_there_is_no_gateway(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	job_table(&built)->subnets.items[0][0] = 'x';
	add_gateway(&built.account, "vpce-9", "vpc-1", S3, "rtb-a");
	build(&built, NULL);
	assert_null(built.assembly.table);
	assert_string_equal(endpoints_text(&built), "");
}

static void ports_of_several_rules_are_one_list(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_sts(&built.account);
	add_rule(LAST(built.account.groups), false, match_tcp(444, 450), "10.0.0.0/8");
	add_rule(LAST(built.account.groups), false, match_tcp(80, 80), "sg-job");
	build(&built, NULL);
	assert_non_null(strstr(endpoints_text(&built), " :80 :443-450 "));
}

static void no_document_of_endpoints_is_an_assumption(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	memset(built.account.seen, 0, sizeof(built.account.seen));
	build(&built, NULL);
	assert_string_equal(assumptions_text(&built),
			    "the endpoints of vpc-1: it has none. aws ec2 describe-vpc-endpoints --filters "
			    "Name=vpc-id,Values=vpc-1 --region " REGION "\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gateway_has_an_association_and_a_route),
		cmocka_unit_test(a_gateway_without_its_route_is_said),
		cmocka_unit_test(a_route_without_its_association_is_said),
		cmocka_unit_test(a_blackhole_is_no_gateway),
		cmocka_unit_test(a_gateways_list_is_known_by_its_service),
		cmocka_unit_test(an_interface_endpoint_in_full),
		cmocka_unit_test(private_dns_needs_the_vpcs_attributes),
		cmocka_unit_test(without_private_dns_attributes_do_not_matter),
		cmocka_unit_test(what_is_not_this_vpcs_or_not_there_is_left_out),
		cmocka_unit_test(an_endpoint_of_another_zone_is_reached),
		cmocka_unit_test(interfaces_that_are_not_given_leave_it_out),
		cmocka_unit_test(some_interfaces_that_are_not_given),
		cmocka_unit_test(an_endpoint_that_names_no_interface),
		cmocka_unit_test(interfaces_of_other_endpoints_are_shut),
		cmocka_unit_test(endpoints_that_the_assembly_lacks_are_shut),
		cmocka_unit_test(an_interface_without_an_address_is_not_given),
		cmocka_unit_test(a_subnet_that_does_not_tell_shuts_the_vpc),
		cmocka_unit_test(an_open_endpoint_is_where_the_table_leads),
		cmocka_unit_test(the_vpc_of_an_interface_may_be_its_subnets),
		cmocka_unit_test(an_address_outside_the_vpc_is_not_taken),
		cmocka_unit_test(groups_that_are_not_given_let_nobody_in),
		cmocka_unit_test(some_groups_that_are_not_given),
		cmocka_unit_test(an_endpoint_that_names_no_group),
		cmocka_unit_test(ports_are_those_that_let_the_whole_subnet_in),
		cmocka_unit_test(both_families_get_in_by_what_they_share),
		cmocka_unit_test(services_are_told_by_their_names),
		cmocka_unit_test(endpoints_of_one_service_differ_by_name),
		cmocka_unit_test(endpoints_are_in_the_order_of_their_services),
		cmocka_unit_test(without_a_route_table_there_is_no_gateway),
		cmocka_unit_test(ports_of_several_rules_are_one_list),
		cmocka_unit_test(no_document_of_endpoints_is_an_assumption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
