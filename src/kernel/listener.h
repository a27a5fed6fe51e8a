// SPDX-License-Identifier: GPL-2.0-or-later
// The filter of a process that is about to become the job, with a supervisor who is asked (seccomp_unotify(2)).
#ifndef VPCJAIL_KERNEL_LISTENER_H
#define VPCJAIL_KERNEL_LISTENER_H

#include "kernel/launch_state.h"

// Installs launch->asking and hands the descriptor on which the kernel asks to the supervisor, as MESSAGE_NOTICES.
// 0, or a negative errno: then nothing is installed, and the supervisor has been told.
int listener_install(const struct launch *launch);

#endif
