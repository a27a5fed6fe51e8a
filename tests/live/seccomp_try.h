// SPDX-License-Identifier: GPL-2.0-or-later
// Probes that seccomp_try.c runs with and without the filter, each in a process of its own.
#ifndef VPCJAIL_LIVE_SECCOMP_TRY_H
#define VPCJAIL_LIVE_SECCOMP_TRY_H

#include <stddef.h>

struct probe {
	const char *name;
	int (*run)(void);  // 0: it works; else the errno seen
	int expected;      // with the filter; KILLED: the process dies of SIGSYS
};

enum { KILLED = 1000, CRASHED = 1001 };

// Denied: without the filter each gives something else than expected. Nothing they ask for succeeds in changing
// anything outside the probe's own process, also not without the filter and as root.
extern const struct probe denied_probes[];
extern const size_t denied_probes_count;

// Allowed: what ordinary programs do.
extern const struct probe working_probes[];
extern const size_t working_probes_count;

#endif
