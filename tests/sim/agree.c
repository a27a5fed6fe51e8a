// SPDX-License-Identifier: GPL-2.0-or-later
// Does the compiled program say what the table says? A reading of the table written apart from the compiler judges
// random calls, made of the numbers that the rules mention and their neighbours; the program must agree.
#include "unit/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "seccomp/compile.h"
#include "seccomp/notice.h"
#include "sim.h"

enum { CALLS_PER_RULE = 400 };

typedef VEC(uint64_t) number_list;

// xorshift: the same calls each time.
static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static bool condition_holds(const struct condition *condition, uint64_t argument)
{
	const uint32_t low = (uint32_t)argument;
	bool is_one = false, has_bit = false;

	for (size_t i = 0; i < condition->count; i++) {
		is_one = is_one || (low & condition->mask) == condition->values[i].value;
		has_bit = has_bit || (low & condition->values[i].value) != 0;
	}
	switch (condition->match) {
	case MATCH_END:
		return true;
	case MATCH_ANY_OF:
		return is_one;
	case MATCH_NONE_OF:
		return !is_one;
	case MATCH_ANY_BIT:
		return has_bit;
	case MATCH_POINTER:
		return argument != 0;
	}
	return false;
}

static bool rule_names(const struct rule *rule, const char *call)
{
	const char *rest = rule->calls;
	char name[32];

	while (rule_next_call(&rest, name, sizeof(name))) {
		if (strcmp(name, call) == 0)
			return true;
	}
	return false;
}

// Where several rules hold, each one's error is right; where none does, the call is allowed.
static bool table_permits(const struct filter_options *options, const char *call, const uint64_t arguments[6],
			  int action)
{
	bool any = false, same_error = false;

	for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
		bool holds = rule_applies(rule, options) && rule_names(rule, call);

		for (unsigned i = 0; holds && i < RULE_CONDITIONS; i++)
			holds = condition_holds(&rule->when[i], arguments[rule->when[i].argument]);
		any = any || holds;
		same_error = same_error || (holds && rule->error == action);
	}
	return any ? same_error : action == ALLOWED;
}

// Numbers that some rule about the call mentions.
static void collect_numbers(const char *call, number_list *numbers)
{
	vec_push(numbers, 0);
	for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
		for (unsigned i = 0; rule->calls && rule_names(rule, call) && i < RULE_CONDITIONS; i++) {
			for (size_t v = 0; v < rule->when[i].count; v++)
				vec_push(numbers, rule->when[i].values[v].value);
		}
	}
}

static uint64_t random_argument(const number_list *numbers, uint64_t *seed)
{
	const uint64_t known = numbers->items[next_random(seed) % numbers->count];
	const uint64_t bit = 1ull << next_random(seed) % 64;

	switch (next_random(seed) % 6) {
	case 0:
		return known + 1;
	case 1:
		return known - 1;
	case 2:
		return known ^ bit;
	case 3:
		return next_random(seed) >> next_random(seed) % 64;
	default:
		return known;
	}
}

// The row that is named as the reason of a denial is the first that denies.
static void compare_reason(const struct filter_options *options, const char *call, const uint64_t arguments[6])
{
	const struct rule *reason = rule_denying(options, call, arguments);

	for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
		bool holds = rule_applies(rule, options) && rule_names(rule, call) && rule->error == EPERM;

		for (unsigned i = 0; holds && i < RULE_CONDITIONS; i++)
			holds = condition_holds(&rule->when[i], arguments[rule->when[i].argument]);
		if (holds) {
			assert_ptr_equal(reason, rule);
			return;
		}
	}
	assert_null(reason);
}

static size_t compare(const struct filter_options *options, const struct filter_program *program, const char *call,
		      uint64_t *seed)
{
	const int number = call_number(options->arch, call);
	number_list numbers = { 0 };

	collect_numbers(call, &numbers);
	for (unsigned i = 0; i < CALLS_PER_RULE; i++) {
		uint64_t arguments[6];
		int action;

		for (unsigned a = 0; a < 6; a++)
			arguments[a] = random_argument(&numbers, seed);
		action = sim_action(program, options->arch, (uint32_t)number, arguments);
		compare_reason(options, call, arguments);
		if (!table_permits(options, call, arguments, action))
			fail_msg("%s(%#llx, %#llx, %#llx), level %d, icmp %d, arch %#x: %d is not what the table says",
				 call, (unsigned long long)arguments[0], (unsigned long long)arguments[1],
				 (unsigned long long)arguments[2], options->level, options->icmp, options->arch,
				 action);
	}
	vec_release(&numbers);
	return CALLS_PER_RULE;
}

static void test_agreement(void **state)
{
	uint64_t seed = 0x9e3779b97f4a7c15;
	size_t compared = 0;

	(void)state;
	for (unsigned o = 0; o < SIM_OPTIONS; o++) {
		struct filter_program program = { 0 };

		assert_int_equal(filter_compile(&sim_options[o], &program, NULL), 0);
		for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
			const char *rest = rule_applies(rule, &sim_options[o]) ? rule->calls : "";
			char name[32];

			while (rule_next_call(&rest, name, sizeof(name)))
				compared += compare(&sim_options[o], &program, name, &seed);
		}
		filter_release(&program);
	}
	print_message("%zu random calls agree\n", compared);
}

// Every number that the table can mean, with arguments that no rule looks at: only the calls of the table are denied.
static void test_only_named_calls_are_denied(void **state)
{
	(void)state;
	for (unsigned o = 0; o < SIM_OPTIONS; o++) {
		struct filter_program program = { 0 };

		assert_int_equal(filter_compile(&sim_options[o], &program, NULL), 0);
		for (uint32_t number = 0; number < FIRST_YOUNGER_CALL; number++) {
			static const uint64_t arguments[6] = { 1, 1 };
			const int action = sim_action(&program, sim_options[o].arch, number, arguments);
			bool named = false;

			for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
				const char *rest = rule_applies(rule, &sim_options[o]) ? rule->calls : "";
				char name[32];

				while (rule_next_call(&rest, name, sizeof(name)))
					named = named || call_number(sim_options[o].arch, name) == (int)number;
			}
			assert_true(named || action == ALLOWED);
		}
		filter_release(&program);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreement),
		cmocka_unit_test(test_only_named_calls_are_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
