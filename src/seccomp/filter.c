// SPDX-License-Identifier: GPL-2.0-or-later
// Hands out the filters compiled at build time: compiling one takes libseccomp longer than all else of a launch.
#include "seccomp/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "base/memory.h"
#include "seccomp/native.h"
#include "seccomp/notice.h"
#include "seccomp/ready.h"

int filter_compile(const struct filter_options *options, struct filter_program *program, struct error *err)
{
	const uint32_t arch = options->arch ? options->arch : NATIVE_ARCH;
	const bool observes = options->notice == NOTICE_CONNECTS;

	for (unsigned i = 0; i < ready_filters_count; i++) {
		const struct ready_filter *ready = &ready_filters[i];

		if (ready->options.arch != arch || ready->options.level != options->level ||
		    ready->options.icmp != options->icmp || (ready->options.notice == NOTICE_CONNECTS) != observes)
			continue;
		program->instructions = NEW_ARRAY(struct sock_filter, ready->length);
		program->length = ready->length;
		memcpy(program->instructions, ready->instructions, ready->length * sizeof(struct sock_filter));
		notice_patch(program, options->notice);
		return 0;
	}
	return error_set(err, -ENOTSUP, "seccomp: no filter for architecture %#x; vpcjail knows x86_64 and aarch64",
			 arch);
}

const char *filter_call_name(uint32_t arch, int number)
{
	for (unsigned i = 0; number >= 0 && i < ready_calls_count; i++)
		if ((arch == AUDIT_ARCH_X86_64 ? ready_calls[i].x86_64 : ready_calls[i].aarch64) == number)
			return ready_calls[i].name;
	return NULL;
}

void filter_release(struct filter_program *program)
{
	free(program->instructions);
	*program = (struct filter_program){ 0 };
}
