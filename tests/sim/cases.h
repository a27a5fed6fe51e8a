// SPDX-License-Identifier: GPL-2.0-or-later
// System calls with arguments → what the filter must do, written by hand from the policy and not from its table.
#ifndef VPCJAIL_SIM_CASES_H
#define VPCJAIL_SIM_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "seccomp/filter.h"

enum { ALLOWED = -1, KILLED = -2, BROKEN = -3 };  // else the errno; 0: success without effect

enum case_level { ANY_LEVEL, ONLY_DEFAULT, ONLY_STRICT };
enum case_icmp { ANY_ICMP, ICMP_OFF, ICMP_ON };

struct sim_case {
	const char *call;
	int expected;
	uint64_t arguments[6];
	enum case_level level;
	enum case_icmp icmp;
	bool x86_only;
};

// A number under an ABI, whatever the name.
struct sim_number {
	uint32_t arch;
	uint32_t number;
	int expected;
	uint32_t filter_arch;
};

// Requests of ioctl, all of which a driver's library may make: first, the next, … last.
struct sim_requests {
	const char *driver;
	uint32_t first;
	uint32_t last;
};

// Which arguments of a call are ints: bits 32–63 of them must change nothing.
struct sim_ints {
	const char *call;
	unsigned arguments;  // bit i: argument i
};

extern const struct sim_case sim_cases[];
extern const size_t sim_cases_count;
extern const struct sim_number sim_numbers[];
extern const size_t sim_numbers_count;
extern const struct sim_requests sim_requests[];
extern const size_t sim_requests_count;
extern const struct sim_ints sim_ints[];
extern const size_t sim_ints_count;

#endif
