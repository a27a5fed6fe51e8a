// SPDX-License-Identifier: GPL-2.0-or-later
// Sets of addresses as sorted, disjoint, non-adjacent ranges: see prefix_set.h.
//
// Ranges are closed, so the largest address of a family needs no number above it. `bits + 1` and `bits - 1` are
// only taken where another address of the same family is known to lie on that side.
#include "net/prefix_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// Every IPv4 address is before every IPv6 address.
static int compare(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return (a->bits > b->bits) - (a->bits < b->bits);
}

static const struct address *earlier(const struct address *a, const struct address *b)
{
	return compare(a, b) <= 0 ? a : b;
}

static const struct address *later(const struct address *a, const struct address *b)
{
	return compare(a, b) >= 0 ? a : b;
}

static struct address before(const struct address *address)
{
	return (struct address){ .family = address->family, .bits = address->bits - 1 };
}

static struct address after(const struct address *address)
{
	return (struct address){ .family = address->family, .bits = address->bits + 1 };
}

static bool ends_before(const struct address_range *range, const struct address_range *other)
{
	return compare(&range->last, &other->first) < 0;
}

void prefix_set_add(struct prefix_set *set, const struct prefix *prefix)
{
	prefix_set_add_range(set, &(struct address_range){ prefix_first(prefix), prefix_last(prefix) });
}

void prefix_set_add_range(struct prefix_set *set, const struct address_range *range)
{
	assert(range->first.family == range->last.family && range->first.bits <= range->last.bits);
	vec_push(&set->ranges, *range);
	set->dirty = true;
}

// Room for that many more ranges.
static void reserve(struct prefix_set *set, size_t more)
{
	size_t wanted = set->ranges.count + more, doubled = 2 * set->ranges.capacity;

	if (wanted <= set->ranges.capacity)
		return;
	wanted = wanted < doubled ? doubled : wanted;
	set->ranges.items = memory_resize(set->ranges.items, wanted, sizeof(*set->ranges.items));
	set->ranges.capacity = wanted;
}

// Gives back what was reserved and is not used.
static void shrink(struct prefix_set *set)
{
	if (!set->ranges.count) {
		vec_release(&set->ranges);
		return;
	}
	set->ranges.items = memory_resize(set->ranges.items, set->ranges.count, sizeof(*set->ranges.items));
	set->ranges.capacity = set->ranges.count;
}

// A set may be added to itself: what is copied stands before what is written.
void prefix_set_add_set(struct prefix_set *set, const struct prefix_set *other)
{
	size_t count = other->ranges.count;

	if (!count)
		return;
	reserve(set, count);
	memcpy(set->ranges.items + set->ranges.count, other->ranges.items, count * sizeof(*set->ranges.items));
	set->ranges.count += count;
	set->dirty = true;
}

static int compare_first(const void *a, const void *b)
{
	const struct address_range *left = a, *right = b;

	return compare(&left->first, &right->first);
}

// `next` does not begin before `range`. The subtraction cannot wrap: next begins above range's last there.
static bool touches(const struct address_range *range, const struct address_range *next)
{
	return range->last.family == next->first.family &&
	       (next->first.bits <= range->last.bits || next->first.bits - 1 == range->last.bits);
}

// Most sets are added to in order: from a list that is sorted, or by what was a set.
static bool is_sorted(const struct prefix_set *set)
{
	for (size_t i = 1; i < set->ranges.count; i++)
		if (compare(&set->ranges.items[i - 1].first, &set->ranges.items[i].first) > 0)
			return false;
	return true;
}

void prefix_set_normalize(struct prefix_set *set)
{
	struct address_range *ranges = set->ranges.items;
	size_t kept = 0;

	if (!set->dirty)
		return;
	if (!is_sorted(set))
		qsort(ranges, set->ranges.count, sizeof(*ranges), compare_first);
	for (size_t i = 1; i < set->ranges.count; i++) {
		if (touches(&ranges[kept], &ranges[i]))
			ranges[kept].last = *later(&ranges[kept].last, &ranges[i].last);
		else
			ranges[++kept] = ranges[i];
	}
	set->ranges.count = kept + 1;  // dirty: there is at least one
	set->dirty = false;
}

void prefix_set_copy(struct prefix_set *to, const struct prefix_set *from)
{
	assert(!from->dirty);
	if (to == from)
		return;
	prefix_set_release(to);
	prefix_set_add_set(to, from);
	to->dirty = false;
}

void prefix_set_subtract(struct prefix_set *set, const struct prefix_set *less)
{
	struct prefix_set result = { 0 };
	size_t next = 0;

	assert(!set->dirty && !less->dirty);
	if (!set->ranges.count || !less->ranges.count)
		return;
	reserve(&result, set->ranges.count + less->ranges.count);
	vec_for_each (range, &set->ranges) {
		struct address_range rest = *range;
		bool left = true;

		while (next < less->ranges.count && ends_before(&less->ranges.items[next], &rest))
			next++;
		// A cut that reaches past this range may reach into the following ones too: `next` stays on it.
		for (size_t i = next; left && i < less->ranges.count; i++) {
			const struct address_range *cut = &less->ranges.items[i];
			if (ends_before(&rest, cut))
				break;
			if (compare(&rest.first, &cut->first) < 0)
				vec_push(&result.ranges, (struct address_range){ rest.first, before(&cut->first) });
			left = compare(&cut->last, &rest.last) < 0;
			if (left)
				rest.first = after(&cut->last);
		}
		if (left)
			vec_push(&result.ranges, rest);
	}
	shrink(&result);
	prefix_set_release(set);
	*set = result;
}

void prefix_set_intersect(struct prefix_set *set, const struct prefix_set *with)
{
	struct prefix_set result = { 0 };

	prefix_set_intersection(set, with, &result);
	prefix_set_release(set);
	*set = result;
}

void prefix_set_intersection(const struct prefix_set *set, const struct prefix_set *with, struct prefix_set *out)
{
	size_t i = 0, j = 0;

	assert(!set->dirty && !with->dirty && !out->ranges.count);
	if (!set->ranges.count || !with->ranges.count)
		return;
	reserve(out, set->ranges.count + with->ranges.count);
	while (i < set->ranges.count && j < with->ranges.count) {
		const struct address_range *a = &set->ranges.items[i], *b = &with->ranges.items[j];
		if (!ends_before(a, b) && !ends_before(b, a))
			vec_push(&out->ranges,
				 (struct address_range){ *later(&a->first, &b->first), *earlier(&a->last, &b->last) });
		if (compare(&a->last, &b->last) < 0)
			i++;
		else
			j++;
	}
	shrink(out);
}

// The index of the first range that does not end before the address; the count when all do.
static size_t search(const struct prefix_set *set, const struct address *address)
{
	size_t low = 0, high = set->ranges.count;

	assert(!set->dirty);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare(&set->ranges.items[middle].last, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

// The set covers every address from first to last: since no two ranges touch, one range does.
static bool covers(const struct prefix_set *set, const struct address *first, const struct address *last)
{
	size_t i = search(set, first);

	return i < set->ranges.count && compare(&set->ranges.items[i].first, first) <= 0 &&
	       compare(last, &set->ranges.items[i].last) <= 0;
}

bool prefix_set_contains(const struct prefix_set *set, const struct address *address)
{
	return covers(set, address, address);
}

bool prefix_set_covers(const struct prefix_set *set, const struct prefix *prefix)
{
	struct address first = prefix_first(prefix), last = prefix_last(prefix);

	return covers(set, &first, &last);
}

bool prefix_set_is_within(const struct prefix_set *set, const struct prefix_set *outer)
{
	size_t i = 0;

	assert(!set->dirty && !outer->dirty);
	vec_for_each (range, &set->ranges) {
		while (i < outer->ranges.count && ends_before(&outer->ranges.items[i], range))
			i++;
		if (i == outer->ranges.count || compare(&range->first, &outer->ranges.items[i].first) < 0 ||
		    compare(&range->last, &outer->ranges.items[i].last) > 0)
			return false;
	}
	return true;
}

bool prefix_set_meets(const struct prefix_set *set, const struct prefix_set *other)
{
	size_t i = 0;

	assert(!set->dirty && !other->dirty);
	vec_for_each (range, &set->ranges) {
		while (i < other->ranges.count && ends_before(&other->ranges.items[i], range))
			i++;
		if (i < other->ranges.count && !ends_before(range, &other->ranges.items[i]))
			return true;
	}
	return false;
}

bool prefix_set_is_empty(const struct prefix_set *set)
{
	assert(!set->dirty);
	return set->ranges.count == 0;
}

bool prefix_set_has_family(const struct prefix_set *set, enum family family)
{
	size_t count;

	(void)prefix_set_ranges(set, family, &count);
	return count > 0;
}

bool prefix_set_equal(const struct prefix_set *a, const struct prefix_set *b)
{
	assert(!a->dirty && !b->dirty);
	if (a->ranges.count != b->ranges.count)
		return false;
	for (size_t i = 0; i < a->ranges.count; i++)
		if (!address_equal(&a->ranges.items[i].first, &b->ranges.items[i].first) ||
		    !address_equal(&a->ranges.items[i].last, &b->ranges.items[i].last))
			return false;
	return true;
}

bool prefix_set_is_full(const struct prefix_set *set, enum family family)
{
	return prefix_set_covers(set, &(struct prefix){ .base = { .family = family } });
}

// The largest block that begins at range's first address and lies within it.
static struct prefix first_block(const struct address_range *range)
{
	struct prefix block = prefix_of_address(&range->first);

	while (block.length) {
		struct prefix wider = { .base = block.base, .length = (uint8_t)(block.length - 1) };
		struct address first = prefix_first(&wider), last = prefix_last(&wider);
		if (!address_equal(&first, &range->first) || compare(&last, &range->last) > 0)
			break;
		block = wider;
	}
	return block;
}

void prefix_set_to_prefixes(const struct prefix_set *set, enum family family, prefix_vec *out)
{
	size_t count;
	const struct address_range *ranges = prefix_set_ranges(set, family, &count);

	for (size_t i = 0; i < count; i++) {
		struct address_range rest = ranges[i];
		for (;;) {
			struct prefix block = first_block(&rest);
			struct address last = prefix_last(&block);
			vec_push(out, block);
			if (address_equal(&last, &rest.last))
				break;
			rest.first = after(&last);
		}
	}
}

bool prefix_set_is_exact(const struct prefix_set *set, enum family family)
{
	size_t count;
	const struct address_range *ranges = prefix_set_ranges(set, family, &count);

	for (size_t i = 0; i < count; i++)
		if (ranges[i].first.bits != ranges[i].last.bits)
			return false;
	return true;
}

const struct address_range *prefix_set_ranges(const struct prefix_set *set, enum family family, size_t *count)
{
	const struct address lowest = { .family = family };
	size_t first = search(set, &lowest), end = first;

	while (end < set->ranges.count && set->ranges.items[end].first.family == family)
		end++;
	*count = end - first;
	return set->ranges.items ? set->ranges.items + first : NULL;
}

void prefix_set_release(struct prefix_set *set)
{
	vec_release(&set->ranges);
	set->dirty = false;
}
