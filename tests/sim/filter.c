// SPDX-License-Identifier: GPL-2.0-or-later
// The ready filters are what the table compiles to, and the table is complete on both architectures.
#include "unit/test.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "base/cleanup.h"
#include "seccomp/compile.h"
#include "seccomp/native.h"

static void test_ready_is_fresh(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 24; i++) {
		const struct filter_options options = { i & 1 ? SECCOMP_STRICT : SECCOMP_DEFAULT, i & 2,
							i & 4 ? AUDIT_ARCH_AARCH64 : AUDIT_ARCH_X86_64,
							(enum filter_notice)(i / 8) };
		struct filter_program ready = { 0 }, fresh = { 0 };
		struct error err = { 0 };

		assert_int_equal(filter_compile(&options, &ready, &err), 0);
		assert_int_equal(rules_compile(rules, rules_count, &options, &fresh, &err), 0);
		assert_int_equal(ready.length, fresh.length);
		assert_memory_equal(ready.instructions, fresh.instructions, fresh.length * sizeof(struct sock_filter));
		filter_release(&ready);
		filter_release(&fresh);
		assert_null(ready.instructions);
	}
}

static void test_native(void **state)
{
	const struct filter_options implied = { .level = SECCOMP_DEFAULT }, named = { .arch = NATIVE_ARCH };
	struct filter_program one = { 0 }, other = { 0 };

	(void)state;
	assert_int_equal(filter_compile(&implied, &one, NULL), 0);
	assert_int_equal(filter_compile(&named, &other, NULL), 0);
	assert_int_equal(one.length, other.length);
	assert_memory_equal(one.instructions, other.instructions, one.length * sizeof(struct sock_filter));
	filter_release(&one);
	filter_release(&other);
}

static void test_other_architecture(void **state)
{
	const struct filter_options options = { .arch = AUDIT_ARCH_RISCV64 };
	struct filter_program program = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(filter_compile(&options, &program, &err), -ENOTSUP);
	assert_non_null(strstr(err.message, "x86_64 and aarch64"));
	assert_null(program.instructions);
	assert_int_equal(rules_compile(rules, rules_count, &options, &program, &err), -ENOTSUP);
	assert_null(program.instructions);
}

// A name that is wrong, or that one architecture lacks without the row saying so, stops the build.
static void test_wrong_call(void **state)
{
	static const char *const wrong[] = { "sokcet", "mknod", "io_uring_setup open_tre" };
	const struct filter_options options = { .arch = AUDIT_ARCH_AARCH64 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct rule rule = { .calls = wrong[i], .error = EPERM, .why = "" };
		struct filter_program program = { 0 };
		struct error err = { 0 };

		assert_int_equal(rules_compile(&rule, 1, &options, &program, &err), -EINVAL);
		assert_non_null(strstr(err.message, "no system call"));
		assert_null(program.instructions);
	}
}

static void test_table(void **state)
{
	(void)state;
	assert_null(rules[0].calls);
	for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
		const char *rest = rule->calls ? rule->calls : "";
		char name[32];

		assert_true(rule->why && rule->why[0]);
		while (rule_next_call(&rest, name, sizeof(name))) {
			assert_true(call_number(AUDIT_ARCH_X86_64, name) >= 0);
			assert_int_equal(call_number(AUDIT_ARCH_AARCH64, name) < 0, rule->x86_only);
		}
		assert_string_equal(rest, "");
		for (unsigned i = 0; i < RULE_CONDITIONS; i++) {
			const struct condition *condition = &rule->when[i];

			assert_true(condition->match == MATCH_END || condition->argument < 6);
			if (condition->match == MATCH_NONE_OF)
				assert_int_equal(condition->mask & (condition->mask + 1), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ready_is_fresh),
		cmocka_unit_test(test_native),
		cmocka_unit_test(test_other_architecture),
		cmocka_unit_test(test_wrong_call),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
