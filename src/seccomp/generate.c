// SPDX-License-Identifier: GPL-2.0-or-later
// Build-time program: compiles the filter of every combination of options and writes them as C arrays (ready.h).
#include <errno.h>
#include <linux/audit.h>
#include <stdio.h>
#include <string.h>

#include "seccomp/compile.h"

// NOTICE_DENIALS is made of NOTICE_NONE when it is asked for.
static const enum filter_notice notices[] = { NOTICE_NONE, NOTICE_CONNECTS };
static const uint32_t architectures[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64 };
enum { COMBINATIONS = 16 };

static struct filter_options combination(unsigned number)
{
	return (struct filter_options){ .level = number & 1 ? SECCOMP_STRICT : SECCOMP_DEFAULT,
					.icmp = number & 2,
					.arch = architectures[number >> 2 & 1],
					.notice = notices[number >> 3] };
}

static void write_program(const struct filter_program *program, unsigned number)
{
	printf("static const struct sock_filter program_%u[] = {\n", number);
	for (unsigned i = 0; i < program->length; i++) {
		const struct sock_filter *instruction = &program->instructions[i];

		printf("\t{ %#x, %u, %u, %#x },\n", instruction->code, instruction->jt, instruction->jf,
		       instruction->k);
	}
	printf("};\n\n");
}

static bool is_written(const char *const *written, unsigned count, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(written[i], name) == 0)
			return true;
	return false;
}

// Every call that a row denies with EPERM, once.
static void write_calls(void)
{
	enum { CALLS_MAXIMUM = 256, NAME_SIZE = 32 };
	static char names[CALLS_MAXIMUM][NAME_SIZE];
	const char *written[CALLS_MAXIMUM];
	unsigned count = 0;

	printf("const struct ready_call ready_calls[] = {\n");
	for (const struct rule *rule = rules; rule < rules + rules_count; rule++) {
		const char *rest = rule->calls && rule->error == EPERM ? rule->calls : "";

		while (count < CALLS_MAXIMUM && rule_next_call(&rest, names[count], NAME_SIZE)) {
			if (is_written(written, count, names[count]))
				continue;
			printf("\t{ \"%s\", %d, %d },\n", names[count], call_number(AUDIT_ARCH_X86_64, names[count]),
			       call_number(AUDIT_ARCH_AARCH64, names[count]));
			written[count] = names[count];
			count++;
		}
	}
	printf("};\nconst unsigned ready_calls_count = %u;\n", count);
}

int main(void)
{
	printf("// Written by generate.c from rules.c.\n#include \"seccomp/ready.h\"\n\n");
	for (unsigned i = 0; i < COMBINATIONS; i++) {
		struct filter_program program = { 0 };
		const struct filter_options options = combination(i);
		struct error err = { 0 };

		if (rules_compile(rules, rules_count, &options, &program, &err) < 0) {
			fprintf(stderr, "%s\n", err.message);
			return 1;
		}
		write_program(&program, i);
		free(program.instructions);
	}
	printf("const struct ready_filter ready_filters[] = {\n");
	for (unsigned i = 0; i < COMBINATIONS; i++) {
		const struct filter_options options = combination(i);

		printf("\t{ { %d, %d, %#x, %d }, program_%u, sizeof(program_%u) / sizeof(program_%u[0]) },\n",
		       options.level, options.icmp, options.arch, options.notice, i, i, i);
	}
	printf("};\nconst unsigned ready_filters_count = %d;\n\n", COMBINATIONS);
	write_calls();
	return 0;
}
