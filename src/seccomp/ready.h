// SPDX-License-Identifier: GPL-2.0-or-later
// The filters compiled when vpcjail was built, one for each combination of options (written by generate.c). That of
// NOTICE_DENIALS is made from that of NOTICE_NONE.
#ifndef VPCJAIL_SECCOMP_READY_H
#define VPCJAIL_SECCOMP_READY_H

#include "seccomp/filter.h"

struct ready_filter {
	struct filter_options options;
	const struct sock_filter *instructions;
	unsigned short length;
};

extern const struct ready_filter ready_filters[];
extern const unsigned ready_filters_count;

// Calls that rows deny with EPERM. Negative: the architecture has no such call.
struct ready_call {
	const char *name;
	int x86_64, aarch64;
};

extern const struct ready_call ready_calls[];
extern const unsigned ready_calls_count;

#endif
