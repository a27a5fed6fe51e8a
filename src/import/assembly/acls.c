// SPDX-License-Identifier: GPL-2.0-or-later
// The network ACL of the job's subnet, and those of the VPC's other subnets that documents give.
#include <stdlib.h>
#include <string.h>

#include "import/assembly/parts.h"

const struct aws_network_acl *acl_of(const struct building *building, const struct aws_subnet *subnet)
{
	const struct aws_network_acl *found = NULL;

	vec_for_each (acl, &building->assembly->account->acls) {
		if (!id_vec_has(&acl->subnets, subnet->thing.id) ||
		    !region_fits(acl->thing.region, building->assembly->selection->region))
			continue;
		if (found)
			return NULL;
		found = acl;
	}
	return found;
}

static struct assembled_acl *acl_slot(struct assembly *assembly, const struct aws_network_acl *acl)
{
	struct assembled_acl new = { .acl = acl, .id = assembly_id("acl", acl->thing.id) };

	vec_for_each (known, &assembly->acls) {
		if (known->acl != acl)
			continue;
		free(new.id);
		return known;
	}
	vec_push(&assembly->acls, new);
	return &assembly->acls.items[assembly->acls.count - 1];
}

// Blocks that the profile knows: those of another family, or that overlap, are not among its subnets.
static void guard(const struct assembly *assembly, struct assembled_acl *acl, const struct aws_subnet *subnet)
{
	vec_for_each (block, &subnet->blocks)
		vec_for_each (known, &assembly->subnets)
			if (compare_blocks(block, known) == 0)
				vec_push(&acl->subnets, *block);
}

// What every VPC begins with: all traffic of both families, both ways.
// Source: "Default network ACL" (Amazon VPC User Guide).
static const struct aws_network_acl *default_acl(void)
{
#define ALLOW_ALL(way, block)                                                                                          \
	{                                                                                                              \
		.number = 100, .egress = (way), .allow = true, .prefix = block, .match = {                             \
			.protocol = PROTOCOL_ALL,                                                                      \
			.all_ports = true,                                                                             \
			.icmp_type = -1,                                                                               \
			.icmp_code = -1                                                                                \
		}                                                                                                      \
	}
#define EVERY_IPV4 IPV4_PREFIX(0, 0, 0, 0, 0)
#define EVERY_IPV6 IPV6_PREFIX(0, 0, 0)
	static struct aws_acl_entry entries[] = { ALLOW_ALL(true, EVERY_IPV4), ALLOW_ALL(true, EVERY_IPV6),
						  ALLOW_ALL(false, EVERY_IPV4), ALLOW_ALL(false, EVERY_IPV6) };
	static char id[] = "acl-assumed";
	static const struct aws_network_acl acl = { .thing = { .id = id },
						    .is_default = true,
						    .entries = { entries, sizeof(entries) / sizeof(entries[0]),
								 sizeof(entries) / sizeof(entries[0]) } };

	return &acl;
}

bool acl_is_of_vpc(const struct building *building, const struct aws_network_acl *acl)
{
	return (!acl->vpc || text_equal(acl->vpc, building->assembly->subnet->vpc)) &&
	       region_fits(acl->thing.region, building->assembly->selection->region);
}

// AWS's default one is what a VPC begins with, not what it must have: with any ACL of the VPC given, that subnet's is
// known not to be. (Documents have every subnet with its ACL, so that one without has its ACL in none of them.)
static bool may_be_assumed(const struct building *building)
{
	if (!building->assembly->request->assume_default_acl)
		return false;
	vec_for_each (acl, &building->assembly->account->acls)
		if (acl_is_of_vpc(building, acl))
			return false;
	return true;
}

static void add_missing(struct building *building)
{
	struct assembly *assembly = building->assembly;
	const char *vpc = assembly->subnet->vpc;
	bool assumed = may_be_assumed(building);
	struct assembled_acl none = { .acl = assumed ? default_acl() : NULL,
				      .id = memory_copy_text(assumed ? "acl-assumed" : "acl-not-given"),
				      .own = true };

	assume(building, memory_format("the network ACL of %s", assembly->subnet->thing.id),
	       memory_copy_text(assumed ? "AWS's default one, which allows all: --assume-default-acl"
					: "an ACL that denies everything across the subnet's boundary"),
	       command_for(building, "describe-network-acls --filters Name=vpc-id,Values=", vpc));
	guard(assembly, &none, assembly->subnet);
	vec_push(&assembly->acls, none);
}

// An ACL of a profile that names no subnet would be taken for the job's own.
static void drop_idle(struct assembly *assembly)
{
	size_t kept = 0;

	vec_for_each (acl, &assembly->acls) {
		if (acl->subnets.count)
			assembly->acls.items[kept++] = *acl;
		else
			free(acl->id);
	}
	assembly->acls.count = kept;
}

static int compare_acls(const void *a, const void *b)
{
	const struct assembled_acl *left = a, *right = b;

	return left->own != right->own ? (left->own ? -1 : 1) : strcmp(left->id, right->id);
}

void assembly_add_acls(struct building *building)
{
	struct assembly *assembly = building->assembly;
	const struct aws_network_acl *own = acl_of(building, assembly->subnet);

	if (!own)
		add_missing(building);
	vec_for_each (subnet, &assembly->account->subnets) {
		const struct aws_network_acl *acl = acl_of(building, subnet);

		if (!acl || !text_equal(subnet->vpc, assembly->subnet->vpc))
			continue;
		struct assembled_acl *slot = acl_slot(assembly, acl);

		slot->own |= acl == own;
		guard(assembly, slot, subnet);
	}
	drop_idle(assembly);
	vec_for_each (acl, &assembly->acls)
		qsort(acl->subnets.items, acl->subnets.count, sizeof(*acl->subnets.items), compare_blocks);
	if (assembly->acls.count)
		qsort(assembly->acls.items, assembly->acls.count, sizeof(*assembly->acls.items), compare_acls);
}
