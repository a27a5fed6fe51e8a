// SPDX-License-Identifier: GPL-2.0-or-later
// A readable rule becomes the plain rows that libseccomp takes.
//
// Theory of operation. libseccomp refuses an ALLOW row under a default of ALLOW, and compares one argument only once in
// a row. So each condition becomes a list of alternatives, each one masked comparison, and a rule's rows are the
// product of its conditions' lists. An allow list becomes its complement: the 2^n values of the argument are halved
// until a block holds no allowed value, and each such block is one comparison of the bits that its values share.
// Four families leave 34 blocks of 2^32 values, and every one looks at the low 32 bits alone: no row above the
// greatest allowed value is needed, which would look at the high half, where a caller may leave anything.
#include "seccomp/expand.h"

typedef VEC(struct scmp_arg_cmp) comparison_list;

static void add_comparison(comparison_list *list, const struct condition *condition, uint64_t mask, uint64_t value)
{
	vec_push(list, (struct scmp_arg_cmp){ condition->argument, SCMP_CMP_MASKED_EQ, mask, value });
}

// Adds the blocks without an allowed value among [first, first + size).
static void add_complement(comparison_list *list, const struct condition *condition, uint64_t first, uint64_t size)
{
	bool allowed = false;

	for (size_t i = 0; i < condition->count; i++)
		allowed = allowed || (condition->values[i].value >= first && condition->values[i].value - first < size);
	if (!allowed) {
		add_comparison(list, condition, condition->mask & ~(size - 1), first);
	} else if (size > 1) {
		add_complement(list, condition, first, size / 2);
		add_complement(list, condition, first + size / 2, size / 2);
	}
}

static void add_alternatives(comparison_list *list, const struct condition *condition)
{
	switch (condition->match) {
	case MATCH_END:
		return;
	case MATCH_ANY_OF:
		for (size_t i = 0; i < condition->count; i++)
			add_comparison(list, condition, condition->mask, condition->values[i].value);
		return;
	case MATCH_NONE_OF:
		add_complement(list, condition, 0, (uint64_t)condition->mask + 1);
		return;
	case MATCH_ANY_BIT:
		for (size_t i = 0; i < condition->count; i++)
			add_comparison(list, condition, condition->values[i].value, condition->values[i].value);
		return;
	case MATCH_POINTER:
		vec_push(list, (struct scmp_arg_cmp){ condition->argument, SCMP_CMP_NE, 0, 0 });
		return;
	}
}

void rule_expand(const struct rule *rule, deny_row_list *rows)
{
	deny_row_list product = { 0 };

	vec_push(&product, (struct deny_row){ .count = 0 });
	for (unsigned i = 0; i < RULE_CONDITIONS && rule->when[i].match != MATCH_END; i++) {
		comparison_list alternatives = { 0 };
		deny_row_list longer = { 0 };

		add_alternatives(&alternatives, &rule->when[i]);
		vec_for_each (row, &product) {
			vec_for_each (comparison, &alternatives) {
				struct deny_row next = *row;

				next.compare[next.count++] = *comparison;
				vec_push(&longer, next);
			}
		}
		vec_release(&alternatives);
		vec_release(&product);
		product = longer;
	}
	vec_for_each (row, &product)
		vec_push(rows, *row);
	vec_release(&product);
}
