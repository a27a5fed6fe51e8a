// SPDX-License-Identifier: GPL-2.0-or-later
// plan: leases of two DHCP clients, and the addresses of a command line.
#include "test.h"

#include <string.h>

#include "base/cleanup.h"
#include "plan/link_request.h"

#define BLOCK(address)                                                                                                 \
	"lease {\n  interface \"eth1\";\n  fixed-address " address ";\n  option subnet-mask 255.255.255.0;\n"          \
	"  option routers 10.0.1.1,10.0.1.2;\n  option domain-name \"a \\\"b; }\";\n  renew 5 2026/11/27 12:00:00;\n"  \
	"  expire 5 2026/11/27 18:06:57;\n}\n"

static int parse(const char *text, struct lease *lease, struct error *err)
{
	return lease_parse(text, strlen(text), lease, err);
}

static void expect(const char *text, const char *address, unsigned length, const char *router)
{
	struct lease lease = { 0 };
	struct error err = { 0 };
	char out[ADDRESS_TEXT_SIZE];

	if (parse(text, &lease, &err) < 0)
		fail_msg("%s: %s", text, err.message);
	assert_string_equal(address_print(&lease.own.address, out), address);
	assert_int_equal(lease.own.length, length);
	if (router)
		assert_string_equal(address_print(&lease.router, out), router);
	else
		assert_int_equal(lease.router.family, FAMILY_NONE);
}

static void test_dhclient(void **state)
{
	struct lease lease;

	(void)state;
	expect(BLOCK("10.0.1.50"), "10.0.1.50", 24, "10.0.1.1");
	expect("default-duid \"\\000\\001x\";\n" BLOCK("10.0.1.50") BLOCK("10.0.1.51"), "10.0.1.51", 24, "10.0.1.1");
	expect("# a comment {\nlease6 { ia-na 1:2:3:4 { iaaddr fd00::5 { starts 1; } } }\n" BLOCK("10.0.1.52"),
	       "10.0.1.52", 24, "10.0.1.1");
	expect("lease{fixed-address 10.0.1.9;option subnet-mask 255.255.255.255;}", "10.0.1.9", 32, NULL);
	assert_int_equal(parse(BLOCK("10.0.1.50"), &lease, NULL), 0);
	assert_true(lease.ends && !lease.from_file_time);
	assert_int_equal(lease.end, 1795802817);  // date -u -d '2026-11-27 18:06:57' +%s
	assert_int_equal(
	    parse("lease { fixed-address 10.0.1.9; option subnet-mask 255.0.0.0; expire never; }", &lease, NULL), 0);
	assert_false(lease.ends);
	assert_int_equal(
	    parse("lease { fixed-address 10.0.1.9; option subnet-mask 255.0.0.0; expire epoch 86400; # x\n}", &lease,
		  NULL),
	    0);
	assert_int_equal(lease.end, 86400);
	assert_int_equal(
	    parse("lease { fixed-address 10.0.1.9; option subnet-mask 255.0.0.0; expire 4 2000/02/29 00:00:00; }",
		  &lease, NULL),
	    0);
	assert_int_equal(lease.end, 951782400);  // a leap day
}

static void test_networkd(void **state)
{
	struct lease lease;

	(void)state;
	expect("# This is private data. Do not parse.\nADDRESS=10.0.1.50\nNETMASK=255.255.252.0\n"
	       "ROUTER=10.0.1.1 10.0.1.2\nSERVER_ADDRESS=10.0.1.1\nLIFETIME=3600\nCLIENTID=ff:a b",
	       "10.0.1.50", 22, "10.0.1.1");
	assert_int_equal(parse("ADDRESS=10.0.1.50\nNETMASK=255.255.255.0\nLIFETIME=3600\n", &lease, NULL), 0);
	assert_true(lease.ends && lease.from_file_time && lease.end == 3600);
	assert_int_equal(parse("ADDRESS=10.0.1.50\nNETMASK=255.255.255.0\nLIFETIME=4294967295\n", &lease, NULL), 0);
	assert_false(lease.ends);
}

static void test_wrong(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "line 1: there is no IPv4 lease in the file" },
		{ "lease6 { }", "line 1: there is no IPv4 lease in the file" },
		{ "lease 10.0.0.1 { }", "line 1: a block is expected: this looks like a DHCP server's file" },
		{ "lease {\n  fixed-address 10.0.1.9;\n}", "line 3: the last lease has no subnet mask" },
		{ "lease {\n  option subnet-mask 255.0.0.0;\n}", "line 3: the last lease has no address" },
		{ BLOCK("10.0.1.50") "lease { }", "line 10: the last lease has no address" },
		{ "lease {\n  fixed-address 10.0.1.9;\n", "line 3: the file ends in the middle of a statement" },
		{ "lease {\n  fixed-address 10.0.1;\n}", "line 2: this is no IPv4 address" },
		{ "lease {\n  fixed-address fd00::1;\n}", "line 2: this is no IPv4 address" },
		{ "lease { fixed-address 10.0.1.9 10.0.1.8; }", "line 1: a \";\" is missing" },
		{ "lease { fixed-address 10.0.1.9; fixed-address 10.0.1.8; }", "line 1: a second address" },
		{ "lease { option subnet-mask 255.0.255.0; }", "line 1: this is no subnet mask" },
		{ "lease { option; }", "line 1: an option without a name" },
		{ "lease { expire 7 2026/11/27 18:06:57; }", "line 1: this is no time" },
		{ "lease { expire 4 2026/13/27 18:06:57; }", "line 1: this is no time" },
		{ "lease { expire 4 2026/11/27; }", "line 1: this is no time" },
		{ "lease { expire epoch -1; }", "line 1: this is no number of seconds" },
		{ "lease { interface \"eth0; }", "line 1: a text without its end" },
		{ "}", "line 1: a \"}\" without a block" },
		{ "lease { fixed-address 10.0.1.9\x01; }", "line 1: an address is missing" },
		{ "ADDRESS=10.0.1.50\n", "line 2: the last lease has no subnet mask" },
		{ "ADDRESS=10.0.1.50\nADDRESS=10.0.1.51\n", "line 2: a second address" },
		{ "ADDRESS=10.0.1.50\nnonsense\n", "line 2: KEY=value is expected" },
		{ "NETMASK=24\n", "line 1: this is no IPv4 address" },
		{ "ADDRESS=10.0.1.50\nNETMASK=255.0.0.0\nLIFETIME=1h\n", "line 3: this is no number of seconds" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lease lease = { .end = 7 };
		struct error err = { 0 };

		if (parse(rows[i].text, &lease, &err) == 0)
			fail_msg("taken: %s", rows[i].text);
		if (strncmp(err.message, rows[i].message, strlen(rows[i].message)) != 0)
			fail_msg("%s: said \"%s\", wanted \"%s\"", rows[i].text, err.message, rows[i].message);
		assert_int_equal(lease.end, 7);
	}
}

// The words of --address (A), --gateway (G) and --lease's address (L) in turn; the message, or NULL.
static void test_request(void **state)
{
	static const struct {
		const char *words[3], *message;
	} rows[] = {
		{ { "A10.0.1.50/24", "G10.0.1.1", "Afd00::5/64" }, NULL },
		{ { "A10.0.1.50/31" }, NULL },
		{ { "A10.0.1.50/32" }, NULL },
		{ { "L10.0.1.50/24", "Afd00::5/64" }, NULL },
		{ { "A10.0.1.50" }, "--address 10.0.1.50: the subnet's length is missing" },
		{ { "A10.0.1.50/33" }, "--address 10.0.1.50/33: \"33\" is no length of a subnet" },
		{ { "A10.0.1.50/024" }, "--address 10.0.1.50/024: \"024\" is no length of a subnet" },
		{ { "A10.0.1.50/0" }, "--address 10.0.1.50/0: it is the subnet itself" },
		{ { "A10.0.1.0/24" }, "--address 10.0.1.0/24: it is the subnet itself" },
		{ { "A10.0.1.255/24" }, "--address 10.0.1.255/24: it is the subnet itself or its broadcast address" },
		{ { "A127.0.0.1/8" }, "--address 127.0.0.1/8: it is loopback, and no host's" },
		{ { "A224.0.0.5/24" }, "--address 224.0.0.5/24: it is a group's, and no host's" },
		{ { "A::1/64" }, "--address ::1/64: it is loopback, and no host's" },
		{ { "Aff02::1/64" }, "--address ff02::1/64: it is a group's, and no host's" },
		{ { "Afe80::1/64" }, "--address fe80::1/64: it means something on one link alone" },
		{ { "Agpu1/24" }, "--address gpu1/24: " },
		{ { "A10.0.1.50/24", "A10.0.1.51/24" }, "--address 10.0.1.51/24: there is an IPv4 address already" },
		{ { "G10.0.1.1/24" }, "--gateway 10.0.1.1/24: a router is one address" },
		{ { "G10.0.1.1", "G10.0.1.2" }, "--gateway 10.0.1.2: there is an IPv4 gateway already" },
		{ { "G0.0.0.0" }, "--gateway 0.0.0.0: it is \"this network\", and no router's" },
		{ { "G10.0.1.1" }, "--gateway 10.0.1.1 without an IPv4 --address" },
		{ { "Afd00::5/64", "G10.0.1.1" }, "--gateway 10.0.1.1 without an IPv4 --address" },
		{ { "A10.0.1.50/24", "L10.0.1.51/24" }, "both --lease and an IPv4 --address" },
		{ { "L10.0.1.0/24" }, "the lease: --address 10.0.1.0/24: it is the subnet itself" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct link_request request = { 0 };
		struct error err = { 0 };
		int result = 0;

		for (size_t word = 0; word < 3 && rows[i].words[word] && result == 0; word++) {
			const char *text = rows[i].words[word] + 1;
			struct lease lease = { 0 };

			if (rows[i].words[word][0] == 'L') {
				AUTO_FREE char *address = memory_copy_bytes(text, strcspn(text, "/"));
				assert_int_equal(address_parse(address, &lease.own.address, NULL), 0);
				lease.own.length = 24;
			}
			result = rows[i].words[word][0] == 'A'   ? link_request_address(&request, text, &err)
				 : rows[i].words[word][0] == 'G' ? link_request_gateway(&request, text, &err)
								 : link_request_lease(&request, &lease, &err);
		}
		if (result == 0)
			result = link_request_check(&request, &err);
		if (!rows[i].message && result < 0)
			fail_msg("row %zu: %s", i, err.message);
		if (rows[i].message &&
		    (result == 0 || strncmp(err.message, rows[i].message, strlen(rows[i].message)) != 0))
			fail_msg("row %zu: said \"%s\", wanted \"%s\"", i, result ? err.message : "", rows[i].message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_dhclient), cmocka_unit_test(test_networkd),
					    cmocka_unit_test(test_wrong), cmocka_unit_test(test_request) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
