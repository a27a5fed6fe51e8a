// SPDX-License-Identifier: GPL-2.0-or-later
// One layer of the policy → one chain of the same name. PASS returns to the base chain, which goes on to the next
// layer.
#include <assert.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>

#include "base/cleanup.h"
#include "nft/compile.h"

enum { BYPASS_RULES = 4, BYPASS_RANGES = 2 };

// The same protocol under its two numbers, and what selects its parts.
static const struct icmp_row {
	int protocol;
	enum family family;
	uint32_t nfproto;
	enum selector type, code, type_code;
} icmp_rows[] = {
	{ IPPROTO_ICMP, FAMILY_IPV4, NFPROTO_IPV4, SELECT_ICMP_TYPE, SELECT_ICMP_CODE, SELECT_ICMP_TYPE_CODE },
	{ IPPROTO_ICMPV6, FAMILY_IPV6, NFPROTO_IPV6, SELECT_ICMPV6_TYPE, SELECT_ICMPV6_CODE, SELECT_ICMPV6_TYPE_CODE },
};

static const struct remote_row {
	enum family family;
	uint32_t nfproto;
	enum selector selector[DIRECTIONS];
} remote_rows[] = {
	{ FAMILY_IPV4, NFPROTO_IPV4, { SELECT_IP_DADDR, SELECT_IP_SADDR } },
	{ FAMILY_IPV6, NFPROTO_IPV6, { SELECT_IP6_DADDR, SELECT_IP6_SADDR } },
};

static void rule_append(struct nft_rule *rule, const struct nft_rule *from)
{
	vec_for_each (statement, &from->statements)
		rule_add(rule, statement_copy(statement));
}

static void match_icmp(const struct policy_match *match, const struct icmp_row *row, struct nft_rule *rule)
{
	if (match->icmp_type >= 0 && match->icmp_code >= 0)
		rule_add(rule, statement_compare(row->type_code,
						 (uint32_t)match->icmp_type << 8 | (uint32_t)match->icmp_code));
	else if (match->icmp_type >= 0)
		rule_add(rule, statement_compare(row->type, (uint32_t)match->icmp_type));
	else if (match->icmp_code >= 0)
		rule_add(rule, statement_compare(row->code, (uint32_t)match->icmp_code));
	else
		rule_add(rule, statement_compare(SELECT_L4PROTO, (uint32_t)match->protocol));
}

// Ports come with TCP or UDP only, types with ICMP only: a rule that left one out would match more than was meant.
static void match_protocol(const struct compilation *c, const struct policy_match *match, struct nft_rule *rule)
{
	bool ported = match->protocol == IPPROTO_TCP || match->protocol == IPPROTO_UDP;
	bool typed = match->protocol == IPPROTO_ICMP || match->protocol == IPPROTO_ICMPV6;

	assert(ported || match->ports.count == 0);
	assert(typed || (match->icmp_type < 0 && match->icmp_code < 0));
	if (match->protocol == PROTOCOL_ALL)
		return;
	for (size_t i = 0; i < sizeof(icmp_rows) / sizeof(icmp_rows[0]); i++) {
		if (match->protocol == icmp_rows[i].protocol) {
			match_icmp(match, &icmp_rows[i], rule);
			return;
		}
	}
	if (match->ports.count == 0)
		rule_add(rule, statement_compare(SELECT_L4PROTO, (uint32_t)match->protocol));
	else
		rule_add(rule, sets_match_ports(c->table,
						match->protocol == IPPROTO_TCP ? SELECT_TCP_DPORT : SELECT_UDP_DPORT,
						&match->ports));
}

// An ICMP of one family says so, unless the address or the type (which depends on it) does.
static void match_any_remote(const struct policy_match *match, struct nft_rule *rule)
{
	for (size_t i = 0; i < sizeof(icmp_rows) / sizeof(icmp_rows[0]); i++) {
		if (match->protocol == icmp_rows[i].protocol && match->icmp_type < 0 && match->icmp_code < 0)
			rule_add(rule, statement_compare(SELECT_NFPROTO, icmp_rows[i].nfproto));
	}
}

static void match_rows_make(const struct compilation *c, enum direction direction, const struct policy_match *match,
			    struct match_rows *out)
{
	if (match->any_remote) {
		struct nft_rule *rule = &out->rows[out->count++];

		match_any_remote(match, rule);
		match_protocol(c, match, rule);
		return;
	}
	for (size_t i = 0; i < sizeof(remote_rows) / sizeof(remote_rows[0]); i++) {
		const struct remote_row *row = &remote_rows[i];
		struct nft_rule *rule;

		if (!prefix_set_has_family(&match->remote, row->family))
			continue;
		rule = &out->rows[out->count++];
		if (prefix_set_is_full(&match->remote, row->family))
			rule_add(rule, statement_compare(SELECT_NFPROTO, row->nfproto));
		else
			rule_add(rule,
				 sets_match_addresses(c->table, row->selector[direction], &match->remote, row->family));
		match_protocol(c, match, rule);
	}
}

static void match_rows_release(struct match_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		vec_for_each (statement, &rows->rows[i].statements)
			statement_release(statement);
		vec_release(&rows->rows[i].statements);
	}
}

void compile_record(const struct compilation *c, struct nft_chain *chain, const struct nft_rule *match,
		    const char *layer, unsigned number)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_append(rule, match);
	rule_add(rule, statement_counter());
	if (c->options->log_rate)
		rule_add(rule, statement_limit(c->options->log_rate));
	// Events come late, perhaps when the policy was exchanged again: they say whose they are.
	rule_add(rule, statement_log(c->options->log_group,
				     c->options->generation > ruleset_defaults.generation
					 ? memory_format("vj1:%s:%u:%u", layer, number, c->options->generation)
					 : memory_format("vj1:%s:%u", layer, number)));
}

void compile_denial(const struct compilation *c, struct nft_chain *chain, const struct nft_rule *match,
		    const char *layer, unsigned number, struct statement verdict)
{
	compile_record(c, chain, match, layer, number);

	struct nft_rule *rule = chain_add_rule(chain);
	rule_append(rule, match);
	rule_add(rule, verdict);
}

struct statement compile_denied(const struct compilation *c, enum direction direction)
{
	return c->denied[direction] ? statement_verdict(NFT_GOTO, c->denied[direction])
				    : statement_verdict(NF_DROP, NULL);
}

void compile_acceptance(const struct compilation *c, enum direction direction, struct nft_rule *rule)
{
	rule_add(rule, statement_set_mark(c->options->observe ? observed_mark(c, direction) : c->options->generation));
	rule_add(rule, statement_verdict(NF_ACCEPT, NULL));
}

static void compile_rule(const struct compilation *c, struct nft_chain *chain, enum direction direction,
			 const struct policy_rule *rule)
{
	struct match_rows rows = { 0 };

	match_rows_make(c, direction, &rule->match, &rows);
	for (size_t i = 0; i < rows.count; i++) {
		struct nft_rule *row;

		switch (rule->verdict) {
		case VERDICT_PASS:
			row = chain_add_rule(chain);
			rule_append(row, &rows.rows[i]);
			rule_add(row, statement_verdict(NFT_RETURN, NULL));
			break;
		case VERDICT_ACCEPT:
			row = chain_add_rule(chain);
			rule_append(row, &rows.rows[i]);
			compile_acceptance(c, direction, row);
			break;
		case VERDICT_DENY:
			compile_denial(c, chain, &rows.rows[i], chain->name, rule->number,
				       compile_denied(c, direction));
			break;
		}
	}
	match_rows_release(&rows);
}

// The state is asked for as well as the mark: an ICMP error carries the mark of the conversation it speaks of.
void compile_established(const struct compilation *c, struct nft_chain *chain)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, statement_state(NF_CT_STATE_BIT(IP_CT_ESTABLISHED)));
	rule_add(rule, statement_compare(SELECT_CT_MARK, c->options->generation));
	rule_add(rule, statement_verdict(NFT_RETURN, NULL));
}

// The remotes of one family that the layer has a rule for besides its last, as ranges; false: too many to be worth it.
static bool spoken_of(const struct policy_layer *layer, enum family family, struct prefix_set *out)
{
	size_t count;

	for (size_t i = 0; i + 1 < layer->rules.count; i++)
		prefix_set_add_set(out, &layer->rules.items[i].match.remote);
	prefix_set_normalize(out);
	(void)prefix_set_ranges(out, family, &count);
	return count <= BYPASS_RANGES;
}

static void add_bypass(struct nft_chain *chain, enum direction direction, const struct remote_row *row,
		       const struct prefix_set *spoken)
{
	size_t count;
	const struct address_range *range = prefix_set_ranges(spoken, row->family, &count);
	struct nft_rule *rule = chain_add_rule(chain);

	if (!count)
		rule_add(rule, statement_compare(SELECT_NFPROTO, row->nfproto));
	for (size_t i = 0; i < count; i++) {
		uint8_t first[16], last[16];
		address_to_bytes(&range[i].first, first);
		address_to_bytes(&range[i].last, last);
		rule_add(rule, statement_range_not(row->selector[direction], first, last));
	}
	rule_add(rule, statement_verdict(NFT_RETURN, NULL));
}

// Most packets have nothing to do with a layer that lets all but a few remotes pass: they leave it by the first rule.
static void compile_bypass(struct nft_chain *chain, enum direction direction, const struct policy_layer *layer)
{
	const struct policy_rule *last = &layer->rules.items[layer->rules.count - 1];

	if (layer->rules.count < BYPASS_RULES || last->verdict != VERDICT_PASS)
		return;
	for (size_t i = 0; i + 1 < layer->rules.count; i++)
		if (layer->rules.items[i].match.any_remote)
			return;
	for (size_t i = 0; i < sizeof(remote_rows) / sizeof(remote_rows[0]); i++) {
		CLEANUP(prefix_set_release) struct prefix_set spoken = { 0 };

		if (spoken_of(layer, remote_rows[i].family, &spoken))
			add_bypass(chain, direction, &remote_rows[i], &spoken);
	}
}

const struct nft_chain *compile_layer(const struct compilation *c, enum direction direction,
				      const struct policy_layer *layer)
{
	struct nft_chain *chain = table_add_chain(c->table, layer_name(layer->kind, direction), NULL);

	if (layer->stateful && c->tracks)
		compile_established(c, chain);
	compile_bypass(chain, direction, layer);
	vec_for_each (rule, &layer->rules) {
		bool last = rule == layer->rules.items + layer->rules.count - 1;

		// The end of a chain returns by itself.
		if (!(last && rule->verdict == VERDICT_PASS))
			compile_rule(c, chain, direction, rule);
	}
	return chain;
}
