// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of doctor_examine (kernel/launch/launch.h). Private to src/kernel.
#ifndef VPCJAIL_KERNEL_DOCTOR_DOCTOR_H
#define VPCJAIL_KERNEL_DOCTOR_DOCTOR_H

#include "kernel/launch/launch.h"

// An examination appends its findings: doctor.c has their table.
typedef void doctor_examination(doctor_finding_vec *findings);

doctor_examination doctor_kernel, doctor_limits, doctor_seccomp, doctor_landlock, doctor_cgroup, doctor_core_pattern,
    doctor_ipv6, doctor_pasta;         // doctor.c
doctor_examination doctor_namespaces;  // namespaces.c
doctor_examination doctor_netfilter;   // netfilter.c
doctor_examination doctor_uplinks;     // uplinks.c

// Appends a row. fact and remedy are taken over; a remedy of NULL goes with FINDING_OK.
void doctor_add(doctor_finding_vec *findings, enum finding_state state, bool essential, const char *name, char *fact,
		char *remedy);

// The one number in a file of /proc; -1 when there is none.
long long doctor_read_number(const char *path);

// What to do so that a kernel has what `option` (CONFIG_…) stands for, given as module; the caller frees it.
char *doctor_module_remedy(const char *option, const char *module);

#endif
