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

// Which calls a supervisor is told of (seccomp_unotify(2)) and answers. It denies what the rows deny: notice.h.
enum filter_notice {
	NOTICE_NONE,      // none: the kernel answers
	NOTICE_DENIALS,   // those that rows deny with EPERM; rows with another error are features that programs probe
			  // for
	NOTICE_CONNECTS,  // also those that name a destination: connect, sendto, sendmsg, sendmmsg
};

struct filter_options {
	enum seccomp_level level;
	bool icmp;      // ping sockets (SOCK_DGRAM with IPPROTO_ICMP, IPPROTO_ICMPV6) are allowed
	uint32_t arch;  // SCMP_ARCH_X86_64 or SCMP_ARCH_AARCH64; 0: the one we run on
	enum filter_notice notice;
};

struct filter_program {
	struct sock_filter *instructions;  // owned
	unsigned short length;
};

// -ENOTSUP for another architecture.
int filter_compile(const struct filter_options *options, struct filter_program *program, struct error *err);
void filter_release(struct filter_program *program);

// The call of that number, of those that a row denies with EPERM, as the table names it; NULL: none of these.
const char *filter_call_name(uint32_t arch, int number);

// `show --as seccomp`: each rule with its why. JSON likewise.
void filter_print(const struct filter_options *options, struct strbuf *out);
void filter_print_json(const struct filter_options *options, struct strbuf *out);

#endif
