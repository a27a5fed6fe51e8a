// SPDX-License-Identifier: GPL-2.0-or-later
// The filter of a process that is about to become the job, with a supervisor who is asked (seccomp_unotify(2)).
#ifndef VPCJAIL_KERNEL_WATCH_LISTENER_H
#define VPCJAIL_KERNEL_WATCH_LISTENER_H

#include "kernel/launch/launch_state.h"

enum { LISTENER_NONE = 1 };

// Installs launch->asking and hands the descriptor on which the kernel asks to the supervisor, as MESSAGE_NOTICES. 0;
// LISTENER_NONE: nothing is installed, and the supervisor has been told, where it could be; a negative errno: the
// filter stands and nobody answers, so that this process must not become the job.
int listener_install(const struct launch *launch, struct error *err);

#endif
