// SPDX-License-Identifier: GPL-2.0-or-later
// The ACLs that judge between the job's subnet and the VPC's other ones, each with the blocks that it guards there.
//
// Source: "Control subnet traffic with network access control lists" (Amazon VPC User Guide): each subnet has one, and
// what goes from one subnet to another passes those of both.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "import/assembly/parts.h"

enum { SUBNETS_SHOWN = 3 };

static bool is_for_all(const struct aws_acl_entry *entry)
{
	return entry->allow && entry->match.protocol == PROTOCOL_ALL && !entry->match.nothing && !entry->prefix.length;
}

// Whether the first rule of a direction and family lets everything through, as that of AWS's default ACL does.
static bool begins_open(const struct aws_network_acl *acl, bool egress, enum family family)
{
	const struct aws_acl_entry *first = NULL;

	vec_for_each (entry, &acl->entries) {
		if (entry->egress != egress || entry->prefix.base.family != family)
			continue;
		if (!first || entry->number < first->number || (entry->number == first->number && !is_for_all(entry)))
			first = entry;
	}
	return first && is_for_all(first);
}

static bool is_open(const struct building *building, const struct aws_network_acl *acl)
{
	vec_for_each (block, &building->assembly->subnet->blocks)
		if (!begins_open(acl, true, block->base.family) || !begins_open(acl, false, block->base.family))
			return false;
	return true;
}

// The slot of an ACL, or of all that are not given.
static struct assembled_far_acl *far_slot(struct assembly *assembly, const struct aws_network_acl *acl)
{
	struct assembled_far_acl new = { .acl = acl };

	vec_for_each (known, &assembly->far)
		if (known->acl == acl)
			return known;
	vec_push(&assembly->far, new);
	return &assembly->far.items[assembly->far.count - 1];
}

static void add_blocks(struct assembled_far_acl *far, const struct assembly *assembly, const prefix_vec *blocks)
{
	vec_for_each (block, blocks)
		if (subnet_has_family(assembly->subnet, block->base.family))
			prefix_set_add(&far->blocks, block);
	prefix_set_normalize(&far->blocks);
}

static bool is_of_vpc(const struct assembly *assembly, const struct aws_subnet *subnet)
{
	return text_equal(subnet->vpc, assembly->subnet->vpc) &&
	       region_fits(subnet->thing.region, assembly->selection->region);
}

// Where in the VPC a subnet may be that no document gives: beside those that are.
static void add_elsewhere(struct assembled_far_acl *far, const struct assembly *assembly)
{
	CLEANUP(prefix_set_release) struct prefix_set known = { 0 }, rest = { 0 };

	vec_for_each (subnet, &assembly->account->subnets)
		if (is_of_vpc(assembly, subnet))
			vec_for_each (block, &subnet->blocks)
				prefix_set_add(&known, block);
	prefix_set_normalize(&known);
	vec_for_each (cidr, &assembly->cidrs)
		prefix_set_add(&rest, cidr);
	prefix_set_normalize(&rest);
	prefix_set_subtract(&rest, &known);
	prefix_set_add_set(&far->blocks, &rest);
	prefix_set_normalize(&far->blocks);
}

// "subnet-b, subnet-c, subnet-d and 2 more"
static void add_word(struct strbuf *words, const char *id, size_t index)
{
	if (index < SUBNETS_SHOWN)
		strbuf_format(words, "%s%s", index ? ", " : "", id);
}

static void finish_words(struct assembled_far_acl *far, struct strbuf *words, size_t count)
{
	if (count > SUBNETS_SHOWN)
		strbuf_format(words, " and %zu more", count - SUBNETS_SHOWN);
	far->subnets = strbuf_steal(words);
}

// The subnets of an ACL that no document gives: the command that does.
static void tell_subnets(struct building *building, const struct aws_network_acl *acl, const struct strbuf *ids)
{
	AUTO_FREE char *words = memory_format("describe-subnets --subnet-ids%s", strbuf_text(ids));

	assume(building, memory_format("subnets that are on %s:%s", acl->thing.id, strbuf_text(ids)),
	       memory_copy_text("they may be anywhere in the VPC where no other subnet is"),
	       command_for(building, words, NULL));
}

static void add_acl(struct building *building, const struct aws_network_acl *acl)
{
	struct assembly *assembly = building->assembly;
	struct strbuf words = { 0 }, unknown = { 0 };
	struct assembled_far_acl *far = NULL;
	size_t count = 0;

	vec_for_each (id, &acl->subnets) {
		const struct aws_subnet *subnet = account_subnet(assembly->account, *id, assembly->selection->region);

		if (subnet == assembly->subnet ||
		    (subnet && (!is_of_vpc(assembly, subnet) || acl_of(building, subnet) != acl)))
			continue;
		far = far_slot(assembly, acl);
		add_word(&words, *id, count++);
		if (subnet)
			add_blocks(far, assembly, &subnet->blocks);
		if (subnet)
			continue;
		strbuf_add_char(&unknown, ' ');
		command_add_word(&unknown, *id);
	}
	if (far && unknown.length) {
		add_elsewhere(far, assembly);
		tell_subnets(building, acl, &unknown);
	}
	if (far)
		finish_words(far, &words, count);
	strbuf_release(&words);
	strbuf_release(&unknown);
}

// The subnets of which no document gives the ACL.
static void add_missing(struct building *building)
{
	struct assembly *assembly = building->assembly;
	struct strbuf words = { 0 };
	size_t count = 0;

	vec_for_each (subnet, &assembly->account->subnets) {
		if (subnet == assembly->subnet || !is_of_vpc(assembly, subnet) || acl_of(building, subnet))
			continue;
		add_blocks(far_slot(assembly, NULL), assembly, &subnet->blocks);
		add_word(&words, subnet->thing.id, count++);
	}
	if (count) {
		finish_words(far_slot(assembly, NULL), &words, count);
		assume(building, memory_format("the network ACL of %s", far_slot(assembly, NULL)->subnets),
		       memory_copy_text("nothing passes between there and the job's subnet"),
		       command_for(building,
				   "describe-network-acls --filters Name=vpc-id,Values=", assembly->subnet->vpc));
	}
	strbuf_release(&words);
}

// Of the job's own blocks none is another subnet's: within a subnet no ACL judges.
static void drop_own(struct assembly *assembly)
{
	CLEANUP(prefix_set_release) struct prefix_set own = { 0 };
	size_t kept = 0;

	vec_for_each (block, &assembly->subnet->blocks)
		prefix_set_add(&own, block);
	prefix_set_normalize(&own);
	vec_for_each (far, &assembly->far) {
		prefix_set_subtract(&far->blocks, &own);
		if (!prefix_set_is_empty(&far->blocks)) {
			assembly->far.items[kept++] = *far;
			continue;
		}
		prefix_set_release(&far->blocks);
		free(far->subnets);
	}
	assembly->far.count = kept;
}

void assembly_add_far_acls(struct building *building)
{
	struct assembly *assembly = building->assembly;

	if (!acl_of(building, assembly->subnet))
		return;
	vec_for_each (acl, &assembly->account->acls)
		if (acl_is_of_vpc(building, acl) && !is_open(building, acl))
			add_acl(building, acl);
	add_missing(building);
	drop_own(assembly);
}
