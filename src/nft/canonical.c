// SPDX-License-Identifier: GPL-2.0-or-later
// One text for all dumps of the same rules, whatever kernel gives them; what is said of digests in ruleset.h.
//
// Theory of operation. The text is made of the same messages that a comparison looks at, and leaves out what that
// ignores: handles, counts, what is nothing but zeros. Objects stand in the order of their names, rules in their own,
// attributes in that of their types, elements in that of their bytes. A rule set's own messages give the text that the
// kernel's dump of it gives, so that the digest can be computed where the kernel is not.
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/sha256.h"
#include "nft/compare_elements.h"
#include "nft/inventory.h"
#include "nft/ruleset.h"

// Attributes of expressions that hold attributes: the kernel does not say so.
static const struct nested_row {
	const char *expression;
	uint16_t type;
} nested_rows[] = {
	{ "bitwise", NFTA_BITWISE_MASK },     { "bitwise", NFTA_BITWISE_XOR },   { "cmp", NFTA_CMP_DATA },
	{ "immediate", NFTA_IMMEDIATE_DATA }, { "range", NFTA_RANGE_FROM_DATA }, { "range", NFTA_RANGE_TO_DATA },
};

enum { ATTRIBUTES_MAXIMUM = 64 };

static void add_hex(struct strbuf *out, struct attributes payload)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < payload.length; i++) {
		strbuf_add_char(out, digits[payload.bytes[i] >> 4]);
		strbuf_add_char(out, digits[payload.bytes[i] & 15]);
	}
}

static bool is_ignored(const struct attribute *attribute, enum ignored_of what)
{
	const struct ignored_list *list = &ignored_rows[what];

	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].type == attribute->type &&
		    (!list->rows[i].ignore || list->rows[i].ignore(attribute->payload)))
			return true;
	return attributes_are_zero(attribute->payload);
}

static int attribute_order(const void *a, const void *b)
{
	const struct attribute *left = a, *right = b;

	if (left->type != right->type)
		return left->type < right->type ? -1 : 1;
	return left->payload.bytes < right->payload.bytes ? -1 : left->payload.bytes > right->payload.bytes;
}

// By type, less what is ignored. What are more than a message of nf_tables has stay in the order they come in.
static size_t sort_attributes(struct attributes attributes, enum ignored_of what, struct attribute *sorted)
{
	struct attribute attribute;
	size_t count = 0;

	while (count < ATTRIBUTES_MAXIMUM && attribute_next(&attributes, &attribute))
		if (!is_ignored(&attribute, what))
			sorted[count++] = attribute;
	qsort(sorted, count, sizeof(*sorted), attribute_order);
	return count;
}

static void add_plain(struct strbuf *out, const struct attribute *attribute)
{
	strbuf_format(out, " %u:", attribute->type);
	add_hex(out, attribute->payload);
}

static void add_attributes(struct strbuf *out, struct attributes attributes, enum ignored_of what)
{
	struct attribute sorted[ATTRIBUTES_MAXIMUM] = { 0 };
	size_t count = sort_attributes(attributes, what, sorted);

	for (size_t i = 0; i < count; i++)
		add_plain(out, &sorted[i]);
}

static void add_nested(struct strbuf *out, const struct attribute *attribute, enum ignored_of what)
{
	strbuf_format(out, " %u{", attribute->type);
	add_attributes(out, attribute->payload, what);
	strbuf_add(out, " }");
}

// What an expression compares with or ends with: a value, or a verdict, which is nested once more.
static void add_data(struct strbuf *out, const struct attribute *attribute)
{
	struct attribute sorted[ATTRIBUTES_MAXIMUM] = { 0 };
	size_t count = sort_attributes(attribute->payload, IGNORED_NOTHING, sorted);

	strbuf_format(out, " %u{", attribute->type);
	for (size_t i = 0; i < count; i++) {
		if (sorted[i].type == NFTA_DATA_VERDICT && attributes_are_sound(sorted[i].payload))
			add_nested(out, &sorted[i], IGNORED_NOTHING);
		else
			add_plain(out, &sorted[i]);
	}
	strbuf_add(out, " }");
}

static bool is_data(const char *expression, const struct attribute *attribute)
{
	for (size_t i = 0; i < sizeof(nested_rows) / sizeof(nested_rows[0]); i++)
		if (nested_rows[i].type == attribute->type && strcmp(nested_rows[i].expression, expression) == 0)
			return attributes_are_sound(attribute->payload);
	return false;
}

static void add_expression(struct strbuf *out, struct attributes expression)
{
	const char *name = attribute_text(expression, NFTA_EXPR_NAME);
	struct attribute data, sorted[ATTRIBUTES_MAXIMUM] = { 0 };
	size_t count = 0;

	strbuf_add(out, "  ");
	strbuf_add_safe(out, name);
	if (attribute_find(expression, NFTA_EXPR_DATA, &data) && strcmp(name, "counter") != 0)
		count = sort_attributes(data.payload, strcmp(name, "lookup") == 0 ? IGNORED_LOOKUP : IGNORED_NOTHING,
					sorted);
	for (size_t i = 0; i < count; i++) {
		if (is_data(name, &sorted[i]))
			add_data(out, &sorted[i]);
		else
			add_plain(out, &sorted[i]);
	}
	strbuf_add_char(out, '\n');
}

static void add_rule(struct strbuf *out, const struct named_message *rule)
{
	struct attributes attributes = message_attributes(rule->message);
	struct attribute list, expression;

	strbuf_add(out, " rule");
	add_attributes(out, attributes, IGNORED_RULE);
	strbuf_add_char(out, '\n');
	if (!attribute_find(attributes, NFTA_RULE_EXPRESSIONS, &list))
		return;
	while (attribute_next(&list.payload, &expression))
		add_expression(out, expression.payload);
}

// The hook and the description of a set are nested.
static void add_object(struct strbuf *out, enum message_kind kind, const struct named_message *object)
{
	static const enum ignored_of ignored[] = { IGNORED_TABLE, IGNORED_CHAIN, IGNORED_SET };
	struct attribute sorted[ATTRIBUTES_MAXIMUM] = { 0 };
	size_t count = sort_attributes(message_attributes(object->message), ignored[kind], sorted);

	message_describe(object->message, out);
	for (size_t i = 0; i < count; i++)
		if (kind == MESSAGE_SET && sorted[i].type == NFTA_SET_DESC)
			add_nested(out, &sorted[i], IGNORED_NOTHING);
		else
			add_plain(out, &sorted[i]);
	struct attribute hook;
	if (kind == MESSAGE_CHAIN && attribute_find(message_attributes(object->message), NFTA_CHAIN_HOOK, &hook))
		add_nested(out, &hook, IGNORED_HOOK);
	strbuf_add_char(out, '\n');
}

static int object_order(const void *a, const void *b)
{
	const struct named_message *left = a, *right = b;
	int order = left->family - right->family;

	if (order == 0)
		order = strcmp(left->table, right->table);
	return order ? order : strcmp(left->name, right->name);
}

static void add_contents(struct strbuf *out, enum message_kind kind, const struct named_message *object,
			 const struct inventory *inventory)
{
	if (kind == MESSAGE_SET)
		elements_describe(&inventory->messages[MESSAGE_ELEMENTS], object, out);
	if (kind != MESSAGE_CHAIN)
		return;
	vec_for_each (rule, &inventory->messages[MESSAGE_RULE])
		if (message_same(rule, object))
			add_rule(out, rule);
}

static int digest(const uint8_t *bytes, size_t length, char *out, struct error *err)
{
	CLEANUP(inventory_release) struct inventory inventory = { 0 };
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	if (inventory_read(&inventory, bytes, length, err) < 0)
		return -EBADMSG;
	for (enum message_kind kind = MESSAGE_TABLE; kind <= MESSAGE_SET; kind++) {
		message_vec *objects = &inventory.messages[kind];

		if (objects->count)
			qsort(objects->items, objects->count, sizeof(*objects->items), object_order);
		vec_for_each (object, objects) {
			add_object(&text, kind, object);
			add_contents(&text, kind, object, &inventory);
		}
	}
	(void)sha256_text(strbuf_text(&text), text.length, out);
	return 0;
}

int ruleset_digest_dump(const struct nft_dump *dump, char *out, struct error *err)
{
	return digest(dump->bytes.items, dump->bytes.count, out, err);
}

const char *ruleset_digest(const struct ruleset *ruleset, char *out)
{
	nft_batch_vec batches = { 0 };

	(void)ruleset_batches(ruleset, 0, &batches, NULL);  // without a limit nothing is too large
	(void)digest(batches.items[0].bytes, batches.items[0].length, out, NULL);
	nft_batches_release(&batches);
	return out;
}
