// SPDX-License-Identifier: GPL-2.0-or-later
// Settles an account: Regions, merging, order. See account.h.
//
// Theory of operation. Rows of all documents lie in lists as they were read. A row without a Region takes that of its
// VPC, which any row of that VPC may tell (a subnet by its zone). The lists are then sorted by id, Region and place;
// rows of one id and one Region become one, and a row without a Region joins those of the id's only Region. Whatever
// order the documents came in, the same rows meet in the same order.
#include <stdlib.h>
#include <string.h>

#include "import/account/rows.h"

// Where a VPC is, by one row.
struct vpc_place {
	const char *vpc, *region;
};

typedef VEC(struct vpc_place) place_vec;

static struct aws_thing *thing_at(const struct row_list *list, const struct row_kind *kind, size_t index)
{
	return (struct aws_thing *)(void *)(list->items + index * kind->size);
}

// The VPC of a row, or the row itself; NULL: none.
static const char *vpc_of(const struct row_kind *kind, const struct aws_thing *thing)
{
	if (kind == &vpcs_kind)
		return thing->id;
	return kind->vpc ? *(char *const *)(const void *)((const char *)thing + kind->vpc) : NULL;
}

static int compare_vpcs(const void *a, const void *b)
{
	const struct vpc_place *left = a, *right = b;
	int order = strcmp(left->vpc, right->vpc);

	return order ? order : strcmp(left->region, right->region);
}

// Sorted, each once.
static void collect_places(const struct account *account, place_vec *places)
{
	size_t kept = 0;

	for (size_t i = 0; i < ROW_KINDS; i++) {
		struct row_list list = row_list_of(account, row_kinds[i]);
		for (size_t j = 0; j < list.count; j++) {
			const struct aws_thing *thing = thing_at(&list, row_kinds[i], j);
			const char *vpc = vpc_of(row_kinds[i], thing);
			if (vpc && thing->region)
				vec_push(places, (struct vpc_place){ vpc, thing->region });
		}
	}
	if (!places->count)
		return;
	qsort(places->items, places->count, sizeof(*places->items), compare_vpcs);
	for (size_t i = 1; i < places->count; i++)
		if (compare_vpcs(&places->items[kept], &places->items[i]) != 0)
			places->items[++kept] = places->items[i];
	places->count = kept + 1;
}

// NULL: not known, or of several.
static const char *region_of_vpc(const place_vec *places, const char *vpc)
{
	size_t low = 0, high = places->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(places->items[middle].vpc, vpc) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == places->count || strcmp(places->items[low].vpc, vpc) != 0)
		return NULL;
	if (low + 1 < places->count && strcmp(places->items[low + 1].vpc, vpc) == 0)
		return NULL;
	return places->items[low].region;
}

void account_inherit_regions(struct account *account)
{
	place_vec places = { 0 };

	collect_places(account, &places);
	for (size_t i = 0; i < ROW_KINDS; i++) {
		struct row_list list = row_list_of(account, row_kinds[i]);
		for (size_t j = 0; j < list.count; j++) {
			struct aws_thing *thing = thing_at(&list, row_kinds[i], j);
			const char *vpc = vpc_of(row_kinds[i], thing);
			if (vpc && !thing->region)
				thing->region = memory_copy_text(region_of_vpc(&places, vpc));
		}
	}
	vec_release(&places);
}

static int compare_rows(const void *a, const void *b)
{
	const struct aws_thing *left = a, *right = b;
	int order = compare_texts(left->id, right->id);

	if (!order)
		order = compare_texts(left->region, right->region);
	return order ? order : compare_places(&left->at, &right->at);
}

static void settle_fields(const struct row_kind *kind, char *row)
{
	for (size_t i = 0; i < kind->count; i++)
		if (kind->fields[i].type->settle)
			kind->fields[i].type->settle(row + kind->fields[i].offset);
}

// The first row after those of the same id and Region.
static size_t same_region_end(const struct row_list *list, const struct row_kind *kind, size_t start)
{
	const struct aws_thing *first = thing_at(list, kind, start);
	size_t end = start + 1;

	while (end < list->count && compare_texts(thing_at(list, kind, end)->id, first->id) == 0 &&
	       compare_texts(thing_at(list, kind, end)->region, first->region) == 0)
		end++;
	return end;
}

// The end of the run that becomes one row: rows without a Region (which come first) join those of the only Region.
static size_t run_end(const struct row_list *list, const struct row_kind *kind, size_t start)
{
	const struct aws_thing *first = thing_at(list, kind, start);
	size_t end = same_region_end(list, kind, start);

	if (first->region || end == list->count || strcmp(thing_at(list, kind, end)->id, first->id) != 0)
		return end;
	size_t next = same_region_end(list, kind, end);
	if (next < list->count && strcmp(thing_at(list, kind, next)->id, first->id) == 0)
		return end;
	return next;
}

static void merge_run(struct row_list *list, const struct row_kind *kind, size_t start, size_t end,
		      struct mistakes *mistakes)
{
	char *first = list->items + start * kind->size;

	if (kind == &groups_kind) {
		groups_merge((struct aws_security_group *)(void *)first, end - start, mistakes);
		return;
	}
	for (size_t i = start + 1; i < end; i++)
		row_merge(kind, first, list->items + i * kind->size, mistakes);
}

static void merge_kind(struct account *account, const struct row_kind *kind, struct mistakes *mistakes)
{
	struct row_list list = row_list_of(account, kind);
	size_t kept = 0;

	if (!list.count)
		return;
	for (size_t i = 0; i < list.count; i++)
		settle_fields(kind, list.items + i * kind->size);
	qsort(list.items, list.count, kind->size, compare_rows);
	for (size_t start = 0, end; start < list.count; start = end) {
		end = run_end(&list, kind, start);
		merge_run(&list, kind, start, end, mistakes);
		memmove(list.items + kept++ * kind->size, list.items + start * kind->size, kind->size);
	}
	list.count = kept;
	row_list_put(account, kind, &list);
}

void account_merge(struct account *account, struct mistakes *mistakes)
{
	for (size_t i = 0; i < ROW_KINDS; i++)
		merge_kind(account, row_kinds[i], mistakes);
}

void account_settle(struct account *account, struct mistakes *mistakes)
{
	account_name_lists(account);
	account_inherit_regions(account);
	account_merge(account, mistakes);
	account_give_entries(account, mistakes);
	account_check_claims(account, mistakes);
}
