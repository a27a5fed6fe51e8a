// SPDX-License-Identifier: GPL-2.0-or-later
// The system call filter: rows with reasons → BPF, before the fork.
#ifndef VPCJAIL_SECCOMP_FILTER_H
#define VPCJAIL_SECCOMP_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "profile/profile.h"

struct filter_options {
	enum seccomp_level level;
	bool icmp;      // ping sockets (SOCK_DGRAM with IPPROTO_ICMP, IPPROTO_ICMPV6) are allowed
	uint32_t arch;  // SCMP_ARCH_X86_64 or SCMP_ARCH_AARCH64; 0: the one we run on
};

struct filter_program {
	struct sock_filter *instructions;  // owned
	unsigned short length;
};

// -ENOTSUP for another architecture.
int filter_compile(const struct filter_options *options, struct filter_program *program, struct error *err);
void filter_release(struct filter_program *program);

// `show --as seccomp`: each rule with its why. JSON likewise.
void filter_print(const struct filter_options *options, struct strbuf *out);
void filter_print_json(const struct filter_options *options, struct strbuf *out);

#endif
