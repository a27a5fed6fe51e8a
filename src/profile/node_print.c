// SPDX-License-Identifier: GPL-2.0-or-later
// The tree as text: canonical YAML and JSON: see node.h.
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "profile/node.h"

enum { FLOW_ITEMS = 8, INDENT = 2, LINE_WIDTH = 120 };

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

// Characters that YAML does not let stand as they are, or takes for the end of a line. (Those that act on a terminal
// are escaped too.)
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
		else if (!bytes || needs_escape(point) || utf8_acting(text))
			strbuf_format(out, "\\u%04x", point);
		else
			strbuf_add_bytes(out, text, bytes);
		text += bytes ? bytes : 1;
	}
	strbuf_add_char(out, '"');
}

static bool fits_flow(const struct node *sequence)
{
	if (sequence->items.count && sequence->style == NODE_STYLE_BLOCK)
		return false;
	vec_for_each (item, &sequence->items)
		if ((*item)->kind != NODE_SCALAR)
			return false;
	return sequence->items.count <= FLOW_ITEMS;
}

static void print_flow(const struct node *node, struct strbuf *out)
{
	bool mapping = node->kind == NODE_MAPPING;

	if (node->kind == NODE_SCALAR) {
		print_scalar(node->text, out);
		return;
	}
	strbuf_add_char(out, mapping ? '{' : '[');
	vec_for_each (item, &node->items) {
		strbuf_add(out, item == node->items.items ? "" : ", ");
		print_flow(*item, out);
	}
	vec_for_each (member, &node->members) {
		strbuf_add(out, member == node->members.items ? "" : ", ");
		print_scalar(member->key, out);
		strbuf_add(out, ": ");
		print_flow(member->value, out);
	}
	strbuf_add_char(out, mapping ? '}' : ']');
}

// Bytes since the last line break.
static size_t column(const struct strbuf *out)
{
	size_t start = out->length;

	while (start && out->text[start - 1] != '\n')
		start--;
	return out->length - start;
}

// What a line can hold as one, from that column on: a scalar, an empty container, a short list, what is to be in flow
// style and has room.
static bool is_one_line(const struct node *node, size_t from)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	if (node->kind == NODE_SCALAR || (node->kind == NODE_SEQUENCE && fits_flow(node)) ||
	    (node->kind == NODE_MAPPING && !node->members.count))
		return true;
	if (node->style != NODE_STYLE_FLOW)
		return false;
	print_flow(node, &line);
	return from + line.length <= LINE_WIDTH;
}

// A line of a comment: what would end it, or act on a terminal, is shown instead.
static void print_comment_line(const char *text, size_t length, unsigned indent, struct strbuf *out)
{
	strbuf_format(out, "%*s#%s", (int)indent, "", length ? " " : "");
	for (const char *end = text + length; text < end;) {
		size_t bytes = utf8_length(text);
		unsigned point = bytes ? code_point(text, bytes) : 0xfffd;
		if (needs_escape(point) || !bytes || utf8_acting(text))
			strbuf_format(out, "\\u%04x", point);
		else
			strbuf_add_bytes(out, text, bytes);
		text += bytes ? bytes : 1;
	}
	strbuf_add_char(out, '\n');
}

static void print_comment(const char *text, unsigned indent, struct strbuf *out)
{
	while (text) {
		const char *end = strchr(text, '\n');
		print_comment_line(text, end ? (size_t)(end - text) : strlen(text), indent, out);
		text = end ? end + 1 : NULL;
	}
}

// Ends the line that stands in out, with the comment behind it or, where there is no room, before it.
static void end_line(const char *aside, unsigned indent, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf comment = { 0 };
	size_t length = column(out);

	if (!aside) {
		strbuf_add_char(out, '\n');
		return;
	}
	if (strchr(aside, '\n') || length + 2 + strlen("# ") + strlen(aside) > LINE_WIDTH) {
		AUTO_FREE char *line = memory_copy_bytes(out->text + out->length - length, length);
		out->length -= length;
		print_comment(aside, indent, out);
		strbuf_format(out, "%s\n", line);
		return;
	}
	print_comment(aside, 0, &comment);
	strbuf_format(out, "  %s", strbuf_text(&comment));
}

static void print_block(const struct node *node, unsigned indent, bool inside_item, struct strbuf *out);

// The value of the key or item that stands in the line, and what follows it. after_dash: the first key of a mapping
// stands behind the dash.
static void print_value(const struct node *node, unsigned indent, bool after_dash, struct strbuf *out)
{
	unsigned outside = indent - INDENT;

	if (is_one_line(node, column(out) + !after_dash)) {
		strbuf_add(out, after_dash ? "" : " ");
		print_flow(node, out);
		end_line(node->aside, outside, out);
	} else {
		if (!after_dash)
			end_line(node->aside, outside, out);
		print_block(node, indent, after_dash, out);
	}
	print_comment(node->after, node->kind == NODE_SCALAR ? outside : indent, out);
}

// What must stand before the dash of an item that is no line of its own.
static void print_item_notes(const struct node *item, unsigned indent, struct strbuf *out)
{
	print_comment(item->note, indent, out);
	if (is_one_line(item, indent + INDENT))
		return;
	print_comment(item->aside, indent, out);
	if (item->members.count)
		print_comment(item->members.items[0].value->note, indent, out);
}

static void print_block(const struct node *node, unsigned indent, bool inside_item, struct strbuf *out)
{
	vec_for_each (item, &node->items) {
		print_item_notes(*item, indent, out);
		strbuf_format(out, "%*s- ", (int)indent, "");
		print_value(*item, indent + INDENT, true, out);
	}
	vec_for_each (member, &node->members) {
		if (member != node->members.items || !inside_item) {
			print_comment(member->value->note, indent, out);
			strbuf_format(out, "%*s", (int)indent, "");
		}
		print_scalar(member->key, out);
		strbuf_add_char(out, ':');
		print_value(member->value, indent + INDENT, false, out);
	}
}

void node_print_yaml(const struct node *node, struct strbuf *out)
{
	print_comment(node->note, 0, out);
	if (is_one_line(node, 0)) {
		print_flow(node, out);
		end_line(node->aside, 0, out);
	} else {
		print_block(node, 0, false, out);
	}
	print_comment(node->after, 0, out);
}

void node_add_json(const struct node *node, struct json *json)
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
			node_add_json(*item, json);
		json_array_end(json);
		return;
	case NODE_MAPPING:
		json_object_begin(json);
		vec_for_each (member, &node->members) {
			json_key(json, member->key);
			node_add_json(member->value, json);
		}
		json_object_end(json);
		return;
	}
}

void node_print_json(const struct node *node, struct strbuf *out)
{
	struct json json = { .out = out };

	node_add_json(node, &json);
	strbuf_add_char(out, '\n');
}
