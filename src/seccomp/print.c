// SPDX-License-Identifier: GPL-2.0-or-later
// The policy for people (`show --as seccomp`) and as JSON: each row with its reason, and what is left open with its.
#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "seccomp/native.h"
#include "seccomp/rules.h"

static const char *arch_name(uint32_t arch)
{
	return arch == AUDIT_ARCH_X86_64 ? "x86_64" : arch == AUDIT_ARCH_AARCH64 ? "aarch64" : "unknown";
}

static const char *level_name(enum seccomp_level level)
{
	switch (level) {
	case SECCOMP_DEFAULT:
		return "default";
	case SECCOMP_STRICT:
		return "strict";
	}
	return "";
}

static const char *error_name(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {
		{ 0, "succeed, change nothing" },
		{ EPERM, "EPERM" },
		{ ENOSYS, "ENOSYS" },
		{ EAFNOSUPPORT, "EAFNOSUPPORT" },
		{ EPROTONOSUPPORT, "EPROTONOSUPPORT" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].error == error)
			return names[i].name;
	}
	return strerror(error);
}

static const char *match_words(const struct condition *condition)
{
	switch (condition->match) {
	case MATCH_END:
		return "";
	case MATCH_ANY_OF:
		return condition->count == 1 ? " is " : " is one of ";
	case MATCH_NONE_OF:
		return condition->count == 1 ? " is not " : " is none of ";
	case MATCH_ANY_BIT:
		return condition->count == 1 ? " has " : " has one of ";
	case MATCH_POINTER:
		return " is given";
	}
	return "";
}

// "family is one of AF_INET, AF_INET6 and type & 0xf is none of SOCK_STREAM, SOCK_DGRAM"; nothing for an unconditional
// rule.
static void add_conditions(struct strbuf *out, const struct rule *rule)
{
	for (unsigned i = 0; i < RULE_CONDITIONS && rule->when[i].match != MATCH_END; i++) {
		const struct condition *condition = &rule->when[i];

		if (i > 0)
			strbuf_add(out, " and ");
		strbuf_add(out, condition->name);
		strbuf_add(out, match_words(condition));
		for (size_t v = 0; v < condition->count; v++)
			strbuf_format(out, "%s%s", v > 0 ? ", " : "", condition->values[v].name);
	}
}

static struct filter_options with_arch(const struct filter_options *options)
{
	struct filter_options known = *options;

	if (!known.arch)
		known.arch = NATIVE_ARCH;
	return known;
}

// The heading of a group whose rows all belong to other options is not printed.
static bool heading_has_rows(const struct rule *heading, const struct filter_options *options)
{
	for (const struct rule *rule = heading + 1; rule < rules + rules_count && rule->calls; rule++) {
		if (rule_applies(rule, options))
			return true;
	}
	return false;
}

void filter_print(const struct filter_options *options, struct strbuf *out)
{
	const struct filter_options known = with_arch(options);

	strbuf_format(out, "seccomp filter: level %s, ICMP %s, %s\n", level_name(known.level),
		      known.icmp ? "allowed" : "denied", arch_name(known.arch));
	strbuf_format(out,
		      "calls of any other architecture or ABI: kill the process\n"
		      "calls younger than this table (number %d and above): ENOSYS\n"
		      "calls that no row names: allow\n",
		      FIRST_YOUNGER_CALL);
	for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
		if (!rule->calls && heading_has_rows(rule, &known))
			strbuf_format(out, "\n%s\n", rule->why);
		if (!rule_applies(rule, &known))
			continue;
		strbuf_format(out, "  %s", rule->calls);
		if (rule->when[0].match != MATCH_END) {
			strbuf_add(out, " when ");
			add_conditions(out, rule);
		}
		strbuf_format(out, ": %s\n      # %s\n", error_name(rule->error), rule->why);
	}
	strbuf_add(out, "\nLeft open on purpose\n");
	for (size_t i = 0; i < open_calls_count; i++) {
		if (known.level <= open_calls[i].level)
			strbuf_format(out, "  %s\n      # %s\n", open_calls[i].calls, open_calls[i].why);
	}
}

static void json_calls(struct json *json, const char *calls)
{
	char name[32];

	json_key(json, "calls");
	json_array_begin(json);
	while (rule_next_call(&calls, name, sizeof(name)))
		json_text(json, name);
	json_array_end(json);
}

static void json_rule(struct json *json, const struct rule *rule, const char *group)
{
	AUTO_STRBUF struct strbuf conditions = { 0 };

	add_conditions(&conditions, rule);
	json_object_begin(json);
	json_key_text(json, "group", group);
	json_calls(json, rule->calls);
	json_key_text(json, "when", conditions.text);
	json_key_text(json, "result", error_name(rule->error));
	json_key_number(json, "errno", rule->error);
	json_key_text(json, "why", rule->why);
	json_object_end(json);
}

void filter_print_json(const struct filter_options *options, struct strbuf *out)
{
	const struct filter_options known = with_arch(options);
	struct json json = { .out = out };
	const char *group = NULL;

	json_object_begin(&json);
	json_key_text(&json, "level", level_name(known.level));
	json_key_bool(&json, "icmp", known.icmp);
	json_key_text(&json, "architecture", arch_name(known.arch));
	json_key_text(&json, "other_architectures", "kill process");
	json_key_number(&json, "first_younger_call", FIRST_YOUNGER_CALL);
	json_key_text(&json, "younger_calls", "ENOSYS");
	json_key_text(&json, "default", "allow");
	json_key(&json, "rules");
	json_array_begin(&json);
	for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
		if (!rule->calls)
			group = rule->why;
		else if (rule_applies(rule, &known))
			json_rule(&json, rule, group);
	}
	json_array_end(&json);
	json_key(&json, "open");
	json_array_begin(&json);
	for (size_t i = 0; i < open_calls_count; i++) {
		if (known.level > open_calls[i].level)
			continue;
		json_object_begin(&json);
		json_calls(&json, open_calls[i].calls);
		json_key_text(&json, "why", open_calls[i].why);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
}
