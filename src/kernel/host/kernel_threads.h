// SPDX-License-Identifier: GPL-2.0-or-later
// The numbers of the kernel's own threads: most processes of a quiet host, and none of them has anything to look at.
#ifndef VPCJAIL_KERNEL_HOST_KERNEL_THREADS_H
#define VPCJAIL_KERNEL_HOST_KERNEL_THREADS_H

#include <stdbool.h>

#include "base/vec.h"

// Ascending. Zeroed is empty; released by vec_release.
typedef VEC(long) kernel_threads;

// Reads them from the open folder /proc. Empty where it cannot be told, as in a pid namespace: then none is left out.
void kernel_threads_read(kernel_threads *threads, int proc);

// name: of a folder of /proc.
bool kernel_threads_have(const kernel_threads *threads, const char *name);

#endif
