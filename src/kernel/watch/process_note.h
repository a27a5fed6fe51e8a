// SPDX-License-Identifier: GPL-2.0-or-later
// What /proc tells of a process of the job. All of it is the job's own claim, any bytes, and may be gone at any moment.
#ifndef VPCJAIL_KERNEL_WATCH_PROCESS_NOTE_H
#define VPCJAIL_KERNEL_WATCH_PROCESS_NOTE_H

#include <sys/types.h>

#include "audit/record/event.h"

enum { PROCESS_ARGUMENTS = 128, PROCESS_PARENTS = 32 };  // of which more are cut, or left out

// Reads the process of that thread, with its parents up to but without `init`, into *process (release it). 0, or
// -ESRCH when it is gone.
int process_note(pid_t thread, pid_t init, struct event_process *process);

// One line of /proc/PID/stat. -EBADMSG when it is none. name: 16 bytes at least, the kernel's limit.
struct process_stat {
	char name[32];
	pid_t parent;
	uint64_t started;
};
int process_stat_parse(const char *text, struct process_stat *out);

// Cuts what /proc/PID/cmdline held into arguments.
void process_arguments(const char *bytes, size_t length, struct event_process *process);

#endif
