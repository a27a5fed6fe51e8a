// SPDX-License-Identifier: GPL-2.0-or-later
// nft, audit: messages of connection tracking made by hand, whole and damaged, and the events they are.
#include "test.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "audit/flow/carried.h"

static uint8_t bytes[1024] __attribute__((aligned(4)));

struct given {
	uint8_t type;
	int family, protocol;
	const char *source, *destination;
	uint16_t ports[2];
	uint8_t icmp_type;
	uint64_t packets[2], bytes[2], started, stopped;
};

static void put_address(struct nlmsghdr *message, uint16_t type, int family, const char *text)
{
	uint8_t address[16];

	assert_int_equal(inet_pton(family, text, address), 1);
	mnl_attr_put(message, type, family == AF_INET ? 4 : 16, address);
}

static void put_tuple(struct nlmsghdr *message, const struct given *given)
{
	bool six = given->family == AF_INET6;
	struct nlattr *tuple = mnl_attr_nest_start(message, CTA_TUPLE_ORIG);
	struct nlattr *part = mnl_attr_nest_start(message, CTA_TUPLE_IP);

	put_address(message, six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, given->family, given->source);
	put_address(message, six ? CTA_IP_V6_DST : CTA_IP_V4_DST, given->family, given->destination);
	mnl_attr_nest_end(message, part);
	part = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(message, CTA_PROTO_NUM, (uint8_t)given->protocol);
	if (given->ports[0]) {
		mnl_attr_put_u16(message, CTA_PROTO_SRC_PORT, htons(given->ports[0]));
		mnl_attr_put_u16(message, CTA_PROTO_DST_PORT, htons(given->ports[1]));
	} else {
		mnl_attr_put_u8(message, six ? CTA_PROTO_ICMPV6_TYPE : CTA_PROTO_ICMP_TYPE, given->icmp_type);
		mnl_attr_put_u8(message, six ? CTA_PROTO_ICMPV6_CODE : CTA_PROTO_ICMP_CODE, 1);
	}
	mnl_attr_nest_end(message, part);
	mnl_attr_nest_end(message, tuple);
}

static struct nlmsghdr *make(const struct given *given)
{
	static const uint16_t counters[2] = { CTA_COUNTERS_ORIG, CTA_COUNTERS_REPLY };
	struct nlmsghdr *message;
	struct nlattr *part;

	memset(bytes, 0, sizeof(bytes));
	message = mnl_nlmsg_put_header(bytes);
	message->nlmsg_type = (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | given->type);
	(void)mnl_nlmsg_put_extra_header(message, sizeof(struct nfgenmsg));
	put_tuple(message, given);
	mnl_attr_put_u32(message, CTA_ID, htonl(77));
	for (size_t i = 0; i < 2; i++) {
		part = mnl_attr_nest_start(message, counters[i]);
		mnl_attr_put_u64(message, CTA_COUNTERS_PACKETS, htobe64(given->packets[i]));
		mnl_attr_put_u64(message, CTA_COUNTERS_BYTES, htobe64(given->bytes[i]));
		mnl_attr_nest_end(message, part);
	}
	part = mnl_attr_nest_start(message, CTA_TIMESTAMP);
	if (given->started)
		mnl_attr_put_u64(message, CTA_TIMESTAMP_START, htobe64(given->started));
	if (given->stopped)
		mnl_attr_put_u64(message, CTA_TIMESTAMP_STOP, htobe64(given->stopped));
	mnl_attr_nest_end(message, part);
	return message;
}

static const struct {
	struct given given;
	bool counts;  // as an event, with these own addresses: 10.0.0.9 and fd00::9
	enum direction direction;
	const char *remote;
	int64_t first, last;
} rows[] = {
	{ { IPCTNL_MSG_CT_NEW,
	    AF_INET,
	    IPPROTO_TCP,
	    "10.0.0.9",
	    "192.0.2.7",
	    { 40000, 443 },
	    0,
	    { 5, 4 },
	    { 500, 4000 },
	    1700000000123456789,
	    0 },
	  true,
	  EGRESS,
	  "192.0.2.7",
	  1700000000123,
	  1700000009000 },
	{ { IPCTNL_MSG_CT_DELETE,
	    AF_INET6,
	    IPPROTO_UDP,
	    "fd00::7",
	    "fd00::9",
	    { 53, 5353 },
	    0,
	    { 5, 4 },
	    { 500, 4000 },
	    1700000000123456789,
	    1700000001000000000 },
	  true,
	  INGRESS,
	  "fd00::7",
	  1700000000123,
	  1700000001000 },
	{ { IPCTNL_MSG_CT_NEW, AF_INET, IPPROTO_ICMP, "10.0.0.9", "192.0.2.7", { 0 }, 8, { 1, 1 }, { 84, 84 }, 0, 0 },
	  true,
	  EGRESS,
	  "192.0.2.7",
	  0,
	  1700000009000 },
	{ { IPCTNL_MSG_CT_NEW, AF_INET6, IPPROTO_ICMPV6, "fd00::9", "fd00::7", { 0 }, 128, { 1, 1 }, { 84, 84 }, 0, 0 },
	  true,
	  EGRESS,
	  "fd00::7",
	  0,
	  1700000009000 },
	// The loopback's, by either kind of address, and one that is nobody's.
	{ { IPCTNL_MSG_CT_NEW,
	    AF_INET,
	    IPPROTO_TCP,
	    "127.0.0.1",
	    "127.0.0.1",
	    { 40000, 80 },
	    0,
	    { 1, 1 },
	    { 1, 1 },
	    0,
	    0 },
	  false,
	  EGRESS,
	  NULL,
	  0,
	  0 },
	{ { IPCTNL_MSG_CT_NEW,
	    AF_INET,
	    IPPROTO_TCP,
	    "10.0.0.9",
	    "10.0.0.9",
	    { 40000, 80 },
	    0,
	    { 1, 1 },
	    { 1, 1 },
	    0,
	    0 },
	  false,
	  EGRESS,
	  NULL,
	  0,
	  0 },
	{ { IPCTNL_MSG_CT_NEW,
	    AF_INET,
	    IPPROTO_TCP,
	    "192.0.0.8",
	    "192.0.2.7",
	    { 40000, 80 },
	    0,
	    { 1, 1 },
	    { 1, 1 },
	    0,
	    0 },
	  false,
	  EGRESS,
	  NULL,
	  0,
	  0 },
};

static void test_parse(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct given *given = &rows[i].given;
		const struct nlmsghdr *message = make(given);
		struct conversation found;
		char text[ADDRESS_TEXT_SIZE];

		assert_int_equal(conversation_parse(message, message->nlmsg_len, &found), 0);
		assert_int_equal(found.ended, given->type == IPCTNL_MSG_CT_DELETE);
		assert_int_equal(found.id, 77);
		assert_int_equal(found.protocol, given->protocol);
		assert_string_equal(address_print(&found.source, text), given->source);
		assert_string_equal(address_print(&found.destination, text), given->destination);
		assert_int_equal(found.source_port, given->ports[0]);
		assert_int_equal(found.destination_port, given->ports[1]);
		assert_int_equal(found.icmp_type, given->icmp_type);
		assert_int_equal(found.icmp_code, given->ports[0] ? 0 : 1);
		assert_memory_equal(found.packets, given->packets, sizeof(found.packets));
		assert_memory_equal(found.bytes, given->bytes, sizeof(found.bytes));
		assert_true(found.started == given->started && found.stopped == given->stopped);
	}
}

static void test_events(void **state)
{
	struct address own[2] = { { 0 }, { 0 } };

	(void)state;
	assert_int_equal(address_parse("10.0.0.9", &own[0], NULL), 0);
	assert_int_equal(address_parse("fd00::9", &own[1], NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct given *given = &rows[i].given;
		const struct nlmsghdr *message = make(given);
		struct conversation found;
		struct event event = { .id = 5 };
		size_t sent = rows[i].direction == EGRESS ? 0 : 1;
		char text[ADDRESS_TEXT_SIZE];

		assert_int_equal(conversation_parse(message, message->nlmsg_len, &found), 0);
		assert_int_equal(carried_event(&found, own, 1700000009000, &event), rows[i].counts);
		if (!rows[i].counts) {
			assert_int_equal(event.id, 5);
			continue;
		}
		assert_int_equal(event.kind, EVENT_FLOW);
		assert_int_equal(event.flow.direction, rows[i].direction);
		assert_string_equal(address_print(&event.flow.remote, text), rows[i].remote);
		assert_string_equal(address_print(&event.local, text), sent ? given->destination : given->source);
		assert_int_equal(event.flow.protocol, given->protocol);
		assert_int_equal(event.flow.source_port, given->ports[0]);
		assert_int_equal(event.flow.destination_port, given->ports[1]);
		assert_int_equal(event.flow.icmp_type, given->icmp_type);
		assert_int_equal(event.count, given->packets[sent]);
		assert_int_equal(event.bytes, given->bytes[sent]);
		assert_int_equal(event.reply_packets, given->packets[!sent]);
		assert_int_equal(event.reply_bytes, given->bytes[!sent]);
		assert_true(event.first == rows[i].first && event.last == rows[i].last);
	}
}

// No link, no conversation; an address that is not there is nobody's.
static void test_no_link(void **state)
{
	const struct nlmsghdr *message = make(&rows[0].given);
	const struct address none[2] = { { 0 }, { 0 } };
	struct conversation found;
	struct event event;

	(void)state;
	assert_int_equal(conversation_parse(message, message->nlmsg_len, &found), 0);
	assert_false(carried_event(&found, none, 1, &event));
}

static void test_foreign(void **state)
{
	static const uint16_t types[] = { NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
					  NFNL_SUBSYS_CTNETLINK_EXP << 8, NFNL_SUBSYS_ULOG << 8, NLMSG_DONE };
	struct conversation found = { .id = 5 };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct nlmsghdr *message = make(&rows[0].given);

		message->nlmsg_type = types[i];
		assert_int_equal(conversation_parse(message, message->nlmsg_len, &found), -EBADMSG);
		assert_int_equal(found.id, 5);
	}
}

// Whole, and something behind it that is no attribute.
static void test_trailing(void **state)
{
	struct nlmsghdr *message = make(&rows[0].given);
	struct conversation found = { .id = 5 };

	(void)state;
	memset(bytes + message->nlmsg_len, 0xff, 4);
	message->nlmsg_len += 4;
	assert_int_equal(conversation_parse(message, message->nlmsg_len, &found), -EBADMSG);
	assert_int_equal(found.id, 5);
}

// Cut anywhere, and each byte changed to a few others: an answer, and no access outside (sanitizers).
static void test_damaged(void **state)
{
	static const uint8_t others[] = { 0x00, 0x01, 0x04, 0x7f, 0x80, 0xff };
	struct conversation found;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t length = make(&rows[i].given)->nlmsg_len;

		for (size_t at = 0; at < length; at++) {
			uint8_t *copy = malloc(at ? at : 1);

			memcpy(copy, bytes, at);
			assert_int_equal(conversation_parse(copy, at, &found), -EBADMSG);
			free(copy);
			for (size_t j = 0; j < sizeof(others); j++) {
				copy = malloc(length);
				memcpy(copy, bytes, length);
				copy[at] = others[j];
				(void)conversation_parse(copy, length, &found);
				free(copy);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parse),   cmocka_unit_test(test_events),
					    cmocka_unit_test(test_no_link), cmocka_unit_test(test_foreign),
					    cmocka_unit_test(test_damaged), cmocka_unit_test(test_trailing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
