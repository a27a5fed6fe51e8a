// SPDX-License-Identifier: GPL-2.0-or-later
// nft: the counters of rules that deny, from what the kernel would say of a rule set that we made.
#include "test.h"

#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "nft/denial_counters.h"

static void begin(struct nlmsghdr **message, struct nlattr **expressions, uint8_t *bytes)
{
	*message = mnl_nlmsg_put_header(bytes);
	(*message)->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE;
	(void)mnl_nlmsg_put_extra_header(*message, sizeof(struct nfgenmsg));
	mnl_attr_put_strz(*message, NFTA_RULE_TABLE, "vpcjail");
	mnl_attr_put_strz(*message, NFTA_RULE_CHAIN, "sg_egress");
	*expressions = mnl_attr_nest_start(*message, NFTA_RULE_EXPRESSIONS);
}

static void put_counter(struct nlmsghdr *message, uint64_t packets, uint64_t bytes)
{
	struct nlattr *element = mnl_attr_nest_start(message, NFTA_LIST_ELEM), *data;

	mnl_attr_put_strz(message, NFTA_EXPR_NAME, "counter");
	data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	mnl_attr_put_u64(message, NFTA_COUNTER_BYTES, htobe64(bytes));
	mnl_attr_put_u64(message, NFTA_COUNTER_PACKETS, htobe64(packets));
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, element);
}

static void put_log(struct nlmsghdr *message, const char *prefix)
{
	struct nlattr *element = mnl_attr_nest_start(message, NFTA_LIST_ELEM), *data;

	mnl_attr_put_strz(message, NFTA_EXPR_NAME, "log");
	data = mnl_attr_nest_start(message, NFTA_EXPR_DATA);
	mnl_attr_put_strz(message, NFTA_LOG_PREFIX, prefix);
	mnl_attr_nest_end(message, data);
	mnl_attr_nest_end(message, element);
}

static void add(struct nft_dump *dump, const char *prefix, uint64_t packets, uint64_t count)
{
	uint8_t bytes[512] __attribute__((aligned(4))) = { 0 };
	struct nlmsghdr *message;
	struct nlattr *expressions;

	begin(&message, &expressions, bytes);
	if (packets)
		put_counter(message, packets, count);
	if (prefix)
		put_log(message, prefix);
	mnl_attr_nest_end(message, expressions);
	for (uint32_t i = 0; i < message->nlmsg_len; i++)
		vec_push(&dump->bytes, bytes[i]);
}

static void test_read(void **state)
{
	static const struct denial_counter wanted[] = { { "sg_egress", 3, 1, 12, 720 },
							{ "sg_egress", 3, 2, 1, 60 },
							{ "packet_egress", 1001, 1, UINT64_MAX, 5 } };
	struct nft_dump dump = { 0 };
	denial_counter_vec found = { 0 };
	struct error err = { 0 };

	(void)state;
	add(&dump, "vj1:sg_egress:3", 5, 300);
	add(&dump, NULL, 7, 7);       // counts, and is none of the denials
	add(&dump, "foreign", 7, 7);  // logs under another name
	add(&dump, "vj1:sg_egress:4", 0, 0);
	add(&dump, "vj1:sg_egress:3", 7, 420);  // its other family
	add(&dump, "vj1:sg_egress:3:2", 1, 60);
	add(&dump, "vj1:packet_egress:1001", UINT64_MAX, 5);
	if (denial_counters_read(&dump, &found, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(found.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(found.items[i].layer, wanted[i].layer);
		assert_int_equal(found.items[i].rule, wanted[i].rule);
		assert_int_equal(found.items[i].generation, wanted[i].generation);
		assert_true(found.items[i].packets == wanted[i].packets && found.items[i].bytes == wanted[i].bytes);
	}
	vec_release(&found);
	dump.bytes.count -= 4;
	assert_int_equal(denial_counters_read(&dump, &found, &err), -EBADMSG);
	vec_release(&found);
	vec_release(&dump.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
