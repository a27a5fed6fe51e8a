// SPDX-License-Identifier: GPL-2.0-or-later
// What the steps that make the job's file tree share: mounts.c has them. Private to src/kernel.
#ifndef VPCJAIL_KERNEL_LAUNCH_VIEW_H
#define VPCJAIL_KERNEL_LAUNCH_VIEW_H

#include "kernel/launch/launch_state.h"

// Opens a path as the job will see it: links are followed inside the tree. What root may not enter (a home on a file
// system that takes root for nobody) is opened with the user's own ids. -1 and errno.
int view_open(const struct launch *launch, const char *path, uint64_t flags);

// Puts an empty device over the file at fd; path is for messages. 0 or a negative errno.
int view_cover_file(int fd, const char *path, struct error *err);

// Makes the missing folders on the way to path in the tree, and path itself (a folder or an empty file).
// Only for paths in folders of the job's own.
int view_create(const struct launch *launch, const char *path, bool folder, struct error *err);

// A detached copy of the tree at fd, with all that is mounted below it; -1 and errno.
int view_copy_tree(int fd);

// Puts a detached tree over what is open as target; path is for messages. 0 or a negative errno.
int view_attach(int tree, int target, const char *path, struct error *err);

#endif
