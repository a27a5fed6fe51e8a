// SPDX-License-Identifier: GPL-2.0-or-later
// net: addresses and prefixes, read and written.
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/address.h"
#include "net/prefix.h"
#include "net_random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_address_good(void **state)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "10.20.1.21", "10.20.1.21" },
		{ "1.0.0.1", "1.0.0.1" },
		{ "::", "::" },
		{ "::1", "::1" },
		{ "1::", "1::" },
		{ "FD00:EC2::253", "fd00:ec2::253" },
		{ "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },     // the first of two equal runs
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },           // the longer one
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },  // a single group is not shortened
		{ "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
		{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
		{ "0:0:3:4:5:6:7:8", "::3:4:5:6:7:8" },
		{ "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
		{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
		{ "::102:304", "::102:304" },
		{ "::ffff:0:1.2.3.4", "::ffff:0:102:304" },  // translated, not mapped
	};
	char text[ADDRESS_TEXT_SIZE];
	struct address address;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(address_parse(rows[i].text, &address, &err), 0);
		assert_string_equal(address_print(&address, text), rows[i].canonical);
	}
}

static void test_address_bad(void **state)
{
	static const struct {
		const char *text, *message;  // message: a part of it
	} rows[] = {
		{ "", "an address is missing" },
		{ "10.0.0.01", "\"01\" with a leading zero, which some programs read as octal" },
		{ "010.0.0.1", "\"010\" with a leading zero" },
		{ "00.0.0.0", "\"00\" with a leading zero" },
		{ "10.0.1", "3 of 4 parts" },
		{ "10", "1 of 4 parts" },
		{ "10.0.0.", "a part is empty" },
		{ ".10.0.0", "a part is empty" },
		{ "10..0.1", "a part is empty" },
		{ "10.0.0.1.", "more than 4 parts" },
		{ "10.0.0.1.2", "more than 4 parts" },
		{ "10.0.0.256", "\"256\" is more than 255" },
		{ "10.0.0.4294967297", "is more than 255" },
		{ "10.0.0.99999999999999999999999999999", "is more than 255" },
		{ "0x0a.0.0.1", "unexpected 'x'" },
		{ "10.0.0.-1", "unexpected '-'" },
		{ "10.0.0.+1", "unexpected '+'" },
		{ "10.0.0.1 ", "a space" },
		{ " 10.0.0.1", "a space" },
		{ "10.0.0.1\n", "unexpected byte 0x0a" },
		{ "10.0.0.1\xc2\xa0", "unexpected byte 0xc2" },
		{ "10.0.0.1/32", "has a prefix length" },
		{ "10.0.0.1:80", "has a port" },
		{ "localhost", "unexpected 'l'" },
		{ "fe80::1%eth0", "has a zone" },
		{ "[::1]", "has brackets" },
		{ "::ffff:1.2.3.4", "write it as 1.2.3.4" },
		{ "::FFFF:102:304", "write it as 1.2.3.4" },
		{ "0:0:0:0:0:ffff:1.2.3.4", "write it as 1.2.3.4" },
		{ "::1.2.3.4", "write it as 1.2.3.4" },
		{ "::0.0.0.1", "write it as 0.0.0.1" },
		{ "64:ff9b::192.0.2.033", "leading zero" },
		{ "64:ff9b::192.0.2", "3 of 4 parts" },
		{ "1.2.3.4::", "has a port" },
		{ "64:ff9b::1.2.3.4:1", "has a port" },
		{ "1:2:3:4:5:6:7:1.2.3.4", "more than 8 groups" },
		{ ":", "begins with a single ':'" },
		{ ":1:2:3:4:5:6:7", "begins with a single ':'" },
		{ "1:2:3:4:5:6:7:", "ends with a single ':'" },
		{ "1::2:", "ends with a single ':'" },
		{ ":::", "a group is empty" },
		{ "1:::2", "a group is empty" },
		{ "1::2::3", "stands in it twice" },
		{ "::1::", "stands in it twice" },
		{ "1:2:3:4:5:6:7", "7 of 8 groups" },
		{ "1:2:3:4:5:6:7:8:9", "more than 8 groups" },
		{ "1:2:3:4::5:6:7:8", "stands for none" },
		{ "::1:2:3:4:5:6:7:8", "stands for none" },
		{ "12345::", "more than 4 digits" },
		{ "00000::", "more than 4 digits" },
		{ "g::", "unexpected 'g'" },
		{ "1:g::", "unexpected 'g'" },
		{ "1g::", "unexpected 'g'" },
	};
	struct address before = { .family = FAMILY_IPV6, .bits = 7 }, address = before;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		assert_int_equal(address_parse(rows[i].text, &address, &err), -EINVAL);
		if (!strstr(err.message, rows[i].message))
			fail_msg("%s: %s", rows[i].text, err.message);
		assert_true(address_equal(&address, &before));
		assert_int_equal(address_parse(rows[i].text, &address, NULL), -EINVAL);
	}
}

// Texts made of what addresses are made of are read as inet_pton(3) reads them, except the refused IPv4 forms.
static void test_address_against_inet_pton(void **state)
{
	static const char *const pieces[] = { ":",   ":",   "::", ".",    ".",   "0",    "1",
					      "255", "256", "01", "ffff", "db8", "12345" };
	unsigned accepted = 0, refused = 0;
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 400000; i++) {
		char text[80] = "";
		unsigned separator = random_below(&seed, 2) ? 3 : 0;
		unsigned count = 1 + random_below(&seed, 17);
		for (unsigned j = 0; j < count; j++) {
			bool orderly = random_below(&seed, 12) != 0;
			unsigned piece = random_below(&seed, COUNT(pieces));
			if (orderly)
				piece = j % 2 ? separator : 5 + random_below(&seed, 3);
			strcat(text, pieces[piece]);
		}
		uint8_t expected[16], bytes[16];
		struct address address;
		bool ipv6 = strchr(text, ':') != NULL;
		bool good = inet_pton(ipv6 ? AF_INET6 : AF_INET, text, expected) == 1;
		static const uint8_t zeros[12], mapped[12] = { [10] = 0xff, [11] = 0xff };
		if (good && ipv6 &&
		    (!memcmp(expected, mapped, 12) || (strchr(text, '.') && !memcmp(expected, zeros, 12))))
			good = false;
		if ((address_parse(text, &address, NULL) == 0) != good)
			fail_msg("%s: inet_pton says %d", text, good);
		good ? accepted++ : refused++;
		if (good)
			assert_memory_equal(bytes, expected, address_to_bytes(&address, bytes));
	}
	assert_true(accepted > 10000 && refused > 10000);
}

static void test_address_identity(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		enum family family = random_below(&seed, 2) ? FAMILY_IPV4 : FAMILY_IPV6;
		uint8_t bytes[16];
		char text[ADDRESS_TEXT_SIZE], expected[INET6_ADDRSTRLEN];
		struct address again;

		// Half of the bytes zero: runs to shorten.
		for (unsigned j = 0; j < 16; j++)
			bytes[j] = random_below(&seed, 2) ? 0 : (uint8_t)random_below(&seed, 256);
		bytes[0] |= 1;  // outside the IPv4 forms
		struct address address = address_from_bytes(family, bytes);
		assert_int_equal(address_parse(address_print(&address, text), &again, NULL), 0);
		assert_true(address_equal(&address, &again));
		(void)inet_ntop(family == FAMILY_IPV4 ? AF_INET : AF_INET6, bytes, expected, sizeof(expected));
		assert_string_equal(text, expected);
	}
}

static void test_address_odd(void **state)
{
	char text[ADDRESS_TEXT_SIZE];
	static const uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff, 255, 255, 255, 255 };
	struct address address = address_from_bytes(FAMILY_IPV6, mapped), none = { 0 };
	uint8_t bytes[16];

	(void)state;
	assert_string_equal(address_print(&address, text), "::ffff:255.255.255.255");
	address = address_from_socket(mapped);
	assert_string_equal(address_print(&address, text), "255.255.255.255");
	address = address_from_socket((const uint8_t[16]){ [10] = 0xff, [15] = 1 });
	assert_int_equal(address.family, FAMILY_IPV6);
	assert_string_equal(address_print(&none, text), "none");
	assert_int_equal(address_to_bytes(&none, bytes), 0);
	assert_false(address_equal(&(struct address){ FAMILY_IPV4, 1 }, &(struct address){ FAMILY_IPV6, 1 }));
}

static void test_prefix_good(void **state)
{
	static const struct {
		const char *text, *canonical, *first, *last;
	} rows[] = {
		{ "0.0.0.0/0", "0.0.0.0/0", "0.0.0.0", "255.255.255.255" },
		{ "128.0.0.0/1", "128.0.0.0/1", "128.0.0.0", "255.255.255.255" },
		{ "10.0.0.0/8", "10.0.0.0/8", "10.0.0.0", "10.255.255.255" },
		{ "10.20.1.0/24", "10.20.1.0/24", "10.20.1.0", "10.20.1.255" },
		{ "10.0.0.2/31", "10.0.0.2/31", "10.0.0.2", "10.0.0.3" },
		{ "255.255.255.255/32", "255.255.255.255/32", "255.255.255.255", "255.255.255.255" },
		{ "10.0.0.9", "10.0.0.9/32", "10.0.0.9", "10.0.0.9" },
		{ "::/0", "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "8000::/1", "8000::/1", "8000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:DB8::/32", "2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:db8::/64", "2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff" },
		{ "::1/128", "::1/128", "::1", "::1" },
		{ "::1", "::1/128", "::1", "::1" },
	};
	char text[PREFIX_TEXT_SIZE];
	struct prefix prefix, again;
	struct address end;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(prefix_parse(rows[i].text, &prefix, NULL), 0);
		assert_string_equal(prefix_print(&prefix, text), rows[i].canonical);
		assert_int_equal(prefix_parse(text, &again, NULL), 0);
		assert_true(address_equal(&prefix.base, &again.base) && prefix.length == again.length);
		end = prefix_first(&prefix);
		assert_string_equal(address_print(&end, text), rows[i].first);
		assert_true(prefix_contains(&prefix, &end));
		end = prefix_last(&prefix);
		assert_string_equal(address_print(&end, text), rows[i].last);
		assert_true(prefix_contains(&prefix, &end));
	}
}

static void test_prefix_bad(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "an address is missing" },
		{ "/8", "an address is missing" },
		{ "10.20.1.7/24", "host bits set; write 10.20.1.0/24, or 10.20.1.7 for the one address" },
		{ "10.0.0.1/0", "write 0.0.0.0/0" },
		{ "2001:db8::1/64", "host bits set; write 2001:db8::/64" },
		{ "::1/127", "write ::/127" },
		{ "10.0.0.0/33", "from 0 to 32" },
		{ "::/129", "from 0 to 128" },
		{ "10.0.0.0/", "from 0 to 32" },
		{ "10.0.0.0/08", "from 0 to 32" },
		{ "10.0.0.0/+8", "from 0 to 32" },
		{ "10.0.0.0/-1", "from 0 to 32" },
		{ "10.0.0.0/8 ", "from 0 to 32" },
		{ "10.0.0.0/8/8", "from 0 to 32" },
		{ "10.0.0.0/255.0.0.0", "from 0 to 32" },
		{ "10.0.0.0/18446744073709551624", "from 0 to 32" },
		{ "10/8", "1 of 4 parts" },
		{ "010.0.0.0/8", "leading zero" },
		{ "::ffff:10.0.0.0/104", "write it as 10.0.0.0" },
		{ "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8", "has a prefix length" },
	};
	struct prefix prefix = { .length = 7 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		assert_int_equal(prefix_parse(rows[i].text, &prefix, &err), -EINVAL);
		if (!strstr(err.message, rows[i].message))
			fail_msg("%s: %s", rows[i].text, err.message);
		assert_int_equal(prefix.length, 7);
	}
}

static void test_prefix_contains(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool covers, contains;  // contains: the inner's base
	} rows[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", true, true },
		{ "10.0.0.0/8", "10.255.255.255", true, true },
		{ "10.0.0.0/8", "11.0.0.0", false, false },
		{ "10.0.0.0/8", "9.255.255.255", false, false },
		{ "10.0.0.0/9", "10.0.0.0/8", false, true },
		{ "0.0.0.0/0", "255.255.255.255", true, true },
		{ "0.0.0.0/0", "::1", false, false },
		{ "::/0", "0.0.0.0/0", false, false },
		{ "::/0", "ffff::/16", true, true },
		{ "2001:db8::/63", "2001:db8:0:1::/64", true, true },
		{ "2001:db8::/63", "2001:db8:0:2::/64", false, false },
	};
	struct prefix outer, inner;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(prefix_parse(rows[i].outer, &outer, NULL), 0);
		assert_int_equal(prefix_parse(rows[i].inner, &inner, NULL), 0);
		assert_int_equal(prefix_covers(&outer, &inner), rows[i].covers);
		assert_int_equal(prefix_contains(&outer, &inner.base), rows[i].contains);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address_good),
		cmocka_unit_test(test_address_bad),
		cmocka_unit_test(test_address_against_inet_pton),
		cmocka_unit_test(test_address_identity),
		cmocka_unit_test(test_address_odd),
		cmocka_unit_test(test_prefix_good),
		cmocka_unit_test(test_prefix_bad),
		cmocka_unit_test(test_prefix_contains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
