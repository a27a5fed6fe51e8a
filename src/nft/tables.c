// SPDX-License-Identifier: GPL-2.0-or-later
// Tables, chains and rules: growing and releasing them.
#include "nft/tables.h"

const struct set_type_row set_type_rows[SET_TYPES] = {
	[SET_IPV4] = { "ipv4_addr", 7, 4, FORM_ADDRESS, 2 },
	[SET_IPV6] = { "ipv6_addr", 8, 16, FORM_ADDRESS, 2 },
	[SET_PORT] = { "inet_service", 13, 2, FORM_NUMBER, 2 },
	[SET_PROTOCOL] = { "inet_proto", 12, 1, FORM_PROTOCOL, 0 },
};

struct nft_table *ruleset_add_table(struct ruleset *ruleset, uint8_t family, const char *name)
{
	vec_push(&ruleset->tables, (struct nft_table){ .family = family, .name = memory_copy_text(name) });
	return &ruleset->tables.items[ruleset->tables.count - 1];
}

struct nft_chain *table_add_chain(struct nft_table *table, const char *name, const struct nft_hook *hook)
{
	struct nft_chain *chain = NEW(struct nft_chain);

	chain->name = memory_copy_text(name);
	if (hook) {
		chain->hook = NEW(struct nft_hook);
		*chain->hook = *hook;
		chain->hook->device = hook->device ? memory_copy_text(hook->device) : NULL;
	}
	vec_push(&table->chains, chain);
	return chain;
}

struct nft_rule *chain_add_rule(struct nft_chain *chain)
{
	vec_push(&chain->rules, (struct nft_rule){ 0 });
	return &chain->rules.items[chain->rules.count - 1];
}

void rule_add(struct nft_rule *rule, struct statement statement)
{
	vec_push(&rule->statements, statement);
}

size_t set_count(const struct nft_set *set)
{
	return set->ranges.count / (2 * set_type_rows[set->type].width);
}

const uint8_t *set_first(const struct nft_set *set, size_t index)
{
	return set->ranges.items + 2 * index * set_type_rows[set->type].width;
}

const uint8_t *set_last(const struct nft_set *set, size_t index)
{
	return set_first(set, index) + set_type_rows[set->type].width;
}

static void chain_free(struct nft_chain *chain)
{
	vec_for_each (rule, &chain->rules) {
		vec_for_each (statement, &rule->statements)
			statement_release(statement);
		vec_release(&rule->statements);
	}
	vec_release(&chain->rules);
	if (chain->hook)
		free((char *)(uintptr_t)chain->hook->device);
	free(chain->hook);
	free(chain->name);
	free(chain);
}

static void set_free(struct nft_set *set)
{
	vec_release(&set->ranges);
	free(set->name);
	free(set);
}

void ruleset_free(struct ruleset *ruleset)
{
	if (!ruleset)
		return;
	vec_for_each (table, &ruleset->tables) {
		vec_for_each (set, &table->sets)
			set_free(*set);
		vec_for_each (chain, &table->chains)
			chain_free(*chain);
		vec_release(&table->sets);
		vec_release(&table->chains);
		free(table->name);
	}
	vec_release(&ruleset->tables);
	free(ruleset);
}
