// SPDX-License-Identifier: GPL-2.0-or-later
// A rule set with one rule wrong: see mutate.h.
#include "nft/mutate.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "nft/message.h"
#include "nft/tables.h"

#ifdef VPCJAIL_TEST_HOOKS

static bool is_match(const struct statement *statement)
{
	return statement->kind <= STATEMENT_UNLIKE;
}

static void remove_statement(struct nft_rule *rule, size_t index)
{
	statement_release(&rule->statements.items[index]);
	memmove(&rule->statements.items[index], &rule->statements.items[index + 1],
		(rule->statements.count - index - 1) * sizeof(rule->statements.items[0]));
	rule->statements.count--;
}

static void remove_rule(struct nft_chain *chain, size_t index)
{
	struct nft_rule *rule = &chain->rules.items[index];

	while (rule->statements.count)
		remove_statement(rule, 0);
	vec_release(&rule->statements);
	memmove(rule, rule + 1, (chain->rules.count - index - 1) * sizeof(*rule));
	chain->rules.count--;
}

static int widen(struct nft_rule *rule)
{
	for (size_t i = rule->statements.count; i > 0; i--)
		if (is_match(&rule->statements.items[i - 1])) {
			remove_statement(rule, i - 1);
			return 1;
		}
	return 0;
}

// One more, in network byte order; false, and nothing changed, when there is none.
static bool increment(uint8_t *bytes, size_t width)
{
	size_t carried = 0;

	while (carried < width && bytes[width - carried - 1] == 0xff)
		carried++;
	if (carried == width)
		return false;
	bytes[width - carried - 1]++;
	memset(bytes + width - carried, 0, carried);
	return true;
}

static int stretch_set(struct nft_set *set)
{
	size_t width = set_type_rows[set->type].width;

	// Two neighbours of a hash set are two elements.
	if (!set->interval || set->type == SET_PROTOCOL)
		return 0;
	return increment(set->ranges.items + set->ranges.count - width, width);
}

static int stretch(struct nft_table *table, struct nft_rule *rule)
{
	for (size_t i = rule->statements.count; i > 0; i--) {
		struct statement *statement = &rule->statements.items[i - 1];
		if (statement->kind == STATEMENT_LOOKUP)
			for (size_t k = 0; k < table->sets.count; k++)
				if (table->sets.items[k] == statement->match.set)
					return stretch_set(table->sets.items[k]);
		if (statement->kind == STATEMENT_RANGE)
			return increment(statement->match.last.bytes, selector_rows[statement->match.selector].length);
		if (statement->kind == STATEMENT_PREFIX && statement->match.bits > 1) {
			statement->match.bits--;
			statement->match.value.bytes[statement->match.bits / 8] &=
			    (uint8_t) ~(0x80 >> statement->match.bits % 8);
			return 1;
		}
	}
	return 0;
}

int ruleset_mutate(struct ruleset *ruleset, size_t number, enum ruleset_mutation mutation, struct strbuf *where)
{
	vec_for_each (table, &ruleset->tables) {
		vec_for_each (chain, &table->chains) {
			if (number >= (*chain)->rules.count) {
				number -= (*chain)->rules.count;
				continue;
			}
			strbuf_format(where, "%s %s %s %zu", family_word(table->family), table->name, (*chain)->name,
				      number + 1);
			switch (mutation) {
			case MUTATION_REMOVE:
				remove_rule(*chain, number);
				return 1;
			case MUTATION_WIDEN:
				return widen(&(*chain)->rules.items[number]);
			case MUTATION_STRETCH:
				return stretch(table, &(*chain)->rules.items[number]);
			case MUTATIONS:
				break;
			}
		}
	}
	return -ENOENT;
}

#endif
