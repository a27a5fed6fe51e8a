// SPDX-License-Identifier: GPL-2.0-or-later
// The table of kinds, and what a whole table of rows does with them: see kind.h.
#include <string.h>

#include "base/cleanup.h"
#include "profile/kind.h"

static const struct kind kinds[KEY_KINDS] = {
	[KEY_HEADER] = { SHAPE_SCALAR, "a text", NULL, NULL, NULL, NULL },
	[KEY_SECTION] = { SHAPE_MAPPING, "a mapping of its keys", NULL, section_read, section_write, NULL },
	[KEY_WORD] = { SHAPE_SCALAR, "one word", NULL, word_read, word_write, NULL },
	[KEY_YES_NO] = { SHAPE_SCALAR, "yes or no", "yes", yes_no_read, yes_no_write, NULL },
	[KEY_TEXT] = { SHAPE_SCALAR, "a text", NULL, text_read, text_write, text_release },
	[KEY_PLAIN_TEXT] = { SHAPE_SCALAR, "a text", NULL, plain_text_read, plain_text_write, plain_text_release },
	[KEY_PATH] = { SHAPE_SCALAR, "a path", "/scratch/tmp", path_read, text_write, text_release },
	[KEY_FILE] = { SHAPE_SCALAR, "a file's name", "s3.txt", text_read, NULL, text_release },
	[KEY_CHOICE] = { SHAPE_SCALAR, "a text", "s3", text_read, NULL, text_release },
	[KEY_RULE_NUMBER] = { SHAPE_SCALAR, "a number from 1 to 32766", "100", rule_number_read, rule_number_write,
			      NULL },
	[KEY_PROTOCOL] = { SHAPE_SCALAR, "a protocol", "tcp", protocol_read, protocol_write, NULL },
	[KEY_ICMP] = { SHAPE_SCALAR, "any or a number from 0 to 255", "8", icmp_read, icmp_write, NULL },
	[KEY_ADDRESS] = { SHAPE_SCALAR, "an address", "10.0.0.2", address_read, address_write, NULL },
	[KEY_PREFIX] = { SHAPE_SCALAR, "a CIDR block", "10.0.0.0/16", prefix_read, prefix_write, NULL },
	[KEY_PEER] = { SHAPE_SCALAR, "a CIDR block or a prefix list", "10.0.0.0/16", peer_read, peer_write,
		       peer_release },
	[KEY_ADDRESSES] = { SHAPE_SEQUENCE, "a list of addresses", "[10.0.0.1, 10.0.0.2]", list_read, addresses_write,
			    plain_list_release },
	[KEY_PREFIXES] = { SHAPE_SEQUENCE, "a list of CIDR blocks", "[10.0.0.0/16]", list_read, prefixes_write,
			   plain_list_release },
	[KEY_PREFIX_SET] = { SHAPE_SEQUENCE, "a list of CIDR blocks", "[10.0.0.0/16]", list_read, prefix_set_write,
			     prefix_set_clear },
	[KEY_PORTS] = { SHAPE_SEQUENCE, "a list of ports and ranges", "[443, 8000-8100]", list_read, ports_write,
			plain_list_release },
	[KEY_TEXTS] = { SHAPE_SEQUENCE, "a list of texts", "[one, two]", list_read, texts_write, texts_release },
	[KEY_PATHS] = { SHAPE_SEQUENCE, "a list of paths", "[/data/one]", list_read, texts_write, texts_release },
	[KEY_PEERS] = { SHAPE_SEQUENCE, "one of self, subnets, any, a name, an address, or a list of these",
			"[self, 10.0.0.0/16]", list_read, peers_write, peers_release },
	[KEY_TEXT_MAP] = { SHAPE_MAPPING, "a mapping of names to texts", "{NAME: text}", map_read, text_map_write,
			   text_map_release },
	[KEY_HOST_MAP] = { SHAPE_MAPPING, "a mapping of names to addresses", "{gpu02: 10.0.0.2}", map_read,
			   host_map_write, host_map_release },
	[KEY_LIST] = { SHAPE_SEQUENCE, "a list of mappings", "[{KEY: value}]", members_read, members_write,
		       members_release },
	[KEY_MAP] = { SHAPE_MAPPING, "a mapping of ids to mappings", "{ID: {KEY: value}}", members_read, members_write,
		      members_release },
};

const struct kind *kind_of(const struct key_row *row)
{
	return &kinds[row->kind];
}

static struct location *place(const struct key_row *row, void *base)
{
	return (struct location *)(void *)((char *)base + row->at_offset);
}

void row_set_place(const struct key_row *row, void *base, const struct location *at)
{
	if (row->at_offset)
		*place(row, base) = *at;
}

bool row_is_given(const struct key_row *row, const void *base)
{
	const struct location *at = (const struct location *)(const void *)((const char *)base + row->at_offset);

	return row->at_offset && at->line;
}

void table_init(const struct key_table *table, void *base)
{
	struct mistakes none = { 0 };
	struct reader reader = { .mistakes = &none };

	memset(base, 0, table->size);
	for (size_t i = 0; i < table->count; i++) {
		const struct key_row *row = &table->rows[i];
		if (!row->fallback)
			continue;
		AUTO_NODE struct node *node = node_scalar(row->fallback);  // in line 0: not given
		kind_of(row)->read(&reader, row, node, base);
	}
	mistakes_release(&none);  // a wrong default fails the test of the table
}

struct node *table_write(const struct key_table *table, const char *section, const void *base)
{
	struct node *mapping = node_new(NODE_MAPPING);

	for (size_t i = 0; i < table->count; i++) {
		const struct key_row *row = &table->rows[i];
		if (!key_in_section(row, section) || !kind_of(row)->write)
			continue;
		struct node *value = kind_of(row)->write(row, base);
		if (value)
			node_set(mapping, key_name(row), value);
	}
	return mapping;
}

void table_release(const struct key_table *table, void *base)
{
	for (size_t i = 0; i < table->count; i++)
		if (kind_of(&table->rows[i])->release)
			kind_of(&table->rows[i])->release(&table->rows[i], base);
}
