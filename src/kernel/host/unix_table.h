// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's list of UNIX sockets, /proc/PID/net/unix (proc_pid_net(5)).
#ifndef VPCJAIL_KERNEL_HOST_UNIX_TABLE_H
#define VPCJAIL_KERNEL_HOST_UNIX_TABLE_H

#include "plan/launch_plan.h"

// Adds each path that a socket was bound by, as it was given: absolute or relative, of any bytes but zero. Changes
// text. A relative name that begins with '@' reads like an abstract one, and is left out like those.
void unix_table_paths(char *text, text_list *paths);

#endif
