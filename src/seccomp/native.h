// SPDX-License-Identifier: GPL-2.0-or-later
// The architecture this program was built for, as the kernel's filters name it.
#ifndef VPCJAIL_SECCOMP_NATIVE_H
#define VPCJAIL_SECCOMP_NATIVE_H

#include <linux/audit.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#define NATIVE_ARCH 0
#endif

#endif
