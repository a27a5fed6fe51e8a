// SPDX-License-Identifier: GPL-2.0-or-later
// net: ports, protocols and flows, read and written.
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/flow.h"
#include "net/port_range.h"
#include "net_random.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void test_port_good(void **state)
{
	static const struct {
		const char *text;
		uint16_t first, last;
		const char *canonical;
	} rows[] = {
		{ "1", 1, 1, "1" },
		{ "443", 443, 443, "443" },
		{ "65535", 65535, 65535, "65535" },
		{ "8000-8100", 8000, 8100, "8000-8100" },
		{ "1-65535", 1, 65535, "1-65535" },
		{ "22-22", 22, 22, "22" },
	};
	struct port_range range;
	char text[12];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(port_range_parse(rows[i].text, &range, NULL), 0);
		assert_int_equal(range.first, rows[i].first);
		assert_int_equal(range.last, rows[i].last);
		assert_string_equal(port_range_print(&range, text), rows[i].canonical);
	}
	range = (struct port_range){ 10000, 65535 };
	assert_string_equal(port_range_print(&range, text), "10000-65535");
}

static void test_port_bad(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "is not a port" },
		{ "0", "1 to 65535" },
		{ "0-10", "1 to 65535" },
		{ "65536", "1 to 65535" },
		{ "1-65536", "1 to 65535" },
		{ "99999999999", "1 to 65535" },
		{ "999999999999999999", "is not a port" },
		{ "8100-8000", "write 8000-8100" },
		{ "080", "is not a port" },
		{ "+80", "is not a port" },
		{ "-80", "is not a port" },
		{ "80-", "is not a port" },
		{ "80-90-100", "is not a port" },
		{ "80 -90", "is not a port" },
		{ "80:90", "is not a port" },
		{ "http", "is not a port" },
	};
	struct port_range range = { 7, 7 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		assert_int_equal(port_range_parse(rows[i].text, &range, &err), -EINVAL);
		if (!strstr(err.message, rows[i].message))
			fail_msg("%s: %s", rows[i].text, err.message);
		assert_int_equal(range.first, 7);
	}
}

// Merging against one flag a port, near both ends of the numbers.
static void test_ports_normalize(void **state)
{
	static const unsigned bases[] = { 1, 8000, 65535 - 63 };
	uint64_t seed = 4;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		unsigned base = bases[round % COUNT(bases)];
		bool has[64] = { false };
		port_range_vec ranges = { 0 };

		for (unsigned i = random_below(&seed, 10); i; i--) {
			unsigned first = random_below(&seed, 64), length = random_below(&seed, 64 - first) / 2;
			vec_push(&ranges,
				 (struct port_range){ (uint16_t)(base + first), (uint16_t)(base + first + length) });
			memset(has + first, true, length + 1);
		}
		port_ranges_normalize(&ranges);
		for (unsigned i = 0; i < 64; i++)
			assert_int_equal(port_ranges_contain(&ranges, (uint16_t)(base + i)), has[i]);
		assert_false(port_ranges_contain(&ranges, (uint16_t)(base + 64)));
		assert_false(port_ranges_contain(&ranges, (uint16_t)(base - 1)));
		for (size_t i = 1; i < ranges.count; i++)
			assert_true(ranges.items[i].first > ranges.items[i - 1].last + 1);
		vec_release(&ranges);
	}
}

static void test_protocol(void **state)
{
	static const struct {
		const char *text;
		int result, protocol;
		const char *canonical;  // or a part of the message
	} rows[] = {
		{ "tcp", 0, IPPROTO_TCP, "tcp" },
		{ "udp", 0, IPPROTO_UDP, "udp" },
		{ "icmp", 0, IPPROTO_ICMP, "icmp" },
		{ "icmpv6", 0, IPPROTO_ICMPV6, "icmpv6" },
		{ "all", 0, PROTOCOL_ALL, "all" },
		{ "-1", 0, PROTOCOL_ALL, "all" },
		{ "0", 0, 0, "0" },
		{ "6", 0, IPPROTO_TCP, "tcp" },
		{ "50", 0, IPPROTO_ESP, "50" },
		{ "255", 0, 255, "255" },
		{ "256", -EINVAL, 0, "a number 0-255" },
		{ "06", -EINVAL, 0, "a number 0-255" },
		{ "-2", -EINVAL, 0, "is not a protocol" },
		{ "", -EINVAL, 0, "is not a protocol" },
		{ "tpc", -EINVAL, 0, "did you mean \"tcp\"" },
		{ "icmp6", -EINVAL, 0, "did you mean \"icmp" },
		{ "tcp ", -EINVAL, 0, "is not a protocol" },
	};
	char text[12];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		int protocol = 7;
		assert_int_equal(protocol_parse(rows[i].text, &protocol, &err), rows[i].result);
		if (rows[i].result == 0) {
			assert_int_equal(protocol, rows[i].protocol);
			assert_string_equal(protocol_print(protocol, text), rows[i].canonical);
		} else {
			assert_int_equal(protocol, 7);
			if (!strstr(err.message, rows[i].canonical))
				fail_msg("%s: %s", rows[i].text, err.message);
		}
	}
}

static void test_flow_good(void **state)
{
	static const struct {
		const char *text;
		struct flow flow;
		const char *canonical;
	} rows[] = {
		{ "tcp 52.216.1.1:443", { .protocol = IPPROTO_TCP, .destination_port = 443 }, "tcp 52.216.1.1:443" },
		{ "6 52.216.1.1:443", { .protocol = IPPROTO_TCP, .destination_port = 443 }, "tcp 52.216.1.1:443" },
		{ " udp  [2001:DB8::1]:53 ",
		  { .protocol = IPPROTO_UDP, .destination_port = 53 },
		  "udp [2001:db8::1]:53" },
		{ "icmp 10.0.0.9", { .protocol = IPPROTO_ICMP, .icmp_type = 8 }, "icmp 10.0.0.9" },
		{ "icmp 10.0.0.9 type 8 code 0", { .protocol = IPPROTO_ICMP, .icmp_type = 8 }, "icmp 10.0.0.9" },
		{ "icmp 10.0.0.9 type 3", { .protocol = IPPROTO_ICMP, .icmp_type = 3 }, "icmp 10.0.0.9 type 3 code 0" },
		{ "icmp 10.0.0.9 type 3 code 4",
		  { .protocol = IPPROTO_ICMP, .icmp_type = 3, .icmp_code = 4 },
		  "icmp 10.0.0.9 type 3 code 4" },
		{ "icmpv6 ::1", { .protocol = IPPROTO_ICMPV6, .icmp_type = 128 }, "icmpv6 ::1" },
		{ "icmpv6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff type 255 code 255",
		  { .protocol = IPPROTO_ICMPV6, .icmp_type = 255, .icmp_code = 255 },
		  "icmpv6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff type 255 code 255" },
		{ "50 10.0.0.9", { .protocol = IPPROTO_ESP }, "50 10.0.0.9" },
		{ "47 2001:db8::1", { .protocol = IPPROTO_GRE }, "47 2001:db8::1" },
	};
	char text[FLOW_TEXT_SIZE], address[ADDRESS_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow flow = {
			.direction = INGRESS, .source_port = 1, .state = FLOW_ESTABLISHED, .loopback = true
		};
		struct error err = { 0 };
		if (flow_parse(rows[i].text, &flow, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.message);
		assert_int_equal(flow.direction, EGRESS);
		assert_int_equal(flow.state, FLOW_NEW);
		assert_false(flow.loopback);
		assert_int_equal(flow.source_port, 0);
		assert_int_equal(flow.protocol, rows[i].flow.protocol);
		assert_int_equal(flow.destination_port, rows[i].flow.destination_port);
		assert_int_equal(flow.icmp_type, rows[i].flow.icmp_type);
		assert_int_equal(flow.icmp_code, rows[i].flow.icmp_code);
		assert_string_equal(flow_print(&flow, text), rows[i].canonical);
		assert_non_null(strstr(text, address_print(&flow.remote, address)));
	}
}

static void test_flow_bad(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "write for example \"tcp 52.216.1.1:443\"" },
		{ "tcp", "is not a flow" },
		{ "tcp 10.0.0.1", "is not a flow" },
		{ "tcp 10.0.0.1:", "is not a port" },
		{ "tcp 10.0.0.1:0", "1 to 65535" },
		{ "tcp 10.0.0.1:80-90", "is not a flow" },
		{ "tcp 10.0.0.1:80 now", "is not a flow" },
		{ "tcp :80", "an address is missing" },
		{ "tcp []:80", "an address is missing" },
		{ "tcp [:80", "is not a flow" },
		{ "tcp [::1]80", "is not a flow" },
		{ "tcp [::1]", "is not a flow" },
		{ "tcp [10.0.0.1]:80", "is not a flow" },
		{ "tcp 2001:db8::1:80", "is not a flow" },
		{ "tcp [::ffff:1.2.3.4]:80", "write it as 1.2.3.4" },
		{ "tcp 010.0.0.1:80", "octal" },
		{ "all 10.0.0.1", "is not a flow" },
		{ "tpc 10.0.0.1:80", "did you mean \"tcp\"" },
		{ "icmp 10.0.0.1:80", "has a port" },
		{ "icmp ::1", "write icmpv6" },
		{ "icmpv6 10.0.0.1", "write icmp for it" },
		{ "icmp 10.0.0.1 type", "is not a flow" },
		{ "icmp 10.0.0.1 type 256", "from 0 to 255" },
		{ "icmp 10.0.0.1 type 8 code", "is not a flow" },
		{ "icmp 10.0.0.1 type 8 code x", "from 0 to 255" },
		{ "icmp 10.0.0.1 code 8", "is not a flow" },
		{ "icmp 10.0.0.1 code 8 type 0", "is not a flow" },
		{ "icmp 10.0.0.1 type 8 code 0 x", "is not a flow" },
		{ "50 10.0.0.1 type 8", "is not a flow" },
		{ "50 10.0.0.0/8", "has a prefix length" },
	};
	struct flow flow = { .source_port = 7 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };
		assert_int_equal(flow_parse(rows[i].text, &flow, &err), -EINVAL);
		if (!strstr(err.message, rows[i].message))
			fail_msg("%s: %s", rows[i].text, err.message);
		assert_int_equal(flow.source_port, 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_port_good),       cmocka_unit_test(test_port_bad),
		cmocka_unit_test(test_ports_normalize), cmocka_unit_test(test_protocol),
		cmocka_unit_test(test_flow_good),       cmocka_unit_test(test_flow_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
