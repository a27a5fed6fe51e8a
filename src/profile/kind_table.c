// SPDX-License-Identifier: GPL-2.0-or-later
// Values made of keys: sections, lists of members, maps of ids to members: see kind.h.
#include <string.h>

#include "base/cleanup.h"
#include "profile/kind.h"

// Every VEC has this shape; members are addressed by the size in their table.
typedef VEC(char) any_vec;

static bool check_mapping(struct reader *reader, const struct key_row *row, const struct node *node)
{
	if (node->kind == NODE_MAPPING)
		return true;
	if (node->kind == NODE_SCALAR && !node->text[0] && !node->quoted)
		reader_error(reader, &node->at, "write its keys below it, further to the right, or leave it out",
			     "\"%s\" has no value", row->path);
	else
		reader_error(reader, &node->at, NULL, "\"%s\" must be a mapping, not %s", row->path,
			     node_kind_name(node->kind));
	return false;
}

void section_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	if (!check_mapping(reader, row, node))
		return;
	row_set_place(row, base, &node->at);
	reader_mapping(reader, &profile_keys, row->path, node, base);
}

struct node *section_write(const struct key_row *row, const void *base)
{
	if (row->at_offset && !row_is_given(row, base))
		return NULL;
	return table_write(&profile_keys, row->path, base);
}

static void *member_at(const struct key_row *row, const any_vec *members, size_t index)
{
	return members->items + index * row->members->size;
}

// Reads one member and adds it; also when it has mistakes, so that references to it are not mistakes too.
static void read_member(struct reader *reader, const struct key_row *row, const char *id, const struct node *node,
			void *base)
{
	const struct key_table *table = row->members;
	any_vec *members = row_field(any_vec, row, base);

	if (!id && node->kind != NODE_MAPPING) {
		reader_error(reader, &node->at, "write it as {KEY: value, …}",
			     "an item of \"%s\" must be a mapping, not %s", row->path, node_kind_name(node->kind));
		return;
	}
	if (!check_mapping(reader, row, node))
		return;
	members->items = memory_resize(members->items, members->count + 1, table->size);
	members->capacity = ++members->count;
	void *member = member_at(row, members, members->count - 1);
	table_init(table, member);
	if (id)
		*(char **)member = memory_copy_text(id);
	*(struct location *)(void *)((char *)member + table->at_offset) = node->at;
	reader_mapping(reader, table, "", node, member);
	if (table->complete)
		table->complete(reader, node, member);
}

void members_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	if (row->kind == KEY_MAP) {
		if (!check_mapping(reader, row, node))
			return;
		row_set_place(row, base, &node->at);
		vec_for_each (member, &node->members) {
			const char *wrong = row->form ? row->form(member->key) : NULL;
			AUTO_FREE char *whole = memory_format("\"%.80s\" %s", member->key, wrong ? wrong : "");
			if (wrong)
				reader_refuse(reader, &member->key_at, whole);
			read_member(reader, row, member->key, member->value, base);
		}
		return;
	}
	if (node->kind != NODE_SEQUENCE) {
		bool empty = node->kind == NODE_SCALAR && !node->text[0] && !node->quoted;
		reader_error(reader, &node->at, "begin each item with \"- \", or write [] for none", "\"%s\" %s%s",
			     row->path, empty ? "has no value" : "must be a list of mappings, not ",
			     empty ? "" : node_kind_name(node->kind));
		return;
	}
	row_set_place(row, base, &node->at);
	vec_for_each (item, &node->items)
		read_member(reader, row, NULL, *item, base);
}

struct node *members_write(const struct key_row *row, const void *base)
{
	const any_vec *members = row_field_const(any_vec, row, base);

	if (!members->count && !row_is_given(row, base) && !row->required)
		return NULL;
	struct node *node = node_new(row->kind == KEY_MAP ? NODE_MAPPING : NODE_SEQUENCE);
	for (size_t i = 0; i < members->count; i++) {
		const void *member = member_at(row, members, i);
		struct node *written = table_write(row->members, "", member);
		if (row->kind == KEY_MAP)
			node_set(node, *(char *const *)member, written);
		else
			node_append(node, written);
	}
	return node;
}

void members_release(const struct key_row *row, void *base)
{
	any_vec *members = row_field(any_vec, row, base);

	for (size_t i = 0; i < members->count; i++) {
		void *member = member_at(row, members, i);
		table_release(row->members, member);
		if (row->kind == KEY_MAP)
			cleanup_free(member);  // its id
	}
	vec_release(members);
}
