// SPDX-License-Identifier: GPL-2.0-or-later
// plan: a profile meets its host. `subnets: host`, and what of the host no job may reach.
#include "host_fixture.h"

#include "plan/settle.h"

static const char of_host[] = PROFILE("", "subnets: host");

static char *subnets_of(const struct profile *profile)
{
	struct strbuf out = { 0 };
	char text[PREFIX_TEXT_SIZE];

	vec_for_each (subnet, &profile->vpc.subnets)
		strbuf_format(&out, "%s%s", out.length ? " " : "", prefix_print(&subnet->prefix, text));
	return strbuf_steal(&out);
}

// The subnets, or the error.
static char *settle(const char *profile_text, const struct host_text *text)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(host_network_release) struct host_network host = { 0 };
	struct error err = { 0 };

	fixture_load(profile_text, &profile);
	make_host(text, &host);
	if (profile_settle(&profile, &host, &err) == 0)
		return subnets_of(&profile);
	assert_int_equal(profile.vpc.subnets.count, 0);
	return memory_copy_text(err.message);
}

static void test_subnets(void **state)
{
	static const struct {
		const char *want;  // the subnets
		struct host_text host;
	} rows[] = {
		// of several default routes the one that is used; a prefix inside another adds nothing
		{ "10.1.0.0/16",
		  { .interfaces = { { "eth0", "", "10.9.0.1/24" }, { "bond0", "bond", "10.1.2.3/24 10.1.0.3/16" } },
		    .routes = { { "0.0.0.0/0", "10.9.0.9", 1, 200 }, { "0.0.0.0/0", "10.1.0.9", 2, 100 } } } },
		// IPv6 alone, by a route with a gateway of its own kind
		{ "fd00:1::/64",
		  { .interfaces = { { "eth0.7", "vlan", "fd00:1::7/64 2001:db8::7/64" } },
		    .routes = { { "::/0", "fe80::1", 1, 0 } } } },
		// a lone address, and the route on the link around it
		{ "10.128.0.0/20",
		  { .interfaces = { { "eth0", "", "10.128.0.2/32" } },
		    .routes = { { "0.0.0.0/0", "10.128.0.1", 1, 0 }, { "10.128.0.0/20", NULL, 1, 0 } } } },
	};

	(void)state;
	AUTO_FREE char *both = settle(of_host, &plain);
	assert_string_equal(both, "10.20.1.0/24 fd00:20::/64");
	AUTO_FREE char *written = settle(PROFILE("", "subnets: [10.7.0.0/16]"), &plain);
	assert_string_equal(written, "10.7.0.0/16");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_FREE char *got = settle(of_host, &rows[i].host);
		assert_string_equal(got, rows[i].want);
	}
}

static void test_refusals(void **state)
{
	static const struct {
		const char *want;  // a part of the error
		struct host_text host;
	} rows[] = {
		{ "test.yaml:3:16: subnets: host: this host has no default route",
		  { .interfaces = { { "lo", "", "127.0.0.1/8" }, { "eth0", "", "10.0.0.1/24" } } } },
		{ "write \"subnets: [CIDR, …]\" instead; the interfaces: lo 127.0.0.1/8; eth0 10.0.0.1/24",
		  { .interfaces = { { "lo", "", "127.0.0.1/8" }, { "eth0", "", "10.0.0.1/24" } } } },
		{ "eth0, which holds the default route, has no private prefix",
		  { .interfaces = { { "eth0", "", "203.0.113.5/24 2001:db8::5/64" } },
		    .routes = { { "0.0.0.0/0", "203.0.113.1", 1, 0 } } } },
		{ "goes through br0, which is a bridge",
		  { .interfaces = { { "br0", "bridge", "10.0.0.1/24" } },
		    .routes = { { "0.0.0.0/0", "10.0.0.9", 1, 0 } } } },
		{ "goes through wg0, which is a tunnel",
		  { .interfaces = { { "wg0", "wireguard", "10.0.0.1/24" }, { "eth0", "", "10.2.0.1/24" } },
		    .routes = { { "0.0.0.0/0", NULL, 1, 0 }, { "0.0.0.0/0", "10.2.0.9", 2, 10 } } } },
		{ "goes through eth0, which is a container's link",
		  { .interfaces = { { "eth0", "veth", "10.0.0.1/24" } },
		    .routes = { { "0.0.0.0/0", "10.0.0.9", 1, 0 } } } },
		{ "the interfaces: odd0 (gretap) 10.0.0.1/24",
		  { .interfaces = { { "odd0", "gretap", "10.0.0.1/24" } },
		    .routes = { { "0.0.0.0/0", "10.0.0.9", 1, 0 } } } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_FREE char *got = settle(of_host, &rows[i].host);
		if (!strstr(got, rows[i].want))
			fail_msg("%s", got);
	}
	AUTO_FREE char *outside = settle(PROFILE("", "cidrs: [10.20.0.0/16], subnets: host"), &plain);
	AUTO_FREE char *endpoint =
	    settle("vpcjail: 1\nnetwork: {isolation: vpc}\nvpc: {region: eu-west-1, subnets: host}\n"
		   "endpoints:\n  - {service: sts, type: interface, addresses: [10.20.1.9]}\n"
		   "  - {service: kms, type: interface, addresses: [10.20.2.9]}\n"
		   "process: {credentials: scrub}\n",
		   &plain);
	assert_non_null(strstr(endpoint, "test.yaml:6:49: endpoints: interface endpoint 10.20.2.9 lies outside"));
	assert_non_null(strstr(outside, "this host's subnet fd00:20::/64 lies outside the VPC's CIDR blocks"));
}

static const char *judge(const char *profile_text, const char *flow_text)
{
	static char reason[200];
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	CLEANUP(host_network_release) struct host_network host = { 0 };
	struct error err = { 0 };
	struct flow flow;

	fixture_load(profile_text, &profile);
	make_host(&plain, &host);
	assert_int_equal(profile_settle(&profile, &host, &err), 0);
	assert_int_equal(profile_settle(&profile, &host, &err), 0);  // a second time changes nothing
	assert_int_equal(policy_build(&profile, &policy, &err), 0);
	assert_int_equal(flow_parse(flow_text, &flow, NULL), 0);
	struct judgement judgement = policy_evaluate(&policy, &flow);
	(void)snprintf(reason, sizeof(reason), "%s%s", judgement.allowed ? "allowed" : "",
		       judgement.allowed ? "" : judgement.reason);
	return reason;
}

static void test_ways_out(void **state)
{
	static const char written[] = PROFILE("", "subnets: [10.20.1.0/24]");
	static const char grouped[] = "vpcjail: 1\nnetwork: {isolation: vpc}\nvpc: {subnets: host}\n"
				      "security-groups: {sg-a: {egress: [{to: any}]}}\nprocess: {credentials: scrub}\n";
	static const char by_pasta[] = PROFILE(", uplink: pasta", "subnets: [10.20.1.0/24]");
	static const struct {
		const char *profile, *flow, *reason;  // reason: its beginning
	} rows[] = {
		{ of_host, "tcp 10.20.1.77:22", "allowed" },
		{ of_host, "tcp [fd00:20::77]:22", "allowed" },
		{ of_host, "tcp 10.20.2.1:22", "without security groups" },
		{ of_host, "tcp 10.20.1.5:22", "this host's own address" },
		{ of_host, "tcp [fd00:20::5]:22", "this host's own address" },
		{ of_host, "tcp 10.20.1.1:443", "the host's gateway" },
		{ of_host, "icmp 10.20.1.1", "the host's gateway" },
		{ of_host, "tcp 10.20.1.8:3128", "the host's proxy" },
		{ grouped, "udp 10.20.1.2:53", "a resolver" },
		{ grouped, "tcp 10.20.1.77:53", "a resolver" },
		{ grouped, "tcp 10.20.1.77:853", "a resolver" },
		{ grouped, "udp 10.20.1.77:54", "allowed" },
		{ written, "tcp 10.20.1.5:22", "this host's own address" },
		{ written, "tcp 10.20.1.1:443", "allowed" },
		{ written, "tcp 10.20.1.8:3128", "allowed" },
		{ written, "udp 10.20.1.77:53", "port 53 of the VPC" },
		{ by_pasta, "tcp 10.20.1.5:22", "this host's own address" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = judge(rows[i].profile, rows[i].flow);
		if (strncmp(got, rows[i].reason, strlen(rows[i].reason)) != 0)
			fail_msg("%s: %s", rows[i].flow, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subnets),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_ways_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
