// SPDX-License-Identifier: GPL-2.0-or-later
// Counts what is forwarded: see budget.h.
#include "dns/budget.h"

#include <string.h>

// The time at which the allowance would be whole again: each use moves it on by what one use costs, and no use may move
// it further ahead of now than the whole is worth.
static bool take(uint64_t *whole_at, uint64_t now, uint64_t cost, uint64_t whole)
{
	uint64_t from = *whole_at > now ? *whole_at : now;

	if (from + cost > now + whole)
		return false;
	*whole_at = from + cost;
	return true;
}

static bool is_known(const struct dns_budget *budget, const char *name)
{
	vec_for_each (known, &budget->names)
		if (strcmp(*known, name) == 0)
			return true;
	return false;
}

bool dns_budget_take(struct dns_budget *budget, const char *name, uint64_t now)
{
	const uint64_t each = 1000 / BUDGET_QUERIES_EACH_SECOND;

	if (!take(&budget->queries_at, now, each, each * BUDGET_QUERIES))
		return false;
	if (is_known(budget, name))
		return true;
	if (budget->names.count == BUDGET_NAMES_MAXIMUM ||
	    !take(&budget->names_at, now, BUDGET_NEW_NAME_EVERY, (uint64_t)BUDGET_NEW_NAME_EVERY * BUDGET_NEW_NAMES))
		return false;
	vec_push(&budget->names, memory_copy_text(name));
	return true;
}

void dns_budget_release(struct dns_budget *budget)
{
	vec_for_each (name, &budget->names)
		free(*name);
	vec_release(&budget->names);
}
