// SPDX-License-Identifier: GPL-2.0-or-later
// Destinations that the host translates for a jail: endpoints of a VPC that is elsewhere, and the jail itself for its
// peers, which know the host's address alone.
#include <linux/in.h>
#include <linux/netfilter.h>

#include "nft/compile.h"

enum { PRIORITY_DSTNAT = -100, PRIORITY_FILTER = 0 };

static const struct nft_hook destination_hook = {
	"nat", "prerouting", NF_INET_PRE_ROUTING, PRIORITY_DSTNAT, "dstnat", NF_ACCEPT, NULL
};
static const struct nft_hook elsewhere_hook = { "filter",  "forward", NF_INET_FORWARD, PRIORITY_FILTER, "filter",
						NF_ACCEPT, NULL };

static const struct {
	enum family family;
	enum selector source, destination;
} family_rows[] = {
	{ FAMILY_IPV4, SELECT_IP_SADDR, SELECT_IP_DADDR },
	{ FAMILY_IPV6, SELECT_IP6_SADDR, SELECT_IP6_DADDR },
};

static const struct {
	int protocol;
	enum selector port;
} port_rows[] = { { IPPROTO_TCP, SELECT_TCP_DPORT }, { IPPROTO_UDP, SELECT_UDP_DPORT } };

static void add_ports(struct nft_table *table, struct nft_rule *rule, int protocol, const port_range_vec *ports)
{
	for (size_t i = 0; i < sizeof(port_rows) / sizeof(port_rows[0]); i++)
		if (port_rows[i].protocol == protocol && ports->count) {
			rule_add(rule, sets_match_ports(table, port_rows[i].port, ports));
			return;
		}
	if (protocol != PROTOCOL_ALL)
		rule_add(rule, statement_compare(SELECT_L4PROTO, (uint32_t)protocol));
}

static void add_stand_in(struct nft_table *table, struct nft_chain *chain, const struct ruleset_host *host,
			 const struct stand_in *stand_in)
{
	for (size_t i = 0; i < sizeof(family_rows) / sizeof(family_rows[0]); i++) {
		if (!prefix_set_has_family(&stand_in->match.remote, family_rows[i].family) ||
		    stand_in->at[i].family == FAMILY_NONE)
			continue;
		struct nft_rule *rule = chain_add_rule(chain);
		rule_add(rule, statement_compare_name(SELECT_IIFNAME, host->link.device));
		rule_add(rule, sets_match_addresses(table, family_rows[i].destination, &stand_in->match.remote,
						    family_rows[i].family));
		add_ports(table, rule, stand_in->match.protocol, &stand_in->match.ports);
		rule_add(rule, statement_destination(&stand_in->at[i]));
	}
}

static void add_peers(struct nft_table *table, struct nft_chain *chain, const struct ruleset_host *host, size_t family)
{
	const struct translation_plan *plan = host->translation;

	if (!prefix_set_has_family(&plan->peers, family_rows[family].family) ||
	    host->link.own[family].family == FAMILY_NONE)
		return;
	for (size_t i = 0; i < sizeof(port_rows) / sizeof(port_rows[0]); i++) {
		struct nft_rule *rule = chain_add_rule(chain);
		rule_add(rule, statement_compare_name(SELECT_IIFNAME, host->uplink));
		rule_add(rule, sets_match_addresses(table, family_rows[family].source, &plan->peers,
						    family_rows[family].family));
		rule_add(rule, sets_match_ports(table, port_rows[i].port, &plan->peer_ports));
		rule_add(rule, statement_destination(&host->link.own[family]));
	}
}

// Whatever goes wrong above, no packet of the job leaves for the VPC's ranges.
static void add_elsewhere(struct nft_table *table, const struct ruleset_host *host)
{
	struct nft_chain *chain = table_add_chain(table, "elsewhere", &elsewhere_hook);

	for (size_t i = 0; i < sizeof(family_rows) / sizeof(family_rows[0]); i++) {
		if (!prefix_set_has_family(&host->translation->elsewhere, family_rows[i].family))
			continue;
		struct nft_rule *rule = chain_add_rule(chain);
		rule_add(rule, statement_compare_name(SELECT_IIFNAME, host->link.device));
		rule_add(rule, sets_match_addresses(table, family_rows[i].destination, &host->translation->elsewhere,
						    family_rows[i].family));
		rule_add(rule, statement_counter());
		rule_add(rule, statement_verdict(NF_DROP, NULL));
	}
}

void compile_destinations(struct nft_table *table, const struct ruleset_host *host)
{
	const struct translation_plan *plan = host->translation;
	struct nft_chain *chain = table_add_chain(table, "prerouting", &destination_hook);

	vec_for_each (stand_in, &plan->stand_ins)
		add_stand_in(table, chain, host, stand_in);
	if (plan->peer_ports.count)
		for (size_t i = 0; i < sizeof(family_rows) / sizeof(family_rows[0]); i++)
			add_peers(table, chain, host, i);
	if (!prefix_set_is_empty(&plan->elsewhere))
		add_elsewhere(table, host);
}

void translation_plan_release(struct translation_plan *plan)
{
	vec_for_each (stand_in, &plan->stand_ins) {
		prefix_set_release(&stand_in->match.remote);
		vec_release(&stand_in->match.ports);
	}
	vec_release(&plan->stand_ins);
	prefix_set_release(&plan->elsewhere);
	prefix_set_release(&plan->peers);
	vec_release(&plan->peer_ports);
	*plan = (struct translation_plan){ 0 };
}
