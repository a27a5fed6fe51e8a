// SPDX-License-Identifier: GPL-2.0-or-later
// plan: in what two profiles differ beside packets; and what a settled profile knows of its host, as text.
#include "host_fixture.h"

#include "plan/other_facts.h"
#include "plan/settle.h"
#include "plan/settled.h"
#include "policy/difference.h"
#include "profile/print.h"

#define VPC(network, vpc, rest)                                                                                        \
	"vpcjail: 1\nnetwork: {isolation: vpc" network "}\nvpc: {subnets: [10.20.1.0/24]" vpc                          \
	"}\nprocess: {credentials: scrub}\n" rest

#define GATEWAY(name)                                                                                                  \
	"prefix-lists: {pl-aaaa: {entries: [52.218.0.0/17]}}\n"                                                        \
	"endpoints: [{service: s3, type: gateway, prefix-list: pl-aaaa, names: [" name ".example]}]\n"

struct side {
	struct profile profile;
	struct policy policy;
};

static void side_make(struct side *side, const char *text)
{
	fixture_load(text, &side->profile);
	assert_int_equal(policy_build(&side->profile, &side->policy, NULL), 0);
}

static void side_release(struct side *side)
{
	policy_release(&side->policy);
	profile_release(&side->profile);
}

// "what: left, right; …"
static char *differ(const char *left, const char *right)
{
	CLEANUP(side_release) struct side a = { 0 };
	CLEANUP(side_release) struct side b = { 0 };
	CLEANUP(other_facts_release) other_fact_vec facts = { 0 };
	struct strbuf out = { 0 };

	side_make(&a, left);
	side_make(&b, right);
	other_facts_add(&(struct fact_side){ &a.profile, &a.policy }, &(struct fact_side){ &b.profile, &b.policy },
			&facts);
	vec_for_each (fact, &facts)
		strbuf_format(&out, "%s%s: %s, %s", out.length ? "; " : "", fact->what, fact->left ? fact->left : "-",
			      fact->right ? fact->right : "-");
	return strbuf_steal(&out);
}

static void test_facts(void **state)
{
	static const char plain_vpc[] = VPC("", "", "");
	static const struct {
		const char *left, *right, *want;
	} rows[] = {
		{ plain_vpc, plain_vpc, "" },
		{ plain_vpc, VPC("", "", "description: another\n"), "" },
		// what reach tells is not told twice
		{ plain_vpc,
		  VPC("", "", "security-groups: {sg-a: {egress: [{to: any, protocol: tcp, ports: [443]}]}}\n"),
		  "ping sockets: yes, no" },
		{ plain_vpc, VPC(", on-deny: drop", "", ""), "network.on-deny: reject, drop" },
		{ plain_vpc, VPC(", host-ports: [80, 90-91]", "", ""), "network.host-ports: -, [80, 90-91]" },
		{ plain_vpc, VPC("", ", dns: none", ""), "vpc.dns: endpoints, none" },
		{ plain_vpc, VPC("", "", "hosts: {a.example: 10.20.1.9}\n"),
		  "hosts: -, {a.example: 10.20.1.9}; name a.example: -, 10.20.1.9" },
		{ VPC("", "", "hosts: {a.example: 10.20.1.8}\n"), VPC("", "", "hosts: {a.example: 10.20.1.9}\n"),
		  "hosts: {a.example: 10.20.1.8}, {a.example: 10.20.1.9}; name a.example: 10.20.1.8, 10.20.1.9" },
		{ VPC("", "",
		      "endpoints: [{name: x, type: custom, addresses: [10.20.1.7], ports: [1], names: [x.example]}]\n"),
		  VPC("", "",
		      "endpoints: [{name: x, type: custom, addresses: [10.20.1.7], ports: [1], names: [y.example]}]\n"),
		  "name x.example: 10.20.1.7, -; name y.example: -, 10.20.1.7" },
		{ VPC("", ", region: eu-west-1", GATEWAY("x")), VPC("", ", region: eu-west-1", GATEWAY("y")),
		  "name x.example: asked of the host's name servers, -; "
		  "name y.example: -, asked of the host's name servers" },
		// nobody answers for the endpoint's name
		{ VPC("", ", dns: none",
		      "endpoints: [{name: x, type: custom, addresses: [10.20.1.7], ports: [1], names: [x.example]}]\n"),
		  VPC("", ", dns: none",
		      "endpoints: [{name: x, type: custom, addresses: [10.20.1.7], ports: [1], names: [y.example]}]\n"),
		  "" },
		{ VPC("", ", located: elsewhere",
		      "endpoints: [{name: x, type: custom, addresses: [10.9.0.7], ports: [1], "
		      "stand-in: 10.20.1.7}]\n"),
		  VPC("", ", located: elsewhere",
		      "endpoints: [{name: x, type: custom, addresses: [10.9.0.7], ports: [1], "
		      "stand-in: 10.20.1.8}]\n"),
		  "stand-in of x: 10.20.1.7, 10.20.1.8" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_FREE char *got = differ(rows[i].left, rows[i].right);
		assert_string_equal(got, rows[i].want);
	}
	AUTO_FREE char *isolated = differ("vpcjail: 1\nnetwork: {isolation: full}\n",
					  "vpcjail: 1\nnetwork: {isolation: full}\nprocess: {seccomp: strict}\n");
	assert_string_equal(isolated, "process.seccomp: default, strict");
}

// The policy of a profile that went as text with what it knew of its host is the same one.
static void test_settled(void **state)
{
	static const char *const profiles[] = { PROFILE(", uplink: veth", "subnets: host"),
						PROFILE("", "subnets: [10.7.0.0/16]"),
						"vpcjail: 1\nnetwork: {isolation: full}\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
		CLEANUP(side_release) struct side here = { 0 };
		CLEANUP(side_release) struct side there = { 0 };
		CLEANUP(host_network_release) struct host_network host = { 0 };
		AUTO_STRBUF struct strbuf text = { 0 };
		AUTO_STRBUF struct strbuf facts = { 0 };
		AUTO_STRBUF struct strbuf again = { 0 };
		CLEANUP(difference_release) struct difference difference = { 0 };

		fixture_load(profiles[i], &here.profile);
		make_host(&plain, &host);
		assert_int_equal(profile_settle(&here.profile, &host, NULL), 0);
		assert_int_equal(policy_build(&here.profile, &here.policy, NULL), 0);
		profile_print(&here.profile, &text);
		settled_print(&here.profile, &facts);
		fixture_load(strbuf_text(&text), &there.profile);
		assert_int_equal(settled_read(strbuf_text(&facts), &there.profile, NULL), 0);
		settled_print(&there.profile, &again);
		assert_string_equal(strbuf_text(&again), strbuf_text(&facts));
		assert_int_equal(facts.length > 0, i < 2);
		assert_int_equal(policy_build(&there.profile, &there.policy, NULL), 0);
		for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
			assert_int_equal(here.policy.layers[direction].count, there.policy.layers[direction].count);
		policy_difference(&here.policy, &there.policy, &difference);
		assert_true(difference_is_empty(&difference));
		assert_int_equal(there.profile.host.known, here.profile.host.known);
		assert_true(prefix_set_equal(&there.profile.host.own, &here.profile.host.own));
		assert_true(prefix_set_equal(&there.profile.host.gateways, &here.profile.host.gateways));
		assert_true(prefix_set_equal(&there.profile.host.nameservers, &here.profile.host.nameservers));
		assert_true(prefix_set_equal(&there.profile.host.proxies, &here.profile.host.proxies));
	}
}

static void test_settled_refuses(void **state)
{
	static const char *const texts[] = { "own 10.0.0.1/32\n",
					     "known",
					     "known\nown\n",
					     "known\nown 10.0.0.1/32",
					     "known\nown 10.0.0.1/24\n",
					     "known\nowner 10.0.0.1/32\n",
					     "known\nsubnet 10.0.0.0/24\n",
					     "known\n\n",
					     "known\nknown\n",
					     "\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		struct error err = { 0 };

		fixture_load(VPC("", "", ""), &profile);
		assert_int_equal(settled_read(texts[i], &profile, &err), -EBADMSG);
		assert_non_null(strstr(err.message, "makes no sense"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_settled),
		cmocka_unit_test(test_settled_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
