// SPDX-License-Identifier: GPL-2.0-or-later
// The folder of a user's running jails, as it stands on the disk. Private to the registry.
#ifndef VPCJAIL_KERNEL_CONTROL_REGISTRY_FOLDER_H
#define VPCJAIL_KERNEL_CONTROL_REGISTRY_FOLDER_H

#include "kernel/control/registry.h"

enum { FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

// Opens and locks this user's folder, made if missing; one that somebody else planted there is refused. Returns its
// descriptor, or a negative errno; *path is the caller's.
int registry_folder_open(char **path, struct error *err);

// Whether a supervisor lives in that folder. Without: *fd holds the lock, and is the caller's.
bool registry_is_alive(int parent, const char *name, int *fd);

// What the jail of that folder says about itself; owner: whose it must be. -ENOENT, -EBADMSG or -EPERM: nothing usable.
int registry_read(int parent, const char *parent_path, const char *name, uid_t owner, struct registry_state *state);

// Removes what dead supervisors left in a folder that we have locked.
void registry_sweep(int parent);

// Removes a jail's folder.
void registry_remove(int parent, const char *name);

#endif
