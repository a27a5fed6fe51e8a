// SPDX-License-Identifier: GPL-2.0-or-later
// Would the cases notice a mistake in the table? Each rule, each call of a rule, each value and each condition is taken
// away in turn; every such table must fail a case. Prints the score; only 100 % passes.
#include "unit/test.h"

#include <string.h>

#include "base/memory.h"
#include "base/strbuf.h"
#include "seccomp/compile.h"
#include "sim.h"

// libseccomp 2.5.4 loses memory when it refuses a row, which only mutants make it do.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp";
}

struct score {
	unsigned mutants;
	unsigned noticed;
	unsigned refused;  // of these, by the compiler: rows that contradict each other
};

static bool case_fails(const struct rule *table, const struct filter_options *options, struct score *score)
{
	struct filter_program program = { 0 };
	struct error err = { 0 };
	bool fails = false;

	if (rules_compile(table, rules_count, options, &program, &err) < 0) {
		score->refused++;
		return true;
	}
	for (size_t i = 0; i < sim_cases_count && !fails; i++)
		fails = !sim_case_holds(&sim_cases[i], options, &program, 0);
	filter_release(&program);
	return fails;
}

// Replaces one row of the table and looks whether a case fails under any options that have the row.
static void judge(struct rule *table, size_t row, struct rule mutant, const char *what, struct score *score)
{
	const struct rule original = table[row];
	bool noticed = false;

	table[row] = mutant;
	for (unsigned o = 0; o < SIM_PLAIN && !noticed; o++)
		noticed = rule_applies(&original, &sim_options[o]) && case_fails(table, &sim_options[o], score);
	table[row] = original;
	score->mutants++;
	score->noticed += noticed;
	if (!noticed)
		print_error("not noticed: %s of \"%s\" (%s)\n", what, original.calls, original.why);
}

static void without_each_call(struct rule *table, size_t row, struct score *score)
{
	const char *rest = table[row].calls;
	char left_out[32], name[32];

	while (rule_next_call(&rest, left_out, sizeof(left_out))) {
		struct rule mutant = table[row];
		struct strbuf calls = { 0 };
		const char *all = table[row].calls;

		while (rule_next_call(&all, name, sizeof(name))) {
			if (strcmp(name, left_out) != 0)
				strbuf_format(&calls, "%s%s", calls.length > 0 ? " " : "", name);
		}
		mutant.calls = calls.length > 0 ? strbuf_text(&calls) : NULL;  // without any: a heading, no rule
		judge(table, row, mutant, left_out, score);
		strbuf_release(&calls);
	}
}

static void without_each_value(struct rule *table, size_t row, unsigned condition, struct score *score)
{
	const struct condition *original = &table[row].when[condition];

	for (size_t left_out = 0; left_out < original->count; left_out++) {
		struct value *values = NEW_ARRAY(struct value, original->count);
		struct rule mutant = table[row];
		size_t count = 0;

		for (size_t i = 0; i < original->count; i++) {
			if (i != left_out)
				values[count++] = original->values[i];
		}
		mutant.when[condition].values = values;
		mutant.when[condition].count = count;
		judge(table, row, mutant, original->values[left_out].name, score);
		free(values);
	}
}

static void without_each_condition(struct rule *table, size_t row, struct score *score)
{
	for (unsigned i = 0; i < RULE_CONDITIONS && table[row].when[i].match != MATCH_END; i++) {
		struct rule mutant = table[row];

		for (unsigned c = i; c + 1 < RULE_CONDITIONS; c++)
			mutant.when[c] = mutant.when[c + 1];
		mutant.when[RULE_CONDITIONS - 1] = (struct condition){ .match = MATCH_END };
		judge(table, row, mutant, table[row].when[i].name, score);
		without_each_value(table, row, i, score);
	}
}

static void test_mutants(void **state)
{
	struct rule *table = NEW_ARRAY(struct rule, rules_count);
	struct score score = { 0 };

	(void)state;
	memcpy(table, rules, rules_count * sizeof(*table));
	for (unsigned o = 0; o < SIM_PLAIN; o++)
		assert_false(case_fails(table, &sim_options[o], &score));
	for (size_t row = 0; row < rules_count; row++) {
		struct rule stricter = table[row];

		if (!table[row].calls)
			continue;
		without_each_call(table, row, &score);
		without_each_condition(table, row, &score);
		stricter.error = table[row].error + 1;
		judge(table, row, stricter, "the error", &score);
		if (table[row].level == SECCOMP_STRICT) {
			stricter = table[row];
			stricter.level = SECCOMP_DEFAULT;
			score.mutants++;
			table[row] = stricter;
			score.noticed += case_fails(table, &sim_options[0], &score);
			table[row].level = SECCOMP_STRICT;
		}
	}
	print_message("%u of %u mutants of the table noticed (%u %%), %u of them by the compiler\n", score.noticed,
		      score.mutants, 100 * score.noticed / score.mutants, score.refused);
	assert_int_equal(score.noticed, score.mutants);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_mutants) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
