// SPDX-License-Identifier: GPL-2.0-or-later
// dns: the names that a profile knows.
#include "dns_wire.h"

// The addresses of a name, joined by spaces; "-" when it is not in the zone, "> NAME" for a reverse name.
static const char *addresses_of(const struct zone *zone, const char *text)
{
	static char out[512];
	const struct zone_name *name = zone_find(zone, text);
	char address[ADDRESS_TEXT_SIZE];

	if (!name)
		return "-";
	(void)snprintf(out, sizeof(out), "%s%s", name->pointer ? "> " : "", name->pointer ? name->pointer : "");
	vec_for_each (each, &name->addresses)
		(void)snprintf(out + strlen(out), sizeof(out) - strlen(out), "%s%s", *out ? " " : "",
			       address_print(each, address));
	return out;
}

static void what_a_profile_knows(void **state)
{
	static const struct {
		const char *name, *addresses;
	} rows[] = {
		{ "localhost", "127.0.0.1 ::1" },  // not the custom endpoint's
		{ "x.localhost", "127.0.0.1 ::1" },
		{ "box", "127.0.0.1" },
		{ "box.lab.example", "127.0.0.1" },
		{ "files.corp", "10.20.1.9" },
		{ "six.corp", "2001:db8::9" },
		{ "store.corp", "10.20.1.30" },
		{ "algo-1", "10.20.1.21" },
		{ "algo-2", "10.20.1.22" },
		{ "algo-3", "127.0.0.1" },
		{ "algo-4", "-" },
		{ "sts.eu-west-1.amazonaws.com", "10.20.1.15 10.20.1.16" },
		{ "sts.eu-west-2.amazonaws.com", "-" },
		{ "1234.dkr.ecr.eu-west-1.amazonaws.com", "10.20.1.17" },
		{ "a.b.dkr.ecr.eu-west-1.amazonaws.com", "10.20.1.17" },
		{ "dkr.ecr.eu-west-1.amazonaws.com", "-" },
		{ "*.dkr.ecr.eu-west-1.amazonaws.com", "10.20.1.17" },
		{ "xdkr.ecr.eu-west-1.amazonaws.com", "-" },
		{ "s3.eu-west-1.amazonaws.com", "-" },
		{ "1.0.0.127.in-addr.arpa", "> localhost" },
		{ "15.1.20.10.in-addr.arpa", "> sts.eu-west-1.amazonaws.com" },
		{ "9.1.20.10.in-addr.arpa", "> files.corp" },
		{ "21.1.20.10.in-addr.arpa", "> algo-1" },
		{ "99.1.20.10.in-addr.arpa", "-" },
		{ "9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", "> six.corp" },
		{ "com", "-" },
		{ ".", "-" },
		{ "", "-" },
		{ "*", "-" },
	};
	CLEANUP(dns_rules_release) struct dns_rules rules = { 0 };

	(void)state;
	rules_of("endpoints", "", &rules);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(addresses_of(&rules.zone, rows[i].name), rows[i].addresses) != 0)
			fail_msg("%s: %s instead of %s", rows[i].name, addresses_of(&rules.zone, rows[i].name),
				 rows[i].addresses);
}

// A job that its peers reach has its place among them, and its name leads to its own address.
static void own_place(void **state)
{
	const struct zone_facts facts = { .hostname = "box",
					  .full_name = "box",
					  .own = { FAMILY_IPV4, 0x0a630002 },         // 10.99.0.2
					  .known_as = { FAMILY_IPV4, 0x0a140116 } };  // 10.20.1.22
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(zone_release) struct zone zone = { 0 };

	(void)state;
	fixture_load("vpcjail: 1\ndescription: a\nnetwork: {isolation: full, peers: [10.20.1.23, 10.20.1.21]}\n",
		     &profile);
	zone_build(&profile, &facts, &zone);
	assert_string_equal(addresses_of(&zone, "algo-1"), "10.20.1.21");
	assert_string_equal(addresses_of(&zone, "algo-2"), "10.99.0.2");
	assert_string_equal(addresses_of(&zone, "algo-3"), "10.20.1.23");
	assert_string_equal(addresses_of(&zone, "box"), "10.99.0.2");
	assert_string_equal(addresses_of(&zone, "localhost"), "127.0.0.1");
}

static void a_job_alone(void **state)
{
	const struct zone_facts facts = { .hostname = "box", .full_name = "box" };
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(zone_hosts_release) zone_host_vec hosts = { 0 };

	(void)state;
	fixture_load("vpcjail: 1\ndescription: a\nnetwork: {isolation: full}\n", &profile);
	zone_job_hosts(&profile, &facts, &hosts);
	assert_int_equal(hosts.count, 1);
	assert_string_equal(hosts.items[0].name, "algo-1");
}

static void where_a_resolver_is_expected(void **state)
{
	static const struct {
		const char *vpc, *addresses;
	} rows[] = {
		{ "region: eu-west-1, cidrs: [10.20.0.0/16, 10.30.0.0/16, \"2001:db8::/56\"], subnets: [10.20.1.0/24]",
		  "169.254.169.253 fd00:ec2::253 10.20.0.2 10.30.0.2 " },
		{ "subnets: [10.20.1.0/24]", "" },
		{ "subnets: [10.20.1.0/24], resolver: 10.20.9.9", "10.20.9.9 " },
		{ "subnets: [10.20.1.0/24], resolver: 127.0.0.1", "" },
		{ "region: eu-west-1, subnets: [10.20.1.0/24], resolver: 10.20.1.2",
		  "10.20.1.2 169.254.169.253 fd00:ec2::253 " },
		{ "region: eu-west-1, subnets: [10.20.1.0/24], dns: none", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		dns_address_vec addresses = { 0 };
		char text[512], out[512] = "", address[ADDRESS_TEXT_SIZE];
		(void)snprintf(text, sizeof(text),
			       "vpcjail: 1\ndescription: a\nnetwork: {isolation: vpc}\nvpc: {%s}\n"
			       "process: {credentials: scrub}\n",
			       rows[i].vpc);
		fixture_load(text, &profile);
		dns_service_addresses(&profile, true, &addresses);
		vec_for_each (each, &addresses)
			(void)sprintf(out + strlen(out), "%s ", address_print(each, address));
		assert_string_equal(out, rows[i].addresses);
		addresses.count = 0;
		dns_service_addresses(&profile, false, &addresses);
		vec_for_each (each, &addresses)
			assert_int_equal(each->family, FAMILY_IPV4);
		vec_release(&addresses);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_profile_knows),
		cmocka_unit_test(own_place),
		cmocka_unit_test(a_job_alone),
		cmocka_unit_test(where_a_resolver_is_expected),
	};

	return cmocka_run_group_tests_name("dns_zone", tests, NULL, NULL);
}
