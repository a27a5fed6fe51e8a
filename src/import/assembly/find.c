// SPDX-License-Identifier: GPL-2.0-or-later
// Rows of the account by the ids that other rows name: see parts.h.
#include <stdlib.h>
#include <string.h>

#include "import/account/rows.h"
#include "import/assembly/parts.h"
#include "import/read/forms.h"

// Most documents do not say their Region: a row without one answers for any.
#define FIND(kind, type)                                                                                               \
	const struct type *find_##kind(const struct building *building, const char *id)                                \
	{                                                                                                              \
		const struct account *account = building->assembly->account;                                           \
		const char *region = building->assembly->selection->region;                                            \
		const struct type *row = account_##kind(account, id, region);                                          \
                                                                                                                       \
		if (!row && region)                                                                                    \
			row = account_##kind(account, id, NULL);                                                       \
		return row && region_fits(row->thing.region, region) ? row : NULL;                                     \
	}

FIND(vpc, aws_vpc)
FIND(group, aws_security_group)
FIND(interface, aws_interface)
FIND(list, aws_prefix_list)
FIND(endpoint, aws_endpoint)

static int compare_members(const void *a, const void *b)
{
	const struct group_member *left = a, *right = b;
	int groups = strcmp(left->group, right->group);

	return groups ? groups : strcmp(left->interface->thing.id, right->interface->thing.id);
}

void members_index(struct building *building)
{
	const char *region = building->assembly->selection->region;
	group_member_vec *members = &building->members;

	vec_for_each (interface, &building->assembly->account->interfaces) {
		if (!region_fits(interface->thing.region, region))
			continue;
		vec_for_each (group, &interface->groups) {
			struct group_member member = { *group, interface };

			vec_push(members, member);
		}
	}
	if (members->count)
		qsort(members->items, members->count, sizeof(*members->items), compare_members);
}

const struct group_member *members_of(const struct building *building, const char *group, size_t *count)
{
	const group_member_vec *members = &building->members;
	size_t first = 0, after = members->count;

	while (first < after) {
		size_t middle = first + (after - first) / 2;

		if (strcmp(members->items[middle].group, group) < 0)
			first = middle + 1;
		else
			after = middle;
	}
	*count = 0;
	while (first + *count < members->count && strcmp(members->items[first + *count].group, group) == 0)
		++*count;
	return *count ? &members->items[first] : NULL;
}

bool peering_is_active(const struct account *account, const char *id, const char *vpc, const char *other)
{
	vec_for_each (peering, &account->peerings) {
		bool between = (!vpc || text_equal(peering->vpcs[0], vpc) || text_equal(peering->vpcs[1], vpc)) &&
			       (!other || text_equal(peering->vpcs[0], other) || text_equal(peering->vpcs[1], other));

		if (peering->active && between && (!id || strcmp(peering->thing.id, id) == 0))
			return true;
	}
	return false;
}

static bool is_known_inactive(const struct account *account, const char *id)
{
	vec_for_each (peering, &account->peerings)
		if (text_equal(peering->thing.id, id) && !peering->active)
			return true;
	return false;
}

const char *vpc_of_interface(const struct building *building, const struct aws_interface *interface)
{
	const struct assembly *assembly = building->assembly;
	const struct aws_subnet *subnet = NULL;

	if (!interface->vpc && interface->subnet)
		subnet = account_subnet(assembly->account, interface->subnet, assembly->selection->region);
	return subnet ? subnet->vpc : interface->vpc;
}

bool interface_is_near(const struct building *building, const struct aws_interface *interface,
		       const struct aws_peer *peer)
{
	const struct assembly *assembly = building->assembly;
	const char *vpc = assembly->subnet ? assembly->subnet->vpc : NULL;

	const char *other = vpc_of_interface(building, interface);

	if (!vpc || !other || (peer && peer->vpc && strcmp(other, peer->vpc) != 0))
		return false;
	if (strcmp(other, vpc) == 0)
		return true;
	if (peer && peer->status)  // a rule keeps it when the peering goes: the peering itself knows better
		return strcmp(peer->status, "active") == 0 && !is_known_inactive(assembly->account, peer->peering);
	return peering_is_active(assembly->account, peer ? peer->peering : NULL, vpc, other);
}

bool is_own_group(const struct building *building, const char *id)
{
	vec_for_each (group, &building->assembly->selection->groups)
		if (strcmp((*group)->thing.id, id) == 0)
			return true;
	return false;
}

bool subnet_has_family(const struct aws_subnet *subnet, enum family family)
{
	vec_for_each (block, &subnet->blocks)
		if (block->base.family == family)
			return true;
	return false;
}

bool was_given(const struct account *account, const char *command)
{
	for (size_t i = 0; i < import_form_count; i++)
		if (strcmp(import_forms[i].command, command) == 0 && account->seen[i])
			return true;
	return false;
}

int compare_blocks(const void *a, const void *b)
{
	return compare_prefixes(a, b);
}

bool prefixes_cover(const prefix_vec *blocks, const struct prefix *inner)
{
	vec_for_each (block, blocks)
		if (prefix_covers(block, inner))
			return true;
	return false;
}
