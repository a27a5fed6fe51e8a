// SPDX-License-Identifier: GPL-2.0-or-later
// Denied packets, as the jail's NFLOG socket tells them, gathered into distinct destinations.
#ifndef VPCJAIL_KERNEL_DENIALS_H
#define VPCJAIL_KERNEL_DENIALS_H

#include "kernel/launch.h"

// Takes what is there, without waiting.
void denials_read(int fd, struct launch_result *result);

// At the end of the job: makes the kernel hand over what it still holds back, and takes that.
void denials_finish(int fd, unsigned group, struct launch_result *result);

#endif
