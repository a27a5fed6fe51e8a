// SPDX-License-Identifier: GPL-2.0-or-later
// A table of rules → BPF, through libseccomp.
#include "seccomp/compile.h"

#include <errno.h>
#include <limits.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "seccomp/expand.h"
#include "seccomp/notice.h"

int call_number(uint32_t arch, const char *name)
{
	return seccomp_syscall_resolve_name_arch(arch, name);
}

static void release_context(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

static int new_context(uint32_t arch, scmp_filter_ctx *context, struct error *err)
{
	CLEANUP(release_context) scmp_filter_ctx made = seccomp_init(SCMP_ACT_ALLOW);
	int result;

	if (!made)
		return error_set(err, -ENOMEM, "seccomp: no memory for a filter");
	if (arch != seccomp_arch_native()) {
		result = seccomp_arch_add(made, arch);
		if (result == 0)
			result = seccomp_arch_remove(made, SCMP_ARCH_NATIVE);
		if (result < 0)
			return error_set_errno(err, -ENOTSUP, "seccomp: architecture %#x", arch);
	}
	// Foreign calls are never judged by our numbers: int 0x80 from 64-bit code reaches socketcall, where the
	// arguments lie behind a pointer. x32 numbers count as foreign too.
	result = seccomp_attr_set(made, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	// A binary tree over the numbers: the kernel walks it for each of its calls when the filter is installed, and
	// a call that a rule looks into is found in few steps.
	if (result == 0)
		result = seccomp_attr_set(made, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (result < 0)
		return error_set_errno(err, result, "seccomp: attributes of the filter");
	*context = STEAL(made);
	return 0;
}

static int add_call(scmp_filter_ctx context, const struct rule *rule, const char *name, uint32_t arch,
		    const deny_row_list *rows, struct error *err)
{
	if (call_number(arch, name) < 0)
		return error_set(err, -EINVAL, "seccomp: no system call \"%s\" on architecture %#x", name, arch);
	vec_for_each (row, rows) {
		// libseccomp wants the number that the call has on this machine and translates it for the other.
		const int result = seccomp_rule_add_array(context, SCMP_ACT_ERRNO((unsigned)rule->error),
							  seccomp_syscall_resolve_name(name), row->count, row->compare);

		if (result < 0)
			return error_set_errno(err, -EINVAL, "seccomp: a row of \"%s\" (libseccomp says %d)", name,
					       result);
	}
	return 0;
}

static int add_rule(scmp_filter_ctx context, const struct rule *rule, uint32_t arch, struct error *err)
{
	deny_row_list rows = { 0 };
	const char *rest = rule->calls;
	char name[32];
	int result = 0;

	rule_expand(rule, &rows);
	while (result == 0 && rule_next_call(&rest, name, sizeof(name)))
		result = add_call(context, rule, name, arch, &rows, err);
	vec_release(&rows);
	return result;
}

enum { FIRST_X32_CALL = 0x40000000 };

// The guard before libseccomp's program: calls younger than the table. x32 numbers go on to libseccomp's part, which
// kills. Written here because libseccomp refuses numbers that it has no name for.
static void put_program(struct filter_program *program, const struct sock_filter *made, size_t length, uint32_t arch)
{
	const struct sock_filter guard[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arch, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_YOUNGER_CALL, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_X32_CALL, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	const size_t guards = sizeof(guard) / sizeof(guard[0]);

	program->instructions = NEW_ARRAY(struct sock_filter, guards + length);
	program->length = (unsigned short)(guards + length);
	memcpy(program->instructions, guard, sizeof(guard));
	memcpy(program->instructions + guards, made, length * sizeof(*made));
}

// libseccomp 2.5.4 writes a program to a descriptor only: a file in memory takes it.
static int export_program(scmp_filter_ctx context, uint32_t arch, struct filter_program *program, struct error *err)
{
	AUTO_CLOSE int fd = memfd_create("seccomp", MFD_CLOEXEC);
	AUTO_FREE char *bytes = NULL;
	size_t length = 0;
	int result;

	if (fd < 0)
		return error_set_errno(err, -errno, "seccomp: a file in memory");
	result = seccomp_export_bpf(context, fd);
	if (result < 0)
		return error_set_errno(err, result, "seccomp: writing the program");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return error_set_errno(err, -errno, "seccomp: reading the program back");
	result = io_read_all(fd, BPF_MAXINSNS * sizeof(struct sock_filter), &bytes, &length, err);
	if (result < 0)
		return error_prefix(err, "seccomp");
	put_program(program, (const struct sock_filter *)(const void *)bytes, length / sizeof(struct sock_filter),
		    arch);
	return 0;
}

int rules_compile(const struct rule *table, size_t count, const struct filter_options *options,
		  struct filter_program *program, struct error *err)
{
	CLEANUP(release_context) scmp_filter_ctx context = NULL;
	int result;

	if (options->arch != SCMP_ARCH_X86_64 && options->arch != SCMP_ARCH_AARCH64)
		return error_set(err, -ENOTSUP, "seccomp: no filter for architecture %#x", options->arch);
	result = new_context(options->arch, &context, err);
	for (size_t i = 0; i < count && result == 0; i++) {
		if (rule_applies(&table[i], options))
			result = add_rule(context, &table[i], options->arch, err);
	}
	for (size_t i = 0; options->notice == NOTICE_CONNECTS && i < observed_count && result == 0; i++)
		result = add_rule(context, &observed[i], options->arch, err);
	if (result == 0)
		result = export_program(context, options->arch, program, err);
	if (result == 0)
		notice_patch(program, options->notice);
	return result;
}
