// SPDX-License-Identifier: GPL-2.0-or-later
// Distinct destinations: see destinations.h.
#include "audit/destinations.h"

#include <stdlib.h>

#include "base/memory.h"

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static uint64_t form(const struct flow *flow)
{
	return (uint64_t)flow->direction << 48 | (uint64_t)flow->protocol << 32 |
	       (uint64_t)flow->destination_port << 16 | (uint64_t)flow->icmp_type << 8 | flow->icmp_code;
}

static int compare(const void *a, const void *b)
{
	const struct flow *left = &(*(const struct event *const *)a)->flow;
	const struct flow *right = &(*(const struct event *const *)b)->flow;

	if (left->remote.family != right->remote.family)
		return left->remote.family < right->remote.family ? -1 : 1;
	if (left->remote.bits != right->remote.bits)
		return left->remote.bits < right->remote.bits ? -1 : 1;
	return compare_numbers(form(left), form(right));
}

size_t destinations_count(const event_vec *events)
{
	VEC(const struct event *) sorted = { 0 };
	size_t count = 0;

	vec_for_each (event, events)
		if (event->kind == EVENT_PACKET)
			vec_push(&sorted, event);
	if (sorted.count)
		qsort(sorted.items, sorted.count, sizeof(sorted.items[0]), compare);
	for (size_t i = 0; i < sorted.count; i++)
		count += i == 0 || compare(&sorted.items[i - 1], &sorted.items[i]) != 0;
	vec_release(&sorted);
	return count;
}
