// SPDX-License-Identifier: GPL-2.0-or-later
// Which of the host's own rules stop the job's packets, as the kernel's traces tell.
#ifndef VPCJAIL_KERNEL_LINK_HOST_BLOCKS_H
#define VPCJAIL_KERNEL_LINK_HOST_BLOCKS_H

#include "kernel/launch/launch.h"
#include "kernel/loop/loop.h"

// Adds a source to the loop that reads the traces of packets that came in by that link of the host, and notes in result
// where one was dropped by a table that is none of ours. It informs and never decides: where the kernel gives no traces
// there is none, which is no failure.
void host_blocks_watch(struct loop *loop, unsigned link, struct launch_result *result);

#endif
