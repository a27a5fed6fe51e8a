// SPDX-License-Identifier: GPL-2.0-or-later
// The tree as text: canonical YAML and JSON: see node.h.
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "profile/node.h"

enum { FLOW_ITEMS = 8, INDENT = 2 };

#define PLAIN_FIRST "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/"
#define PLAIN PLAIN_FIRST "-_.:+"

static bool is_plain(const char *text)
{
	size_t length = strlen(text);

	return length && strchr(PLAIN_FIRST, text[0]) && !text[strspn(text, PLAIN)] && text[length - 1] != ':';
}

// The code point of the well-formed character of that many bytes.
static unsigned code_point(const char *text, size_t bytes)
{
	static const unsigned char first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	unsigned point = (unsigned char)text[0] & first_bits[bytes];

	for (size_t i = 1; i < bytes; i++)
		point = point << 6 | ((unsigned char)text[i] & 0x3f);
	return point;
}

// Characters that YAML does not let stand as they are, or takes for the end of a line.
static bool needs_escape(unsigned point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0xa0) || point == 0x2028 || point == 0x2029 ||
	       point == 0xfeff || (point >= 0xfffe && point <= 0xffff);
}

static void print_scalar(const char *text, struct strbuf *out)
{
	if (is_plain(text)) {
		strbuf_add(out, text);
		return;
	}
	strbuf_add_char(out, '"');
	while (*text) {
		size_t bytes = utf8_length(text);
		unsigned point = bytes ? code_point(text, bytes) : 0xfffd;
		if (*text == '"' || *text == '\\')
			strbuf_format(out, "\\%c", *text);
		else if (needs_escape(point) || !bytes)
			strbuf_format(out, "\\u%04x", point);
		else
			strbuf_add_bytes(out, text, bytes);
		text += bytes ? bytes : 1;
	}
	strbuf_add_char(out, '"');
}

static bool fits_flow(const struct node *sequence)
{
	vec_for_each (item, &sequence->items)
		if ((*item)->kind != NODE_SCALAR)
			return false;
	return sequence->items.count <= FLOW_ITEMS;
}

static void print_flow(const struct node *sequence, struct strbuf *out)
{
	strbuf_add_char(out, '[');
	vec_for_each (item, &sequence->items) {
		strbuf_add(out, item == sequence->items.items ? "" : ", ");
		print_scalar((*item)->text, out);
	}
	strbuf_add(out, "]\n");
}

static void print_value(const struct node *node, unsigned indent, bool inside_item, struct strbuf *out);

static void print_block_sequence(const struct node *node, unsigned indent, struct strbuf *out)
{
	vec_for_each (item, &node->items) {
		strbuf_format(out, "%*s- ", (int)indent, "");
		print_value(*item, indent + INDENT, true, out);
	}
}

// After "- " the first key stands on the same line.
static void print_block_mapping(const struct node *node, unsigned indent, bool inside_item, struct strbuf *out)
{
	vec_for_each (member, &node->members) {
		if (member != node->members.items || !inside_item)
			strbuf_format(out, "%*s", (int)indent, "");
		print_scalar(member->key, out);
		strbuf_add_char(out, ':');
		const struct node *value = member->value;
		bool block = (value->kind == NODE_MAPPING && value->members.count) ||
			     (value->kind == NODE_SEQUENCE && !fits_flow(value));
		strbuf_add_char(out, block ? '\n' : ' ');
		print_value(value, indent + INDENT, false, out);
	}
}

// The node from here on, to the end of its last line.
static void print_value(const struct node *node, unsigned indent, bool inside_item, struct strbuf *out)
{
	switch (node->kind) {
	case NODE_SCALAR:
		print_scalar(node->text, out);
		strbuf_add_char(out, '\n');
		return;
	case NODE_SEQUENCE:
		if (fits_flow(node))
			print_flow(node, out);
		else
			print_block_sequence(node, indent, out);
		return;
	case NODE_MAPPING:
		if (node->members.count)
			print_block_mapping(node, indent, inside_item, out);
		else
			strbuf_add(out, "{}\n");
		return;
	}
}

void node_print_yaml(const struct node *node, struct strbuf *out)
{
	print_value(node, 0, false, out);
}

static void print_json(const struct node *node, struct json *json)
{
	switch (node->kind) {
	case NODE_SCALAR:
		if (node->number)
			json_number(json, strtoll(node->text, NULL, 10));
		else
			json_text(json, node->text);
		return;
	case NODE_SEQUENCE:
		json_array_begin(json);
		vec_for_each (item, &node->items)
			print_json(*item, json);
		json_array_end(json);
		return;
	case NODE_MAPPING:
		json_object_begin(json);
		vec_for_each (member, &node->members) {
			json_key(json, member->key);
			print_json(member->value, json);
		}
		json_object_end(json);
		return;
	}
}

void node_print_json(const struct node *node, struct strbuf *out)
{
	struct json json = { .out = out };

	print_json(node, &json);
	strbuf_add_char(out, '\n');
}
