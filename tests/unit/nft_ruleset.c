// SPDX-License-Identifier: GPL-2.0-or-later
// nft: the text of every golden profile, the bytes of its batches, and what a comparison must notice.
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "base/sha256.h"
#include "nft_profile.h"

// Calls test for each profile of tests/golden/nft; returns how many there were.
static unsigned each_profile(void (*test)(const char *path))
{
	AUTO_FREE char *folder = memory_format("%s/tests/golden/nft", getenv("VPCJAIL_SOURCE"));
	DIR *entries = opendir(folder);
	unsigned count = 0;
	struct dirent *entry;

	assert_non_null(entries);
	while ((entry = readdir(entries))) {
		AUTO_FREE char *path = memory_format("%s/%s", folder, entry->d_name);

		if (strlen(path) < 5 || strcmp(path + strlen(path) - 5, ".yaml") != 0)
			continue;
		test(path);
		count++;
	}
	closedir(entries);
	return count;
}

static struct ruleset *golden_ruleset(const char *name)
{
	AUTO_FREE char *path = memory_format("%s/tests/golden/nft/%s.yaml", getenv("VPCJAIL_SOURCE"), name);
	struct ruleset *ruleset = nft_profile_ruleset(path);

	assert_non_null(ruleset);
	return ruleset;
}

static void golden_one(const char *path)
{
	struct ruleset *ruleset = nft_profile_ruleset(path);
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	AUTO_FREE char *expected_path = memory_format("%.*s.nft", (int)strlen(path) - 5, path);
	AUTO_FREE char *expected = NULL;
	size_t length;
	struct error err;

	assert_non_null(ruleset);
	ruleset_print(ruleset, &text);
	if (io_read_file(expected_path, 1 << 20, &expected, &length, &err))
		fail_msg("%s", err.message);
	assert_string_equal(strbuf_text(&text), expected);
	ruleset_free(ruleset);
}

static void test_golden(void **state)
{
	(void)state;
	assert_true(each_profile(golden_one) >= 12);
}

// The same profiles in an audit, those that have a text of that: the rule set, and the host's side of its link.
static unsigned audits;

static void golden_audit(const char *path)
{
	AUTO_FREE char *expected_path = memory_format("%.*s.audit", (int)strlen(path) - 5, path);
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	AUTO_FREE char *expected = NULL;
	const struct ruleset_way ways[] = { { "lan0", { true, true } }, { "docker0", { false, false } } };
	const struct ruleset_host host = {
		.link = { "vpcj1", { ruleset_sample_link.own[0], ruleset_sample_link.own[1] }, .open = true },
		.uplink = "wan0",
		.only_for_jails = { true, false },
		.ways = ways,
		.way_count = sizeof(ways) / sizeof(ways[0]),
	};
	struct policy policy;
	enum uplink uplink;
	size_t length;

	if (io_read_file(expected_path, 1 << 20, &expected, &length, NULL))
		return;
	assert_true(nft_profile_policy(path, &policy, &uplink));
	assert_int_equal(setenv("NFT_OBSERVE", "1", 1), 0);
	struct ruleset *inside = nft_profile_ruleset(path), *outside = ruleset_compile_host(&policy, &host);
	assert_int_equal(unsetenv("NFT_OBSERVE"), 0);
	ruleset_print(inside, &text);
	ruleset_print(outside, &text);
	if (getenv("GOLDEN_UPDATE"))
		assert_int_equal(io_write_file(expected_path, strbuf_text(&text)), 0);
	else
		assert_string_equal(strbuf_text(&text), expected);
	ruleset_free(inside);
	ruleset_free(outside);
	policy_release(&policy);
	audits++;
}

static void test_golden_audits(void **state)
{
	(void)state;
	each_profile(golden_audit);
	assert_int_equal(audits, 2);
}

static nft_batch_vec batches_of(const struct ruleset *ruleset, size_t limit)
{
	nft_batch_vec batches = { 0 };
	struct error err = { 0 };

	if (ruleset_batches(ruleset, limit, &batches, &err))
		fail_msg("%s", err.message);
	return batches;
}

static void same_bytes(const char *path)
{
	struct ruleset *a = nft_profile_ruleset(path), *b = nft_profile_ruleset(path);
	nft_batch_vec first = batches_of(a, 0), second = batches_of(b, 0);

	assert_int_equal(first.count, 1);
	assert_int_equal(second.count, 1);
	assert_int_equal(first.items[0].length, second.items[0].length);
	assert_memory_equal(first.items[0].bytes, second.items[0].bytes, first.items[0].length);
	nft_batches_release(&first);
	nft_batches_release(&second);
	ruleset_free(a);
	ruleset_free(b);
}

static void test_deterministic(void **state)
{
	(void)state;
	each_profile(same_bytes);
}

static int type_of(const struct nlmsghdr *message)
{
	return message->nlmsg_type >> 8 == NFNL_SUBSYS_NFTABLES ? message->nlmsg_type & 0xff : -1;
}

static const char *text_of(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attribute;

	mnl_attr_for_each (attribute, message, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attribute) == type)
			return mnl_attr_get_str(attribute);
	}
	return "";
}

static bool in_base_chain(const struct nlmsghdr *rule)
{
	static const char *const names[] = { "output",          "input", "forward", "untracked_output",
					     "untracked_input", "sink",  "link" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text_of(rule, NFTA_RULE_CHAIN), names[i]))
			return true;
	}
	return false;
}

// The messages of all batches but the frames, checked to be framed and numbered.
static VEC(uint8_t) joined;
static VEC(int) batch_of_base_rule;

static void batch_read(const struct nft_batch *batch, int index, uint32_t *sequence)
{
	const struct nlmsghdr *message = (const void *)batch->bytes;
	int left = (int)batch->length;
	uint32_t last = 0;

	assert_int_equal(message->nlmsg_type, NFNL_MSG_BATCH_BEGIN);
	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		assert_int_equal(message->nlmsg_seq, (*sequence)++);
		last = message->nlmsg_type;
		if (type_of(message) < 0)
			continue;
		assert_true(message->nlmsg_flags & NLM_F_ACK);
		assert_true(message->nlmsg_seq >= batch->first_sequence && message->nlmsg_seq <= batch->last_sequence);
		if (type_of(message) == NFT_MSG_NEWRULE && in_base_chain(message))
			vec_push(&batch_of_base_rule, index);
		if (type_of(message) == NFT_MSG_NEWCHAIN)
			assert_int_equal(batch_of_base_rule.count, 0);
		for (uint32_t i = 0; i < MNL_ALIGN(message->nlmsg_len); i++) {
			bool number = i >= 8 && i < 12;  // of the message: differs between one batch and several

			vec_push(&joined, number ? 0 : ((const uint8_t *)message)[i]);
		}
	}
	assert_int_equal(left, 0);
	assert_int_equal(last, NFNL_MSG_BATCH_END);
}

static size_t join(const struct ruleset *ruleset, size_t limit)
{
	nft_batch_vec batches = batches_of(ruleset, limit);
	uint32_t sequence = 1;
	size_t count = batches.count;

	joined.count = 0;
	batch_of_base_rule.count = 0;
	for (size_t i = 0; i < batches.count; i++) {
		assert_true(!limit || batches.items[i].length <= limit);
		batch_read(&batches.items[i], (int)i, &sequence);
	}
	vec_for_each (index, &batch_of_base_rule)
		assert_int_equal(*index, count - 1);
	assert_true(batch_of_base_rule.count > 0);
	nft_batches_release(&batches);
	return count;
}

static void test_parts(void **state)
{
	static const size_t limits[] = { 20480, 30000, 60000 };
	struct ruleset *ruleset = golden_ruleset("sagemaker");
	VEC(uint8_t) whole = { 0 };
	size_t before = SIZE_MAX;

	(void)state;
	assert_int_equal(join(ruleset, 0), 1);
	for (size_t i = 0; i < joined.count; i++)
		vec_push(&whole, joined.items[i]);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		size_t count = join(ruleset, limits[i]);

		assert_true(count > 1 && count < before);
		before = count;
		assert_int_equal(joined.count, whole.count);
		assert_memory_equal(joined.items, whole.items, whole.count);
	}
	vec_release(&whole);
	vec_release(&joined);
	vec_release(&batch_of_base_rule);
	ruleset_free(ruleset);
}

static void test_too_small(void **state)
{
	struct ruleset *ruleset = golden_ruleset("sagemaker");
	nft_batch_vec batches = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(ruleset_batches(ruleset, 4096, &batches, &err), -E2BIG);
	assert_null(batches.items);
	ruleset_free(ruleset);
}

static void one_untracked(const char *name)
{
	struct ruleset *ruleset = golden_ruleset(name);
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	ruleset_print(ruleset, &text);
	assert_null(strstr(strbuf_text(&text), "ct state"));
	assert_null(strstr(strbuf_text(&text), "ct mark"));
	ruleset_free(ruleset);
}

// Nothing is accepted: nothing may make the kernel track connections.
static void test_no_conntrack(void **state)
{
	(void)state;
	one_untracked("full");
	one_untracked("full-drop");
	one_untracked("vpc-nothing");
}

// A dump as the kernel would give it, made of our own messages; the comparison takes frames in its stride.
static struct nft_dump dump_of(const struct ruleset *ruleset)
{
	nft_batch_vec batches = batches_of(ruleset, 0);
	struct nft_dump dump = { 0 };

	for (size_t i = 0; i < batches.items[0].length; i++)
		vec_push(&dump.bytes, batches.items[0].bytes[i]);
	nft_batches_release(&batches);
	return dump;
}

// The index-th message of a type, counted from 0; *at is its offset.
static struct nlmsghdr *find_message(struct nft_dump *dump, int type, unsigned index, size_t *at)
{
	for (*at = 0; *at < dump->bytes.count;) {
		struct nlmsghdr *message = (void *)(dump->bytes.items + *at);

		if (type_of(message) == type && !index--)
			return message;
		*at += MNL_ALIGN(message->nlmsg_len);
	}
	fail_msg("no such message");
	return NULL;
}

static void cut(struct nft_dump *dump, size_t at, size_t length)
{
	memmove(dump->bytes.items + at, dump->bytes.items + at + length, dump->bytes.count - at - length);
	dump->bytes.count -= length;
}

static void remove_message(struct nft_dump *dump, int type, unsigned index)
{
	size_t at;
	struct nlmsghdr *message = find_message(dump, type, index, &at);

	cut(dump, at, MNL_ALIGN(message->nlmsg_len));
}

static void repeat_message(struct nft_dump *dump, int type, unsigned index)
{
	size_t at, length;

	find_message(dump, type, index, &at);
	length = MNL_ALIGN(((struct nlmsghdr *)(void *)(dump->bytes.items + at))->nlmsg_len);
	for (size_t i = 0; i < length; i++)
		vec_push(&dump->bytes, dump->bytes.items[at + i]);
}

// Raises the last byte that is not zero of the index-th message of a type.
static void change_message(struct nft_dump *dump, int type, unsigned index)
{
	size_t at;
	struct nlmsghdr *message = find_message(dump, type, index, &at);
	size_t last = at + message->nlmsg_len - 1;

	while (!dump->bytes.items[last])
		last--;
	dump->bytes.items[last]++;
}

static void change_policy(struct nft_dump *dump)
{
	for (unsigned i = 0;; i++) {
		size_t at;
		struct nlmsghdr *message = find_message(dump, NFT_MSG_NEWCHAIN, i, &at);
		struct nlattr *attribute;
		bool output = !strcmp(text_of(message, NFTA_CHAIN_NAME), "output");

		mnl_attr_for_each (attribute, message, sizeof(struct nfgenmsg)) {
			if (output && mnl_attr_get_type(attribute) == NFTA_CHAIN_POLICY) {
				((uint8_t *)mnl_attr_get_payload(attribute))[3] = NF_ACCEPT;
				return;
			}
		}
	}
}

static void foreign_table(struct nft_dump *dump)
{
	uint8_t bytes[256] __attribute__((aligned(4))) = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct nfgenmsg *extra;

	message->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE;
	extra = mnl_nlmsg_put_extra_header(message, sizeof(*extra));
	extra->nfgen_family = NFPROTO_IPV4;
	mnl_attr_put_strz(message, NFTA_TABLE_NAME, "other");
	for (size_t i = 0; i < MNL_ALIGN(message->nlmsg_len); i++)
		vec_push(&dump->bytes, bytes[i]);
}

// Two rules of one chain in the other order.
static void swap_rules(struct nft_dump *dump)
{
	size_t at;
	struct nlmsghdr *message = find_message(dump, NFT_MSG_NEWRULE, 0, &at);
	size_t length = MNL_ALIGN(message->nlmsg_len);

	repeat_message(dump, NFT_MSG_NEWRULE, 0);
	cut(dump, at, length);
}

static void insert(struct nft_dump *dump, size_t at, const uint8_t *more, size_t length)
{
	for (size_t i = 0; i < length; i++)
		vec_push(&dump->bytes, 0);
	memmove(dump->bytes.items + at + length, dump->bytes.items + at, dump->bytes.count - at - length);
	memcpy(dump->bytes.items + at, more, length);
}

// One more expression, which the kernel would run, at the end of a rule: the first one once more.
static void extra_expression(struct nft_dump *dump)
{
	size_t at;
	struct nlmsghdr *message = find_message(dump, NFT_MSG_NEWRULE, 0, &at);
	struct nlattr *list = NULL, *attribute;
	uint8_t copy[256];
	size_t length, end = at + message->nlmsg_len;

	mnl_attr_for_each (attribute, message, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attribute) == NFTA_RULE_EXPRESSIONS)
			list = attribute;
	}
	assert_non_null(list);
	attribute = mnl_attr_get_payload(list);
	length = MNL_ALIGN(attribute->nla_len);
	memcpy(copy, attribute, length);
	list->nla_len = (uint16_t)(list->nla_len + length);
	message->nlmsg_len += (uint32_t)length;
	insert(dump, end, copy, length);
}

// Something that was not asked for: an offloaded chain.
static void extra_attribute(struct nft_dump *dump)
{
	static const struct {
		struct nlattr header;
		uint8_t flags[4];
	} more = { { sizeof(more), NFTA_CHAIN_FLAGS }, { 0, 0, 0, NFT_CHAIN_HW_OFFLOAD } };
	size_t at;
	struct nlmsghdr *message = find_message(dump, NFT_MSG_NEWCHAIN, 2, &at);
	size_t end = at + message->nlmsg_len;

	message->nlmsg_len += sizeof(more);
	insert(dump, end, (const uint8_t *)&more, sizeof(more));
}

static void missing_table(struct nft_dump *dump)
{
	remove_message(dump, NFT_MSG_NEWTABLE, 0);
}
static void missing_chain(struct nft_dump *dump)
{
	remove_message(dump, NFT_MSG_NEWCHAIN, 2);
}
static void missing_set(struct nft_dump *dump)
{
	remove_message(dump, NFT_MSG_NEWSET, 1);
}
static void missing_elements(struct nft_dump *dump)
{
	remove_message(dump, NFT_MSG_NEWSETELEM, 1);
}
static void missing_rule(struct nft_dump *dump)
{
	remove_message(dump, NFT_MSG_NEWRULE, 7);
}
static void extra_rule(struct nft_dump *dump)
{
	repeat_message(dump, NFT_MSG_NEWRULE, 7);
}
static void extra_chain(struct nft_dump *dump)
{
	repeat_message(dump, NFT_MSG_NEWCHAIN, 3);
}
static void extra_elements(struct nft_dump *dump)
{
	repeat_message(dump, NFT_MSG_NEWSETELEM, 0);
}
static void changed_element(struct nft_dump *dump)
{
	change_message(dump, NFT_MSG_NEWSETELEM, 1);
}
static void changed_rule(struct nft_dump *dump)
{
	change_message(dump, NFT_MSG_NEWRULE, 5);
}
static void nothing_there(struct nft_dump *dump)
{
	dump->bytes.count = 0;
}

// What the kernel tells besides: a handle, and counts of what has passed.
static void told_besides(struct nft_dump *dump)
{
	static const struct {
		struct nlattr header;
		uint8_t handle[8];
	} more = { { sizeof(more), NFTA_RULE_HANDLE }, { 0, 0, 0, 0, 0, 0, 0, 17 } };
	size_t at;
	struct nlmsghdr *message = find_message(dump, NFT_MSG_NEWRULE, 2, &at);
	size_t end = at + message->nlmsg_len;

	message->nlmsg_len += sizeof(more);
	insert(dump, end, (const uint8_t *)&more, sizeof(more));
}

// Sets and chains in the order in which another kernel may tell of them.
static void another_order(struct nft_dump *dump)
{
	size_t at;
	struct nlmsghdr *message = find_message(dump, NFT_MSG_NEWCHAIN, 1, &at);
	size_t length = MNL_ALIGN(message->nlmsg_len);

	repeat_message(dump, NFT_MSG_NEWCHAIN, 1);
	cut(dump, at, length);
	message = find_message(dump, NFT_MSG_NEWSET, 0, &at);
	length = MNL_ALIGN(message->nlmsg_len);
	repeat_message(dump, NFT_MSG_NEWSET, 0);
	cut(dump, at, length);
}

static void unchanged(struct nft_dump *dump)
{
	(void)dump;
}

static const struct {
	const char *name;
	void (*change)(struct nft_dump *dump);
	int result;
} compare_rows[] = {
	{ "unchanged", unchanged, 0 },
	{ "told besides", told_besides, 0 },
	{ "another order", another_order, 0 },
	{ "missing table", missing_table, -EBADE },
	{ "foreign table", foreign_table, -EBADE },
	{ "missing chain", missing_chain, -EBADE },
	{ "extra chain", extra_chain, -EBADE },
	{ "changed policy", change_policy, -EBADE },
	{ "missing set", missing_set, -EBADE },
	{ "missing elements", missing_elements, -EBADE },
	{ "extra elements", extra_elements, -EBADE },
	{ "changed element", changed_element, -EBADE },
	{ "missing rule", missing_rule, -EBADE },
	{ "extra rule", extra_rule, -EBADE },
	{ "changed rule", changed_rule, -EBADE },
	{ "one more expression", extra_expression, -EBADE },
	{ "one more attribute", extra_attribute, -EBADE },
	{ "rules in another order", swap_rules, -EBADE },
	{ "nothing there", nothing_there, -EBADE },
};

static void test_compare(void **state)
{
	struct ruleset *ruleset = golden_ruleset("sagemaker");

	(void)state;
	for (size_t i = 0; i < sizeof(compare_rows) / sizeof(compare_rows[0]); i++) {
		struct nft_dump dump = dump_of(ruleset);
		char digest[SHA256_TEXT_SIZE], meant[SHA256_TEXT_SIZE];
		struct error err = { 0 };
		int result;

		compare_rows[i].change(&dump);
		result = ruleset_compare(ruleset, &dump, &err);
		if (result != compare_rows[i].result)
			fail_msg("%s: %d %s", compare_rows[i].name, result, err.message);
		assert_true(!result == !err.message[0]);
		// What a comparison notices a digest does, too, and nothing else.
		assert_int_equal(ruleset_digest_dump(&dump, digest, &err), 0);
		if (!result != !strcmp(digest, ruleset_digest(ruleset, meant)))
			fail_msg("%s: the digest is %s", compare_rows[i].name, result ? "the same" : "another");
		vec_release(&dump.bytes);
	}
	ruleset_free(ruleset);
}

// A dump cut anywhere is not equal.
static void test_truncated(void **state)
{
	struct ruleset *ruleset = golden_ruleset("full");
	struct nft_dump dump = dump_of(ruleset);
	size_t end = dump.bytes.count - MNL_NLMSG_HDRLEN - sizeof(struct nfgenmsg);

	(void)state;
	for (size_t length = 21; length < end; length++) {
		struct nft_dump shorter = { 0 };
		struct error err = { 0 };

		for (size_t i = 0; i < length; i++)
			vec_push(&shorter.bytes, dump.bytes.items[i]);
		assert_int_not_equal(ruleset_compare(ruleset, &shorter, &err), 0);
		vec_release(&shorter.bytes);
	}
	vec_release(&dump.bytes);
	ruleset_free(ruleset);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),        cmocka_unit_test(test_golden_audits),
		cmocka_unit_test(test_deterministic), cmocka_unit_test(test_parts),
		cmocka_unit_test(test_too_small),     cmocka_unit_test(test_no_conntrack),
		cmocka_unit_test(test_compare),       cmocka_unit_test(test_truncated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
