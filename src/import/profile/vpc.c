// SPDX-License-Identifier: GPL-2.0-or-later
// The sections `network` and `vpc` of an imported profile. See part.h.
#include <string.h>

#include "base/cleanup.h"
#include "import/profile/part.h"
#include "profile/check.h"
#include "profile/form.h"

static bool covered(const prefix_vec *blocks, const struct prefix *inner)
{
	vec_for_each (block, blocks)
		if (prefix_covers(block, inner))
			return true;
	return false;
}

static bool overlaps(const prefix_vec *blocks, const struct prefix *other)
{
	vec_for_each (block, blocks)
		if (prefix_covers(block, other) || prefix_covers(other, block))
			return true;
	return false;
}

// What a profile would refuse is left out: a block beyond the VPC, or one that another subnet has. The job's own must
// be there; one that the VPC's blocks do not have (documents of different days) comes with its block.
static void add_subnet(struct text_draft *draft, const struct prefix *block, bool own)
{
	if (!check_is_ordinary(block) || overlaps(&draft->subnets, block))
		return;
	if (draft->cidrs.count && !covered(&draft->cidrs, block)) {
		if (!own)
			return;
		vec_push(&draft->cidrs, *block);
	}
	vec_push(&draft->subnets, *block);
}

unsigned text_family(enum family family)
{
	return family == FAMILY_IPV4 ? TEXT_IPV4 : family == FAMILY_IPV6 ? TEXT_IPV6 : 0;
}

static unsigned families_of(const prefix_vec *blocks)
{
	unsigned families = 0;

	vec_for_each (block, blocks)
		families |= text_family(block->base.family);
	return families;
}

// Of a family that the job's subnet lacks no other subnet is listed: the first of each family counts as the job's own.
void text_draft_vpc(struct text_draft *draft)
{
	const struct assembly *first = draft->first;
	unsigned families;
	const char *region = first->selection ? first->selection->region : NULL;

	if (!region && first->subnet)
		region = first->subnet->thing.region;
	draft->region = region && !form_region(region) ? region : NULL;
	vec_for_each (cidr, &first->cidrs)
		if (check_is_ordinary(cidr) && !covered(&draft->cidrs, cidr))
			vec_push(&draft->cidrs, *cidr);
	for (size_t i = 0; i < draft->count; i++)
		if (draft->assemblies[i].subnet)
			vec_for_each (block, &draft->assemblies[i].subnet->blocks)
				add_subnet(draft, block, true);
	draft->own_subnets = draft->subnets.count;
	families = families_of(&draft->subnets);
	vec_for_each (block, &first->subnets)
		if (families & text_family(block->base.family))
			add_subnet(draft, block, false);
}

unsigned text_families(const struct prefix_set *set)
{
	return (prefix_set_has_family(set, FAMILY_IPV4) ? TEXT_IPV4 : 0) |
	       (prefix_set_has_family(set, FAMILY_IPV6) ? TEXT_IPV6 : 0);
}

unsigned text_vpc_families(const struct text_draft *draft)
{
	return families_of(draft->cidrs.count ? &draft->cidrs : &draft->subnets);
}

struct node *text_network(const struct text_draft *draft)
{
	bool isolated = draft->first->isolated;
	struct node *network = node_new(NODE_MAPPING), *deny = node_scalar("reject");
	struct node *isolation = node_scalar(isolated ? "full" : "vpc");

	if (isolated)
		node_set_aside(isolation, "EnableNetworkIsolation: loopback and the peers, nothing else");
	node_set_aside(deny, "AWS drops: write drop to rehearse the hang");
	node_set(network, "isolation", isolation);
	node_set(network, "on-deny", deny);
	if (draft->first->several_hosts) {
		struct node *peers = node_new(NODE_SEQUENCE);
		node_add_note(peers,
			      "The job's other hosts: fill in their addresses. Until then `self` below is nobody.");
		node_set(network, "peers", peers);
	}
	return network;
}

static bool has_block(const struct aws_subnet *subnet, const struct prefix *block)
{
	vec_for_each (own, &subnet->blocks)
		if (prefix_covers(own, block) && prefix_covers(block, own))
			return true;
	return false;
}

// The row of an account's subnet that has the block, within the job's VPC.
static const struct aws_subnet *subnet_of(const struct text_draft *draft, const struct prefix *block)
{
	const struct aws_subnet *own = draft->first->subnet;

	for (size_t i = 0; i < draft->count; i++)
		if (draft->assemblies[i].subnet && has_block(draft->assemblies[i].subnet, block))
			return draft->assemblies[i].subnet;
	vec_for_each (subnet, &draft->first->account->subnets)
		if (own && own->vpc && subnet->vpc && strcmp(own->vpc, subnet->vpc) == 0 && has_block(subnet, block))
			return subnet;
	return NULL;
}

static struct node *subnet_rows(const struct text_draft *draft)
{
	struct node *list = node_new(NODE_SEQUENCE);

	for (size_t i = 0; i < draft->subnets.count; i++) {
		const struct aws_subnet *subnet = subnet_of(draft, &draft->subnets.items[i]);
		struct node *row = text_prefix(&draft->subnets.items[i]);
		AUTO_STRBUF struct strbuf aside = { 0 };

		if (subnet)
			text_thing(&aside, &subnet->thing);
		if (subnet && subnet->zone) {
			strbuf_add(&aside, ", ");
			text_foreign(&aside, subnet->zone);
		}
		if (i < draft->own_subnets)
			strbuf_format(&aside, "%s%s", aside.length ? ": " : "",
				      draft->count > 1 ? "the job may run here" : "the job's own");
		node_set_aside(row, strbuf_text(&aside));
		node_append(list, row);
	}
	list->style = NODE_STYLE_BLOCK;
	return list;
}

static void add_names(const struct text_draft *draft, struct node *vpc)
{
	static const char amazon[] = "names that this profile knows. AWS's resolver answers every name, which no group "
				     "filters and which\ncarries data out: write resolver to have the same";
	static const char other[] =
	    "names that this profile knows: that AWS's resolver answers in this VPC is not said by "
	    "the documents";
	struct node *dns = node_scalar("endpoints");

	node_add_note(dns, draft->first->amazon_dns ? amazon : other);
	node_set(vpc, "dns", dns);
	if (draft->first->resolver.family != FAMILY_NONE)
		node_set(vpc, "resolver", text_address(&draft->first->resolver));
}

struct node *text_vpc(const struct text_draft *draft)
{
	struct node *vpc, *located;

	if (!draft->subnets.count)
		return NULL;
	vpc = node_new(NODE_MAPPING);
	if (draft->first->vpc) {
		AUTO_FREE char *aside = text_thing_name(&draft->first->vpc->thing);
		node_set_aside(vpc, aside);
	}
	if (draft->region)
		node_set(vpc, "region", node_scalar(draft->region));
	located = node_scalar("elsewhere");
	node_set_aside(located, "until you confirm that these ranges are this network's: then write here");
	node_set(vpc, "located", located);
	if (draft->cidrs.count) {
		struct node *cidrs = node_new(NODE_SEQUENCE);
		vec_for_each (cidr, &draft->cidrs)
			node_append(cidrs, text_prefix(cidr));
		node_set(vpc, "cidrs", cidrs);
	}
	node_set(vpc, "subnets", subnet_rows(draft));
	add_names(draft, vpc);
	return vpc;
}
