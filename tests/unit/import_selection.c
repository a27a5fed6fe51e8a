// SPDX-License-Identifier: GPL-2.0-or-later
// Which job, subnets and groups are chosen, and every complaint about what was asked for.
#include "import/read/forms.h"
#include "import/selection/selection.h"

#include "import_fixture.h"

struct state {
	struct account account;
	struct import_request request;
	struct import_selection selection;
	struct mistakes mistakes;
	struct strbuf told;
};

static void state_release(struct state *state)
{
	import_selection_release(&state->selection);
	vec_release(&state->request.subnets);
	vec_release(&state->request.groups);
	mistakes_release(&state->mistakes);
	account_release(&state->account);
	strbuf_release(&state->told);
}

#define STATE CLEANUP(state_release) struct state

// A private subnet with a host, a public one, two groups.
static void usual(struct account *account)
{
	add_vpc(account, "vpc-1", "10.0.0.0/16");
	add_subnet(account, "subnet-a", "vpc-1", "10.0.1.0/24");
	add_subnet(account, "subnet-b", "vpc-1", "10.0.2.0/24");
	add_route(add_table(account, "rtb-a", "vpc-1", "subnet-a"), "10.0.0.0/16", TARGET_LOCAL, "local");
	struct aws_route_table *main = add_table(account, "rtb-main", "vpc-1", NULL);
	add_route(main, "10.0.0.0/16", TARGET_LOCAL, "local");
	add_route(main, "0.0.0.0/0", TARGET_INTERNET_GATEWAY, "igw-1");
	add_group(account, "sg-job", "workers", "vpc-1");
	add_group(account, "sg-db", "db", "vpc-1");
	add_interface(account, "eni-1", "vpc-1", "subnet-a", "sg-job", "10.0.1.5")->instance = memory_copy_text("i-1");
}

static void select_now(struct state *state)
{
	import_select(&state->account, &state->request, &state->selection, &state->mistakes);
	mistakes_format(&state->mistakes, &state->told);
}

static void assert_chosen(const struct state *state, const char *subnets, const char *groups)
{
	AUTO_STRBUF struct strbuf found = { 0 };

	assert_string_equal(strbuf_text(&state->told), "");
	vec_for_each (subnet, &state->selection.subnets)
		strbuf_format(&found, "%s%s", found.length ? " " : "", (*subnet)->thing.id);
	assert_string_equal(strbuf_text(&found), subnets);
	strbuf_clear(&found);
	vec_for_each (group, &state->selection.groups)
		strbuf_format(&found, "%s%s", found.length ? " " : "", (*group)->thing.id);
	assert_string_equal(strbuf_text(&found), groups);
}

static void nothing_asked_gives_the_private_subnet(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	state.account.subnets.items[0].thing.name = memory_copy_text("inner");
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-job");
	assert_string_equal(state.selection.region, REGION);
	assert_int_equal(state.selection.chosen.count, 2);
	assert_string_equal(state.selection.chosen.items[0],
			    "subnet-a (inner) was chosen: it is the only private subnet in what was given");
	assert_string_equal(state.selection.chosen.items[1], "sg-job was chosen: the hosts in subnet-a carry it");
}

static void the_only_subnet_is_chosen_though_it_is_public(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	add_subnet(&state.account, "subnet-1", "vpc-1", "10.0.1.0/24");
	add_group(&state.account, "sg-1", "all", "vpc-1");
	add_group(&state.account, "sg-far", "far", "vpc-2");
	select_now(&state);
	assert_chosen(&state, "subnet-1", "sg-1");
	assert_string_equal(state.selection.chosen.items[0],
			    "subnet-1 was chosen: it is the only subnet in what was given");
	assert_string_equal(state.selection.chosen.items[1],
			    "sg-1 (all) was chosen: it is the only security group of the VPC in what was given");
}

static void several_private_subnets_are_listed(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_ids(&state.account.route_tables.items[0].subnets, "subnet-b");
	state.account.subnets.items[1].zone = memory_copy_text("eu-west-1b");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "error: no subnet is named, and 2 are private (hint: choose with --subnet subnet-a "
			    "(vpc-1), --subnet subnet-b (eu-west-1b))\n");
}

static void public_subnets_are_listed_when_none_is_private(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	state.account.route_tables.items[0].routes.items[0].target = TARGET_NAT_GATEWAY;
	state.account.route_tables.items[0].routes.items[0].prefix = block_of("0.0.0.0/0");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "error: no subnet is named, and none of the 2 is known to be private (hint: choose with "
			    "--subnet subnet-a (vpc-1), --subnet subnet-b (vpc-1))\n");
}

static void no_subnet_at_all(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told), "error: no subnet is given for the job to run in (hint: aws ec2 "
						      "describe-subnets prints them)\n");
}

static void candidates_beyond_a_dozen_are_counted(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	for (unsigned i = 0; i < 15; i++) {
		AUTO_FREE char *id = memory_format("subnet-%u", i);

		add_subnet(&state.account, id, "vpc-1", "10.0.1.0/24");
	}
	select_now(&state);
	assert_non_null(strstr(strbuf_text(&state.told), "--subnet subnet-11 (vpc-1) and 3 more)"));
	assert_null(strstr(strbuf_text(&state.told), "subnet-12"));
}

static void groups_that_differ_are_listed(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_interface(&state.account, "eni-2", "vpc-1", "subnet-a", "sg-db", "10.0.1.6")->instance =
	    memory_copy_text("i-2");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "error: no security group is named, and the hosts in subnet subnet-a carry different ones "
			    "(hint: choose with --security-group sg-job (workers), --security-group sg-db (db))\n");
}

static void only_hosts_show_groups(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	// An endpoint's, a gateway's, a service's without an instance, and one elsewhere.
	add_interface(&state.account, "eni-e", "vpc-1", "subnet-a", "sg-db", "10.0.1.7")->instance =
	    memory_copy_text("i-e");
	add_endpoint(&state.account, "vpce-1", "vpc-1", "com.amazonaws." REGION ".sts", "eni-e", "sg-db");
	add_interface(&state.account, "eni-n", "vpc-1", "subnet-a", "sg-db", "10.0.1.8")->kind =
	    memory_copy_text("nat_gateway");
	LAST(state.account.interfaces)->instance = memory_copy_text("i-n");
	add_interface(&state.account, "eni-s", "vpc-1", "subnet-a", "sg-db", "10.0.1.9");
	add_interface(&state.account, "eni-b", "vpc-1", "subnet-b", "sg-db", "10.0.2.9")->instance =
	    memory_copy_text("i-b");
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-job");
}

static void services_show_groups_where_no_instance_does(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	free(state.account.interfaces.items[0].instance);
	state.account.interfaces.items[0].instance = NULL;
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-job");
}

static void no_host_shows_a_group(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	add_subnet(&state.account, "subnet-1", "vpc-1; rm", "10.0.1.0/24");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "error: no security group is named, and no host in subnet subnet-1 shows which (hint: aws "
			    "ec2 describe-security-groups --filters Name=vpc-id,Values='vpc-1; rm' --region " REGION
			    " prints them)\n");
}

static void the_only_job_is_chosen(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "train", "job.json", "subnet-b subnet-a", "sg-db sg-job");
	add_job(&state.account, "defaults", "config.yaml", "subnet-a", "sg-db")->kind = JOB_DEFAULTS;
	select_now(&state);
	assert_chosen(&state, "subnet-b subnet-a", "sg-db sg-job");
	assert_string_equal(state.selection.job->thing.id, "train");
	assert_int_equal(state.selection.chosen.count, 0);
}

static void defaults_are_a_job_where_there_is_no_other(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "defaults", "config.yaml", "subnet-a", "sg-db")->kind = JOB_DEFAULTS;
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-db");
	assert_string_equal(state.selection.job->thing.id, "defaults");
}

static void defaults_for_training_go_before_other_sections(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "ProcessingJob", "config.yaml", "subnet-b", "sg-job")->kind = JOB_DEFAULTS;
	add_job(&state.account, "TrainingJob", "config.yaml", "subnet-a", "sg-db")->kind = JOB_DEFAULTS;
	add_job(&state.account, "AutoMLJob", "config.yaml", "subnet-b", "sg-job")->kind = JOB_DEFAULTS;
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-db");
	assert_string_equal(state.selection.job->thing.id, "TrainingJob");
}

static void two_defaults_for_training_need_a_choice(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "TrainingJob", "1.yaml", "subnet-a", "sg-db")->kind = JOB_DEFAULTS;
	add_job(&state.account, "TrainingJob", "2.yaml", "subnet-b", "sg-job")->kind = JOB_DEFAULTS;
	add_job(&state.account, "AutoMLJob", "2.yaml", "subnet-b", "sg-job")->kind = JOB_DEFAULTS;
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "error: several jobs are given: TrainingJob in 1.yaml, TrainingJob in 2.yaml (hint: say "
			    "which: --training-job FILE; or say where: --subnet ID --security-group ID)\n");
}

static void several_jobs_need_a_choice(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "one", "1.json", "subnet-a", "sg-job");
	add_job(&state.account, "two", "2.json", "subnet-b", "sg-db");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "error: several jobs are given: one in 1.json, two in 2.json (hint: say which: "
			    "--training-job FILE; or say where: --subnet ID --security-group ID)\n");
}

static void a_job_is_named_by_its_file(void **unused)
{
	STATE state = { .request.job_file = "2.json" };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "one", "1.json", "subnet-a", "sg-job");
	add_job(&state.account, "two", "2.json", "subnet-b", "sg-db");
	select_now(&state);
	assert_chosen(&state, "subnet-b", "sg-db");
}

static void a_file_with_no_job_or_several(void **unused)
{
	STATE none = { .request.job_file = "none.json" }, several = { .request.job_file = "all.yaml" };

	(void)unused;
	select_now(&none);
	assert_string_equal(strbuf_text(&none.told),
			    "none.json: error: no job is in this file (hint: give a CreateTrainingJob request, what "
			    "describe-training-job prints, or the SDK's config.yaml)\n");
	add_job(&several.account, "one", "all.yaml", "subnet-a", "sg-job");
	add_job(&several.account, "two", "all.yaml", "subnet-a", "sg-job");
	add_job(&several.account, "three", "3.yaml", "subnet-a", "sg-job");
	select_now(&several);
	assert_string_equal(strbuf_text(&several.told),
			    "error: several jobs are given: one in all.yaml, two in all.yaml (hint: give a file with "
			    "the one that is meant)\n");
}

static void options_go_before_the_job(void **unused)
{
	STATE state = { .request.job_file = "1.json" };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "one", "1.json", "subnet-a subnet-b", "sg-job");
	vec_push(&state.request.subnets, "subnet-b");
	vec_push(&state.request.subnets, "subnet-b");
	select_now(&state);
	assert_chosen(&state, "subnet-b", "sg-job");
	assert_non_null(state.selection.job);
}

static void options_alone_choose_no_job(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "one", "1.json", "subnet-b", "sg-job");
	vec_push(&state.request.groups, "sg-db");
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-db");
	assert_null(state.selection.job);
}

static void a_guess_stays_in_the_vpc_of_the_group(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_subnet(&state.account, "subnet-far", "vpc-2", "10.9.0.0/24");
	add_route(add_table(&state.account, "rtb-far", "vpc-2", "subnet-far"), "10.9.0.0/16", TARGET_LOCAL, "local");
	vec_push(&state.request.groups, "sg-db");
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-db");
}

static void an_isolated_job_needs_no_vpc(void **unused)
{
	STATE state = { .request.region = "us-east-1" };

	(void)unused;
	add_job(&state.account, "alone", "1.json", NULL, NULL)->isolation = KNOWN_YES;
	select_now(&state);
	assert_chosen(&state, "", "");
	assert_string_equal(state.selection.region, "us-east-1");
}

static void a_job_of_the_open_internet_is_refused(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "open", "1.json", NULL, NULL);
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "1.json:1:1: error: job open has no VPC and no network isolation: it reaches the Internet "
			    "(hint: give it a VpcConfig or EnableNetworkIsolation; or say where it is to run: --subnet "
			    "ID --security-group ID)\n");
}

static void undefined_ids_are_told_all_at_once(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "one", "1.json", "subnet-c subnet-zzzzz", "sg-x sg-jobs");
	select_now(&state);
	assert_string_equal(
	    strbuf_text(&state.told),
	    "1.json:2:5: error: no document defines subnet subnet-c (hint: did you mean \"subnet-a\"?)\n"
	    "1.json:2:5: error: no document defines subnet subnet-zzzzz (hint: get them: aws ec2 describe-subnets "
	    "--subnet-ids subnet-c subnet-zzzzz)\n"
	    "1.json:3:5: error: no document defines security group sg-x\n"
	    "1.json:3:5: error: no document defines security group sg-jobs (hint: did you mean \"sg-job\"? or get "
	    "them: aws ec2 describe-security-groups --group-ids sg-x sg-jobs)\n");
}

static void a_subnet_without_addresses_is_refused(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	add_subnet(&state.account, "subnet-1", "vpc-1", "0.0.0.0/5");
	add_subnet(&state.account, "subnet-2", "vpc-1", "10.0.1.0/24");
	add_subnet(&state.account, "subnet-3", "vpc-1", "10.0.1.0/24");
	state.account.subnets.items[2].blocks.count = 0;
	add_group(&state.account, "sg-1", "all", "vpc-1");
	for (size_t i = 0; i < 3; i++)
		vec_push(&state.request.subnets, state.account.subnets.items[i].thing.id);
	vec_push(&state.request.groups, "sg-1");
	select_now(&state);
	assert_non_null(
	    strstr(strbuf_text(&state.told),
		   "error: subnet subnet-1 has no block of addresses that hosts can have: 0.0.0.0/5 (hint: "));
	assert_non_null(strstr(strbuf_text(&state.told),
			       "error: subnet subnet-3 has no block of addresses that hosts can have (hint: "));
	assert_null(strstr(strbuf_text(&state.told), "subnet-2"));
}

static void an_id_is_no_command(void **unused)
{
	STATE state = { .request.region = "us-east-1" };

	(void)unused;
	vec_push(&state.request.subnets, "it's; rm -rf $HOME\n");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "error: no document defines subnet it's; rm -rf $HOME\\x0a (hint: get it: aws ec2 "
			    "describe-subnets --subnet-ids 'it'\\''s; rm -rf $HOME\\x0a' --region us-east-1)\n");
}

// One id in two Regions.
static void twice(struct account *account)
{
	usual(account);
	add_subnet(account, "subnet-a", "vpc-9", "10.9.1.0/24");
	free(LAST(account->subnets)->thing.region);
	LAST(account->subnets)->thing.region = memory_copy_text("us-east-1");
	add_group(account, "sg-9", "nine", "vpc-9");
}

static void an_id_of_two_regions_needs_one(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	twice(&state.account);
	vec_push(&state.request.subnets, "subnet-a");
	vec_push(&state.request.groups, "sg-9");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told), "error: subnet subnet-a is in several Regions: " REGION
						      ", us-east-1 (hint: say which: --region NAME)\n");
}

static void a_region_decides(void **unused)
{
	STATE state = { .request.region = "us-east-1" };

	(void)unused;
	twice(&state.account);
	vec_push(&state.request.subnets, "subnet-a");
	vec_push(&state.request.groups, "sg-9");
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-9");
	assert_string_equal(state.selection.subnets.items[0]->vpc, "vpc-9");
}

static void a_row_that_says_its_region_goes_before_one_that_does_not(void **unused)
{
	STATE state = { .request.region = "us-east-1" };

	(void)unused;
	twice(&state.account);
	free(state.account.subnets.items[0].thing.region);
	state.account.subnets.items[0].thing.region = NULL;
	vec_push(&state.request.subnets, "subnet-a");
	vec_push(&state.request.groups, "sg-9");
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-9");
}

static void an_id_of_another_region(void **unused)
{
	STATE state = { .request.region = "us-east-1" };

	(void)unused;
	usual(&state.account);
	vec_push(&state.request.subnets, "subnet-a");
	vec_push(&state.request.groups, "sg-db");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told), "error: subnet subnet-a is in " REGION ", not in us-east-1\n");
}

static void a_guess_stays_in_the_region(void **unused)
{
	STATE state = { .request.region = "us-east-1" };

	(void)unused;
	usual(&state.account);
	select_now(&state);
	assert_non_null(strstr(strbuf_text(&state.told), "no subnet is given"));
}

static void subnets_of_several_vpcs(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_subnet(&state.account, "subnet-far", "vpc-2", "10.9.0.0/24");
	vec_push(&state.request.subnets, "subnet-a");
	vec_push(&state.request.subnets, "subnet-far");
	vec_push(&state.request.groups, "sg-db");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "error: the subnets are of several VPCs: subnet-a is of vpc-1 in " REGION
			    ", subnet-far is of vpc-2 in " REGION
			    " (hint: a job runs in one VPC: choose subnets of one)\n");
}

static void a_group_of_another_vpc(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_group(&state.account, "sg-far", "far", "vpc-2");
	vec_push(&state.request.subnets, "subnet-a");
	vec_push(&state.request.groups, "sg-far");
	select_now(&state);
	assert_string_equal(strbuf_text(&state.told),
			    "error: security group sg-far is of vpc-2, and subnet subnet-a of vpc-1 (hint: choose "
			    "groups of the subnets' VPC)\n");
}

static void a_region_may_be_known_by_an_endpoint(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	add_endpoint(&state.account, "vpce-far", "vpc-2", "com.amazonaws.us-east-2.sts", NULL, NULL);
	free(LAST(state.account.endpoints)->thing.region);
	LAST(state.account.endpoints)->thing.region = memory_copy_text("us-east-2");
	add_endpoint(&state.account, "vpce-1", "vpc-1", "com.amazonaws." REGION ".sts", NULL, NULL);
	vec_for_each (subnet, &state.account.subnets) {
		free(subnet->thing.region);
		subnet->thing.region = NULL;
	}
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-job");
	assert_string_equal(state.selection.region, REGION);
}

static void options_go_before_the_jobs_groups(void **unused)
{
	STATE state = { .request.job_file = "1.json" };

	(void)unused;
	usual(&state.account);
	add_job(&state.account, "one", "1.json", "subnet-a", "sg-job");
	vec_push(&state.request.groups, "sg-db");
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-db");
}

static void a_group_is_of_the_subnets_region(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	vec_for_each (group, &state.account.groups)
		group->thing.region = memory_copy_text(REGION);
	add_group(&state.account, "sg-db", "other", "vpc-9")->thing.region = memory_copy_text("us-east-1");
	vec_push(&state.request.subnets, "subnet-a");
	vec_push(&state.request.groups, "sg-db");
	select_now(&state);
	assert_chosen(&state, "subnet-a", "sg-db");
	assert_string_equal(state.selection.groups.items[0]->vpc, "vpc-1");
}

static void nothing_is_guessed_beside_a_mistake(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	usual(&state.account);
	vec_push(&state.request.subnets, "subnet-unknown");
	select_now(&state);
	assert_int_equal(state.mistakes.errors, 1);
	assert_int_equal(state.selection.chosen.count, 0);
	STATE other = { 0 };
	vec_push(&other.request.groups, "sg-unknown");
	select_now(&other);
	assert_int_equal(other.mistakes.errors, 1);
}

static void an_isolated_job_may_say_its_region(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	struct aws_job *job = add_job(&state.account, "alone", "1.json", NULL, NULL);
	job->isolation = KNOWN_YES;
	job->thing.region = memory_copy_text("us-east-1");
	select_now(&state);
	assert_string_equal(state.selection.region, "us-east-1");
}

// The groups of two hosts, and whether they are alike.
static const struct {
	const char *one, *other, *chosen;
} alike_rows[] = {
	{ "sg-job sg-db", "sg-db sg-job", "sg-job sg-db" },
	{ "sg-job", "sg-db sg-job", NULL },
	{ "sg-job sg-db", "sg-db", NULL },
};

static void hosts_that_carry_the_same_groups_are_alike(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(alike_rows) / sizeof(alike_rows[0]); i++) {
		STATE state = { 0 };

		usual(&state.account);
		state.account.interfaces.items[0].subnet[0] = 'x';
		for (unsigned j = 0; j < 2; j++) {
			add_interface(&state.account, j ? "eni-8" : "eni-9", "vpc-1", "subnet-a",
				      j ? alike_rows[i].other : alike_rows[i].one, "10.0.1.9");
			LAST(state.account.interfaces)->instance = memory_copy_text("i-1");
			LAST(state.account.interfaces)->kind = memory_copy_text(j ? "efa" : "interface");
		}
		select_now(&state);
		if (alike_rows[i].chosen)
			assert_chosen(&state, "subnet-a", alike_rows[i].chosen);
		else
			assert_non_null(strstr(strbuf_text(&state.told), "carry different ones"));
	}
}

static void the_vpcs_groups_are_listed_up_to_a_dozen(void **unused)
{
	STATE state = { 0 };

	(void)unused;
	add_subnet(&state.account, "subnet-1", "vpc-1", "10.0.1.0/24");
	add_group(&state.account, "sg-far", "far", "vpc-2");
	add_group(&state.account, "sg-bare", NULL, "vpc-1");
	for (unsigned i = 0; i < 13; i++)
		add_group(&state.account, "sg-1", "one", "vpc-1");
	select_now(&state);
	assert_null(strstr(strbuf_text(&state.told), "sg-far"));
	assert_non_null(strstr(strbuf_text(&state.told), "--security-group sg-bare, --security-group sg-1 (one)"));
	assert_non_null(strstr(strbuf_text(&state.told), " and 2 more)"));
}

static void a_subnet_has_its_own_table_or_the_main_one(void **unused)
{
	STATE state = { 0 };
	bool main;

	(void)unused;
	usual(&state.account);
	assert_string_equal(subnet_route_table(&state.account, &state.account.subnets.items[0], &main)->thing.id,
			    "rtb-a");
	assert_false(main);
	assert_string_equal(subnet_route_table(&state.account, &state.account.subnets.items[1], &main)->thing.id,
			    "rtb-main");
	assert_true(main);
	add_table(&state.account, "rtb-main2", "vpc-2", NULL);
	assert_non_null(subnet_route_table(&state.account, &state.account.subnets.items[1], &main));
	add_table(&state.account, "rtb-c", "vpc-1", "subnet-a");
	assert_null(subnet_route_table(&state.account, &state.account.subnets.items[0], &main));
}

// What no document says may be on the next page, or be the table that the subnet comes to or goes from.
static void the_main_table_is_not_guessed(void **unused)
{
	STATE state = { 0 };
	size_t form = 0;
	bool main;

	(void)unused;
	usual(&state.account);
	const struct aws_subnet *own = &state.account.subnets.items[0], *other = &state.account.subnets.items[1];
	while (import_forms[form].read != read_route_table)
		form++;
	state.account.seen[form] = state.account.pages[form].open = 1;
	assert_null(subnet_route_table(&state.account, other, &main));
	assert_true(main);
	assert_non_null(subnet_route_table(&state.account, own, &main));
	state.account.seen[form] = 2;  // the last page is there
	assert_non_null(subnet_route_table(&state.account, other, &main));
	struct aws_route_table *table = add_table(&state.account, "rtb-z", "vpc-1", "subnet-z");
	vec_push(&table->unsettled, memory_copy_text(other->thing.id));
	assert_null(subnet_route_table(&state.account, other, &main));
	assert_non_null(subnet_route_table(&state.account, own, &main));
}

static const struct {
	const char *destination;
	enum aws_target target;
	bool public;
} public_rows[] = {
	{ "10.0.0.0/16", TARGET_LOCAL, false },
	{ "52.0.0.0/16", TARGET_LOCAL, false },
	{ "pl-1", TARGET_ENDPOINT, false },
	{ "0.0.0.0/0", TARGET_ENDPOINT, true },
	{ "10.0.0.0/8", TARGET_ENDPOINT, false },
	{ "0.0.0.0/0", TARGET_INTERNET_GATEWAY, true },
	{ "10.0.0.0/8", TARGET_INTERNET_GATEWAY, true },
	{ "::/0", TARGET_EGRESS_ONLY_GATEWAY, true },
	{ "fd00::/8", TARGET_EGRESS_ONLY_GATEWAY, true },
	{ "0.0.0.0/0", TARGET_NAT_GATEWAY, true },
	{ "10.0.0.0/8", TARGET_NAT_GATEWAY, false },
	{ "0.0.0.0/0", TARGET_PEERING, true },
	{ "192.168.0.0/16", TARGET_PEERING, false },
	{ "8.8.8.8/32", TARGET_TRANSIT_GATEWAY, true },
	{ "fd00:1::/32", TARGET_TRANSIT_GATEWAY, false },
	{ "0.0.0.0/0", TARGET_VPN_GATEWAY, true },
	{ "172.16.0.0/12", TARGET_VPN_GATEWAY, false },
	{ "0.0.0.0/0", TARGET_INTERFACE, true },
	{ "10.0.0.0/8", TARGET_INTERFACE, false },
	{ "0.0.0.0/0", TARGET_OTHER, true },
	{ "10.0.0.0/8", TARGET_OTHER, false },
	{ "pl-1", TARGET_TRANSIT_GATEWAY, true },
};

static void routes_that_lead_out(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(public_rows) / sizeof(public_rows[0]); i++) {
		STATE state = { 0 };
		struct aws_route *route = add_route(add_table(&state.account, "rtb", "vpc", NULL),
						    public_rows[i].destination, public_rows[i].target, "x");

		if (route_is_public(route) != public_rows[i].public)
			fail_msg("row %zu: %s", i, public_rows[i].destination);
		route->blackhole = true;
		assert_false(route_is_public(route));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_asked_gives_the_private_subnet),
		cmocka_unit_test(the_only_subnet_is_chosen_though_it_is_public),
		cmocka_unit_test(several_private_subnets_are_listed),
		cmocka_unit_test(public_subnets_are_listed_when_none_is_private),
		cmocka_unit_test(no_subnet_at_all),
		cmocka_unit_test(candidates_beyond_a_dozen_are_counted),
		cmocka_unit_test(groups_that_differ_are_listed),
		cmocka_unit_test(only_hosts_show_groups),
		cmocka_unit_test(services_show_groups_where_no_instance_does),
		cmocka_unit_test(no_host_shows_a_group),
		cmocka_unit_test(the_only_job_is_chosen),
		cmocka_unit_test(defaults_are_a_job_where_there_is_no_other),
		cmocka_unit_test(defaults_for_training_go_before_other_sections),
		cmocka_unit_test(two_defaults_for_training_need_a_choice),
		cmocka_unit_test(several_jobs_need_a_choice),
		cmocka_unit_test(a_job_is_named_by_its_file),
		cmocka_unit_test(a_file_with_no_job_or_several),
		cmocka_unit_test(options_go_before_the_job),
		cmocka_unit_test(options_alone_choose_no_job),
		cmocka_unit_test(a_guess_stays_in_the_vpc_of_the_group),
		cmocka_unit_test(an_isolated_job_needs_no_vpc),
		cmocka_unit_test(a_job_of_the_open_internet_is_refused),
		cmocka_unit_test(undefined_ids_are_told_all_at_once),
		cmocka_unit_test(a_subnet_without_addresses_is_refused),
		cmocka_unit_test(an_id_is_no_command),
		cmocka_unit_test(an_id_of_two_regions_needs_one),
		cmocka_unit_test(a_region_decides),
		cmocka_unit_test(a_row_that_says_its_region_goes_before_one_that_does_not),
		cmocka_unit_test(an_id_of_another_region),
		cmocka_unit_test(a_guess_stays_in_the_region),
		cmocka_unit_test(subnets_of_several_vpcs),
		cmocka_unit_test(a_group_of_another_vpc),
		cmocka_unit_test(a_region_may_be_known_by_an_endpoint),
		cmocka_unit_test(options_go_before_the_jobs_groups),
		cmocka_unit_test(a_group_is_of_the_subnets_region),
		cmocka_unit_test(nothing_is_guessed_beside_a_mistake),
		cmocka_unit_test(an_isolated_job_may_say_its_region),
		cmocka_unit_test(hosts_that_carry_the_same_groups_are_alike),
		cmocka_unit_test(the_vpcs_groups_are_listed_up_to_a_dozen),
		cmocka_unit_test(a_subnet_has_its_own_table_or_the_main_one),
		cmocka_unit_test(the_main_table_is_not_guessed),
		cmocka_unit_test(routes_that_lead_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
