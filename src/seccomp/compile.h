// SPDX-License-Identifier: GPL-2.0-or-later
// A table of rules → BPF, through libseccomp. Runs when vpcjail is built (generate.c) and in tests, not at launch.
#ifndef VPCJAIL_SECCOMP_COMPILE_H
#define VPCJAIL_SECCOMP_COMPILE_H

#include "seccomp/rules.h"

// Compiles those of the rules that the options ask for; the filter of the shipped table is compiled as
// rules_compile(rules, rules_count, …). options->arch must be given. Errors: -EINVAL for a call that the architecture
// does not have or a row that libseccomp refuses, -ENOTSUP for another architecture, -ENOMEM.
int rules_compile(const struct rule *table, size_t count, const struct filter_options *options,
		  struct filter_program *program, struct error *err);

// The number of a system call on an architecture (SCMP_ARCH_…), also of calls younger than libseccomp; negative: none.
int call_number(uint32_t arch, const char *name);

#endif
