// SPDX-License-Identifier: GPL-2.0-or-later
// What the steps that make the job's file tree share: mounts.c has them. Private to src/kernel.
#ifndef VPCJAIL_KERNEL_VIEW_H
#define VPCJAIL_KERNEL_VIEW_H

#include "kernel/launch_state.h"

// Opens a path as the job will see it: links are followed inside the tree. What root may not enter (a home on a file
// system that takes root for nobody) is opened with the user's own ids. -1 and errno.
int view_open(const struct launch *launch, const char *path, uint64_t flags);

// Puts an empty device over the file at fd; path is for messages. 0 or a negative errno.
int view_cover_file(int fd, const char *path, struct error *err);

#endif
