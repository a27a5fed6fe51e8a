// SPDX-License-Identifier: GPL-2.0-or-later
// The keys in which two resolved profiles differ: see key_difference.h.
#include "profile/key_difference.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "profile/kind.h"
#include "profile/node.h"

static const struct node *value_at(const struct node *body, const char *path)
{
	AUTO_FREE char *copy = memory_copy_text(path);
	const struct node *at = body;

	for (char *rest = copy, *key; at && (key = strsep(&rest, "."));)
		at = at->kind == NODE_MAPPING ? node_get(at, key) : NULL;
	return at;
}

static const char *fallback_of(const struct key_row *row)
{
	return row->fallback && strcmp(row->path, "vpc.dns") == 0 ? "none" : row->fallback;
}

static void print_value(const struct node *value, const struct key_row *row, struct strbuf *out)
{
	if (value)
		node_print_json(value, out);
	else if (row->fallback)
		strbuf_format(out, "\"%s\"\n", fallback_of(row));
}

static bool differ(const struct node *left, const struct node *right, const struct key_row *row)
{
	AUTO_STRBUF struct strbuf first = { 0 };
	AUTO_STRBUF struct strbuf second = { 0 };

	print_value(left, row, &first);
	print_value(right, row, &second);
	return strcmp(strbuf_text(&first), strbuf_text(&second)) != 0;
}

// Longer ones say no more to people than that they differ.
enum { LINE_MAXIMUM = 200 };

static bool add_items(const struct node *value, struct strbuf *line)
{
	vec_for_each (item, &value->items) {
		if ((*item)->kind != NODE_SCALAR)
			return false;
		strbuf_format(line, "%s%s", item == value->items.items ? "" : ", ", (*item)->text);
	}
	vec_for_each (member, &value->members) {
		if (member->value->kind != NODE_SCALAR)
			return false;
		strbuf_format(line, "%s%s: %s", member == value->members.items ? "" : ", ", member->key,
			      member->value->text);
	}
	return true;
}

static char *one_line(const struct node *value, const struct key_row *row)
{
	AUTO_STRBUF struct strbuf line = { 0 };
	bool list = value && value->kind == NODE_SEQUENCE;

	if (!value)
		return row->fallback ? memory_copy_text(fallback_of(row)) : NULL;
	if (value->kind == NODE_SCALAR)
		return memory_copy_text(value->text);
	strbuf_add_char(&line, list ? '[' : '{');
	if (!add_items(value, &line) || line.length > LINE_MAXIMUM)
		return NULL;
	strbuf_add_char(&line, list ? ']' : '}');
	return strbuf_steal(&line);
}

void profile_key_differences(const struct profile *left, const struct profile *right, key_difference_vec *out)
{
	AUTO_NODE struct node *ours = table_write(&profile_keys, "", left);
	AUTO_NODE struct node *theirs = table_write(&profile_keys, "", right);

	for (size_t i = 0; i < profile_keys.count; i++) {
		const struct key_row *row = &profile_keys.rows[i];

		if (row->kind == KEY_SECTION || row->kind == KEY_HEADER)
			continue;
		const struct node *a = value_at(ours, row->path), *b = value_at(theirs, row->path);
		if (differ(a, b, row))
			vec_push(out, (struct key_difference){ row, { one_line(a, row), one_line(b, row) } });
	}
}

void key_differences_release(key_difference_vec *differences)
{
	vec_for_each (difference, differences) {
		free(difference->values[0]);
		free(difference->values[1]);
	}
	vec_release(differences);
}
