// SPDX-License-Identifier: GPL-2.0-or-later
// plan: what `check --host` says of a profile's ranges.
#include "host_fixture.h"

#include "plan/host_meaning.h"
#include "plan/settle.h"

static const char listed[] =
    "vpcjail: 1\nnetwork: {isolation: vpc}\nvpc:\n  region: eu-west-1\n  cidrs: [10.0.0.0/8, 172.16.0.0/12]\n"
    "  subnets: [10.20.0.0/16, 172.17.0.0/24]\n"
    "prefix-lists:\n  pl-a: {name: com.amazonaws.eu-west-1.s3, entries: [52.218.0.0/17, 3.5.64.0/21, 172.17.5.0/25]}\n"
    "endpoints:\n  - {service: s3, type: gateway, prefix-list: pl-a}\n"
    "  - {service: sts, type: interface, addresses: [10.20.1.40, 10.99.0.1]}\n"
    "  - {name: web, type: custom, addresses: [10.20.1.8, 10.20.1.5], ports: [3128]}\n"
    "security-groups:\n  sg-a:\n    egress:\n      - {to: 10.20.1.0/24, protocol: udp, ports: [53]}\n"
    "      - {to: [web, sts]}\n      - {to: 10.20.1.1/32, protocol: tcp, ports: [80, 443, 8000-8100, 9000]}\n"
    "      - {to: 10.20.1.5/32, protocol: tcp}\n"
    "process: {credentials: scrub}\n";

static const struct host_text no_default = {
	.interfaces = { { "eth0", "", "10.20.1.5/24" } },
	.routes = { { "10.20.1.0/24", NULL, 1, 0 } },
};

static char *joined(const text_list *texts)
{
	struct strbuf out = { 0 };

	vec_for_each (text, texts)
		strbuf_format(&out, "%s\n", *text);
	return strbuf_steal(&out);
}

static char *meaning(const char *text, const struct host_text *host_text)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(host_network_release) struct host_network host = { 0 };
	text_list lines = { 0 };

	fixture_load(text, &profile);
	make_host(host_text, &host);
	assert_int_equal(profile_settle(&profile, &host, NULL), 0);
	host_meaning_add(&profile, &host, &lines);
	char *all = joined(&lines);
	text_list_release(&lines);
	return all;
}

static char *warnings(const char *text, const struct host_text *host_text)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	CLEANUP(host_network_release) struct host_network host = { 0 };
	unavailable_vec rows = { 0 };
	struct strbuf out = { 0 };

	fixture_load(text, &profile);
	make_host(host_text, &host);
	assert_int_equal(profile_settle(&profile, &host, NULL), 0);
	assert_int_equal(policy_build(&profile, &policy, NULL), 0);
	host_meaning_warn(&profile, &policy, &host, &rows);
	vec_for_each (row, &rows)
		strbuf_format(&out, "%u: %s\n", row->at.line, row->message);
	unavailable_release(&rows);
	return strbuf_steal(&out);
}

static void test_meaning(void **state)
{
	(void)state;
	AUTO_FREE char *got = meaning(listed, &plain);
	assert_string_equal(got, "subnet 10.20.0.0/16: through eth0 by 10.20.1.1, but 10.20.1.0/24 on eth0 itself\n"
				 "subnet 172.17.0.0/24: on docker0 (bridge) itself\n"
				 "endpoint sts, 10.20.1.40: on eth0 itself\n"
				 "endpoint sts, 10.99.0.1: through eth0 by 10.20.1.1\n"
				 "endpoint web, 10.20.1.8: on eth0 itself\n"
				 "endpoint web, 10.20.1.5: this host itself\n"
				 "prefix list pl-a (com.amazonaws.eu-west-1.s3): 2 blocks through eth0 by 10.20.1.1,"
				 " 1 block on docker0 (bridge) itself\n");
	AUTO_FREE char *settled = meaning(PROFILE("", "subnets: host"), &plain);
	assert_string_equal(settled,
			    "subnet 10.20.1.0/24: on eth0 itself\nsubnet fd00:20::/64: through eth0 by fe80::1\n");
	AUTO_FREE char *nowhere = meaning(listed, &no_default);
	assert_non_null(strstr(nowhere, "endpoint sts, 10.99.0.1: nowhere: this host has no route\n"));
	assert_non_null(strstr(nowhere, "3 blocks nowhere: this host has no route"));
}

// The host's own addresses are denied already, unless the link does not go through it.
static void test_warnings(void **state)
{
	(void)state;
	AUTO_FREE char *got = warnings(listed, &plain);
	assert_string_equal(
	    got, "6: 10.20.1.1 is allowed (tcp 80, 443, 8000-8100, …; udp 53) and is a gateway of this "
		 "host: what runs there may lead anywhere\n"
		 "6: 10.20.1.2 is allowed (udp 53) and is a resolver of this host: DNS queries carry data "
		 "out\n"
		 "12: 10.20.1.8 is allowed (tcp 3128; udp 53) and is a proxy of this host: it connects on to "
		 "anywhere\n");
	AUTO_FREE char *of_host = warnings(PROFILE("", "subnets: host"), &plain);
	assert_string_equal(of_host, "");
	AUTO_FREE char *unrouted = warnings(PROFILE("", "subnets: [10.7.0.0/24, 10.20.1.0/24]"), &no_default);
	assert_string_equal(unrouted, "3: subnet 10.7.0.0/24: this host has no route to it\n");
	AUTO_FREE char *linkless = warnings(PROFILE(", uplink: none", "subnets: [10.7.0.0/24]"), &plain);
	assert_string_equal(linkless, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_meaning), cmocka_unit_test(test_warnings) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
