// SPDX-License-Identifier: GPL-2.0-or-later
// What stands on the host for a jail whose link is a pair.
//
// Theory of operation. Three tables under the name of the host's end. `netdev NAME` is the wall at that end: it needs
// no supervisor, and is removed once the link is gone. `inet NAME` translates addresses and keeps the jail from the
// host itself, from other jails and from every link but one; a socket of the supervisor's owns it, so that no other
// tool's flush takes it away, and so that it vanishes with the supervisor. Then a packet of a dying job would leave
// under an address that nobody else knows, and links that forward for jails alone would forward for everybody:
// `inet NAME-guard`, which nobody owns, drops both until the next launch has put the switches back.
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_tables.h>

#include "base/cleanup.h"
#include "nft/compile.h"

enum { TRACES_A_SECOND = 10 };
enum { PRIORITY_MANGLE = -150, PRIORITY_FILTER = 0, PRIORITY_SRCNAT = 100, PRIORITY_BEHIND_NAT = 101 };

static const struct nft_hook input_hook = { "filter",  "input", NF_INET_LOCAL_IN, PRIORITY_FILTER, "filter",
					    NF_ACCEPT, NULL };
static const struct nft_hook forward_hook = { "filter",  "forward", NF_INET_FORWARD, PRIORITY_FILTER, "filter",
					      NF_ACCEPT, NULL };
static const struct nft_hook trace_hook = { "filter",  "prerouting", NF_INET_PRE_ROUTING, PRIORITY_MANGLE, "mangle",
					    NF_ACCEPT, NULL };
static const struct nft_hook source_hook = { "nat",     "postrouting", NF_INET_POST_ROUTING, PRIORITY_SRCNAT, "srcnat",
					     NF_ACCEPT, NULL };
static const struct nft_hook guard_hook = { "filter",  "postrouting", NF_INET_POST_ROUTING, PRIORITY_BEHIND_NAT, "101",
					    NF_ACCEPT, NULL };

static struct statement not_by(enum selector selector, const char *link)
{
	struct statement statement = statement_compare_name(selector, link);

	statement.match.negated = true;
	return statement;
}

static void add_drop(struct nft_chain *chain, struct statement first, struct statement second)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, first);
	rule_add(rule, second);
	rule_add(rule, statement_counter());
	rule_add(rule, statement_verdict(NF_DROP, NULL));
}

// What was not forwarded before is not now, but for jails.
static void add_only(struct nft_chain *chain, const char *uplink, size_t family)
{
	static const uint32_t protocols[] = { NFPROTO_IPV4, NFPROTO_IPV6 };
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, statement_compare_name(SELECT_IIFNAME, uplink));
	rule_add(rule, statement_name_not_like(SELECT_OIFNAME, RULESET_HOST_LINKS));
	rule_add(rule, statement_compare(SELECT_NFPROTO, protocols[family]));
	rule_add(rule, statement_counter());
	rule_add(rule, statement_verdict(NF_DROP, NULL));
}

// Who begins a conversation with the jail and was not sent to it by us: a peer is.
static void add_uninvited(struct nft_chain *chain, const char *jail)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, statement_compare_name(SELECT_OIFNAME, jail));
	rule_add(rule, statement_compare_not(SELECT_CT_DIRECTION, IP_CT_DIR_REPLY));
	rule_add(rule, statement_masked_not(SELECT_CT_STATUS, IPS_DST_NAT, IPS_DST_NAT));
	rule_add(rule, statement_counter());
	rule_add(rule, statement_verdict(NF_DROP, NULL));
}

// Neither the host itself nor, by whatever link, anybody but through the uplink; and nobody comes in by himself.
static void add_ways(struct nft_table *table, const struct ruleset_host *host)
{
	struct nft_chain *input = table_add_chain(table, "input", &input_hook);
	struct nft_chain *forward = table_add_chain(table, "forward", &forward_hook);
	struct nft_rule *rule = chain_add_rule(input);
	const char *jail = host->link.device;

	rule_add(rule, statement_compare_name(SELECT_IIFNAME, jail));
	rule_add(rule, statement_counter());
	rule_add(rule, statement_verdict(NF_DROP, NULL));
	add_drop(forward, statement_compare_name(SELECT_IIFNAME, jail), not_by(SELECT_OIFNAME, host->uplink));
	add_drop(forward, statement_compare_name(SELECT_OIFNAME, jail), not_by(SELECT_IIFNAME, host->uplink));
	add_uninvited(forward, jail);
}

// Of an audit's link: to the host itself and by every link of it, but never to another jail. Nobody comes in.
static void add_open_ways(struct nft_table *table, const struct ruleset_host *host)
{
	struct nft_chain *forward = table_add_chain(table, "forward", &forward_hook);
	const char *jail = host->link.device;
	struct nft_rule *rule = chain_add_rule(forward);

	rule_add(rule, statement_compare_name(SELECT_IIFNAME, jail));
	rule_add(rule, statement_name_not_like(SELECT_OIFNAME, RULESET_HOST_LINKS));
	rule_add(rule, statement_verdict(NF_ACCEPT, NULL));
	rule = chain_add_rule(forward);
	rule_add(rule, statement_compare_name(SELECT_IIFNAME, jail));
	rule_add(rule, statement_counter());
	rule_add(rule, statement_verdict(NF_DROP, NULL));
	add_uninvited(forward, jail);
}

static const enum selector source_selectors[] = { SELECT_IP_SADDR, SELECT_IP6_SADDR };

static struct nft_rule *add_source(struct nft_chain *chain, enum selector selector, const struct address *own)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, (struct statement){ STATEMENT_COMPARE,
					   .match = { .selector = selector, .value = value_of_address(own) } });
	return rule;
}

static void add_translation(struct nft_table *table, const struct ruleset_host *host)
{
	struct nft_chain *chain = table_add_chain(table, "postrouting", &source_hook);

	for (size_t i = 0; i < 2; i++) {
		if (host->link.own[i].family == FAMILY_NONE)
			continue;
		struct nft_rule *rule = add_source(chain, source_selectors[i], &host->link.own[i]);
		if (!host->link.open)
			rule_add(rule, statement_compare_name(SELECT_OIFNAME, host->uplink));
		rule_add(rule, statement_masquerade());
	}
}

// Of some packets that begin a conversation the kernel tells the way: so it is seen which of the host's own rules stops
// the job.
static void add_traces(struct nft_table *table, const struct ruleset_host *host)
{
	struct nft_rule *rule = chain_add_rule(table_add_chain(table, "traces", &trace_hook));

	rule_add(rule, statement_compare_name(SELECT_IIFNAME, host->link.device));
	rule_add(rule, statement_state(NF_CT_STATE_BIT(IP_CT_NEW)));
	rule_add(rule, statement_limit(TRACES_A_SECOND));
	rule_add(rule, statement_trace());
}

static void add_guard(struct nft_table *table, const struct ruleset_host *host)
{
	struct nft_chain *forward = table_add_chain(table, "forward", &forward_hook);
	struct nft_chain *chain = table_add_chain(table, "postrouting", &guard_hook);

	for (size_t i = 0; i < 2; i++) {
		if (host->only_for_jails[i])
			add_only(forward, host->uplink, i);
		for (size_t way = 0; way < host->way_count; way++)
			if (host->ways[way].only_for_jails[i])
				add_only(forward, host->ways[way].device, i);
	}

	for (size_t i = 0; i < 2; i++) {
		if (host->link.own[i].family == FAMILY_NONE)
			continue;
		struct nft_rule *rule = add_source(chain, source_selectors[i], &host->link.own[i]);
		rule_add(rule, statement_counter());
		rule_add(rule, statement_verdict(NF_DROP, NULL));
	}
}

void ruleset_host_batches_delete(const char *name, nft_batch_vec *out)
{
	AUTO_FREE char *guard = memory_format("%s-guard", name);
	const struct {
		uint8_t family;
		const char *name;
	} tables[] = { { NFPROTO_NETDEV, name }, { NFPROTO_INET, guard } };

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct ruleset *ruleset = NEW(struct ruleset);
		struct nft_batch batch;

		ruleset_add_table(ruleset, tables[i].family, tables[i].name);
		ruleset_batch_delete(ruleset, NULL, &batch);
		vec_push(out, batch);
		ruleset_free(ruleset);
	}
}

static void add_wall(struct ruleset *ruleset, const struct policy *policy, const struct ruleset_link *link)
{
	const struct nft_hook hook = { "filter", "ingress", NF_NETDEV_INGRESS, PRIORITY_FILTER,
				       "filter", NF_DROP,   link->device };

	compile_link(ruleset_add_table(ruleset, NFPROTO_NETDEV, link->device), &hook, policy, link);
}

struct ruleset *ruleset_compile_host_wall(const struct policy *policy, const struct ruleset_link *link)
{
	struct ruleset *ruleset = NEW(struct ruleset);

	add_wall(ruleset, policy, link);
	return ruleset;
}

struct ruleset *ruleset_compile_host(const struct policy *policy, const struct ruleset_host *host)
{
	AUTO_FREE char *guard = memory_format("%s-guard", host->link.device);
	struct ruleset *ruleset = NEW(struct ruleset);
	struct nft_table *table;

	add_wall(ruleset, policy, &host->link);
	add_guard(ruleset_add_table(ruleset, NFPROTO_INET, guard), host);
	table = ruleset_add_table(ruleset, NFPROTO_INET, host->link.device);
	table->flags = NFT_TABLE_F_OWNER;
	add_traces(table, host);
	if (host->link.open)
		add_open_ways(table, host);
	else
		add_ways(table, host);
	add_translation(table, host);
	if (host->translation)
		compile_destinations(table, host);
	return ruleset;
}
