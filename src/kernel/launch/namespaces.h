// SPDX-License-Identifier: GPL-2.0-or-later
// Namespace identities.
#ifndef VPCJAIL_KERNEL_LAUNCH_NAMESPACES_H
#define VPCJAIL_KERNEL_LAUNCH_NAMESPACES_H

#include "kernel/launch/launch_state.h"

// "net", "mnt", "pid", "ipc", "uts", "cgroup".
extern const char *const namespace_names[NAMESPACE_KINDS];

// The inode numbers of the calling process's net, mnt, pid, ipc, uts and cgroup namespaces (namespaces(7)).
int namespaces_identify(ino_t out[NAMESPACE_KINDS], struct error *err);

#endif
