// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the network of the namespace that the calling process is in. Nothing is changed.
#ifndef VPCJAIL_KERNEL_HOST_NETWORK_H
#define VPCJAIL_KERNEL_HOST_NETWORK_H

#include "base/error.h"
#include "plan/host_network.h"

// Interfaces, main-table routes of both families, the servers of /etc/resolv.conf (where that names a stub on loopback,
// also those behind it), and proxies of the environment. 0 with *out filled (release it), or a negative errno.
int host_network_read(struct host_network *out, struct error *err);

#endif
