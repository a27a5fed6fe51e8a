// SPDX-License-Identifier: GPL-2.0-or-later
// Build-time program: compiles the filter of every combination of options and writes them as C arrays (ready.h).
#include <linux/audit.h>
#include <stdio.h>

#include "seccomp/compile.h"

static const struct filter_options combinations[] = {
	{ SECCOMP_DEFAULT, false, AUDIT_ARCH_X86_64 },  { SECCOMP_DEFAULT, true, AUDIT_ARCH_X86_64 },
	{ SECCOMP_STRICT, false, AUDIT_ARCH_X86_64 },   { SECCOMP_STRICT, true, AUDIT_ARCH_X86_64 },
	{ SECCOMP_DEFAULT, false, AUDIT_ARCH_AARCH64 }, { SECCOMP_DEFAULT, true, AUDIT_ARCH_AARCH64 },
	{ SECCOMP_STRICT, false, AUDIT_ARCH_AARCH64 },  { SECCOMP_STRICT, true, AUDIT_ARCH_AARCH64 },
};
enum { COMBINATIONS = sizeof(combinations) / sizeof(combinations[0]) };

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

int main(void)
{
	printf("// Written by generate.c from rules.c.\n#include \"seccomp/ready.h\"\n\n");
	for (unsigned i = 0; i < COMBINATIONS; i++) {
		struct filter_program program = { 0 };
		struct error err = { 0 };

		if (rules_compile(rules, rules_count, &combinations[i], &program, &err) < 0) {
			fprintf(stderr, "%s\n", err.message);
			return 1;
		}
		write_program(&program, i);
		free(program.instructions);
	}
	printf("const struct ready_filter ready_filters[] = {\n");
	for (unsigned i = 0; i < COMBINATIONS; i++)
		printf("\t{ { %d, %d, %#x }, program_%u, sizeof(program_%u) / sizeof(program_%u[0]) },\n",
		       combinations[i].level, combinations[i].icmp, combinations[i].arch, i, i, i);
	printf("};\nconst unsigned ready_filters_count = %d;\n", COMBINATIONS);
	return 0;
}
