// SPDX-License-Identifier: GPL-2.0-or-later
// What several readers of rows do alike: see row_parts.h.
#include "import/read/row_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/strbuf.h"

const struct block_set ipv4_blocks = { "CidrBlockAssociationSet", "CidrBlock", "CidrBlockState" },
		       ipv6_blocks = { "Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock", "Ipv6CidrBlockState" };

void account_add(struct import_reader *reader, const struct row_kind *kind, void *row)
{
	struct row_list list = row_list_of(reader->account, kind);

	if (!((const struct aws_thing *)row)->id) {
		row_release(kind, row);
		return;
	}
	if (list.count == list.capacity) {
		list.capacity = list.capacity ? 2 * list.capacity : 8;
		list.items = memory_resize(list.items, list.capacity, kind->size);
	}
	memcpy(list.items + list.count++ * kind->size, row, kind->size);
	row_list_put(reader->account, kind, &list);
}

bool has_member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return value && !json_is_null(value) && !(json_is_string(value) && json_string_length(value) == 0);
}

void row_lacks_all(struct import_reader *reader, const json_t *object, const char *what, const char *const *keys)
{
	AUTO_STRBUF struct strbuf names = { 0 };

	for (size_t i = 0; keys[i]; i++) {
		if (has_member(object, keys[i]))
			return;
		strbuf_format(&names, "%s\"%s\"", i == 0 ? "" : keys[i + 1] ? ", " : " or ", keys[i]);
	}
	import_error(reader, object, NULL, "give the command's whole output", "%s has no %s", what,
		     strbuf_text(&names));
}

void thing_named(struct aws_thing *thing, char *name)
{
	free(thing->name);
	thing->name = name;
}

void thing_in_zone(struct aws_thing *thing, const char *zone)
{
	char *region = zone ? region_of_zone(zone) : NULL;

	if (!region)
		return;
	free(thing->region);
	thing->region = region;
}

bool is_associated(struct import_reader *reader, const json_t *item, const char *state_key)
{
	const json_t *state = member_object(reader, item, state_key);
	const char *word = state ? member_text(reader, state, "State") : NULL;

	return !word || strcmp(word, "associated") == 0;
}

void blocks_add_associated(struct import_reader *reader, const json_t *row, const struct block_set *set,
			   prefix_vec *blocks)
{
	struct prefix block;

	for_each_object (reader, member_list(reader, row, set->set), item)
		if (is_associated(reader, item, set->state) && member_prefix(reader, item, set->block, &block))
			vec_push(blocks, block);
}

static int compare_blocks(const void *a, const void *b)
{
	return compare_prefixes(a, b);
}

void blocks_order(prefix_vec *blocks, const struct prefix *first)
{
	size_t kept = 0;

	if (!blocks->count)
		return;
	qsort(blocks->items, blocks->count, sizeof(*blocks->items), compare_blocks);
	for (size_t i = 1; i < blocks->count; i++)
		if (compare_prefixes(&blocks->items[kept], &blocks->items[i]) != 0)
			blocks->items[++kept] = blocks->items[i];
	blocks->count = kept + 1;
	for (size_t i = 0; first && i < blocks->count; i++)
		if (compare_prefixes(&blocks->items[i], first) == 0) {
			memmove(blocks->items + 1, blocks->items, i * sizeof(*blocks->items));
			blocks->items[0] = *first;
			return;
		}
}
