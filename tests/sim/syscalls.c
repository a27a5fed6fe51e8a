// SPDX-License-Identifier: GPL-2.0-or-later
// Every case on every filter that vpcjail ships, also with rubbish in the upper half of each int.
#include "unit/test.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "base/memory.h"
#include "bpf.h"
#include "cases.h"
#include "seccomp/compile.h"
#include "sim.h"

static void fail_case(const struct sim_case *one, const struct filter_options *options, uint64_t high)
{
	fail_msg("%s(%#llx, %#llx, %#llx), upper half %#llx, level %d, icmp %d, arch %#x: not %d", one->call,
		 (unsigned long long)one->arguments[0], (unsigned long long)one->arguments[1],
		 (unsigned long long)one->arguments[2], (unsigned long long)high, options->level, options->icmp,
		 options->arch, one->expected);
}

static void test_cases(void **state)
{
	static const uint64_t highs[] = { 0, 1ull << 32, 1ull << 63, (1ull << 63) | (1ull << 32), 0xffffffff00000000 };
	size_t runs = 0;

	(void)state;
	for (unsigned o = 0; o < SIM_OPTIONS; o++) {
		struct filter_program program = { 0 };
		struct error err = { 0 };

		assert_int_equal(filter_compile(&sim_options[o], &program, &err), 0);
		for (size_t i = 0; i < sim_cases_count; i++) {
			for (size_t h = 0; h < sizeof(highs) / sizeof(highs[0]); h++, runs++) {
				if (!sim_case_holds(&sim_cases[i], &sim_options[o], &program, highs[h]))
					fail_case(&sim_cases[i], &sim_options[o], highs[h]);
			}
		}
		filter_release(&program);
	}
	print_message("%zu cases, %zu runs\n", sim_cases_count, runs);
	assert_true(sim_cases_count >= 150);
}

// Every argument that a rule looks at as an int is in the list that the test above puts rubbish into.
static void test_ints_are_listed(void **state)
{
	(void)state;
	for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
		const char *rest = rule->calls ? rule->calls : "";
		char name[32];

		while (rule_next_call(&rest, name, sizeof(name))) {
			for (unsigned c = 0; c < RULE_CONDITIONS && rule->when[c].match != MATCH_END; c++) {
				if (rule->when[c].match != MATCH_POINTER)
					assert_true(sim_ints_of(name) & (1u << rule->when[c].argument));
			}
		}
	}
}

// A graphics card's library speaks to its driver, and has the memory and the descriptors for it (OPEN above).
static void test_drivers_are_asked(void **state)
{
	size_t runs = 0;

	(void)state;
	for (unsigned o = 0; o < SIM_OPTIONS; o++) {
		struct filter_program program = { 0 };
		const uint32_t number = (uint32_t)call_number(sim_options[o].arch, "ioctl");

		assert_int_equal(filter_compile(&sim_options[o], &program, NULL), 0);
		for (const struct sim_requests *one = sim_requests; one < sim_requests + sim_requests_count; one++) {
			for (uint32_t request = one->first; request <= one->last; request++, runs++) {
				const uint64_t arguments[6] = { 3, request, 0x7000 };

				if (sim_action(&program, sim_options[o].arch, number, arguments) != ALLOWED)
					fail_msg("%s: request %#x is denied", one->driver, request);
			}
		}
		filter_release(&program);
	}
	print_message("%zu requests\n", runs);
}

static void test_numbers(void **state)
{
	static const uint64_t arguments[6] = { 1, 1, 0 };

	(void)state;
	for (unsigned o = 0; o < SIM_OPTIONS; o++) {
		struct filter_program program = { 0 };

		assert_int_equal(filter_compile(&sim_options[o], &program, NULL), 0);
		for (size_t i = 0; i < sim_numbers_count; i++) {
			const struct sim_number *one = &sim_numbers[i];

			if (one->filter_arch == sim_options[o].arch &&
			    sim_action(&program, one->arch, one->number, arguments) != one->expected)
				fail_msg("number %#x of ABI %#x: not %d", one->number, one->arch, one->expected);
		}
		filter_release(&program);
	}
}

// What `show` says is left open is open, whatever the arguments of an ordinary use.
static void test_open_calls_are_open(void **state)
{
	static const uint64_t arguments[6] = { 1, 1 };  // userfaultfd: UFFD_USER_MODE_ONLY

	(void)state;
	for (unsigned o = 0; o < SIM_OPTIONS; o++) {
		struct filter_program program = { 0 };

		assert_int_equal(filter_compile(&sim_options[o], &program, NULL), 0);
		for (size_t i = 0; i < open_calls_count; i++) {
			const char *rest = open_calls[i].calls;
			char name[32];

			while (rule_next_call(&rest, name, sizeof(name))) {
				const int number = call_number(sim_options[o].arch, name);

				assert_true(number >= 0);
				assert_int_equal(
				    sim_action(&program, sim_options[o].arch, (uint32_t)number, arguments) == ALLOWED,
				    sim_options[o].level <= open_calls[i].level);
			}
		}
		filter_release(&program);
	}
}

// A program that the kernel would refuse is no program here either.
static void test_evaluator_refuses(void **state)
{
	static const struct sock_filter bad[][2] = {
		{ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), BPF_STMT(BPF_RET | BPF_K, 0) },  // past the data
		{ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2), BPF_STMT(BPF_RET | BPF_K, 0) },   // not aligned
		{ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4), BPF_STMT(BPF_JMP | BPF_JA, 0) },  // runs off the end
		{ BPF_STMT(BPF_JMP | BPF_JA, 1), BPF_STMT(BPF_RET | BPF_K, 0) },           // jumps off the end
		{ BPF_STMT(BPF_JMP | BPF_JA, UINT32_MAX), BPF_STMT(BPF_RET | BPF_K, 0) },  // jumps backwards
		{ BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1), BPF_STMT(BPF_RET | BPF_K, 0) },  // not known
	};
	const struct seccomp_data call = { 0 };
	uint32_t result;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(bpf_run(bad[i], 2, &call, &result), -EINVAL);
	assert_int_equal(bpf_run(bad[0] + 1, 1, &call, &result), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_ints_are_listed),
		cmocka_unit_test(test_drivers_are_asked),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_open_calls_are_open),
		cmocka_unit_test(test_evaluator_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
