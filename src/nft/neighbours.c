// SPDX-License-Identifier: GPL-2.0-or-later
// Neighbours asked for on a link: ARP and IPv6 neighbour discovery (ND), and nothing else of what a subnet's hosts say
// to each other by themselves.
//
// The kernel asks, not the job; so no form but the kernel's own may pass: its lengths, its options, the jail's own
// addresses as sender, and only for addresses that the policy reaches on the link, or for a router to those behind it.
// Thus a packet socket can say nothing in them, and who is no neighbour of the policy's gets no answer.
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "base/cleanup.h"
#include "nft/compile.h"

// Of frames at a device: 14 bytes of Ethernet with 28 of ARP, or with 40 of IPv6 and 24 of ND with or without one
// option of 8.
enum { LENGTH_ARP = 42, LENGTH_ND = 78, LENGTH_ND_OPTION = 86, WHOLE_LIMIT = 255 };
enum { DISCOVERY_FIRST = 133, SOLICIT = 135, ANSWER = 136, DISCOVERY_LAST = 137 };
enum { REPORT_FIRST = 131, REPORT_LAST = 132, REPORT_2 = 143 };
enum { OPTION_SOURCE = 1, OPTION_TARGET = 2 };

// Where a solicitation goes, and what routers say it from.
static const struct prefix solicited = IPV6_PREFIX(0xff02000000000000, 0x00000001ff000000, 104);
static const struct prefix link_local = IPV6_PREFIX(0xfe80000000000000, 0, 10);

static void add_drop(struct nft_chain *chain, struct statement match)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, match);
	rule_add(rule, statement_verdict(NF_DROP, NULL));
}

static void add_accept(struct nft_rule *rule)
{
	rule_add(rule, statement_verdict(NF_ACCEPT, NULL));
}

static struct statement compare_address(enum selector selector, const struct address *address, bool negated)
{
	struct value value = value_of_address(address);

	return negated ? statement_compare_bytes_not(selector, value.bytes)
		       : statement_compare_bytes(selector, value.bytes);
}

static struct statement match_prefix(enum selector selector, const struct prefix *prefix)
{
	struct address low = prefix_first(prefix), high = prefix_last(prefix);
	struct value first = value_of_address(&low), last = value_of_address(&high);

	return statement_range(selector, first.bytes, last.bytes);
}

static struct statement match_types(unsigned first, unsigned last)
{
	uint8_t from = (uint8_t)first, to = (uint8_t)last;

	return statement_range(SELECT_ICMPV6_TYPE, &from, &to);
}

// A source or target hardware address: type, length in units of 8 bytes, the jail's own.
static struct statement match_option(const struct ruleset_neighbours *neighbours, uint8_t type, bool negated)
{
	uint8_t option[8] = { type, 1 };

	memcpy(option + 2, neighbours->mac, sizeof(neighbours->mac));
	return negated ? statement_compare_bytes_not(SELECT_ND_OPTION, option)
		       : statement_compare_bytes(SELECT_ND_OPTION, option);
}

// Statements that look at neighbouring bytes stand apart: nft would make one of them.
static void add_arp(struct nft_table *table, struct nft_chain *base, const struct ruleset_link *link)
{
	static const uint8_t nobody[6];
	const struct ruleset_neighbours *neighbours = link->neighbours;
	struct nft_chain *chain = table_add_chain(table, "link_arp", NULL);
	struct nft_rule *rule = chain_add_rule(base);

	rule_add(rule, statement_compare(SELECT_PROTOCOL, ETH_P_ARP));
	rule_add(rule, statement_verdict(NFT_JUMP, chain));
	add_drop(chain, statement_compare_not(SELECT_LENGTH, LENGTH_ARP));
	add_drop(chain, statement_compare_not(SELECT_ARP_HARDWARE, ARPHRD_ETHER));
	add_drop(chain, statement_compare_not(SELECT_ARP_PROTOCOL, ETH_P_IP));
	add_drop(chain, statement_compare_not(SELECT_ARP_HARDWARE_LENGTH, sizeof(neighbours->mac)));
	add_drop(chain, statement_compare_not(SELECT_ARP_PROTOCOL_LENGTH, 4));
	add_drop(chain, statement_compare_bytes_not(SELECT_ARP_SOURCE_MAC, neighbours->mac));
	add_drop(chain, compare_address(SELECT_ARP_SOURCE, &link->own[0], true));
	rule = chain_add_rule(chain);
	rule_add(rule, statement_compare(SELECT_ARP_OPERATION, ARPOP_REQUEST));
	rule_add(rule, statement_compare_bytes(SELECT_ARP_TARGET_MAC, nobody));
	rule_add(rule, statement_compare(SELECT_LENGTH, LENGTH_ARP));
	rule_add(rule, sets_match_addresses(table, SELECT_ARP_TARGET, &neighbours->whom, FAMILY_IPV4));
	add_accept(rule);
	rule = chain_add_rule(chain);
	rule_add(rule, statement_compare(SELECT_ARP_OPERATION, ARPOP_REPLY));
	rule_add(rule, sets_match_addresses(table, SELECT_ARP_TARGET, &neighbours->whom, FAMILY_IPV4));
	add_accept(rule);
}

// One rule a prefix: nft 1.0.6 has no name for the address asked for, and no sets of what it has no name for.
static void add_solicitations(struct nft_chain *chain, const struct ruleset_neighbours *neighbours)
{
	prefix_vec prefixes = { 0 };

	add_drop(chain, statement_compare_not(SELECT_LENGTH, LENGTH_ND_OPTION));
	add_drop(chain, match_option(neighbours, OPTION_SOURCE, true));
	prefix_set_to_prefixes(&neighbours->whom, FAMILY_IPV6, &prefixes);
	vec_for_each (prefix, &prefixes) {
		struct nft_rule *rule = chain_add_rule(chain);
		rule_add(rule, match_prefix(SELECT_IP6_DADDR, &solicited));
		rule_add(rule, match_prefix(SELECT_ND_TARGET, prefix));
		add_accept(rule);
	}
	vec_release(&prefixes);
}

// Routers, and hosts that ask again, ask from an address of the link's own.
static void copy_with_link_local(struct prefix_set *to, const struct prefix_set *whom)
{
	prefix_set_copy(to, whom);
	prefix_set_add(to, &link_local);
	prefix_set_normalize(to);
}

static void add_answers(struct nft_table *table, struct nft_chain *chain, const struct ruleset_link *link)
{
	CLEANUP(prefix_set_release) struct prefix_set asking = { 0 };

	copy_with_link_local(&asking, &link->neighbours->whom);
	add_drop(chain, compare_address(SELECT_ND_TARGET, &link->own[1], true));
	for (int option = 0; option < 2; option++) {
		struct nft_rule *rule = chain_add_rule(chain);
		rule_add(rule, statement_compare(SELECT_LENGTH, option ? LENGTH_ND_OPTION : LENGTH_ND));
		if (option)
			rule_add(rule, match_option(link->neighbours, OPTION_TARGET, false));
		rule_add(rule, sets_match_addresses(table, SELECT_IP6_DADDR, &asking, FAMILY_IPV6));
		add_accept(rule);
	}
}

// Discovery is the kernel's, whatever ICMPv6 the policy lets out: all of its messages end here.
static void add_discovery(struct nft_table *table, struct nft_chain *base, const struct ruleset_link *link)
{
	struct nft_chain *chain = table_add_chain(table, "link_nd", NULL);
	struct nft_chain *solicits = table_add_chain(table, "link_nd_solicits", NULL);
	struct nft_chain *answers = table_add_chain(table, "link_nd_answers", NULL);
	const struct {
		unsigned type;
		const struct nft_chain *chain;
	} rows[] = { { SOLICIT, solicits }, { ANSWER, answers } };
	struct nft_rule *rule = chain_add_rule(base);

	rule_add(rule, match_types(DISCOVERY_FIRST, DISCOVERY_LAST));
	rule_add(rule, statement_verdict(NFT_JUMP, chain));
	add_drop(chain, compare_address(SELECT_IP6_SADDR, &link->own[1], true));
	add_drop(chain, statement_compare_not(SELECT_IP6_HOPLIMIT, WHOLE_LIMIT));
	// No header between, which would move what is looked at.
	add_drop(chain, statement_compare_not(SELECT_IP6_NEXTHDR, IPPROTO_ICMPV6));
	add_drop(chain, statement_compare_not(SELECT_ICMPV6_CODE, 0));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rule = chain_add_rule(chain);
		rule_add(rule, statement_compare(SELECT_ICMPV6_TYPE, rows[i].type));
		rule_add(rule, statement_verdict(NFT_JUMP, rows[i].chain));
	}
	rule_add(chain_add_rule(chain), statement_verdict(NF_DROP, NULL));
	add_solicitations(solicits, link->neighbours);
	add_answers(table, answers, link);
}

void compile_link_neighbours(struct nft_table *table, struct nft_chain *base, const struct ruleset_link *link)
{
	add_drop(base, statement_compare_bytes_not(SELECT_ETHER_SOURCE, link->neighbours->mac));
	if (link->own[0].family != FAMILY_NONE && prefix_set_has_family(&link->neighbours->whom, FAMILY_IPV4))
		add_arp(table, base, link);
	if (link->own[1].family != FAMILY_NONE)
		add_discovery(table, base, link);
}

static struct nft_rule *begin(struct nft_chain *chain, enum selector by, const struct ruleset_link *link)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, statement_compare_name(by, link->device));
	return rule;
}

// What the kernel tells routers of its groups is not for them to know; it is no denial of the job's either.
static void add_reports(struct nft_chain *chain, const struct ruleset_link *link)
{
	static const unsigned types[][2] = { { REPORT_FIRST, REPORT_LAST }, { REPORT_2, REPORT_2 } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct nft_rule *rule = begin(chain, SELECT_OIFNAME, link);
		rule_add(rule, match_types(types[i][0], types[i][1]));
		rule_add(rule, statement_verdict(NF_DROP, NULL));
	}
}

// What is said to a whole subnet is for no job, and no denial that anybody would want to read of.
static void add_groups(struct nft_chain *chain, const struct ruleset_link *link)
{
	struct nft_rule *rule = begin(chain, SELECT_IIFNAME, link);

	rule_add(rule, statement_compare_not(SELECT_PACKET_TYPE, PACKET_HOST));
	rule_add(rule, statement_verdict(NF_DROP, NULL));
}

const struct nft_chain *compile_neighbours(const struct compilation *c, enum direction direction)
{
	const struct ruleset_link *link = c->options->link;
	bool leaving = direction == EGRESS;
	bool discovery = link->own[1].family != FAMILY_NONE;
	struct nft_chain *chain = table_add_chain(c->table, leaving ? "neighbours_egress" : "neighbours_ingress", NULL);
	CLEANUP(prefix_set_release) struct prefix_set asking = { 0 };

	copy_with_link_local(&asking, &link->neighbours->whom);
	if (discovery) {
		struct nft_rule *rule = begin(chain, leaving ? SELECT_OIFNAME : SELECT_IIFNAME, link);
		rule_add(rule, statement_compare(SELECT_IP6_HOPLIMIT, WHOLE_LIMIT));
		rule_add(rule, match_types(SOLICIT, ANSWER));
		rule_add(rule, leaving ? compare_address(SELECT_IP6_SADDR, &link->own[1], false)
				       : sets_match_addresses(c->table, SELECT_IP6_SADDR, &asking, FAMILY_IPV6));
		add_accept(rule);
	}
	if (!leaving)
		add_groups(chain, link);
	else if (discovery)
		add_reports(chain, link);
	return chain;
}
