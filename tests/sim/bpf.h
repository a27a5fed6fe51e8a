// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a seccomp program as the kernel would, without a kernel.
#ifndef VPCJAIL_SIM_BPF_H
#define VPCJAIL_SIM_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>

// Puts what the program returns for the call (SECCOMP_RET_…) into *result. -EINVAL for a program that the kernel would
// refuse or that uses an instruction which libseccomp does not emit: such a program is not understood, so not tested.
int bpf_run(const struct sock_filter *program, unsigned length, const struct seccomp_data *call, uint32_t *result);

#endif
