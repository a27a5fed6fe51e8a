// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the kernel has the rule set, no more and no less.
//
// What was meant is the rule set's own messages, what is there is the kernel's dump of the same kinds of messages. So
// nothing of nf_tables is interpreted: attributes are compared as bytes, and whatever the kernel tells that was not
// asked for is a difference, unless it is a handle, a count, or nothing but zeros.
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "base/cleanup.h"
#include "nft/attributes.h"
#include "nft/compare_elements.h"
#include "nft/message.h"
#include "nft/tables.h"

struct inventory {
	message_vec messages[MESSAGE_KINDS];
};

static void inventory_release(struct inventory *inventory)
{
	for (enum message_kind kind = MESSAGE_TABLE; kind < MESSAGE_KINDS; kind++)
		vec_release(&inventory->messages[kind]);
}

// Sorts the messages in length bytes by kind.
static int inventory_read(struct inventory *inventory, const uint8_t *bytes, size_t length, struct error *err)
{
	size_t at = 0;

	while (at < length) {
		const struct nlmsghdr *message = (const void *)(bytes + at);
		enum message_kind kind;

		if (length - at < NLMSG_LENGTH(sizeof(struct nfgenmsg)) ||
		    message->nlmsg_len < NLMSG_LENGTH(sizeof(struct nfgenmsg)) || message->nlmsg_len > length - at ||
		    !attributes_are_sound(message_attributes(message)))
			return error_set(err, -EBADMSG,
					 "the kernel's rules cannot be read: malformed message at byte %zu", at);
		at += NLMSG_ALIGN(message->nlmsg_len);
		if (message->nlmsg_type == NFNL_MSG_BATCH_BEGIN || message->nlmsg_type == NFNL_MSG_BATCH_END)
			continue;
		kind = message_kind_of(message);
		if (kind == MESSAGE_KINDS)
			return error_set(err, -EBADMSG, "the kernel's rules cannot be read: message of type %u",
					 message->nlmsg_type);
		vec_push(&inventory->messages[kind], message_read(message));
	}
	return 0;
}

static int differ(struct error *err, const struct named_message *message, const char *how)
{
	CLEANUP(strbuf_release) struct strbuf what = { 0 };

	message_describe(message->message, &what);
	return error_set(err, -EBADE, "%s %s", strbuf_text(&what), how);
}

static const struct named_message *find_same(const message_vec *messages, const struct named_message *like)
{
	vec_for_each (message, messages) {
		if (message_same(message, like))
			return message;
	}
	return NULL;
}

// That a chain is a base chain is told by its hook as well.
static bool is_base_flag(struct attributes payload)
{
	static const uint8_t base[] = { 0, 0, 0, NFT_CHAIN_BASE };

	return payload.length == sizeof(base) && !memcmp(payload.bytes, base, sizeof(base));
}

// Attributes that newer kernels tell of a set: the kind of its memory and how many elements it holds.
enum { SET_BACKEND = 19, SET_COUNT = 20 };

static const struct ignored_attribute table_ignored[] = { { NFTA_TABLE_HANDLE, NULL }, { NFTA_TABLE_USE, NULL } };
static const struct ignored_attribute chain_ignored[] = {
	{ NFTA_CHAIN_HANDLE, NULL },
	{ NFTA_CHAIN_USE, NULL },
	{ NFTA_CHAIN_FLAGS, is_base_flag },
	{ NFTA_CHAIN_HOOK, NULL },
};
// The one device of a hook is also told as a list of one.
static const struct ignored_attribute hook_ignored[] = { { NFTA_HOOK_DEVS, NULL } };
static const struct ignored_attribute set_ignored[] = {
	{ NFTA_SET_HANDLE, NULL }, { NFTA_SET_ID, NULL }, { SET_BACKEND, NULL }, { SET_COUNT, NULL }
};
static const struct ignored_attribute rule_ignored[] = { { NFTA_RULE_HANDLE, NULL },
							 { NFTA_RULE_POSITION, NULL },
							 { NFTA_RULE_EXPRESSIONS, NULL } };
static const struct ignored_attribute lookup_ignored[] = { { NFTA_LOOKUP_SET_ID, NULL } };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct attributes inner(struct attributes attributes, uint16_t type)
{
	struct attribute found;

	return attribute_find(attributes, type, &found) ? found.payload : (struct attributes){ NULL, 0 };
}

static bool table_equal(struct attributes meant, struct attributes found)
{
	return attributes_equal(meant, found, table_ignored, COUNT(table_ignored));
}

static bool chain_equal(struct attributes meant, struct attributes found)
{
	struct attribute ours, theirs;

	return attribute_find(meant, NFTA_CHAIN_HOOK, &ours) == attribute_find(found, NFTA_CHAIN_HOOK, &theirs) &&
	       attributes_equal(meant, found, chain_ignored, COUNT(chain_ignored)) &&
	       attributes_equal(inner(meant, NFTA_CHAIN_HOOK), inner(found, NFTA_CHAIN_HOOK), hook_ignored,
				COUNT(hook_ignored));
}

static bool set_equal(struct attributes meant, struct attributes found)
{
	return attributes_equal(meant, found, set_ignored, COUNT(set_ignored));
}

static bool expression_equal(struct attributes meant, struct attributes found)
{
	const char *name = attribute_text(meant, NFTA_EXPR_NAME);
	bool lookup = !strcmp(name, "lookup");

	if (strcmp(name, attribute_text(found, NFTA_EXPR_NAME)) != 0)
		return false;
	if (!strcmp(name, "counter"))
		return true;
	return attributes_equal(inner(meant, NFTA_EXPR_DATA), inner(found, NFTA_EXPR_DATA), lookup_ignored,
				lookup ? COUNT(lookup_ignored) : 0);
}

static bool rule_equal(struct attributes meant, struct attributes found)
{
	struct attributes mine = inner(meant, NFTA_RULE_EXPRESSIONS), theirs = inner(found, NFTA_RULE_EXPRESSIONS);
	struct attribute a, b;

	if (!attributes_are_sound(theirs) || !attributes_equal(meant, found, rule_ignored, COUNT(rule_ignored)))
		return false;
	while (attribute_next(&mine, &a)) {
		if (!attribute_next(&theirs, &b) || !attributes_are_sound(b.payload) ||
		    !expression_equal(a.payload, b.payload))
			return false;
	}
	return theirs.length == 0;
}

// Tables, chains and sets: each once, by name.
static int compare_named(const message_vec *meant, const message_vec *found,
			 bool (*equal)(struct attributes, struct attributes), struct error *err)
{
	vec_for_each (message, found) {
		if (!find_same(meant, message))
			return differ(err, message, "is there, and is none of this rule set");
	}
	vec_for_each (message, meant) {
		const struct named_message *theirs = find_same(found, message);

		if (!theirs)
			return differ(err, message, "is missing");
		if (!equal(message_attributes(message->message), message_attributes(theirs->message)))
			return differ(err, message, "is not as it was meant");
	}
	if (meant->count != found->count)
		return error_set(err, -EBADE, "the kernel tells of something twice");
	return 0;
}

// A table also holds what no dump was asked for: objects, flow tables. Its use count gives them away.
static int compare_uses(const struct inventory *meant, const struct inventory *found, struct error *err)
{
	vec_for_each (table, &found->messages[MESSAGE_TABLE]) {
		uint32_t expected = 0,
			 used = attribute_number(message_attributes(table->message), NFTA_TABLE_USE, UINT32_MAX);

		for (enum message_kind kind = MESSAGE_CHAIN; kind <= MESSAGE_SET; kind++) {
			vec_for_each (message, &meant->messages[kind])
				expected += message->family == table->family && !strcmp(message->table, table->table);
		}
		if (used != UINT32_MAX && used != expected)
			return differ(err, table, "holds something that is none of this rule set");
	}
	return 0;
}

// The rule as nft writes it, for the one who has to look for it.
static void rule_describe(const struct ruleset *ruleset, const struct named_message *message, size_t index,
			  struct strbuf *out)
{
	vec_for_each (table, &ruleset->tables) {
		vec_for_each (chain, &table->chains) {
			if (table->family != message->family || strcmp((*chain)->name, message->name) != 0 ||
			    index >= (*chain)->rules.count)
				continue;
			vec_for_each (statement, &(*chain)->rules.items[index].statements) {
				strbuf_add_char(out, ' ');
				statement_print(statement, out);
			}
		}
	}
}

static const struct named_message *next_rule(const message_vec *rules, const struct named_message *like, size_t *at)
{
	while (*at < rules->count) {
		const struct named_message *rule = &rules->items[(*at)++];

		if (message_same(rule, like))
			return rule;
	}
	return NULL;
}

// The rules of one chain, in order. *seen is raised by their number.
static int compare_chain(const struct ruleset *ruleset, const struct named_message *chain, const message_vec *meant,
			 const message_vec *found, size_t *seen, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	size_t at = 0, there = 0;

	for (size_t index = 0;; index++) {
		const struct named_message *ours = next_rule(meant, chain, &at),
					   *theirs = next_rule(found, chain, &there);

		if (!ours && !theirs)
			return 0;
		if (!ours)
			return differ(err, theirs, "is one too many");
		if (theirs && rule_equal(message_attributes(ours->message), message_attributes(theirs->message))) {
			(*seen)++;
			continue;
		}
		rule_describe(ruleset, ours, index, &text);
		differ(err, ours, theirs ? "is not as it was meant" : "is missing");
		return error_prefix(err, "rule %zu,%s", index + 1, strbuf_text(&text));
	}
}

static int compare_rules(const struct ruleset *ruleset, const struct inventory *meant, const struct inventory *found,
			 struct error *err)
{
	size_t seen = 0;

	vec_for_each (chain, &meant->messages[MESSAGE_CHAIN]) {
		int result = compare_chain(ruleset, chain, &meant->messages[MESSAGE_RULE],
					   &found->messages[MESSAGE_RULE], &seen, err);

		if (result)
			return result;
	}
	if (seen != found->messages[MESSAGE_RULE].count)
		return error_set(err, -EBADE, "there are rules of a chain that is none of this rule set");
	return 0;
}

static int compare(const struct ruleset *ruleset, const struct inventory *meant, const struct inventory *found,
		   struct error *err)
{
	static bool (*const equals[])(struct attributes, struct attributes) = { table_equal, chain_equal, set_equal };
	int result = 0;

	for (enum message_kind kind = MESSAGE_TABLE; !result && kind <= MESSAGE_SET; kind++)
		result = compare_named(&meant->messages[kind], &found->messages[kind], equals[kind], err);
	if (!result)
		result = compare_uses(meant, found, err);
	if (!result)
		result = compare_elements(&meant->messages[MESSAGE_SET], &meant->messages[MESSAGE_ELEMENTS],
					  &found->messages[MESSAGE_ELEMENTS], err);
	if (!result)
		result = compare_rules(ruleset, meant, found, err);
	return result;
}

int ruleset_compare(const struct ruleset *ruleset, const struct nft_dump *dump, struct error *err)
{
	struct inventory meant = { 0 }, found = { 0 };
	nft_batch_vec batches = { 0 };
	int result = ruleset_batches(ruleset, 0, &batches, err);

	if (!result)
		result = inventory_read(&meant, batches.items[0].bytes, batches.items[0].length, err);
	if (!result)
		result = inventory_read(&found, dump->bytes.items, dump->bytes.count, err);
	if (!result)
		result = compare(ruleset, &meant, &found, err);
	inventory_release(&meant);
	inventory_release(&found);
	nft_batches_release(&batches);
	return result;
}
