// SPDX-License-Identifier: GPL-2.0-or-later
// The rule set in nft's own syntax: loading the text gives exactly what the batches give.
#include <linux/netfilter.h>

#include "nft/message.h"
#include "nft/tables.h"

static void print_set(const struct nft_set *set, struct strbuf *out)
{
	const struct set_type_row *row = &set_type_rows[set->type];

	strbuf_format(out, "\tset %s {\n\t\ttype %s\n", set->name, row->name);
	if (set->interval)
		strbuf_add(out, "\t\tflags interval\n");
	strbuf_add(out, "\t\telements = {");
	for (size_t i = 0; i < set_count(set); i++) {
		strbuf_add(out, i ? ",\n\t\t\t     " : " ");
		range_print(row->form, set_first(set, i), set_last(set, i), row->width, out);
	}
	strbuf_add(out, " }\n\t}\n\n");
}

static void print_hook(const struct nft_hook *hook, struct strbuf *out)
{
	strbuf_format(out, "\t\ttype %s hook %s", hook->type, hook->name);
	if (hook->device)
		strbuf_format(out, " device \"%s\"", hook->device);
	strbuf_format(out, " priority %s; policy %s;\n", hook->priority_name,
		      hook->policy == NF_DROP ? "drop" : "accept");
}

static void print_chain(const struct nft_chain *chain, struct strbuf *out)
{
	strbuf_format(out, "\tchain %s {\n", chain->name);
	if (chain->hook)
		print_hook(chain->hook, out);
	vec_for_each (rule, &chain->rules) {
		strbuf_add(out, "\t\t");
		vec_for_each (statement, &rule->statements) {
			if (statement != rule->statements.items)
				strbuf_add_char(out, ' ');
			statement_print(statement, out);
		}
		strbuf_add_char(out, '\n');
	}
	strbuf_add(out, "\t}\n");
}

void ruleset_print(const struct ruleset *ruleset, struct strbuf *out)
{
	vec_for_each (table, &ruleset->tables) {
		strbuf_format(out, "table %s %s {\n", family_word(table->family), table->name);
		vec_for_each (set, &table->sets)
			print_set(*set, out);
		vec_for_each (chain, &table->chains) {
			if (chain != table->chains.items)
				strbuf_add_char(out, '\n');
			print_chain(*chain, out);
		}
		strbuf_add(out, "}\n");
	}
}
