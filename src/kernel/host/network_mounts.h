// SPDX-License-Identifier: GPL-2.0-or-later
// Which mounted file systems are reached over a network, or are made up by another process.
#ifndef VPCJAIL_KERNEL_HOST_NETWORK_MOUNTS_H
#define VPCJAIL_KERNEL_HOST_NETWORK_MOUNTS_H

#include <stdbool.h>

#include "kernel/host/mountinfo.h"

// Whether reading and writing there is traffic of the host (NFS, a host of this guest) or of another process (FUSE): it
// is not the job's traffic, and no rule set sees it. Automounts are not among them: see kernel/launch/automounts.c.
bool mount_is_remote(const struct mount_row *row);

#endif
