// SPDX-License-Identifier: GPL-2.0-or-later
// Lists of values of one word, and maps of names to such values: see kind.h.
#include <string.h>

#include "base/cleanup.h"
#include "profile/kind.h"

typedef VEC(struct rule_peer) peer_vec;

// Adds one item of a list, or one member of a map, to the row's field.
typedef void item_reader(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
			 void *base);

static void read_address(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
			 void *base)
{
	const char *text = reader_text(reader, row, node);
	struct address_value value = { .at = node->at };
	struct error err = { 0 };

	(void)name;
	if (text && address_parse(text, &value.address, &err) < 0)
		reader_refuse(reader, &node->at, err.message);
	else if (text)
		vec_push(row_field(address_vec, row, base), value);
}

static bool parse_prefix(struct reader *reader, const struct key_row *row, const struct node *node,
			 struct prefix *prefix)
{
	const char *text = reader_text(reader, row, node);
	struct error err = { 0 };

	if (text && prefix_parse(text, prefix, &err) == 0)
		return true;
	if (text)
		reader_refuse(reader, &node->at, err.message);
	return false;
}

static void read_prefix(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
			void *base)
{
	struct prefix_value value = { .at = node->at };

	(void)name;
	if (parse_prefix(reader, row, node, &value.prefix))
		vec_push(row_field(prefix_value_vec, row, base), value);
}

static void read_set_member(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
			    void *base)
{
	struct prefix prefix;

	(void)name;
	if (parse_prefix(reader, row, node, &prefix))
		prefix_set_add(row_field(struct prefix_set, row, base), &prefix);
}

static void read_port(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
		      void *base)
{
	const char *text = reader_text(reader, row, node);
	struct port_value value = { .at = node->at };
	struct error err = { 0 };

	(void)name;
	if (text && port_range_parse(text, &value.range, &err) < 0)
		reader_refuse(reader, &node->at, err.message);
	else if (text)
		vec_push(row_field(port_vec, row, base), value);
}

static void read_text(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
		      void *base)
{
	const char *text = reader_formed_text(reader, row, node);

	(void)name;
	if (text && (!row->words || word_find(reader, row, node, text) >= 0))
		vec_push(row_field(text_vec, row, base),
			 (struct text_value){ .text = memory_copy_text(text), .at = node->at });
}

static void read_path(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
		      void *base)
{
	char *path = reader_path(reader, row, node);

	(void)name;
	if (path)
		vec_push(row_field(text_vec, row, base), (struct text_value){ .text = path, .at = node->at });
}

static void read_peer(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
		      void *base)
{
	const char *text = reader_text(reader, row, node);
	struct rule_peer peer;

	(void)name;
	if (text && peer_parse(reader, &node->at, text, &peer))
		vec_push(row_field(peer_vec, row, base), peer);
}

static void read_named_text(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
			    void *base)
{
	const char *text = reader_text(reader, row, node);

	if (text)
		vec_push(row_field(named_text_vec, row, base), (struct named_text){ .name = memory_copy_text(name),
										    .text = memory_copy_text(text),
										    .at = node->at });
}

static void read_host(struct reader *reader, const struct key_row *row, const char *name, const struct node *node,
		      void *base)
{
	const char *text = reader_text(reader, row, node);
	struct host_value host = { .at = node->at };
	struct error err = { 0 };

	if (text && address_parse(text, &host.address, &err) < 0) {
		reader_refuse(reader, &node->at, err.message);
	} else if (text) {
		host.name = memory_copy_text(name);
		vec_push(row_field(host_vec, row, base), host);
	}
}

static item_reader *const item_readers[KEY_KINDS] = {
	[KEY_ADDRESSES] = read_address, [KEY_PREFIXES] = read_prefix,     [KEY_PREFIX_SET] = read_set_member,
	[KEY_PORTS] = read_port,        [KEY_TEXTS] = read_text,          [KEY_PATHS] = read_path,
	[KEY_PEERS] = read_peer,        [KEY_TEXT_MAP] = read_named_text, [KEY_HOST_MAP] = read_host,
};

// The row's other word (`subnets: host`) instead of a list.
static bool read_otherwise(const struct key_row *row, const struct node *node, void *base)
{
	if (!row->otherwise || node->kind != NODE_SCALAR || strcmp(node->text, row->otherwise) != 0)
		return false;
	if (row->otherwise_flag) {
		*(bool *)(void *)((char *)base + row->otherwise_flag) = true;
		row_set_place(row, base, &node->at);
	}
	return true;
}

static void complain_not_list(struct reader *reader, const struct key_row *row, const struct node *node)
{
	CLEANUP(strbuf_release) struct strbuf hint = { 0 };

	if (node->kind == NODE_SCALAR && node->text[0])
		strbuf_format(&hint, "write [%.80s]", node->text);
	else
		strbuf_format(&hint, "write %s, or [] for none", kind_of(row)->example);
	if (row->otherwise)
		strbuf_format(&hint, ", or %s", row->otherwise);
	if (node->kind == NODE_SCALAR && !node->text[0] && !node->quoted)
		reader_error(reader, &node->at, hint.text, "\"%s\" has no value", row->path);
	else
		reader_error(reader, &node->at, hint.text, "\"%s\" must be %s, not %s", row->path,
			     kind_of(row)->expects, node_kind_name(node->kind));
}

void list_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	if (read_otherwise(row, node, base))
		return;
	if (row->kind == KEY_PEERS && node->kind == NODE_SCALAR) {
		read_peer(reader, row, NULL, node, base);
		return;
	}
	if (node->kind != NODE_SEQUENCE) {
		complain_not_list(reader, row, node);
		return;
	}
	row_set_place(row, base, &node->at);
	vec_for_each (item, &node->items)
		item_readers[row->kind](reader, row, NULL, *item, base);
	if (row->kind == KEY_PREFIX_SET)
		prefix_set_normalize(row_field(struct prefix_set, row, base));
}

void map_read(struct reader *reader, const struct key_row *row, const struct node *node, void *base)
{
	if (node->kind != NODE_MAPPING) {
		AUTO_FREE char *hint = memory_format("write %s", kind_of(row)->example);
		reader_error(reader, &node->at, hint, "\"%s\" must be %s, not %s", row->path, kind_of(row)->expects,
			     node_kind_name(node->kind));
		return;
	}
	vec_for_each (member, &node->members) {
		const char *wrong = row->form ? row->form(member->key) : NULL;
		if (wrong) {
			AUTO_FREE char *whole = memory_format("\"%.80s\" %s", member->key, wrong);
			reader_refuse(reader, &member->key_at, whole);
		}
		item_readers[row->kind](reader, row, member->key, member->value, base);
	}
}

// Whether a list is worth writing: it has items, or it was written although empty.
static struct node *new_list(const struct key_row *row, size_t count, const void *base)
{
	return count || row_is_given(row, base) ? node_new(NODE_SEQUENCE) : NULL;
}

struct node *addresses_write(const struct key_row *row, const void *base)
{
	const address_vec *values = row_field_const(address_vec, row, base);
	struct node *list = new_list(row, values->count, base);
	char out[ADDRESS_TEXT_SIZE];

	vec_for_each (value, values)
		node_append(list, node_scalar(address_print(&value->address, out)));
	return list;
}

struct node *prefixes_write(const struct key_row *row, const void *base)
{
	const prefix_value_vec *values = row_field_const(prefix_value_vec, row, base);
	char out[PREFIX_TEXT_SIZE];

	if (row->otherwise_flag && *(const bool *)(const void *)((const char *)base + row->otherwise_flag))
		return node_scalar(row->otherwise);
	struct node *list = new_list(row, values->count, base);
	vec_for_each (value, values)
		node_append(list, node_scalar(prefix_print(&value->prefix, out)));
	return list;
}

struct node *prefix_set_write(const struct key_row *row, const void *base)
{
	const struct prefix_set *set = row_field_const(struct prefix_set, row, base);
	struct node *list = node_new(NODE_SEQUENCE);
	prefix_vec prefixes = { 0 };
	char out[PREFIX_TEXT_SIZE];

	prefix_set_to_prefixes(set, FAMILY_IPV4, &prefixes);
	prefix_set_to_prefixes(set, FAMILY_IPV6, &prefixes);
	vec_for_each (prefix, &prefixes)
		node_append(list, node_scalar(prefix_print(prefix, out)));
	vec_release(&prefixes);
	return list;
}

struct node *ports_write(const struct key_row *row, const void *base)
{
	const port_vec *values = row_field_const(port_vec, row, base);
	struct node *list = new_list(row, values->count, base);
	char out[12];

	vec_for_each (value, values)
		node_append(list, value->range.first == value->range.last
				      ? node_number(port_range_print(&value->range, out))
				      : node_scalar(port_range_print(&value->range, out)));
	return list;
}

struct node *texts_write(const struct key_row *row, const void *base)
{
	const text_vec *values = row_field_const(text_vec, row, base);
	struct node *list = new_list(row, values->count, base);

	if (!list && row->otherwise)
		return node_scalar(row->otherwise);
	vec_for_each (value, values)
		node_append(list, node_scalar(value->text));
	return list;
}

struct node *peers_write(const struct key_row *row, const void *base)
{
	struct node *list = node_new(NODE_SEQUENCE);

	vec_for_each (peer, row_field_const(peer_vec, row, base))
		node_append(list, node_scalar(peer->name));
	return list;
}

void plain_list_release(const struct key_row *row, void *base)
{
	vec_release(row_field(VEC(char), row, base));
}

void prefix_set_clear(const struct key_row *row, void *base)
{
	prefix_set_release(row_field(struct prefix_set, row, base));
}

void texts_release(const struct key_row *row, void *base)
{
	text_vec *values = row_field(text_vec, row, base);

	vec_for_each (value, values)
		free(value->text);
	vec_release(values);
}

void peers_release(const struct key_row *row, void *base)
{
	peer_vec *peers = row_field(peer_vec, row, base);

	vec_for_each (peer, peers)
		free(peer->name);
	vec_release(peers);
}

struct node *text_map_write(const struct key_row *row, const void *base)
{
	const named_text_vec *values = row_field_const(named_text_vec, row, base);
	struct node *map = values->count ? node_new(NODE_MAPPING) : NULL;

	vec_for_each (value, values)
		node_set(map, value->name, node_scalar(value->text));
	return map;
}

struct node *host_map_write(const struct key_row *row, const void *base)
{
	const host_vec *hosts = row_field_const(host_vec, row, base);
	struct node *map = hosts->count ? node_new(NODE_MAPPING) : NULL;
	char out[ADDRESS_TEXT_SIZE];

	vec_for_each (host, hosts)
		node_set(map, host->name, node_scalar(address_print(&host->address, out)));
	return map;
}

void text_map_release(const struct key_row *row, void *base)
{
	named_text_vec *values = row_field(named_text_vec, row, base);

	vec_for_each (value, values) {
		free(value->name);
		free(value->text);
	}
	vec_release(values);
}

void host_map_release(const struct key_row *row, void *base)
{
	host_vec *hosts = row_field(host_vec, row, base);

	vec_for_each (host, hosts)
		free(host->name);
	vec_release(hosts);
}
