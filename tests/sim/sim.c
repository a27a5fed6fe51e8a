// SPDX-License-Identifier: GPL-2.0-or-later
// One case of the table on one program.
#include <linux/audit.h>
#include <string.h>

#include "bpf.h"
#include "seccomp/compile.h"
#include "seccomp/notice.h"
#include "sim.h"

#define COMBINATIONS(arch, notice)                                                                                     \
	{ SECCOMP_DEFAULT, false, arch, notice }, { SECCOMP_DEFAULT, true, arch, notice },                             \
	    { SECCOMP_STRICT, false, arch, notice },                                                                   \
	{                                                                                                              \
		SECCOMP_STRICT, true, arch, notice                                                                     \
	}

const struct filter_options sim_options[SIM_OPTIONS] = {
	COMBINATIONS(AUDIT_ARCH_X86_64, NOTICE_NONE),     COMBINATIONS(AUDIT_ARCH_AARCH64, NOTICE_NONE),
	COMBINATIONS(AUDIT_ARCH_X86_64, NOTICE_DENIALS),  COMBINATIONS(AUDIT_ARCH_AARCH64, NOTICE_DENIALS),
	COMBINATIONS(AUDIT_ARCH_X86_64, NOTICE_CONNECTS), COMBINATIONS(AUDIT_ARCH_AARCH64, NOTICE_CONNECTS),
};

unsigned sim_ints_of(const char *call)
{
	for (size_t i = 0; i < sim_ints_count; i++) {
		if (strcmp(sim_ints[i].call, call) == 0)
			return sim_ints[i].arguments;
	}
	return 0;
}

bool sim_case_applies(const struct sim_case *one, const struct filter_options *options)
{
	if (one->x86_only && options->arch != AUDIT_ARCH_X86_64)
		return false;
	if (one->level != ANY_LEVEL && (one->level == ONLY_STRICT) != (options->level == SECCOMP_STRICT))
		return false;
	return one->icmp == ANY_ICMP || (one->icmp == ICMP_ON) == options->icmp;
}

// A call that the supervisor is asked about ends as it answers.
static int answered(const struct seccomp_data *call)
{
	const struct seccomp_notif notice = { .data = *call };
	const struct seccomp_notif_resp answer = notice_answer(&notice);

	return answer.flags == SECCOMP_USER_NOTIF_FLAG_CONTINUE ? ALLOWED : answer.flags ? BROKEN : -answer.error;
}

int sim_action(const struct filter_program *program, uint32_t arch, uint32_t number, const uint64_t arguments[6])
{
	struct seccomp_data call = { .nr = (int)number, .arch = arch };
	uint32_t result;

	for (int i = 0; i < 6; i++)
		call.args[i] = arguments[i];
	if (bpf_run(program->instructions, program->length, &call, &result) < 0)
		return BROKEN;
	if (result == SECCOMP_RET_ALLOW)
		return ALLOWED;
	if (result == SECCOMP_RET_KILL_PROCESS)
		return KILLED;
	if (result == SECCOMP_RET_USER_NOTIF)
		return answered(&call);
	return (result & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO ? (int)(result & SECCOMP_RET_DATA) : BROKEN;
}

bool sim_case_holds(const struct sim_case *one, const struct filter_options *options,
		    const struct filter_program *program, uint64_t high)
{
	const unsigned ints = sim_ints_of(one->call);
	uint64_t arguments[6];
	int number;

	if (!sim_case_applies(one, options))
		return true;
	number = call_number(options->arch, one->call);
	if (number < 0)
		return false;
	for (unsigned i = 0; i < 6; i++)
		arguments[i] = ints & (1u << i) ? (one->arguments[i] & 0xffffffff) | high : one->arguments[i];
	return sim_action(program, options->arch, (uint32_t)number, arguments) == one->expected;
}
