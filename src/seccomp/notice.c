// SPDX-License-Identifier: GPL-2.0-or-later
// What a supervisor answers to the calls that the kernel asks it about: see notice.h.
#include "seccomp/notice.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

void notice_patch(struct filter_program *program, enum filter_notice notice)
{
	for (unsigned i = 0; notice != NOTICE_NONE && i < program->length; i++) {
		struct sock_filter *at = &program->instructions[i];

		if (at->code == (BPF_RET | BPF_K) &&
		    (at->k == (SECCOMP_RET_ERRNO | EPERM) || at->k == (SECCOMP_RET_ERRNO | ERROR_OBSERVED)))
			at->k = SECCOMP_RET_USER_NOTIF;
	}
}

enum observed_call notice_observed(uint32_t arch, int number)
{
	static const struct {
		enum observed_call call;
		int x86_64, aarch64;
	} calls[] = {
		{ OBSERVED_CONNECT, 42, 203 },
		{ OBSERVED_SENDTO, 44, 206 },
		{ OBSERVED_SENDMSG, 46, 211 },
		{ OBSERVED_SENDMMSG, 307, 269 },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if ((arch == AUDIT_ARCH_X86_64 && number == calls[i].x86_64) ||
		    (arch == AUDIT_ARCH_AARCH64 && number == calls[i].aarch64))
			return calls[i].call;
	return OBSERVED_NONE;
}

struct seccomp_notif_resp notice_answer(const struct seccomp_notif *notice)
{
	if (notice_observed(notice->data.arch, notice->data.nr) == OBSERVED_NONE)
		return (struct seccomp_notif_resp){ .id = notice->id, .error = -EPERM };
	return (struct seccomp_notif_resp){ .id = notice->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };
}

static bool condition_holds(const struct condition *condition, uint64_t argument)
{
	bool equal = false;
	bool bit = false;

	for (size_t i = 0; i < condition->count; i++) {
		equal = equal || ((uint32_t)argument & condition->mask) == condition->values[i].value;
		bit = bit || (uint32_t)argument & condition->values[i].value;
	}
	switch (condition->match) {
	case MATCH_END:
		return true;
	case MATCH_ANY_OF:
		return equal;
	case MATCH_NONE_OF:
		return !equal;
	case MATCH_ANY_BIT:
		return bit;
	case MATCH_POINTER:
		return argument != 0;
	}
	return false;
}

bool rule_holds(const struct rule *rule, const uint64_t arguments[6])
{
	for (unsigned i = 0; i < RULE_CONDITIONS && rule->when[i].match != MATCH_END; i++)
		if (!condition_holds(&rule->when[i], arguments[rule->when[i].argument]))
			return false;
	return true;
}

static bool rule_names(const struct rule *rule, const char *call)
{
	const char *rest = rule->calls;
	char name[32];

	while (rule_next_call(&rest, name, sizeof(name)))
		if (strcmp(name, call) == 0)
			return true;
	return false;
}

const struct rule *rule_denying(const struct filter_options *options, const char *call, const uint64_t arguments[6])
{
	for (const struct rule *rule = rules; rule < rules + rules_count; rule++)
		if (rule_applies(rule, options) && rule->error == EPERM && rule_names(rule, call) &&
		    rule_holds(rule, arguments))
			return rule;
	return NULL;
}
