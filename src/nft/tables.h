// SPDX-License-Identifier: GPL-2.0-or-later
// The rule set as data: tables of sets and chains, chains of rules, rules of statements. ruleset.c builds it,
// print.c writes it, serialize.c makes messages of it. Inside src/nft only.
#ifndef VPCJAIL_NFT_TABLES_H
#define VPCJAIL_NFT_TABLES_H

#include "base/vec.h"
#include "nft/ruleset.h"
#include "nft/statement.h"

enum set_type { SET_IPV4, SET_IPV6, SET_PORT, SET_PROTOCOL, SET_TYPES };

// One row a type of set: nft's name and number for it, the bytes of a key, how a key is written, and the byte order
// that nft notes (2: big-endian; 0: a single byte has none).
struct set_type_row {
	const char *name;
	uint32_t number;
	uint32_t width;
	enum value_form form;
	uint32_t byte_order;
};

extern const struct set_type_row set_type_rows[SET_TYPES];

struct nft_set {
	char *name;   // owned
	uint32_t id;  // from 1, unique in its table
	enum set_type type;
	bool interval;
	VEC(uint8_t) ranges;  // first and last of each range, width bytes each, ascending, no two touch
};

struct nft_rule {
	VEC(struct statement) statements;
};

// Where a base chain is hooked in; all but the device is a literal.
struct nft_hook {
	const char *type;  // "filter"
	const char *name;  // "output"
	uint32_t number;
	int32_t priority;
	const char *priority_name;
	int policy;          // NF_DROP or NF_ACCEPT
	const char *device;  // of a device's hook
};

struct nft_chain {
	char *name;             // owned
	struct nft_hook *hook;  // NULL for a regular chain; owned, and so is its device
	VEC(struct nft_rule) rules;
};

struct nft_table {
	uint8_t family;  // NFPROTO_*
	char *name;      // owned
	uint32_t flags;  // NFT_TABLE_F_*
	VEC(struct nft_set *) sets;
	VEC(struct nft_chain *) chains;
};

struct ruleset {
	VEC(struct nft_table) tables;
};

// Valid until the next one is added.
struct nft_table *ruleset_add_table(struct ruleset *ruleset, uint8_t family, const char *name);

// hook is copied.
struct nft_chain *table_add_chain(struct nft_table *table, const char *name, const struct nft_hook *hook);
struct nft_rule *chain_add_rule(struct nft_chain *chain);  // valid until the next one is added
void rule_add(struct nft_rule *rule, struct statement statement);

size_t set_count(const struct nft_set *set);
const uint8_t *set_first(const struct nft_set *set, size_t index);
const uint8_t *set_last(const struct nft_set *set, size_t index);

#endif
