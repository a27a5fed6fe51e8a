// SPDX-License-Identifier: GPL-2.0-or-later
// What only one thing can have: a subnet's route table and ACL, a VPC's main table. Two that claim it are of documents
// of different times.
#include <stdlib.h>

#include "base/cleanup.h"
#include "import/account/rows.h"

struct claim {
	const char *of, *region;  // what is claimed: a subnet or a VPC
	const struct aws_thing *by;
};

typedef VEC(struct claim) claim_vec;

static int compare_claims(const void *a, const void *b)
{
	const struct claim *left = a, *right = b;
	int order = compare_texts(left->of, right->of);

	if (!order)
		order = compare_texts(left->region, right->region);
	return order ? order : compare_places(&left->by->at, &right->by->at);
}

// Releases claims.
static void check(claim_vec *claims, const char *what, const char *claimed, struct mistakes *mistakes)
{
	if (claims->count)
		qsort(claims->items, claims->count, sizeof(*claims->items), compare_claims);
	for (size_t i = 1; i < claims->count; i++) {
		const struct claim *one = &claims->items[i - 1], *other = &claims->items[i];
		if (compare_texts(one->of, other->of) != 0 || compare_texts(one->region, other->region) != 0)
			continue;
		AUTO_FREE char *place = memory_format("%s:%u:%u", one->by->at.file ? one->by->at.file : "?",
						      one->by->at.line, one->by->at.column);
		mistakes_add(mistakes, SEVERITY_ERROR, &other->by->at,
			     "give what the commands print now, without older copies of it",
			     "%s %.80s has two %s: %.80s, and %.80s at %s", what, other->of, claimed, other->by->id,
			     one->by->id, place);
	}
	vec_release(claims);
}

static void add_all(claim_vec *claims, const id_vec *ids, const struct aws_thing *by)
{
	vec_for_each (id, ids)
		vec_push(claims, (struct claim){ *id, by->region, by });
}

void account_check_claims(const struct account *account, struct mistakes *mistakes)
{
	claim_vec tables = { 0 }, mains = { 0 }, acls = { 0 };

	vec_for_each (table, &account->route_tables) {
		add_all(&tables, &table->subnets, &table->thing);
		if (table->main && table->vpc)
			vec_push(&mains, (struct claim){ table->vpc, table->thing.region, &table->thing });
	}
	vec_for_each (acl, &account->acls)
		add_all(&acls, &acl->subnets, &acl->thing);
	check(&tables, "subnet", "route tables", mistakes);
	check(&mains, "VPC", "main route tables", mistakes);
	check(&acls, "subnet", "network ACLs", mistakes);
}
