// SPDX-License-Identifier: GPL-2.0-or-later
// Hands out the filters compiled at build time: compiling one takes libseccomp longer than all else of a launch.
#include "seccomp/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "base/memory.h"
#include "seccomp/native.h"
#include "seccomp/ready.h"

int filter_compile(const struct filter_options *options, struct filter_program *program, struct error *err)
{
	const uint32_t arch = options->arch ? options->arch : NATIVE_ARCH;

	for (unsigned i = 0; i < ready_filters_count; i++) {
		const struct ready_filter *ready = &ready_filters[i];

		if (ready->options.arch != arch || ready->options.level != options->level ||
		    ready->options.icmp != options->icmp)
			continue;
		program->instructions = NEW_ARRAY(struct sock_filter, ready->length);
		program->length = ready->length;
		memcpy(program->instructions, ready->instructions, ready->length * sizeof(struct sock_filter));
		return 0;
	}
	return error_set(err, -ENOTSUP, "seccomp: no filter for architecture %#x; vpcjail knows x86_64 and aarch64",
			 arch);
}

void filter_release(struct filter_program *program)
{
	free(program->instructions);
	*program = (struct filter_program){ 0 };
}
