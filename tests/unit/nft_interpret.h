// SPDX-License-Identifier: GPL-2.0-or-later
// For the tests of nft: the rules interpreted as the kernel would.
#ifndef VPCJAIL_TEST_NFT_INTERPRET_H
#define VPCJAIL_TEST_NFT_INTERPRET_H

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "nft/tables.h"

struct packet {
	// What a selector loads of the packet; false where the packet has no such thing.
	bool (*load)(const struct packet *packet, enum selector selector, uint8_t *to);
	const struct flow *flow;  // what load looks at, one of these
	const uint8_t *frame;
	uint32_t length;
	uint32_t state;
	uint32_t mark;
	uint32_t packet_mark;
	char log[64];  // the last prefix logged
};

static inline bool in_set(const struct nft_set *set, const uint8_t *key)
{
	uint32_t width = set_type_rows[set->type].width;

	for (size_t i = 0; i < set_count(set); i++) {
		if (memcmp(key, set_first(set, i), width) >= 0 && memcmp(key, set_last(set, i), width) <= 0)
			return true;
	}
	return false;
}

static inline bool bits_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++) {
		if ((a[i / 8] ^ b[i / 8]) & 0x80 >> i % 8)
			return false;
	}
	return true;
}

// Whether a match holds.
static inline bool holds(const struct packet *packet, const struct statement *s)
{
	uint32_t length = selector_rows[s->match.selector].length;
	uint8_t key[16];
	bool any = false;

	if (!packet->load(packet, s->match.selector, key))
		return false;
	switch (s->kind) {
	case STATEMENT_COMPARE:
		return (memcmp(key, s->match.value.bytes, length) == 0) != s->match.negated;
	case STATEMENT_RANGE:
		return (memcmp(key, s->match.value.bytes, length) >= 0 &&
			memcmp(key, s->match.last.bytes, length) <= 0) != s->match.negated;
	case STATEMENT_PREFIX:
		return bits_equal(key, s->match.value.bytes, s->match.bits) != s->match.negated;
	case STATEMENT_STATE:
		for (uint32_t i = 0; i < length; i++)
			any |= key[i] & s->match.value.bytes[i];
		return any;
	case STATEMENT_MASKED:
		for (uint32_t i = 0; i < length; i++)
			any |= (key[i] & s->match.mask.bytes[i]) != s->match.value.bytes[i];
		return any;
	case STATEMENT_LOOKUP:
		return in_set(s->match.set, key) != s->match.negated;
	case STATEMENT_UNLIKE:
	case STATEMENT_COUNTER:
	case STATEMENT_LIMIT:
	case STATEMENT_LOG:
	case STATEMENT_REJECT:
	case STATEMENT_VERDICT:
	case STATEMENT_NOTRACK:
	case STATEMENT_SET_MARK:
	case STATEMENT_MARK:
	case STATEMENT_TRACE:
	case STATEMENT_MASQUERADE:
	case STATEMENT_DESTINATION:
	case STATEMENTS:
		break;
	}
	return false;
}

static inline int run_chain(struct packet *packet, const struct nft_chain *chain);

// The verdict of a rule: NF_ACCEPT, NF_DROP, NFT_RETURN; NFT_CONTINUE where it has none.
static inline int run_rule(struct packet *packet, const struct nft_rule *rule)
{
	vec_for_each (s, &rule->statements) {
		int verdict;

		if (s->kind <= STATEMENT_UNLIKE && !holds(packet, s))
			return NFT_CONTINUE;
		if (s->kind == STATEMENT_LOG)
			strcpy(packet->log, s->log.prefix);
		if (s->kind == STATEMENT_MARK)
			packet->packet_mark = s->mark;
		if (s->kind == STATEMENT_SET_MARK)
			packet->mark = s->mark;
		if (s->kind == STATEMENT_REJECT)
			return NF_DROP;
		if (s->kind != STATEMENT_VERDICT)
			continue;
		if (s->verdict.code != NFT_JUMP && s->verdict.code != NFT_GOTO)
			return s->verdict.code;
		verdict = run_chain(packet, s->verdict.chain);
		if (verdict != NFT_RETURN)
			return verdict;
		return s->verdict.code == NFT_GOTO ? NFT_RETURN : NFT_CONTINUE;
	}
	return NFT_CONTINUE;
}

static inline int run_chain(struct packet *packet, const struct nft_chain *chain)
{
	vec_for_each (rule, &chain->rules) {
		int verdict = run_rule(packet, rule);

		if (verdict != NFT_CONTINUE)
			return verdict;
	}
	return chain->hook ? chain->hook->policy : NFT_RETURN;
}

static inline const struct nft_chain *find_chain(const struct ruleset *ruleset, const char *name)
{
	vec_for_each (table, &ruleset->tables) {
		vec_for_each (chain, &table->chains) {
			if (!strcmp((*chain)->name, name))
				return *chain;
		}
	}
	return NULL;
}

#endif
