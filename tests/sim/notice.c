// SPDX-License-Identifier: GPL-2.0-or-later
// What the supervisor is asked about, and what it answers: it informs, it never decides.
#include "unit/test.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "bpf.h"
#include "seccomp/compile.h"
#include "seccomp/notice.h"
#include "sim.h"

enum { NUMBERS = 1 << 12 };

static const char *const observed_names[] = { "connect", "sendto", "sendmsg", "sendmmsg" };
static const enum observed_call observed_calls[] = { OBSERVED_CONNECT, OBSERVED_SENDTO, OBSERVED_SENDMSG,
						     OBSERVED_SENDMMSG };

// Which of the observed calls the system's own table of names says it is.
static enum observed_call by_name(uint32_t arch, int number)
{
	for (size_t i = 0; i < 4; i++)
		if (call_number(arch, observed_names[i]) == number)
			return observed_calls[i];
	return OBSERVED_NONE;
}

// Whatever the call and whatever its arguments: only the four go on, and nothing else is ever let go on.
static void test_answer(void **state)
{
	static const uint32_t architectures[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_I386, 0 };
	unsigned passed = 0;

	(void)state;
	for (size_t a = 0; a < 4; a++) {
		for (int number = -NUMBERS; number < NUMBERS; number++) {
			struct seccomp_notif notice = { .id = 7, .pid = 1, .data = { .nr = number } };
			notice.data.arch = architectures[a];
			memset(notice.data.args, number & 1 ? 0xff : 0, sizeof(notice.data.args));
			const struct seccomp_notif_resp answer = notice_answer(&notice);
			const bool goes_on = a < 2 && by_name(architectures[a], number) != OBSERVED_NONE;

			assert_int_equal(answer.id, 7);
			assert_int_equal(answer.val, 0);
			assert_int_equal(answer.flags, goes_on ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0);
			assert_int_equal(answer.error, goes_on ? 0 : -EPERM);
			assert_int_equal(notice_observed(architectures[a], number),
					 goes_on ? by_name(architectures[a], number) : OBSERVED_NONE);
			passed += goes_on;
		}
	}
	assert_int_equal(passed, 8);
}

static uint32_t returned(const struct filter_program *program, uint32_t arch, int number, const uint64_t arguments[6])
{
	struct seccomp_data call = { .nr = number, .arch = arch };
	uint32_t result = 0;

	for (int i = 0; i < 6; i++)
		call.args[i] = arguments[i];
	assert_int_equal(bpf_run(program->instructions, program->length, &call, &result), 0);
	return result;
}

// Where a program without notices says EPERM, and there alone, one with them asks; and for the four calls.
static void compare(const struct filter_options *options, const struct filter_program *plain,
		    const struct filter_program *asking, const struct sim_case *one, unsigned *asked)
{
	const int number = call_number(options->arch, one->call);
	if (number < 0)
		return;
	const uint32_t before = returned(plain, options->arch, number, one->arguments);
	const uint32_t after = returned(asking, options->arch, number, one->arguments);
	const enum observed_call which = notice_observed(options->arch, number);
	bool asks = before == (SECCOMP_RET_ERRNO | EPERM);

	if (options->notice == NOTICE_CONNECTS && which != OBSERVED_NONE)
		asks = which != OBSERVED_SENDTO || one->arguments[4];
	if (after != (asks ? SECCOMP_RET_USER_NOTIF : before))
		fail_msg("%s: %#x became %#x", one->call, before, after);
	*asked += asks;
}

static void test_what_is_asked(void **state)
{
	static const struct sim_case sends[] = {
		{ "connect", ALLOWED, { 3, 0x7000, 16 } },
		{ "sendto", ALLOWED, { 3, 0x7000, 5, 0, 0x8000, 16 } },
		{ "sendto", ALLOWED, { 3, 0x7000, 5, 0, 1ULL << 32, 16 } },
		{ "sendto", ALLOWED, { 3, 0x7000, 5, 0, 0, 0 } },
		{ "sendmsg", ALLOWED, { 3, 0x7000, 0 } },
		{ "sendmmsg", ALLOWED, { 3, 0x7000, 2, 0 } },
	};
	unsigned asked = 0, of_sends = 0;

	(void)state;
	for (unsigned o = SIM_PLAIN; o < SIM_OPTIONS; o++) {
		struct filter_program plain = { 0 }, asking = { 0 };

		assert_int_equal(filter_compile(&sim_options[o % SIM_PLAIN], &plain, NULL), 0);
		assert_int_equal(filter_compile(&sim_options[o], &asking, NULL), 0);
		// An allowed call of `run` goes the way that it went.
		if (sim_options[o].notice == NOTICE_DENIALS)
			assert_int_equal(plain.length, asking.length);
		for (size_t i = 0; i < sim_cases_count; i++)
			compare(&sim_options[o], &plain, &asking, &sim_cases[i], &asked);
		for (size_t i = 0; i < sizeof(sends) / sizeof(sends[0]); i++)
			compare(&sim_options[o], &plain, &asking, &sends[i], &of_sends);
		filter_release(&plain);
		filter_release(&asking);
	}
	print_message("%u calls ask, %u of them send\n", asked + of_sends, of_sends);
	assert_true(asked > 1000);
	assert_int_equal(of_sends, 5 * SIM_PLAIN);
}

// The table of names has each call of a row with EPERM, by its number on both architectures, and no other.
static void test_names(void **state)
{
	static const uint32_t architectures[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64 };

	(void)state;
	for (size_t a = 0; a < 2; a++) {
		for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
			const char *rest = rule->calls && rule->error == EPERM ? rule->calls : "";
			char name[32];

			while (rule_next_call(&rest, name, sizeof(name))) {
				int number = call_number(architectures[a], name);
				if (number >= 0)
					assert_string_equal(filter_call_name(architectures[a], number), name);
			}
		}
		// What always goes on must be no row's.
		for (size_t i = 0; i < 4; i++)
			assert_null(
			    filter_call_name(architectures[a], call_number(architectures[a], observed_names[i])));
		assert_null(filter_call_name(architectures[a], call_number(architectures[a], "clone3")));
		assert_null(filter_call_name(architectures[a], -1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_what_is_asked),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
