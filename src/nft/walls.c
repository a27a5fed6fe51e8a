// SPDX-License-Identifier: GPL-2.0-or-later
// What no accepted packet may be, whatever the policy says of its addresses: each a denial of the layer `packet`.
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/rtnetlink.h>

#include "nft/compile.h"

enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_ACK = 0x10 };

static void match_invalid(const struct compilation *c, struct nft_rule *rule)
{
	(void)c;
	rule_add(rule, statement_state(NF_CT_STATE_INVALID_BIT));
}

// More fragments, or an offset.
static void match_fragment(const struct compilation *c, struct nft_rule *rule)
{
	(void)c;
	rule_add(rule, statement_masked_not(SELECT_IP_FRAGMENT, 0x3fff, 0));
}

// A source route names a second destination, and no filter of system calls sees one that a message carries.
static void match_options(const struct compilation *c, struct nft_rule *rule)
{
	enum { WORDS_WITHOUT_OPTIONS = 5 };

	(void)c;
	rule_add(rule,
		 statement_masked_not(SELECT_IP_LENGTH, selector_rows[SELECT_IP_LENGTH].mask, WORDS_WITHOUT_OPTIONS));
}

// Also IPv6 fragments: theirs is an extension header.
static void match_headers(const struct compilation *c, struct nft_rule *rule)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMPV6 };
	const struct nft_set *set = sets_of_protocols(c->table, protocols, sizeof(protocols));

	rule_add(rule, statement_lookup(SELECT_IP6_NEXTHDR, set, true));
}

static void match_handshake(const struct compilation *c, struct nft_rule *rule)
{
	(void)c;
	rule_add(rule, statement_state(NF_CT_STATE_BIT(IP_CT_NEW)));
	rule_add(rule, statement_masked_not(SELECT_TCP_FLAGS, TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK, TCP_SYN));
}

// An established conversation began with a packet that was looked at.
static void match_source(const struct compilation *c, struct nft_rule *rule)
{
	(void)c;
	rule_add(rule, statement_compare_not(SELECT_CT_STATE, NF_CT_STATE_BIT(IP_CT_ESTABLISHED)));
	rule_add(rule, statement_compare_not(SELECT_SOURCE_TYPE, RTN_LOCAL));
}

static const struct {
	unsigned number;
	bool egress_only;
	bool begins;  // it is about packets that begin a conversation, alone
	bool kept;    // it stands in an observing rule set too: it protects the host
	void (*match)(const struct compilation *c, struct nft_rule *rule);
	const char *reason;
} walls[] = {
	{ WALL_INVALID, false, false, false, match_invalid,
	  "invalid state: the packet belongs to no conversation and begins none" },
	{ WALL_FRAGMENT, false, false, false, match_fragment, "fragment: its ports cannot be judged" },
	{ WALL_OPTIONS, false, false, false, match_options, "IPv4 option: a source route names a second destination" },
	{ WALL_HEADERS, false, false, false, match_headers,
	  "IPv6 extension header: only TCP, UDP and ICMPv6 may follow" },
	{ WALL_HANDSHAKE, false, true, false, match_handshake,
	  "TCP conversation that does not begin with a SYN alone" },
	{ WALL_SOURCE, true, true, true, match_source, "foreign source address: it is none of the job's" },
	// Judged in a chain of its own (again.c), under an exchanged policy alone.
	{ WALL_OLDER, false, false, false, NULL,
	  "older conversation: the policy was exchanged, and this one does not allow it" },
};

const char *ruleset_wall_reason(unsigned number)
{
	for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		if (walls[i].number == number)
			return walls[i].reason;
	}
	return NULL;
}

const struct nft_chain *compile_walls(const struct compilation *c, enum direction direction)
{
	struct nft_chain *chain =
	    table_add_chain(c->table, direction == EGRESS ? "walls_egress" : "walls_ingress", NULL);

	bool left = false;

	for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		struct nft_rule match = { 0 };

		if (!walls[i].match || (walls[i].egress_only && direction != EGRESS))
			continue;
		if (walls[i].begins && !left)
			compile_established(c, chain);
		left = left || walls[i].begins;
		walls[i].match(c, &match);
		if (c->options->observe && !walls[i].kept)
			compile_record(c, chain, &match, layer_name(LAYER_PACKET, direction), walls[i].number);
		else
			compile_denial(c, chain, &match, layer_name(LAYER_PACKET, direction), walls[i].number,
				       statement_verdict(NF_DROP, NULL));
		vec_release(&match.statements);
	}
	return chain;
}
