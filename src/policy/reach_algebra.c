// SPDX-License-Identifier: GPL-2.0-or-later
// Reached space as a set: see reach_algebra.h.
//
// The ranges of a protocol's rows are disjoint, so a packet is in one row at most, and two reaches are compared by
// pairs of rows: where their ranges meet, the addresses differ as the rows' do.
#include "policy/reach_algebra.h"

#include <netinet/in.h>
#include <stdlib.h>

#include "base/cleanup.h"

static void ranges_release(reach_range_vec *ranges)
{
	vec_release(ranges);
}

static void ranges_intersect(const reach_range_vec *a, const reach_range_vec *b, reach_range_vec *out)
{
	for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
		const struct reach_range *x = &a->items[i], *y = &b->items[j];
		struct reach_range both = { x->first > y->first ? x->first : y->first,
					    x->last < y->last ? x->last : y->last };

		if (both.first <= both.last)
			vec_push(out, both);
		if (x->last < y->last)
			i++;
		else
			j++;
	}
}

static void ranges_subtract(reach_range_vec *ranges, const reach_range_vec *less)
{
	reach_range_vec left = { 0 };

	vec_for_each (range, ranges) {
		uint32_t first = range->first;

		vec_for_each (cut, less) {
			if (cut->last < first || cut->first > range->last)
				continue;
			if (cut->first > first)
				vec_push(&left, (struct reach_range){ (uint16_t)first, (uint16_t)(cut->first - 1) });
			first = (uint32_t)cut->last + 1;
		}
		if (first <= range->last)
			vec_push(&left, (struct reach_range){ (uint16_t)first, range->last });
	}
	vec_release(ranges);
	*ranges = left;
}

static int compare_ranges(const void *a, const void *b)
{
	return ((const struct reach_range *)a)->first - ((const struct reach_range *)b)->first;
}

// They are disjoint.
static void ranges_normalize(reach_range_vec *ranges)
{
	size_t kept = 0;

	qsort(ranges->items, ranges->count, sizeof(*ranges->items), compare_ranges);
	for (size_t i = 1; i < ranges->count; i++) {
		if (ranges->items[kept].last + 1 == ranges->items[i].first)
			ranges->items[kept].last = ranges->items[i].last;
		else
			ranges->items[++kept] = ranges->items[i];
	}
	ranges->count = kept + 1;
}

// Takes remotes over.
static void add_row(struct reach *reach, int protocol, const reach_range_vec *ranges, struct prefix_set *remotes)
{
	struct reach_row fresh = { .protocol = protocol, .remotes = *remotes };
	struct reach_row *to = &fresh;

	if (prefix_set_is_empty(remotes)) {
		prefix_set_release(remotes);
		return;
	}
	vec_for_each (row, &reach->rows)
		if (row->protocol == protocol && prefix_set_equal(&row->remotes, remotes))
			to = row;
	vec_for_each (range, ranges)
		vec_push(&to->ranges, *range);
	if (to == &fresh)
		vec_push(&reach->rows, fresh);
	else
		prefix_set_release(remotes);
	*remotes = (struct prefix_set){ 0 };
}

static int rank(int protocol)
{
	static const int order[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 };
	int at = 0;

	while (at < 3 && order[at] != protocol)
		at++;
	return at;
}

static int compare_rows(const void *a, const void *b)
{
	const struct reach_row *x = a, *y = b;

	if (x->protocol != y->protocol)
		return rank(x->protocol) - rank(y->protocol);
	return x->ranges.items[0].first - y->ranges.items[0].first;
}

static void reach_normalize(struct reach *reach)
{
	vec_for_each (row, &reach->rows)
		ranges_normalize(&row->ranges);
	if (reach->rows.count)
		qsort(reach->rows.items, reach->rows.count, sizeof(*reach->rows.items), compare_rows);
}

static void subtract_row(const struct reach_row *row, const struct reach *less, struct reach *out)
{
	CLEANUP(ranges_release) reach_range_vec rest = { 0 };
	struct prefix_set remotes = { 0 };

	vec_for_each (range, &row->ranges)
		vec_push(&rest, *range);
	vec_for_each (other, &less->rows) {
		CLEANUP(ranges_release) reach_range_vec both = { 0 };

		if (other->protocol != row->protocol)
			continue;
		ranges_intersect(&row->ranges, &other->ranges, &both);
		if (!both.count)
			continue;
		ranges_subtract(&rest, &both);
		if (prefix_set_equal(&row->remotes, &other->remotes))
			continue;
		prefix_set_copy(&remotes, &row->remotes);
		prefix_set_subtract(&remotes, &other->remotes);
		add_row(out, row->protocol, &both, &remotes);
	}
	if (!rest.count)
		return;
	prefix_set_copy(&remotes, &row->remotes);
	add_row(out, row->protocol, &rest, &remotes);
}

void reach_subtract(const struct reach *of, const struct reach *less, struct reach *out)
{
	vec_for_each (row, &of->rows)
		subtract_row(row, less, out);
	reach_normalize(out);
}

void reach_intersect(struct reach *reach, int protocol, const struct prefix_set *within)
{
	struct reach left = { 0 };

	vec_for_each (row, &reach->rows) {
		if (row->protocol == protocol)
			prefix_set_intersect(&row->remotes, within);
		add_row(&left, row->protocol, &row->ranges, &row->remotes);
	}
	reach_normalize(&left);
	reach_release(reach);
	*reach = left;
}

bool reach_is_empty(const struct reach *reach)
{
	return reach->rows.count == 0;
}

void reach_remotes_of(const struct reach *reach, int protocol, struct prefix_set *set)
{
	vec_for_each (row, &reach->rows)
		if (row->protocol == protocol)
			prefix_set_add_set(set, &row->remotes);
	prefix_set_normalize(set);
}

void prefix_set_count(const struct prefix_set *set, struct big_number addresses[2])
{
	const struct big_number one = big_number_of(0, 1);

	vec_for_each (range, &set->ranges) {
		struct big_number *to = &addresses[range->first.family == FAMILY_IPV6];
		address_bits size = range->last.bits - range->first.bits;
		struct big_number number = big_number_of((uint64_t)(size >> 64), (uint64_t)size);

		big_number_add(to, &number);
		big_number_add(to, &one);
	}
}

struct reach_count reach_row_count(const struct reach_row *row)
{
	struct reach_count count = { 0 };
	uint32_t places = 0;

	vec_for_each (range, &row->ranges)
		places += (uint32_t)(range->last - range->first) + 1;
	prefix_set_count(&row->remotes, count.addresses);
	count.pairs = count.addresses[0];
	big_number_add(&count.pairs, &count.addresses[1]);
	big_number_multiply(&count.pairs, places);
	return count;
}

struct reach_count reach_count(const struct reach *reach)
{
	CLEANUP(prefix_set_release) struct prefix_set remotes = { 0 };
	struct reach_count count = { 0 };

	reach_remotes(reach, &remotes);
	prefix_set_count(&remotes, count.addresses);
	vec_for_each (row, &reach->rows) {
		struct reach_count of = reach_row_count(row);
		big_number_add(&count.pairs, &of.pairs);
	}
	return count;
}
