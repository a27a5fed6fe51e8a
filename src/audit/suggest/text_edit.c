// SPDX-License-Identifier: GPL-2.0-or-later
// Lines and words put into a text of YAML: see text_edit.h.
//
// Theory of operation: the text is read into its tree, whose nodes have their places. The path is walked as far as it
// leads; what is left of it becomes a member or an item of the container where it ends, in the form that this has: in
// brackets before its closing one, else on lines of its own behind its last line.
#include "audit/suggest/text_edit.h"

#include <stdlib.h>
#include <string.h>

#include "audit/suggest/tree_edit.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/strbuf.h"
#include "base/utf8.h"

enum { STEP = 2 };  // columns that a level is indented by

struct addition {
	const char *const *rest;  // the parts of the path that are not there yet
	bool add;
	const char *value;
};

static const char *line_at(const char *text, unsigned line)
{
	for (; line > 1 && text; line--) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	return text;
}

// Columns count characters. NULL: there is no such place.
static const char *place_in(const char *text, const struct location *at)
{
	const char *place = line_at(text, at->line);

	for (unsigned column = 1; place && column < at->column; column++) {
		size_t length = utf8_length(place);
		place = length ? place + length : NULL;
	}
	return place;
}

static const struct node *child_of(const struct node *node, const char *part)
{
	if (node->kind == NODE_MAPPING)
		return node_get(node, part);
	size_t index = part[0] == '[' ? strtoul(part + 1, NULL, 10) : node->items.count;
	return node->kind == NODE_SEQUENCE && index < node->items.count ? node->items.items[index] : NULL;
}

static bool begins_token(const char *text, const char *at)
{
	return at == text || strchr(" \t\n[{,:", at[-1]);
}

// Behind the quoted text that begins at at; NULL: it has no end.
static const char *skip_quoted(const char *at)
{
	const char quote = *at;

	for (at++; *at; at++) {
		bool escaped = quote == '"' ? *at == '\\' && at[1] : *at == quote && at[1] == quote;

		if (escaped)
			at++;
		else if (*at == quote)
			return at + 1;
	}
	return NULL;
}

// The bracket that closes the one at begin; NULL: none is found, or there is a comment between.
static const char *closing(const char *text, const char *begin)
{
	size_t depth = 0;

	for (const char *at = begin; at && *at; at++) {
		if ((*at == '"' || *at == '\'') && begins_token(text, at)) {
			at = skip_quoted(at);
			if (!at)
				return NULL;
			at--;
		} else if (*at == '#' && begins_token(text, at)) {
			return NULL;
		} else if (*at == '[' || *at == '{') {
			depth++;
		} else if ((*at == ']' || *at == '}') && --depth == 0) {
			return at;
		}
	}
	return NULL;
}

static char *spliced(const char *text, const char *from, const char *to, const char *middle)
{
	return memory_format("%.*s%s%s", (int)(from - text), text, middle, to);
}

// "environment: {set: {A: 1}}", "peers: [10.0.0.1]", "10.0.0.1".
static void print_inline(const struct addition *addition, struct strbuf *out)
{
	size_t depth = 0;

	for (; addition->rest[depth]; depth++)
		strbuf_format(out, "%s%s: ", depth ? "{" : "", addition->rest[depth]);
	bool list = addition->add && depth;
	strbuf_format(out, "%s%s%s", list ? "[" : "", addition->value, list ? "]" : "");
	for (; depth > 1; depth--)
		strbuf_add_char(out, '}');
}

static char *into_brackets(const char *text, const char *begin, const struct addition *addition)
{
	AUTO_STRBUF struct strbuf middle = { 0 };
	const char *end = closing(text, begin), *last = end;

	if (!end)
		return NULL;
	while (strchr(" \t\n", last[-1]))
		last--;
	if (last[-1] == ',')
		strbuf_add_char(&middle, ' ');
	else if (last - 1 != begin)
		strbuf_add(&middle, ", ");
	print_inline(addition, &middle);
	return spliced(text, last, last, strbuf_text(&middle));
}

static void print_lines(const struct addition *addition, size_t indent, bool item, struct strbuf *out)
{
	size_t depth = 0;

	if (item) {
		strbuf_format(out, "%*s- %s\n", (int)indent, "", addition->value);
		return;
	}
	for (; addition->rest[depth + 1]; depth++)
		strbuf_format(out, "%*s%s:\n", (int)(indent + depth * STEP), "", addition->rest[depth]);
	strbuf_format(out, "%*s%s:", (int)(indent + depth * STEP), "", addition->rest[depth]);
	if (addition->add && addition->value[0] != '{')
		strbuf_format(out, " [%s]\n", addition->value);
	else if (addition->add)
		strbuf_format(out, "\n%*s- %s\n", (int)(indent + (depth + 1) * STEP), "", addition->value);
	else
		strbuf_format(out, " %s\n", addition->value);
}

static unsigned last_line(const struct node *node)
{
	unsigned last = node->at.line, line;

	vec_for_each (item, &node->items)
		if ((line = last_line(*item)) > last)
			last = line;
	vec_for_each (member, &node->members)
		if ((line = last_line(member->value)) > last)
			last = line;
	return last;
}

// Behind the last line of what a block holds: lines that are indented deeper still belong to its last part.
static const char *block_end(const char *text, const struct node *node)
{
	const char *line = line_at(text, last_line(node)), *end = NULL;
	const size_t indent = node->at.column - 1;

	for (bool first = true; line && *line; first = false) {
		size_t blank = strspn(line, " "), length = strcspn(line, "\n");
		bool empty = blank == length || line[blank] == '#';

		if (!first && !empty && blank <= indent)
			break;
		if (!empty)
			end = line + length + (line[length] == '\n');
		line += length + (line[length] == '\n');
	}
	return end;
}

static char *onto_lines(const char *text, const struct node *node, const struct addition *addition)
{
	AUTO_STRBUF struct strbuf lines = { 0 };
	const char *end = block_end(text, node);

	if (!end)
		return NULL;
	if (end > text && end[-1] != '\n')
		strbuf_add_char(&lines, '\n');
	print_lines(addition, node->at.column - 1, node->kind == NODE_SEQUENCE, &lines);
	return spliced(text, end, end, strbuf_text(&lines));
}

// Behind a scalar: in brackets a plain one ends before them, and before a comma, too. NULL: it has no end.
static const char *scalar_end(const char *text, const char *begin, bool in_brackets)
{
	const char *end = begin;

	if (*begin == '"' || *begin == '\'')
		return skip_quoted(begin);
	while (*end && *end != '\n' && !(*end == '#' && begins_token(text, end)) &&
	       !(in_brackets && strchr(",]}", *end)))
		end++;
	while (end > begin && strchr(" \t", end[-1]))
		end--;
	return end;
}

static char *replaced(const char *text, const char *begin, bool in_brackets, const char *value)
{
	const char *end = scalar_end(text, begin, in_brackets);

	return end ? spliced(text, begin, end, value) : NULL;
}

char *text_edit(const char *text, const char *const *path, bool add, const char *value)
{
	AUTO_NODE struct node *tree = tree_read(text);
	const struct node *node = tree, *child;
	struct addition addition = { .rest = path, .add = add, .value = value };
	bool in_brackets = false;
	const char *begin = NULL;

	for (; node; node = child) {
		begin = place_in(text, &node->at);
		if (!begin)
			return NULL;
		bool brackets = node->kind != NODE_SCALAR && (*begin == '[' || *begin == '{');
		child = *addition.rest ? child_of(node, *addition.rest) : NULL;
		if (!child)
			break;
		in_brackets = brackets || in_brackets;
		addition.rest++;
	}
	if (!node)
		return NULL;
	if (node->kind == NODE_SCALAR)
		return *addition.rest || add ? NULL : replaced(text, begin, in_brackets, value);
	// An item is added to a list, a member to a mapping; nothing takes a whole container's place.
	if ((node->kind == NODE_SEQUENCE) != !*addition.rest || (!*addition.rest && !add))
		return NULL;
	return *begin == '[' || *begin == '{' ? into_brackets(text, begin, &addition)
					      : onto_lines(text, node, &addition);
}
