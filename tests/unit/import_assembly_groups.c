// SPDX-License-Identifier: GPL-2.0-or-later
// The job's security groups: who each rule is about, why it is there, and in which order they come.
#include "import_built.h"

static struct aws_security_group *job_group(struct built *built)
{
	return &built->account.groups.items[0];
}

static void blocks_and_lists_stay_what_they_are(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_list(&built.account, "pl-1", "com.amazonaws." REGION ".s3", "52.0.0.0/16");
	add_rule(job_group(&built), true, match_tcp(443, 443), "pl-1 fd00::/8 10.0.10.0/24 10.0.9.0/24 10.0.9.0/24");
	build(&built, NULL);
	assert_string_equal(rules_text(&built, &built.assembly.groups.items[0].egress),
			    "6 443-443: 10.0.9.0/24 10.0.10.0/24 fd00::/8 pl-1 [com.amazonaws." REGION
			    ".s3] \"workers\"\n");
	assert_int_equal(built.assembly.groups.items[0].ingress.count, 0);
	assert_int_equal(built.assembly.lists.count, 1);
}

static void a_group_is_the_addresses_of_those_who_carry_it(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_group(&built.account, "sg-db", "db", "vpc-1");
	add_group(&built.account, "sg-x", "x", "vpc-1");
	add_group(&built.account, "sg-z", "z", "vpc-1");
	add_interface(&built.account, "eni-2", "vpc-1", "subnet-a", "sg-x sg-db", "10.0.1.20 fd00::20");
	add_interface(&built.account, "eni-1", "vpc-1", "subnet-a", "sg-z sg-db", "10.0.1.3");
	add_interface(&built.account, "eni-3", "vpc-1", "subnet-a", "sg-x", "10.0.1.4");
	add_rule(job_group(&built), true, match_tcp(5432, 5432), "sg-db");
	build(&built, NULL);
	assert_string_equal(rules_text(&built, &built.assembly.groups.items[0].egress),
			    "6 5432-5432: 10.0.1.3 [sg-db (db): eni-1] 10.0.1.20 [sg-db (db): eni-2] fd00::20 [sg-db "
			    "(db): eni-2] \"workers\"\n");
	assert_string_equal(assumptions_text(&built), "");
}

static void an_address_of_two_groups_is_there_once(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_interface(&built.account, "eni-1", "vpc-1", "subnet-a", "sg-b sg-a", "10.0.1.3");
	add_rule(job_group(&built), false, match_tcp(80, 90), "sg-b sg-a");
	build(&built, NULL);
	assert_string_equal(rules_text(&built, &built.assembly.groups.items[0].ingress),
			    "6 80-90: 10.0.1.3 [sg-a: eni-1] \"workers\"\n");
}

static void peers_of_every_kind_are_in_one_order(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_interface(&built.account, "eni-1", "vpc-1", "subnet-a", "sg-a sg-b", "10.0.1.9");
	add_interface(&built.account, "eni-2", "vpc-1", "subnet-a", "sg-b", "10.0.1.3");
	add_rule(job_group(&built), false, match_tcp(80, 90), "sg-b pl-2 10.0.1.5/32 pl-1 sg-a 10.0.1.3/32 sg-job");
	build(&built, NULL);
	assert_ptr_equal(built.assembly.groups.items[0].ingress.items[0].rule, &job_group(&built)->rules.items[0]);
	assert_string_equal(
	    rules_text(&built, &built.assembly.groups.items[0].ingress),
	    "6 80-90: self [sg-job (workers): the job's own hosts] 10.0.1.3/32 10.0.1.5/32 10.0.1.9 [sg-a: "
	    "eni-1] pl-1 pl-2 \"workers\"\n");
}

static void a_group_that_names_itself_means_the_peers(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_interface(&built.account, "eni-1", "vpc-1", "subnet-a", "sg-job", "10.0.1.3");
	add_rule(job_group(&built), false, match_all(), "sg-job");
	add_rule(job_group(&built), false, match_tcp(22, 22), "sg-job");
	build(&built, NULL);
	assert_string_equal(
	    rules_text(&built, &built.assembly.groups.items[0].ingress),
	    "-1 0-0: self [sg-job (workers): the job's own hosts] 10.0.1.3 [sg-job (workers): eni-1] \"workers: all "
	    "traffic to and from itself, as EFA needs it\"\n"
	    "6 22-22: self [sg-job (workers): the job's own hosts] 10.0.1.3 [sg-job (workers): eni-1] \"workers\"\n");
}

static void another_group_of_the_job_means_the_peers_too(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_group(&built.account, "sg-b", "b", "vpc-1");
	add_rule(job_group(&built), false, match_all(), "sg-b");
	build(&built, "sg-job sg-b");
	assert_int_equal(built.assembly.groups.count, 2);
	assert_string_equal(built.assembly.groups.items[0].id, "sg-b");
	assert_string_equal(rules_text(&built, &built.assembly.groups.items[1].ingress),
			    "-1 0-0: self [sg-b (b): the job's own hosts] \"workers\"\n");
}

static void nobody_is_said_and_nobody_is_let_in(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_rule(job_group(&built), true, match_tcp(1, 2), "sg-none");
	build(&built, NULL);
	assert_string_equal(rules_text(&built, &built.assembly.groups.items[0].egress),
			    "6 1-2: \"workers: sg-none: no known interface carries it\"\n");
	assert_string_equal(assumptions_text(&built), "");
}

static void without_interfaces_it_is_an_assumption(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	memset(built.account.seen, 0, sizeof(built.account.seen));
	mark_given(&built.account, "ec2 describe-vpc-endpoints");
	add_rule(job_group(&built), true, match_tcp(1, 2), "sg-z sg-job");
	add_rule(job_group(&built), true, match_tcp(3, 4), "sg-y sg-z");
	build(&built, NULL);
	assert_string_equal(
	    assumptions_text(&built),
	    "the network interfaces that carry sg-y, sg-z, which rules name: nobody carries them. aws ec2 "
	    "describe-network-interfaces --filters Name=group-id,Values=sg-y,sg-z --region " REGION "\n");
}

static void instances_are_interfaces_enough(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	memset(built.account.seen, 0, sizeof(built.account.seen));
	mark_given(&built.account, "ec2 describe-vpc-endpoints");
	mark_given(&built.account, "ec2 describe-instances");
	add_rule(job_group(&built), true, match_tcp(1, 2), "sg-z");
	build(&built, NULL);
	assert_string_equal(assumptions_text(&built), "");
}

static struct aws_peering *add_peering(struct account *account, const char *id, bool active)
{
	vec_push(&account->peerings, (struct aws_peering){ .thing = thing_of(id, NULL), .active = active });
	LAST(account->peerings)->vpcs[0] = memory_copy_text("vpc-1");
	LAST(account->peerings)->vpcs[1] = memory_copy_text("vpc-2");
	return LAST(account->peerings);
}

// How a rule's group and the account speak of the peering; whether it is reached.
static const struct {
	const char *peering, *status;
	bool known, active;
	bool reached;
	const char *vpc;  // that the rule says its group is of
} peering_rows[] = {
	{ NULL, NULL, false, false, false },
	{ NULL, NULL, true, false, false },
	{ NULL, NULL, true, true, true },
	{ "pcx-1", "active", false, false, true },
	{ "pcx-1", NULL, true, true, true },
	{ "pcx-1", "deleted", true, true, false },
	{ "pcx-2", NULL, true, true, false },
	{ "pcx-1", "active", true, false, false },
	{ "pcx-1", "active", false, false, true, "vpc-2" },
	{ "pcx-1", "active", false, false, false, "vpc-3" },
	{ "pcx-1", NULL, true, true, false, "vpc-3" },
};

static void peered_vpcs_count_while_they_are_peered(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(peering_rows) / sizeof(peering_rows[0]); i++) {
		BUILT built = { 0 };
		struct aws_group_rule *rule;

		usual(&built.account);
		add_interface(&built.account, "eni-far", "vpc-2", "subnet-f", "sg-far", "10.9.0.3");
		rule = add_rule(job_group(&built), true, match_tcp(1, 2), "sg-far");
		rule->peers.items[0].peering = memory_copy_text(peering_rows[i].peering);
		rule->peers.items[0].status = memory_copy_text(peering_rows[i].status);
		rule->peers.items[0].vpc = memory_copy_text(peering_rows[i].vpc);
		if (peering_rows[i].known)
			add_peering(&built.account, "pcx-1", peering_rows[i].active);
		build(&built, NULL);
		assert_string_equal(rules_text(&built, &built.assembly.groups.items[0].egress),
				    peering_rows[i].reached
					? "6 1-2: 10.9.0.3 [sg-far: eni-far] \"workers\"\n"
					: "6 1-2: \"workers: sg-far: those who carry it are in a VPC that is not known "
					  "to be peered\"\n");
	}
}

static void an_interface_of_no_known_vpc_is_not_near(void **unused)
{
	static const struct {
		const char *subnet, *expected;
	} rows[] = {
		{ "subnet-a", "6 1-2: 10.0.1.9 [sg-db: eni-1] \"workers\"\n" },
		{ "subnet-z",
		  "6 1-2: \"workers: sg-db: those who carry it are in a VPC that is not known to be peered\"\n" },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_interface(&built.account, "eni-1", NULL, rows[i].subnet, "sg-db", "10.0.1.9");
		add_rule(job_group(&built), true, match_tcp(1, 2), "sg-db");
		build(&built, NULL);
		assert_string_equal(rules_text(&built, &built.assembly.groups.items[0].egress), rows[i].expected);
	}
}

static void interfaces_of_another_region_are_not_meant(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	struct aws_interface *far = add_interface(&built.account, "eni-1", "vpc-1", "subnet-a", "sg-db", "10.0.1.3");
	free(far->thing.region);
	far->thing.region = memory_copy_text("us-east-1");
	add_rule(job_group(&built), true, match_tcp(1, 2), "sg-db");
	build(&built, NULL);
	assert_int_equal(built.assembly.groups.items[0].egress.items[0].peers.count, 0);
}

static void descriptions_become_the_reason(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	struct aws_group_rule *rule =
	    add_rule(job_group(&built), true, match_tcp(443, 443), "10.0.3.0/24 10.0.2.0/24 10.0.4.0/24 10.0.5.0/24");
	rule->peers.items[0].description = memory_copy_text("web");
	rule->peers.items[1].description = memory_copy_text("api");
	rule->peers.items[2].description = memory_copy_text("web");
	rule->peers.items[3].description = memory_copy_text("");
	build(&built, NULL);
	assert_string_equal(built.assembly.groups.items[0].egress.items[0].reason, "workers: api; web");
}

static void a_rule_of_one_peer_has_its_id(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	add_rule(job_group(&built), true, match_tcp(443, 443), "10.0.3.0/24")->id = memory_copy_text("sgr-1");
	build(&built, NULL);
	assert_string_equal(built.assembly.groups.items[0].egress.items[0].reason, "workers, sgr-1");
}

static void descriptions_beyond_eight_are_counted(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	struct aws_group_rule *rule =
	    add_rule(job_group(&built), true, match_tcp(443, 443),
		     "10.0.0.0/32 10.0.0.1/32 10.0.0.2/32 10.0.0.3/32 10.0.0.4/32 10.0.0.5/32 10.0.0.6/32 "
		     "10.0.0.7/32 10.0.0.8/32 10.0.0.9/32");
	for (unsigned i = 0; i < rule->peers.count; i++)
		rule->peers.items[i].description = memory_format("d%u", i);
	build(&built, NULL);
	assert_string_equal(built.assembly.groups.items[0].egress.items[0].reason,
			    "workers: d0; d1; d2; d3; d4; d5; d6; d7; and 2 more");
}

static void a_nameless_group_without_descriptions_has_no_reason(void **unused)
{
	BUILT built = { 0 };

	(void)unused;
	usual(&built.account);
	free(job_group(&built)->thing.name);
	job_group(&built)->thing.name = NULL;
	add_rule(job_group(&built), true, match_tcp(443, 443), "10.0.3.0/24");
	build(&built, NULL);
	assert_null(built.assembly.groups.items[0].egress.items[0].reason);
}

// Rules in one order, and in another.
static void add_rules(struct aws_security_group *group, bool reversed)
{
	struct aws_match icmp = { .protocol = IPPROTO_ICMP, .icmp_type = 8, .icmp_code = -1 };
	struct aws_match reply = { .protocol = IPPROTO_ICMP, .icmp_type = 0, .icmp_code = -1 };
	const struct {
		struct aws_match match;
		const char *peers;
	} rows[] = {
		{ match_all(), "10.0.0.0/8" },
		{ icmp, "10.0.0.0/8" },
		{ reply, "10.0.0.0/8" },
		{ match_tcp(1, 9), "10.1.0.0/16" },
		{ match_tcp(1, 9), "10.0.0.0/16" },
		{ match_tcp(1, 8), "10.2.0.0/16" },
		{ match_tcp(1, 9), "10.0.0.0/16 10.1.0.0/16" },
	};
	size_t count = sizeof(rows) / sizeof(rows[0]);

	for (size_t i = 0; i < count; i++) {
		size_t at = reversed ? count - 1 - i : i;

		add_rule(group, true, rows[at].match, rows[at].peers);
	}
}

static void the_order_of_documents_does_not_matter(void **unused)
{
	BUILT one = { 0 }, other = { 0 };

	(void)unused;
	usual(&one.account);
	usual(&other.account);
	add_rules(job_group(&one), false);
	add_rules(job_group(&other), true);
	build(&one, NULL);
	build(&other, NULL);
	rules_text(&one, &one.assembly.groups.items[0].egress);
	assert_string_equal(rules_text(&other, &other.assembly.groups.items[0].egress), strbuf_text(&one.text));
	assert_string_equal(strbuf_text(&one.text), "-1 0-0: 10.0.0.0/8 \"workers\"\n"
						    "1 0-0: 10.0.0.0/8 \"workers\"\n"
						    "1 0-0: 10.0.0.0/8 \"workers\"\n"
						    "6 1-8: 10.2.0.0/16 \"workers\"\n"
						    "6 1-9: 10.0.0.0/16 10.1.0.0/16 \"workers\"\n");
	assert_int_equal(other.assembly.groups.items[0].egress.items[1].match.icmp_type, 0);
}

static const struct {
	const char *kind, *id, *expected;
} id_rows[] = {
	{ "sg", "sg-0a1", "sg-0a1" },
	{ "sg", "GroupId:77", "sg-77" },
	{ "acl", "77", "acl-77" },
	{ "pl", "sg-1", "pl-sg-1" },
	{ "sg", "sg-a b", "sg-a-b-a5111637" },
	{ "sg", "sg-a/b", "sg-a-b-" },
	{ "sg", "sg-", "sg--" },
	{ "sg", "", "sg--" },
};

static void ids_have_the_form_of_a_profile(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(id_rows) / sizeof(id_rows[0]); i++) {
		AUTO_FREE char *id = assembly_id(id_rows[i].kind, id_rows[i].id);

		assert_true(strncmp(id, id_rows[i].expected, strlen(id_rows[i].expected)) == 0);
		assert_true(strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id));
	}
	AUTO_FREE char *one = assembly_id("sg", "sg-a/b"), *other = assembly_id("sg", "sg-a b");
	assert_string_not_equal(one, other);
	char longest[400] = "sg-";
	memset(longest + 3, 'x', sizeof(longest) - 4);
	AUTO_FREE char *cut = assembly_id("sg", longest);
	assert_in_range(strlen(cut), 1, 100);
}

// A group of a peered VPC, of whose interfaces no document gives any: that of the job's VPC says nothing of them.
static void nobody_of_a_peered_vpc_is_said(void **unused)
{
	(void)unused;
	for (int given = 0; given < 2; given++) {
		BUILT built = { 0 };
		struct aws_group_rule *rule;

		usual(&built.account);
		rule = add_rule(&built.account.groups.items[0], true, match_tcp(443, 443), "sg-peer");
		rule->peers.items[0].vpc = memory_copy_text("vpc-2");
		rule->peers.items[0].peering = memory_copy_text("pcx-1");
		if (given)
			add_interface(&built.account, "eni-p", "vpc-2", "subnet-p", "sg-x", "192.168.0.9");
		build(&built, NULL);
		assert_string_equal(assumptions_text(&built),
				    given
					? ""
					: "the network interfaces that carry sg-peer, which rules name: nobody carries "
					  "them. aws ec2 describe-network-interfaces --filters "
					  "Name=group-id,Values=sg-peer --region " REGION "\n");
	}
}

// A host's group's ingress and the job's own one, and what of the host is known: closed, or wider than AWS.
static const struct {
	const char *theirs, *own;  // by tcp 5432; NULL: no such rule
	const char *kind, *groups;
	bool closed, wider;
} host_rows[] = {
	{ NULL, NULL, NULL, "sg-db", true, false },
	{ "10.0.2.0/24", NULL, NULL, "sg-db", true, false },
	{ "sg-db", NULL, NULL, "sg-db", true, false },
	{ "pl-out", NULL, NULL, "sg-db", true, false },
	{ "pl-none", NULL, NULL, "sg-db", true, false },
	{ "::/0", NULL, NULL, "sg-db", true, false },
	{ "10.0.0.0/16", NULL, NULL, "sg-db", false, false },
	{ "10.0.1.7/32", NULL, NULL, "sg-db", false, true },  // a part of the job's subnet
	{ "sg-job", NULL, NULL, "sg-db", false, false },
	{ "pl-in", NULL, NULL, "sg-db", false, true },
	// Who may call must have its answers.
	{ NULL, "10.0.0.0/16", NULL, "sg-db", false, true },
	{ NULL, "sg-db", NULL, "sg-db", false, true },
	{ NULL, "sg-other", NULL, "sg-db", true, false },
	{ NULL, "10.0.1.0/24", NULL, "sg-db", true, false },
	// Not known: it lets nobody in.
	{ NULL, NULL, NULL, "sg-db sg-x", true, false },
	{ "10.0.0.0/16", NULL, NULL, "sg-db sg-x", false, false },
	// Not a host's.
	{ NULL, NULL, NULL, "", false, false },
	{ NULL, NULL, "vpc_endpoint", "sg-db", false, false },
};

static void hosts_that_do_not_let_the_job_in(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(host_rows) / sizeof(host_rows[0]); i++) {
		BUILT built = { 0 };
		struct aws_interface *interface;

		usual(&built.account);
		add_list(&built.account, "pl-in", "mine", "10.0.1.128/25");
		add_list(&built.account, "pl-out", "mine", "10.0.2.0/24");
		add_rule(&built.account.groups.items[0], true, match_tcp(5432, 5432), "10.0.0.0/8");
		if (host_rows[i].own)
			add_rule(&built.account.groups.items[0], false, match_tcp(9, 9), host_rows[i].own);
		add_group(&built.account, "sg-db", "db", "vpc-1");
		if (host_rows[i].theirs)
			add_rule(LAST(built.account.groups), false, match_tcp(5432, 5432), host_rows[i].theirs);
		add_rule(LAST(built.account.groups), true, match_all(), "0.0.0.0/0");
		interface =
		    add_interface(&built.account, "eni-db", "vpc-1", "subnet-b", host_rows[i].groups, "10.0.2.9");
		interface->kind = memory_copy_text(host_rows[i].kind);
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_int_equal(built.assembly.closed.count, host_rows[i].closed);
		assert_int_equal(built.assembly.wider, host_rows[i].wider);
		bool told = host_rows[i].closed && strstr(host_rows[i].groups, "sg-x");
		assert_int_equal(
		    !strstr(assumptions_text(&built),
			    "security groups of 1 host that the job's own let it reach: they let nobody in. "
			    "aws ec2 describe-security-groups --group-ids sg-x --region " REGION),
		    !told);
	}
}

// Where a host is, and whether that makes it one of the job's VPC or of a peered one.
static void hosts_are_where_the_job_reaches(void **unused)
{
	static const struct {
		const char *vpc, *subnet, *address;
		bool closed;
	} rows[] = { { "vpc-1", "subnet-b", "10.0.2.9", true },
		     { NULL, "subnet-a", "10.0.1.9", true },
		     { NULL, NULL, "10.0.1.9", false },
		     { "vpc-2", "subnet-p", "192.168.3.4", true },
		     { "vpc-2", "subnet-p", "10.0.2.9", false },
		     { "vpc-3", "subnet-q", "192.168.3.4", false },
		     { "vpc-1", "subnet-b", "192.168.3.4", false },
		     { "vpc-1", "subnet-b", "2600::1", false } };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		BUILT built = { 0 };

		usual(&built.account);
		add_group(&built.account, "sg-db", "db", "vpc-1");
		vec_push(&built.account.peerings,
			 (struct aws_peering){ .thing = thing_of("pcx-1", NULL), .active = true });
		LAST(built.account.peerings)->vpcs[0] = memory_copy_text("vpc-1");
		LAST(built.account.peerings)->vpcs[1] = memory_copy_text("vpc-2");
		add_interface(&built.account, "eni-db", rows[i].vpc, rows[i].subnet, "sg-db", rows[i].address);
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_int_equal(built.assembly.closed.count, rows[i].closed);
	}
}

// What a host's group lets in, beside the job's way out by tcp 443 and 8000 to 8100.
static void a_profile_is_wider_where_a_host_lets_in_less(void **unused)
{
	static const struct {
		int protocol;
		uint16_t first, last, further;  // and by another rule, further to 65535
		bool wider;
	} rows[] = { { IPPROTO_TCP, 1, 65535, 0, false },   { IPPROTO_TCP, 443, 8100, 0, false },
		     { IPPROTO_TCP, 443, 443, 0, true },    { IPPROTO_UDP, 1, 65535, 0, true },
		     { IPPROTO_TCP, 1, 8050, 8051, false }, { IPPROTO_TCP, 1, 8050, 8052, true },
		     { PROTOCOL_ALL, 0, 0, 0, false } };

	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		BUILT built = { 0 };
		struct aws_match match = match_tcp(rows[i].first, rows[i].last);

		match.protocol = rows[i].protocol;
		usual(&built.account);
		add_rule(&built.account.groups.items[0], true, match_tcp(443, 443), "10.0.0.0/8");
		add_rule(&built.account.groups.items[0], true, match_tcp(8000, 8100), "sg-db");
		add_group(&built.account, "sg-db", "db", "vpc-1");
		add_rule(LAST(built.account.groups), false, match, "sg-job");
		if (rows[i].further)
			add_rule(LAST(built.account.groups), false, match_tcp(rows[i].further, 65535), "sg-job");
		add_interface(&built.account, "eni-1", "vpc-1", "subnet-b", "sg-db", "10.0.2.9");
		add_interface(&built.account, "eni-2", "vpc-1", "subnet-b", "sg-db", "10.0.2.10");
		build(&built, NULL);
		print_message("row %zu\n", i);
		assert_int_equal(built.assembly.closed.count, 0);
		assert_int_equal(built.assembly.wider, rows[i].wider ? 2 : 0);
		if (rows[i].wider)
			assert_string_equal(built.assembly.wider_example.interface->thing.id, "eni-1");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_and_lists_stay_what_they_are),
		cmocka_unit_test(a_group_is_the_addresses_of_those_who_carry_it),
		cmocka_unit_test(an_address_of_two_groups_is_there_once),
		cmocka_unit_test(peers_of_every_kind_are_in_one_order),
		cmocka_unit_test(a_group_that_names_itself_means_the_peers),
		cmocka_unit_test(another_group_of_the_job_means_the_peers_too),
		cmocka_unit_test(nobody_is_said_and_nobody_is_let_in),
		cmocka_unit_test(without_interfaces_it_is_an_assumption),
		cmocka_unit_test(instances_are_interfaces_enough),
		cmocka_unit_test(peered_vpcs_count_while_they_are_peered),
		cmocka_unit_test(an_interface_of_no_known_vpc_is_not_near),
		cmocka_unit_test(interfaces_of_another_region_are_not_meant),
		cmocka_unit_test(descriptions_become_the_reason),
		cmocka_unit_test(a_rule_of_one_peer_has_its_id),
		cmocka_unit_test(descriptions_beyond_eight_are_counted),
		cmocka_unit_test(a_nameless_group_without_descriptions_has_no_reason),
		cmocka_unit_test(the_order_of_documents_does_not_matter),
		cmocka_unit_test(nobody_of_a_peered_vpc_is_said),
		cmocka_unit_test(hosts_that_do_not_let_the_job_in),
		cmocka_unit_test(hosts_are_where_the_job_reaches),
		cmocka_unit_test(a_profile_is_wider_where_a_host_lets_in_less),
		cmocka_unit_test(ids_have_the_form_of_a_profile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
