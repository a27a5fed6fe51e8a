// SPDX-License-Identifier: GPL-2.0-or-later
// What may pass one end of the jail's link, whoever made the packet: a chain of the device itself.
//
// The layers see what a socket of the internet families sends. A packet socket, ARP, a VLAN tag or an odd protocol pass
// them by, so the device has a wall of its own: stateless, made of what the layers let through together. It knows new
// conversations of the job by their destination, and the job's answers by their source.
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "nft/compile.h"
#include "policy/reach.h"

enum { ALL_CODES = 0xff, FRAGMENT = 0x3fff, WORDS_WITHOUT_OPTIONS = 5 };

static const struct link_family {
	enum family family;
	uint32_t ethertype;
	enum selector source, destination;
} link_families[] = {
	{ FAMILY_IPV4, ETH_P_IP, SELECT_IP_SADDR, SELECT_IP_DADDR },
	{ FAMILY_IPV6, ETH_P_IPV6, SELECT_IP6_SADDR, SELECT_IP6_DADDR },
};

// Ports by direction: what the job sends to, and what it answers from.
static const struct link_protocol {
	int protocol;
	enum selector port[DIRECTIONS];       // of TCP and UDP
	enum selector type, code, type_code;  // of ICMP
} link_protocols[] = {
	{ IPPROTO_TCP, { SELECT_TCP_DPORT, SELECT_TCP_SPORT }, 0, 0, 0 },
	{ IPPROTO_UDP, { SELECT_UDP_DPORT, SELECT_UDP_SPORT }, 0, 0, 0 },
	{ IPPROTO_ICMP, { 0 }, SELECT_ICMP_TYPE, SELECT_ICMP_CODE, SELECT_ICMP_TYPE_CODE },
	{ IPPROTO_ICMPV6, { 0 }, SELECT_ICMPV6_TYPE, SELECT_ICMPV6_CODE, SELECT_ICMPV6_TYPE_CODE },
};

// What Linux answers by itself, with the code it was asked with: echo, and IPv4's timestamp (RFC 792, 4443).
static const struct {
	int protocol;
	uint8_t request, answer;
} link_answers[] = {
	{ IPPROTO_ICMP, 8, 0 },
	{ IPPROTO_ICMP, 13, 14 },
	{ IPPROTO_ICMPV6, 128, 129 },
};

struct link_row {
	struct nft_table *table;
	struct nft_chain *chain;
	const struct link_family *family;
	const struct link_protocol *protocol;
	const struct prefix_set *remotes;
};

static struct nft_rule *row_begin(const struct link_row *row)
{
	struct nft_rule *rule = chain_add_rule(row->chain);

	if (prefix_set_is_full(row->remotes, row->family->family))
		rule_add(rule, statement_compare(SELECT_PROTOCOL, row->family->ethertype));
	else
		rule_add(rule,
			 sets_match_addresses(row->table, row->family->destination, row->remotes, row->family->family));
	return rule;
}

static void row_end(struct nft_rule *rule)
{
	rule_add(rule, statement_verdict(NF_ACCEPT, NULL));
}

static void add_ports(const struct link_row *row, enum direction direction, const struct reach_row *reached)
{
	struct nft_rule *rule = row_begin(row);
	port_range_vec ports = { 0 };

	if (reach_row_is_whole(reached)) {
		rule_add(rule, statement_compare(SELECT_L4PROTO, (uint32_t)row->protocol->protocol));
	} else {
		vec_for_each (range, &reached->ranges)
			vec_push(&ports, (struct port_range){ range->first, range->last });
		rule_add(rule, sets_match_ports(row->table, row->protocol->port[direction], &ports));
	}
	row_end(rule);
	vec_release(&ports);
}

static struct statement match_bytes(enum selector selector, unsigned first, unsigned last)
{
	uint8_t from = (uint8_t)first, to = (uint8_t)last;

	return statement_range(selector, &from, &to);
}

// Some codes of one type.
static void add_codes(const struct link_row *row, unsigned type, unsigned first, unsigned last)
{
	struct nft_rule *rule = row_begin(row);

	if (first == last) {
		rule_add(rule, statement_compare(row->protocol->type_code, type << 8 | first));
	} else {
		rule_add(rule, statement_compare(row->protocol->type, type));
		rule_add(rule, match_bytes(row->protocol->code, first, last));
	}
	row_end(rule);
}

// A range of type * 256 + code: whole types in one rule, what sticks out at either end in rules of its own.
static void add_types(const struct link_row *row, unsigned first, unsigned last)
{
	unsigned type = first >> 8, last_type = last >> 8;

	if (first & ALL_CODES) {
		add_codes(row, type, first & ALL_CODES, type == last_type ? last & ALL_CODES : ALL_CODES);
		type++;
	}
	if (type <= last_type && (last & ALL_CODES) != ALL_CODES) {
		add_codes(row, last_type, 0, last & ALL_CODES);
		if (last_type == 0)
			return;
		last_type--;
	}
	if (type > last_type)
		return;
	struct nft_rule *rule = row_begin(row);
	rule_add(rule, match_bytes(row->protocol->type, type, last_type));
	row_end(rule);
}

// What of the range asks, answered.
static void add_answers(const struct link_row *row, unsigned first, unsigned last)
{
	for (size_t i = 0; i < sizeof(link_answers) / sizeof(link_answers[0]); i++) {
		unsigned low = (unsigned)link_answers[i].request << 8, high = low | ALL_CODES;
		unsigned answer = (unsigned)link_answers[i].answer << 8;

		if (link_answers[i].protocol != row->protocol->protocol || last < low || first > high)
			continue;
		add_types(row, answer | (first > low ? first & ALL_CODES : 0),
			  answer | (last < high ? last & ALL_CODES : ALL_CODES));
	}
}

static void add_messages(const struct link_row *row, enum direction direction, const struct reach_row *reached)
{
	if (direction == EGRESS && reach_row_is_whole(reached)) {
		struct nft_rule *rule = row_begin(row);
		rule_add(rule, statement_compare(SELECT_L4PROTO, (uint32_t)row->protocol->protocol));
		row_end(rule);
		return;
	}
	vec_for_each (range, &reached->ranges) {
		if (direction == EGRESS)
			add_types(row, range->first, range->last);
		else
			add_answers(row, range->first, range->last);
	}
}

static void add_reach(const struct link_row *row, enum direction direction, const struct reach_row *reached)
{
	if (row->protocol->port[EGRESS])
		add_ports(row, direction, reached);
	else
		add_messages(row, direction, reached);
}

static void add_direction(struct link_row *row, const struct policy *policy, enum direction direction)
{
	vec_for_each (reached, &policy->reach[direction].rows) {
		if (!prefix_set_has_family(&reached->remotes, row->family->family))
			continue;
		row->remotes = &reached->remotes;
		for (size_t i = 0; i < sizeof(link_protocols) / sizeof(link_protocols[0]); i++)
			if (link_protocols[i].protocol == reached->protocol) {
				row->protocol = &link_protocols[i];
				add_reach(row, direction, reached);
			}
	}
}

static void add_drop(struct nft_chain *chain, struct statement match)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, match);
	rule_add(rule, statement_verdict(NF_DROP, NULL));
}

// What is dropped although its destination is right.
static void add_form(struct nft_table *table, struct nft_chain *chain, const struct link_family *family,
		     const struct address *own)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6 };
	struct statement source = { STATEMENT_COMPARE, .match = { .selector = family->source,
								  .negated = true,
								  .value = value_of_address(own) } };

	add_drop(chain, source);
	if (family->family == FAMILY_IPV4) {
		add_drop(chain, statement_masked_not(SELECT_IP_FRAGMENT, FRAGMENT, 0));
		add_drop(chain, statement_masked_not(SELECT_IP_LENGTH, selector_rows[SELECT_IP_LENGTH].mask,
						     WORDS_WITHOUT_OPTIONS));
	} else {
		add_drop(chain, statement_lookup(SELECT_IP6_NEXTHDR,
						 sets_of_protocols(table, protocols, sizeof(protocols)), true));
	}
}

// Whatever the job sends under its own address.
static void add_all(const struct link_row *row, const struct address *own)
{
	struct nft_rule *rule = chain_add_rule(row->chain);

	rule_add(rule, (struct statement){ STATEMENT_COMPARE, .match = { .selector = row->family->source,
									 .value = value_of_address(own) } });
	row_end(rule);
}

void compile_link(struct nft_table *table, const struct nft_hook *hook, const struct policy *policy,
		  const struct ruleset_link *link)
{
	struct nft_chain *base = table_add_chain(table, "link", hook);
	struct nft_chain *chain = table_add_chain(table, "link_passes", NULL);

	if (link->neighbours)
		compile_link_neighbours(table, base, link);
	rule_add(chain_add_rule(base), statement_verdict(NFT_JUMP, chain));
	for (size_t i = 0; i < sizeof(link_families) / sizeof(link_families[0]); i++) {
		struct link_row row = { .table = table, .chain = chain, .family = &link_families[i] };

		if (link->own[i].family == FAMILY_NONE)
			continue;
		if (link->open) {
			add_all(&row, &link->own[i]);
			continue;
		}
		add_form(table, chain, row.family, &link->own[i]);
		add_direction(&row, policy, EGRESS);
		add_direction(&row, policy, INGRESS);
	}
	rule_add(chain_add_rule(base), statement_counter());
}
