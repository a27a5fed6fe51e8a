// SPDX-License-Identifier: GPL-2.0-or-later
// nft: reading the kernel's log, from messages made by hand, whole and damaged.
#include "test.h"

#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <stdlib.h>
#include <string.h>

#include "nft/log_event.h"

// 10.0.0.2:40000 → 192.0.2.1:443, TCP.
static const uint8_t tcp4[] = { 0x45, 0, 0, 40, 0,   1, 0x40, 0, 64,   6,    0, 0,
				10,   0, 0, 2,  192, 0, 2,    1, 0x9c, 0x40, 1, 0xbb };
// The same as the last fragment of something: no ports.
static const uint8_t fragment4[] = { 0x45, 0, 0, 40, 0,   1, 0, 9, 64,   17,   0, 0,
				     10,   0, 0, 2,  192, 0, 2, 1, 0x9c, 0x40, 1, 0xbb };
// Echo request.
static const uint8_t icmp4[] = { 0x45, 0, 0, 28, 0, 1, 0, 0, 64, 1, 0, 0, 10, 0, 0, 2, 192, 0, 2, 1, 8, 0, 0, 0 };
// 2001:db8::2:40000 → 2001:db8::1:53, UDP, behind destination options.
static const uint8_t udp6[] = {
	0x60, 0, 0,  0, 0, 16,   60, 64,  0x20, 1, 0xd,  0xb8, 0, 0,  0, 0, 0, 0, 0,
	0,    0, 0,  0, 2, 0x20, 1,  0xd, 0xb8, 0, 0,    0,    0, 0,  0, 0, 0, 0, 0,
	0,    1, 17, 0, 1, 4,    0,  0,   0,    0, 0x9c, 0x40, 0, 53, 0, 8, 0, 0,
};

static uint8_t bytes[1024] __attribute__((aligned(4)));

static struct nlmsghdr *make(uint8_t family, uint8_t hook, const char *prefix, const uint8_t *packet, size_t length)
{
	const struct nfulnl_msg_packet_hdr header = { .hook = hook };
	const struct nfulnl_msg_packet_timestamp stamp = { htobe64(1700000000), htobe64(5) };
	struct nlmsghdr *message;
	struct nfgenmsg *extra;

	memset(bytes, 0, sizeof(bytes));
	message = mnl_nlmsg_put_header(bytes);
	message->nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET;
	extra = mnl_nlmsg_put_extra_header(message, sizeof(*extra));
	extra->nfgen_family = family;
	mnl_attr_put(message, NFULA_PACKET_HDR, sizeof(header), &header);
	mnl_attr_put_strz(message, NFULA_PREFIX, prefix);
	mnl_attr_put_u32(message, NFULA_UID, htobe32(1000));
	mnl_attr_put(message, NFULA_TIMESTAMP, sizeof(stamp), &stamp);
	mnl_attr_put(message, NFULA_PAYLOAD, length, packet);
	return message;
}

static const struct {
	uint8_t family, hook;
	const char *prefix;
	const uint8_t *packet;
	size_t length;
	const char *layer;
	unsigned rule;
	const char *flow;
	uint16_t source_port;
	uint32_t generation;  // 0: the first
	uint32_t bytes;       // 0: 40
} rows[] = {
	{ NFPROTO_IPV4, NF_INET_LOCAL_OUT, "vj1:isolation_egress:1", tcp4, sizeof(tcp4), "isolation_egress", 1,
	  "tcp 192.0.2.1:443", 40000 },
	{ NFPROTO_IPV4, NF_INET_LOCAL_IN, "vj1:sg_ingress:12", tcp4, sizeof(tcp4), "sg_ingress", 12, "tcp 10.0.0.2:443",
	  40000 },
	{ NFPROTO_IPV4, NF_INET_LOCAL_OUT, "vj1:packet_egress:1002", fragment4, sizeof(fragment4), "packet_egress",
	  1002, "udp 192.0.2.1:0", 0 },
	{ NFPROTO_IPV4, NF_INET_LOCAL_OUT, "vj1:isolation_egress:1:7", tcp4, sizeof(tcp4), "isolation_egress", 1,
	  "tcp 192.0.2.1:443", 40000, 7 },
	{ NFPROTO_IPV4, NF_INET_LOCAL_OUT, "vj1:sg_egress:3", tcp4, 20, "sg_egress", 3, "tcp 192.0.2.1:0", 0 },
	{ NFPROTO_IPV6, NF_INET_LOCAL_OUT, "vj1:sg_egress:3", udp6, sizeof(udp6), "sg_egress", 3,
	  "udp [2001:db8::1]:53", 40000, 0, 56 },
};

static void test_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct nlmsghdr *message =
		    make(rows[i].family, rows[i].hook, rows[i].prefix, rows[i].packet, rows[i].length);
		struct log_event event;
		char text[FLOW_TEXT_SIZE];

		assert_int_equal(log_event_parse(message, message->nlmsg_len, &event), 0);
		assert_string_equal(event.layer, rows[i].layer);
		assert_int_equal(event.rule, rows[i].rule);
		assert_int_equal(event.generation, rows[i].generation ? rows[i].generation : 1);
		assert_string_equal(flow_print(&event.flow, text), rows[i].flow);
		assert_int_equal(event.flow.source_port, rows[i].source_port);
		assert_int_equal(event.length, rows[i].bytes ? rows[i].bytes : 40);
		assert_true(event.has_uid);
		assert_int_equal(event.uid, 1000);
		assert_true(event.nanoseconds == 1700000000000005000);
	}
}

static void test_icmp(void **state)
{
	const struct nlmsghdr *message = make(NFPROTO_IPV4, NF_INET_LOCAL_OUT, "vj1:sg_egress:3", icmp4, sizeof(icmp4));
	struct log_event event;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_int_equal(log_event_parse(message, message->nlmsg_len, &event), 0);
	assert_int_equal(event.flow.protocol, IPPROTO_ICMP);
	assert_int_equal(event.flow.icmp_type, 8);
	assert_int_equal(event.flow.icmp_code, 0);
	assert_string_equal(address_print(&event.local, text), "10.0.0.2");
}

static void test_foreign(void **state)
{
	static const char *const prefixes[] = {
		"",
		"vj1",
		"vj1:",
		"vj1::1",
		"vj1:sg_egress",
		"vj1:sg_egress:",
		"vj1:sg_egress:x",
		"vj1:sg_egress:-1",
		"vj1:sg_egress:4294967296",
		"vj1:sg_egress:1:",
		"vj1:sg_egress:1:1",
		"vj1:sg_egress:1:x",
		"vj1:sg_egress:1:4294967296",
		"vj1:sg_egress:1:2:3",
		"vj1:sg_egress:00000000000000001:2",
		"vj1:sg\033[2J:1",
		"vj2:sg_egress:1",
		"vj1:sg_egress:1 ",
		"vj1:a_name_that_is_longer_than_any_layer_has:1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		const struct nlmsghdr *message = make(NFPROTO_IPV4, NF_INET_LOCAL_OUT, prefixes[i], tcp4, sizeof(tcp4));
		struct log_event event = { .rule = 77 };

		if (log_event_parse(message, message->nlmsg_len, &event) != -EBADMSG)
			fail_msg("%s", prefixes[i]);
		assert_int_equal(event.rule, 77);
	}
}

// Cut anywhere, and each byte changed to a few others: an answer, and no access outside (sanitizers).
static void test_damaged(void **state)
{
	static const uint8_t others[] = { 0x00, 0x01, 0x04, 0x7f, 0x80, 0xff };
	struct log_event event;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t length =
		    make(rows[i].family, rows[i].hook, rows[i].prefix, rows[i].packet, rows[i].length)->nlmsg_len;

		for (size_t at = 0; at < length; at++) {
			uint8_t *copy = malloc(at ? at : 1);

			memcpy(copy, bytes, at);
			assert_int_equal(log_event_parse(copy, at, &event), -EBADMSG);
			free(copy);
			for (size_t j = 0; j < sizeof(others); j++) {
				copy = malloc(length);
				memcpy(copy, bytes, length);
				copy[at] = others[j];
				log_event_parse(copy, length, &event);
				free(copy);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
