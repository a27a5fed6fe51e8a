// SPDX-License-Identifier: GPL-2.0-or-later
// What an exchanged policy does with conversations that an earlier one let begin.
//
// A stateful layer lets established packets pass only where the conversation has the mark of this generation. The
// first packet of an older conversation in its own direction meets the layers like a new one, and takes the mark. Its
// answers cannot: a layer knows the other side as a destination, and a download whose answers were dropped would
// never send a packet that could take the mark. So answers of older conversations are judged here, by how the
// conversation began.
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/compile.h"
#include "policy/reach.h"

// How the other side stands in the conversation's beginning: where the job began it, as its destination.
static const struct {
	enum family family;
	uint32_t nfproto;
	enum selector remote[DIRECTIONS];
} again_families[] = {
	{ FAMILY_IPV4, NFPROTO_IPV4, { SELECT_CT_IP_DADDR, SELECT_CT_IP_SADDR } },
	{ FAMILY_IPV6, NFPROTO_IPV6, { SELECT_CT_IP6_DADDR, SELECT_CT_IP6_SADDR } },
};

// For ICMP the kernel keeps type and code where it keeps the port of others, as reach does.
static void add_row(const struct compilation *c, struct nft_chain *chain, const struct reach_row *row, size_t family,
		    enum direction began)
{
	struct nft_rule *rule = chain_add_rule(chain);
	port_range_vec ports = { 0 };

	if (prefix_set_is_full(&row->remotes, again_families[family].family))
		rule_add(rule, statement_compare(SELECT_NFPROTO, again_families[family].nfproto));
	else
		rule_add(rule, sets_match_addresses(c->table, again_families[family].remote[began], &row->remotes,
						    again_families[family].family));
	rule_add(rule, statement_compare(SELECT_L4PROTO, (uint32_t)row->protocol));
	if (!reach_row_is_whole(row)) {
		vec_for_each (range, &row->ranges)
			vec_push(&ports, (struct port_range){ range->first, range->last });
		rule_add(rule, sets_match_ports(c->table, SELECT_CT_DPORT, &ports));
	}
	rule_add(rule, statement_set_mark(c->options->generation));
	rule_add(rule, statement_verdict(NFT_RETURN, NULL));
	vec_release(&ports);
}

void compile_again(const struct compilation *c, enum direction direction, struct nft_chain *base)
{
	enum direction began = direction == EGRESS ? INGRESS : EGRESS;
	struct nft_chain *chain =
	    table_add_chain(c->table, direction == EGRESS ? "again_egress" : "again_ingress", NULL);
	const struct nft_rule all = { 0 };

	vec_for_each (row, &c->policy->reach[began].rows)
		for (size_t i = 0; i < sizeof(again_families) / sizeof(again_families[0]); i++)
			if (prefix_set_has_family(&row->remotes, again_families[i].family))
				add_row(c, chain, row, i, began);
	compile_denial(c, chain, &all, layer_name(LAYER_PACKET, direction), WALL_OLDER,
		       statement_verdict(NF_DROP, NULL));

	struct nft_rule *jump = chain_add_rule(base);
	rule_add(jump, statement_state(NF_CT_STATE_BIT(IP_CT_ESTABLISHED)));
	rule_add(jump, statement_compare(SELECT_CT_DIRECTION, IP_CT_DIR_REPLY));
	rule_add(jump, statement_compare_not(SELECT_CT_MARK, c->options->generation));
	rule_add(jump, statement_verdict(NFT_JUMP, chain));
}
