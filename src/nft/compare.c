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
#include "nft/inventory.h"
#include "nft/message.h"
#include "nft/tables.h"

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

static struct attributes inner(struct attributes attributes, uint16_t type)
{
	struct attribute found;

	return attribute_find(attributes, type, &found) ? found.payload : (struct attributes){ NULL, 0 };
}

static bool same_but_ignored(struct attributes meant, struct attributes found, enum ignored_of what)
{
	return attributes_equal(meant, found, ignored_rows[what].rows, ignored_rows[what].count);
}

static bool table_equal(struct attributes meant, struct attributes found)
{
	return same_but_ignored(meant, found, IGNORED_TABLE);
}

static bool chain_equal(struct attributes meant, struct attributes found)
{
	struct attribute ours, theirs;

	return attribute_find(meant, NFTA_CHAIN_HOOK, &ours) == attribute_find(found, NFTA_CHAIN_HOOK, &theirs) &&
	       same_but_ignored(meant, found, IGNORED_CHAIN) &&
	       same_but_ignored(inner(meant, NFTA_CHAIN_HOOK), inner(found, NFTA_CHAIN_HOOK), IGNORED_HOOK);
}

static bool set_equal(struct attributes meant, struct attributes found)
{
	return same_but_ignored(meant, found, IGNORED_SET);
}

static bool expression_equal(struct attributes meant, struct attributes found)
{
	const char *name = attribute_text(meant, NFTA_EXPR_NAME);
	bool lookup = !strcmp(name, "lookup");

	if (strcmp(name, attribute_text(found, NFTA_EXPR_NAME)) != 0)
		return false;
	if (!strcmp(name, "counter"))
		return true;
	return same_but_ignored(inner(meant, NFTA_EXPR_DATA), inner(found, NFTA_EXPR_DATA),
				lookup ? IGNORED_LOOKUP : IGNORED_NOTHING);
}

static bool rule_equal(struct attributes meant, struct attributes found)
{
	struct attributes mine = inner(meant, NFTA_RULE_EXPRESSIONS), theirs = inner(found, NFTA_RULE_EXPRESSIONS);
	struct attribute a, b;

	if (!attributes_are_sound(theirs) || !same_but_ignored(meant, found, IGNORED_RULE))
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
