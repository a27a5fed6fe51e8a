// SPDX-License-Identifier: GPL-2.0-or-later
// The caller's side of `vpcjail exec`: hands a command and the caller's standard streams to a running jail, and waits.
#ifndef VPCJAIL_KERNEL_CONTROL_ATTACH_H
#define VPCJAIL_KERNEL_CONTROL_ATTACH_H

#include "base/error.h"

// Executes command (NULL-terminated) in the jail that `control` is connected to. A terminal of the caller's is relayed
// to one of the jail's own, UNIX sockets to pipes, anything else goes in as it is, by the rules of `run`. Signals are
// passed on. 0 with *wait_status, as waitpid(2) gives it; or a negative errno: nothing was executed, err->step as of
// launch_run, or the jail has ended meanwhile (-ECONNRESET). Blocks signals and gives terminal and mask back.
int attach_run(int control, char *const *command, int *wait_status, struct error *err);

#endif
