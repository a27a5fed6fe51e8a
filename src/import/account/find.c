// SPDX-License-Identifier: GPL-2.0-or-later
// Look-ups in a settled account: see account.h.
#include "import/account/rows.h"

static const struct aws_thing *thing_at(const struct row_list *list, const struct row_kind *kind, size_t index)
{
	return (const struct aws_thing *)(const void *)(list->items + index * kind->size);
}

// The first row whose id is not less.
static size_t lower_bound(const struct row_list *list, const struct row_kind *kind, const char *id)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_texts(thing_at(list, kind, middle)->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

// The row of the Region, else the one of which no Region is known; without a Region the only one.
static const void *find(const struct account *account, const struct row_kind *kind, const char *id, const char *region)
{
	struct row_list list = row_list_of(account, kind);
	const struct aws_thing *found = NULL;
	size_t count = 0;

	for (size_t i = id ? lower_bound(&list, kind, id) : list.count; i < list.count; i++) {
		const struct aws_thing *thing = thing_at(&list, kind, i);
		if (compare_texts(thing->id, id) != 0)
			break;
		if (region && thing->region && compare_texts(thing->region, region) != 0)
			continue;
		if (region && thing->region)
			return thing;
		found = thing;
		count++;
	}
	return count == 1 ? found : NULL;
}

const struct aws_vpc *account_vpc(const struct account *account, const char *id, const char *region)
{
	return find(account, &vpcs_kind, id, region);
}

const struct aws_subnet *account_subnet(const struct account *account, const char *id, const char *region)
{
	return find(account, &subnets_kind, id, region);
}

const struct aws_security_group *account_group(const struct account *account, const char *id, const char *region)
{
	return find(account, &groups_kind, id, region);
}

const struct aws_interface *account_interface(const struct account *account, const char *id, const char *region)
{
	return find(account, &interfaces_kind, id, region);
}

const struct aws_prefix_list *account_list(const struct account *account, const char *id, const char *region)
{
	return find(account, &lists_kind, id, region);
}

const struct aws_endpoint *account_endpoint(const struct account *account, const char *id, const char *region)
{
	return find(account, &endpoints_kind, id, region);
}
