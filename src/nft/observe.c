// SPDX-License-Identifier: GPL-2.0-or-later
// What an audit makes of a rule set: denials are counted and logged by the rules that deny, and let through.
//
// Theory of operation. A conversation is judged until something denies it, at most once in each direction, and its mark
// tells what was done. The job's first packet meets the layers of egress. Where they let it pass, the conversation has
// the mark of this generation, by which all that the job sends later passes; its first answer meets the layers of
// ingress, which may have their own objection (a network ACL remembers nothing), and then the conversation has a mark
// by which everything of it passes. It has that at once where a rule denies: what a run would never have come to is no
// further finding. So a denial counts conversations, not their packets. An error about a conversation passes as on a
// host without rules: the size of a path is learned.
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/compile.h"

enum { ANSWERED = 0x40000000 };  // beside a generation, which never gets so far

uint32_t observed_mark(const struct compilation *c, enum direction direction)
{
	return direction == EGRESS ? c->options->generation : c->options->generation | ANSWERED;
}

static void add_accept(struct nft_chain *chain, struct statement match)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, match);
	rule_add(rule, statement_verdict(NF_ACCEPT, NULL));
}

void compile_seen(const struct compilation *c, enum direction direction, struct nft_chain *base)
{
	add_accept(base, statement_compare(SELECT_CT_MARK, observed_mark(c, INGRESS)));
	if (direction == EGRESS)
		add_accept(base, statement_compare(SELECT_CT_MARK, observed_mark(c, EGRESS)));
	add_accept(base, statement_state(NF_CT_STATE_BIT(IP_CT_RELATED)));
}

// Where no link leads a host would say at once that there is no route; the sink would keep silent.
static void add_refusal(const struct compilation *c, struct nft_chain *chain)
{
	static const enum reject_with with[] = { REJECT_TCP_RESET, REJECT_PROHIBITED };

	for (size_t i = 0; i < sizeof(with) / sizeof(with[0]); i++) {
		struct nft_rule *rule = chain_add_rule(chain);

		rule_add(rule, statement_compare_name(SELECT_OIFNAME, c->options->sink));
		if (with[i] == REJECT_TCP_RESET)
			rule_add(rule, statement_compare(SELECT_L4PROTO, IPPROTO_TCP));
		rule_add(rule, statement_reject(with[i]));
	}
}

const struct nft_chain *compile_observed(const struct compilation *c, enum direction direction)
{
	struct nft_chain *chain =
	    table_add_chain(c->table, direction == EGRESS ? "observed_egress" : "observed_ingress", NULL);

	if (direction == EGRESS)
		add_refusal(c, chain);
	compile_acceptance(c, INGRESS, chain_add_rule(chain));
	return chain;
}
