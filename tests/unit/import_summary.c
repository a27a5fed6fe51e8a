// SPDX-License-Identifier: GPL-2.0-or-later
// import: what a job can reach, word for word, as text and as JSON; what subnets differ in; foreign text and order.
#include "finding_fixture.h"

#include <jansson.h>

#include "base/json.h"
#include "import/finding/finding.h"
#include "import/profile/profile_text.h"
#include "profile/load_text.h"

// A fixture, the profile that is written of it, and its findings.
struct told {
	struct fixture fixture;
	struct profile_text written;
	struct profile profile;
	finding_vec findings;
	struct strbuf text, json;
};

static void told_release(struct told *told)
{
	findings_release(&told->findings);
	profile_release(&told->profile);
	profile_text_release(&told->written);
	fixture_release(&told->fixture);
	strbuf_release(&told->text);
	strbuf_release(&told->json);
}

#define TOLD CLEANUP(told_release) struct told

static void print(struct told *told)
{
	struct json json = { .out = &told->json };

	strbuf_clear(&told->text);
	strbuf_clear(&told->json);
	summary_print(&told->fixture.assembly, &told->profile, &told->findings, &told->text);
	json_object_begin(&json);
	summary_print_json(&told->fixture.assembly, &told->profile, &told->findings, &json);
	json_object_end(&json);
}

static void tell(struct told *told, void (*spoil)(struct fixture *fixture))
{
	const struct profile_text_options options = { .date = "2026-11-28" };

	fixture_make(&told->fixture);
	if (spoil)
		spoil(&told->fixture);
	profile_text_write(&told->fixture.assembly, &options, &told->written);
	assert_int_equal(profile_load_text("p", strbuf_text(&told->written.text), &told->profile, NULL), 0);
	findings_make(&told->fixture.assembly, &told->findings);
	print(told);
}

static void isolate(struct fixture *fixture)
{
	fixture->assembly.isolated = true;
}

static const char clean_text[] =
    "subnet           subnet-a (private-a) 10.0.1.0/24, eu-west-1a; VPC vpc-1 (research) 10.0.0.0/16, eu-west-1\n"
    "security groups  sg-job (train)\n"
    "job              train-1, 2 hosts ml.g5.xlarge; network isolation off; encryption between containers off\n"
    "in the VPC       tcp 443 to 10.0.9.1-10.0.9.39, 10.0.9.47-10.0.9.254 (247 addresses)\n"
    "gateway endpoint s3 by pl-s3: tcp 443 to 32,768 addresses\n"
    "endpoints        sts, logs, monitoring, ecr.api, ecr.dkr, sagemaker.api, sagemaker.runtime: tcp 443 to 7 "
    "addresses\n"
    "the job's hosts  none named (network.peers): nothing\n"
    "inbound          nothing\n"
    "Internet         nothing\n"
    "names            those of endpoints and hosts (dns: endpoints); resolver 10.0.0.2\n"
    "note: the job has 2 hosts; which addresses they have is known only while it runs, so that the profile names none "
    "[peers-unknown] at job.json:96:7\n"
    "    write the addresses of the other hosts here into network.peers\n"
    "0 problems, 0 warnings, 1 note\n";

static const char isolated_text[] =
    "subnet           subnet-a (private-a) 10.0.1.0/24, eu-west-1a; VPC vpc-1 (research) 10.0.0.0/16, eu-west-1\n"
    "security groups  sg-job (train)\n"
    "job              train-1, 2 hosts ml.g5.xlarge; network isolation on; encryption between containers off\n"
    "the job's hosts  none named (network.peers): nothing\n"
    "inbound          nothing\n"
    "Internet         nothing\n"
    "names            none but the job's own hosts\n"
    "note: the job has 2 hosts; which addresses they have is known only while it runs, so that the profile names none "
    "[peers-unknown] at job.json:96:7\n"
    "    write the addresses of the other hosts here into network.peers\n"
    "note: EnableNetworkIsolation: the container reaches loopback and the job's other hosts and nothing else; groups, "
    "routes and endpoints of its VpcConfig only matter to SageMaker, which moves the data through them. Data comes by "
    "channels, which are filled outside the container, and there are no credentials [isolated] at job.json:96:7\n"
    "0 problems, 0 warnings, 2 notes\n";

static const char isolated_json[] =
    "{\n"
    "  \"subnet\": {\n"
    "    \"id\": \"subnet-a\",\n"
    "    \"name\": \"private-a\"\n"
    "  },\n"
    "  \"zone\": \"eu-west-1a\",\n"
    "  \"vpc\": {\n"
    "    \"id\": \"vpc-1\",\n"
    "    \"name\": \"research\",\n"
    "    \"cidrs\": [\n"
    "      \"10.0.0.0/16\"\n"
    "    ]\n"
    "  },\n"
    "  \"region\": \"eu-west-1\",\n"
    "  \"security-groups\": [\n"
    "    {\n"
    "      \"id\": \"sg-job\",\n"
    "      \"name\": \"train\"\n"
    "    }\n"
    "  ],\n"
    "  \"job\": \"train-1\",\n"
    "  \"hosts\": 2,\n"
    "  \"isolated\": true,\n"
    "  \"encrypted\": false,\n"
    "  \"reach\": [\n"
    "    {\n"
    "      \"part\": \"peers\",\n"
    "      \"of\": \"none named (network.peers)\",\n"
    "      \"text\": \"nothing\",\n"
    "      \"rows\": []\n"
    "    },\n"
    "    {\n"
    "      \"part\": \"inbound\",\n"
    "      \"text\": \"nothing\",\n"
    "      \"rows\": []\n"
    "    },\n"
    "    {\n"
    "      \"part\": \"internet\",\n"
    "      \"text\": \"nothing\",\n"
    "      \"rows\": []\n"
    "    }\n"
    "  ],\n"
    "  \"dns\": \"none\",\n"
    "  \"findings\": [\n"
    "    {\n"
    "      \"code\": \"peers-unknown\",\n"
    "      \"weight\": \"note\",\n"
    "      \"subject\": \"train-1\",\n"
    "      \"text\": \"the job has 2 hosts; which addresses they have is known only while it runs, so that the profile "
    "names none\",\n"
    "      \"remedy\": \"write the addresses of the other hosts here into network.peers\",\n"
    "      \"file\": \"job.json\",\n"
    "      \"line\": 96,\n"
    "      \"column\": 7\n"
    "    },\n"
    "    {\n"
    "      \"code\": \"isolated\",\n"
    "      \"weight\": \"note\",\n"
    "      \"subject\": \"train-1\",\n"
    "      \"text\": \"EnableNetworkIsolation: the container reaches loopback and the job's other hosts and nothing "
    "else; groups, routes and endpoints of its VpcConfig only matter to SageMaker, which moves the data through them. "
    "Data comes by channels, which are filled outside the container, and there are no credentials\",\n"
    "      \"remedy\": null,\n"
    "      \"file\": \"job.json\",\n"
    "      \"line\": 96,\n"
    "      \"column\": 7\n"
    "    }\n"
    "  ]\n"
    "}";

static void test_whole(void **state)
{
	TOLD clean = { 0 };
	TOLD isolated = { 0 };

	(void)state;
	tell(&clean, NULL);
	assert_string_equal(strbuf_text(&clean.text), clean_text);
	tell(&isolated, isolate);
	assert_string_equal(strbuf_text(&isolated.text), isolated_text);
	assert_string_equal(strbuf_text(&isolated.json), isolated_json);
}

// An imported profile is located elsewhere until a person has decided: what it reaches is told as from within.
static void test_located(void **state)
{
	TOLD told = { 0 };

	(void)state;
	tell(&told, NULL);
	assert_int_equal(told.profile.vpc.located, LOCATED_ELSEWHERE);
	AUTO_FREE char *text = memory_copy_text(strbuf_text(&told.text));
	AUTO_FREE char *json = memory_copy_text(strbuf_text(&told.json));
	told.profile.vpc.located = LOCATED_HERE;
	print(&told);
	assert_string_equal(strbuf_text(&told.text), text);
	assert_string_equal(strbuf_text(&told.json), json);
}

// What is said of a spoilt account has the same lines whatever its things are called.
static void spoil_much(struct fixture *fixture)
{
	struct assembled_group *group = &fixture->assembly.groups.items[0];

	add_rule(fixture, group, false, ports(IPPROTO_TCP, 22, 22), "0.0.0.0/0");
	add_rule(fixture, group, true, all_traffic(), "0.0.0.0/0");
	add_route(fixture, "0.0.0.0/0", TARGET_NAT_GATEWAY, "nat-1", ROUTE_BLACKHOLE);
	fixture->account.subnets.items[1].zone = say(fixture, "eu-west-1b");
	fixture->account.endpoints.items[2].private_dns = KNOWN_NO;
	fixture->account.endpoints.items[3].private_dns = KNOWN_NO;
}

static void name_badly(struct fixture *fixture)
{
	static const char evil[] = "a\x1b[2J\r\nproblem: b\xe2\x80\xae\xc2\x85\xe2\x80\xa8'; rm -rf ~ #%s%n\"\\";
	struct account *account = &fixture->account;

	spoil_much(fixture);
	account->vpcs.items[0].thing.name = say(fixture, evil);
	account->subnets.items[0].thing.name = say(fixture, evil);
	account->groups.items[0].thing.name = say(fixture, evil);
	account->route_tables.items[0].thing.name = say(fixture, evil);
	account->jobs.items[0].thing.id = say(fixture, evil);
	account->jobs.items[0].instance_type = say(fixture, evil);
	account->subnets.items[0].zone = say(fixture, evil);
	vec_for_each (endpoint, &account->endpoints)
		endpoint->thing.name = say(fixture, evil);
}

static size_t lines_of(const char *text)
{
	size_t count = 0;

	for (; *text; text++) {
		count += *text == '\n';
		assert_true(*text == '\n' || (unsigned char)*text >= ' ');
	}
	return count;
}

static void test_hostile(void **state)
{
	TOLD plain = { 0 };
	TOLD evil = { 0 };

	(void)state;
	tell(&plain, spoil_much);
	tell(&evil, name_badly);
	assert_int_equal(lines_of(strbuf_text(&evil.text)), lines_of(strbuf_text(&plain.text)));
	assert_null(strstr(strbuf_text(&evil.text), "\xe2\x80\xae"));
	assert_null(strstr(strbuf_text(&evil.text), "\xc2\x85"));
	assert_null(strstr(strbuf_text(&evil.text), "\nproblem: b"));
	assert_non_null(strstr(strbuf_text(&evil.text), "a\\x1b[2J"));
	json_t *parsed = json_loads(strbuf_text(&evil.json), 0, NULL);
	assert_non_null(parsed);
	assert_int_equal(json_array_size(json_object_get(parsed, "findings")), plain.findings.count);
	json_decref(parsed);
	assert_int_equal(evil.findings.count, plain.findings.count);
	for (size_t i = 0; i < evil.findings.count; i++)
		assert_string_equal(evil.findings.items[i].code, plain.findings.items[i].code);
}

#define TURN(vec)                                                                                                      \
	do {                                                                                                           \
		for (size_t i = 0, j = (vec)->count; i + 1 < j; i++) {                                                 \
			__typeof__(*(vec)->items) kept = (vec)->items[i];                                              \
			j--;                                                                                           \
			(vec)->items[i] = (vec)->items[j];                                                             \
			(vec)->items[j] = kept;                                                                        \
		}                                                                                                      \
	} while (0)

static void spoil_and_turn(struct fixture *fixture)
{
	spoil_much(fixture);
	TURN(&fixture->assembly.routes);
	TURN(&fixture->account.acls.items[0].entries);
	TURN(&fixture->account.jobs.items[0].uris);
	TURN(&fixture->assembly.subnets);
}

static void test_order(void **state)
{
	TOLD told = { 0 };
	TOLD turned = { 0 };

	(void)state;
	tell(&told, spoil_much);
	tell(&turned, spoil_and_turn);
	assert_true(told.findings.count > 6);
	assert_string_equal(strbuf_text(&turned.text), strbuf_text(&told.text));
	assert_string_equal(strbuf_text(&turned.json), strbuf_text(&told.json));
}

// Two subnets of one selection.
struct pair {
	struct fixture fixtures[2];
	finding_vec findings;
};

static void pair_release(struct pair *pair)
{
	findings_release(&pair->findings);
	fixture_release(&pair->fixtures[0]);
	fixture_release(&pair->fixtures[1]);
}

static void drop_s3_route(struct fixture *fixture)
{
	fixture->assembly.routes.count--;
}

static void to_nat(struct fixture *fixture)
{
	add_route(fixture, "0.0.0.0/0", TARGET_NAT_GATEWAY, "nat-1", ROUTE_BLACKHOLE);
}

static void to_another_nat(struct fixture *fixture)
{
	add_route(fixture, "0.0.0.0/0", TARGET_NAT_GATEWAY, "nat-2", ROUTE_BLACKHOLE);
}

static void to_peer(struct fixture *fixture)
{
	add_route(fixture, "10.9.0.0/16", TARGET_PEERING, "pcx-1", ROUTE_PEERING);
}

static void shut_sts(struct fixture *fixture)
{
	fixture->assembly.endpoints.items[1].ports.count = 0;
}

static void deny_smtp(struct fixture *fixture)
{
	add_entry(fixture, &fixture->account.acls.items[0], 50, true, false, "0.0.0.0/0", ports(IPPROTO_TCP, 25, 25));
}

// Port 0 is in no rule that people write.
static void https_only(struct fixture *fixture)
{
	struct aws_network_acl *acl = &fixture->account.acls.items[0];

	add_entry(fixture, acl, 40, true, true, "0.0.0.0/0", ports(IPPROTO_TCP, 443, 443));
	add_entry(fixture, acl, 41, true, false, "0.0.0.0/0", ports(IPPROTO_TCP, 0, 0));
	add_entry(fixture, acl, 42, true, false, "0.0.0.0/1", ports(IPPROTO_TCP, 1, 65535));
}

static const struct {
	void (*spoil[2])(struct fixture *fixture);
	const char *code, *text;  // NULL: nothing is said
} pairs[] = {
	{ { NULL, NULL }, NULL, NULL },
	{ { to_nat, to_another_nat }, NULL, NULL },
	{ { isolate, drop_s3_route }, NULL, NULL },
	{ { deny_smtp, deny_smtp }, NULL, NULL },
	{ { NULL, drop_s3_route },
	  "s3-in-some-zones",
	  "subnet-a (eu-west-1a) has the route for pl-s3 to the gateway endpoint of s3; subnet-b (eu-west-1b) has not: "
	  "a "
	  "job works in one and hangs in the other" },
	{ { drop_s3_route, NULL },
	  "s3-in-some-zones",
	  "subnet-b (eu-west-1b) has the route for pl-s3 to the gateway endpoint of s3; subnet-a (eu-west-1a) has not: "
	  "a "
	  "job works in one and hangs in the other" },
	{ { NULL, to_nat },
	  "zones-differ",
	  "subnet-b (eu-west-1b) has the route for 0.0.0.0/0 to a NAT gateway; subnet-a (eu-west-1a) has not: a job "
	  "works "
	  "in one and may hang in the other" },
	{ { to_peer, NULL },
	  "zones-differ",
	  "subnet-a (eu-west-1a) has the route for 10.9.0.0/16 to pcx-1; subnet-b (eu-west-1b) has not: a job works in "
	  "one and may hang in the other" },
	{ { NULL, shut_sts },
	  "zones-differ",
	  "subnet-a (eu-west-1a) has a way into the endpoint vpce-sts (sts); subnet-b (eu-west-1b) has not: a job "
	  "works in one and may hang in the other" },
	{ { NULL, deny_smtp },
	  "zones-differ",
	  "the ACL of subnet-a (eu-west-1a), acl-1, lets tcp 25 out to 0.0.0.0/0 (4,294,967,296 addresses); that of "
	  "subnet-b "
	  "(eu-west-1b), acl-1, does not" },
	{ { NULL, https_only },
	  "zones-differ",
	  "the ACL of subnet-a (eu-west-1a), acl-1, lets tcp 1-442,444-65535 out to 0.0.0.0/1 (2,147,483,648 "
	  "addresses); that of subnet-b (eu-west-1b), acl-1, does not" },
	{ { deny_smtp, NULL },
	  "zones-differ",
	  "the ACL of subnet-b (eu-west-1b), acl-1, lets tcp 25 out to 0.0.0.0/0 (4,294,967,296 addresses); that of "
	  "subnet-a "
	  "(eu-west-1a), acl-1, does not" },
};

static void test_compare(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		CLEANUP(pair_release) struct pair pair = { 0 };
		struct assembly assemblies[2];

		for (size_t j = 0; j < 2; j++) {
			fixture_make(&pair.fixtures[j]);
			if (pairs[i].spoil[j])
				pairs[i].spoil[j](&pair.fixtures[j]);
			assemblies[j] = pair.fixtures[j].assembly;
		}
		struct aws_thing *other = &pair.fixtures[1].account.subnets.items[0].thing;
		other->id = say(&pair.fixtures[1], "subnet-b");
		pair.fixtures[1].account.subnets.items[0].zone = say(&pair.fixtures[1], "eu-west-1b");
		findings_compare(assemblies, 1, &pair.findings);
		assert_int_equal(pair.findings.count, 0);
		findings_compare(assemblies, 2, &pair.findings);
		assert_int_equal(pair.findings.count, pairs[i].code ? 1 : 0);
		if (!pairs[i].code)
			continue;
		assert_string_equal(pair.findings.items[0].code, pairs[i].code);
		assert_string_equal(pair.findings.items[0].text, pairs[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole), cmocka_unit_test(test_located), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_order), cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
