// SPDX-License-Identifier: GPL-2.0-or-later
// Named sets: exact values in hash sets, ranges in interval sets, equal ones shared.
#include "nft/sets.h"

#include <endian.h>
#include <string.h>

typedef VEC(uint8_t) bytes_vec;

// "v4_prefixes_2": what it holds, and its id.
static const char *const set_names[SET_TYPES][2] = {
	[SET_IPV4] = { "v4_addresses", "v4_prefixes" },
	[SET_IPV6] = { "v6_addresses", "v6_prefixes" },
	[SET_PORT] = { "ports", "port_ranges" },
	[SET_PROTOCOL] = { "protocols", "protocol_ranges" },
};

static void bytes_add(bytes_vec *bytes, const uint8_t *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		vec_push(bytes, from[i]);  // NOLINT(*uninitialized.Assign): it loses the halves of a uint16_t
}

static bool is_exact(const bytes_vec *ranges, uint32_t width)
{
	for (size_t i = 0; i < ranges->count; i += 2 * width) {
		if (memcmp(ranges->items + i, ranges->items + i + width, width))
			return false;
	}
	return true;
}

// Takes ranges over.
static const struct nft_set *set_get(struct nft_table *table, enum set_type type, bytes_vec *ranges)
{
	struct nft_set *set;

	vec_for_each (known, &table->sets) {
		if ((*known)->type == type && (*known)->ranges.count == ranges->count && ranges->items &&
		    !memcmp((*known)->ranges.items, ranges->items, ranges->count)) {
			vec_release(ranges);
			return *known;
		}
	}
	set = NEW(struct nft_set);
	set->type = type;
	set->id = (uint32_t)table->sets.count + 1;
	set->interval = !is_exact(ranges, set_type_rows[type].width);
	set->name = memory_format("%s_%u", set_names[type][set->interval], set->id);
	set->ranges.items = ranges->items;
	set->ranges.count = ranges->count;
	set->ranges.capacity = ranges->capacity;
	vec_push(&table->sets, set);
	return set;
}

// Takes ranges over.
static struct statement match_ranges(struct nft_table *table, enum selector selector, enum set_type type,
				     bytes_vec *ranges)
{
	uint32_t width = set_type_rows[type].width;
	struct statement statement;

	if (ranges->count > 2 * width)
		return statement_lookup(selector, set_get(table, type, ranges), false);
	statement = statement_range(selector, ranges->items, ranges->items + width);
	vec_release(ranges);
	return statement;
}

struct statement sets_match_addresses(struct nft_table *table, enum selector selector, const struct prefix_set *set,
				      enum family family)
{
	size_t count;
	const struct address_range *range = prefix_set_ranges(set, family, &count);
	bytes_vec ranges = { 0 };
	uint8_t bytes[16] = { 0 };

	for (size_t i = 0; i < count; i++) {
		bytes_add(&ranges, bytes, address_to_bytes(&range[i].first, bytes));
		bytes_add(&ranges, bytes, address_to_bytes(&range[i].last, bytes));
	}
	return match_ranges(table, selector, family == FAMILY_IPV4 ? SET_IPV4 : SET_IPV6, &ranges);
}

struct statement sets_match_ports(struct nft_table *table, enum selector selector, const port_range_vec *ports)
{
	bytes_vec ranges = { 0 };

	vec_for_each (range, ports) {
		const uint16_t pair[2] = { htobe16(range->first), htobe16(range->last) };

		bytes_add(&ranges, (const uint8_t *)pair, sizeof(pair));
	}
	return match_ranges(table, selector, SET_PORT, &ranges);
}

const struct nft_set *sets_of_protocols(struct nft_table *table, const uint8_t *protocols, size_t count)
{
	bytes_vec ranges = { 0 };

	for (size_t i = 0; i < count; i++) {
		vec_push(&ranges, protocols[i]);
		vec_push(&ranges, protocols[i]);
	}
	return set_get(table, SET_PROTOCOL, &ranges);
}
