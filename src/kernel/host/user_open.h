// SPDX-License-Identifier: GPL-2.0-or-later
// Looking at files where root may not: a home on a file system that takes root for nobody. Private to src/kernel.
#ifndef VPCJAIL_KERNEL_HOST_USER_OPEN_H
#define VPCJAIL_KERNEL_HOST_USER_OPEN_H

#include <stdint.h>

#include "plan/launch_plan.h"

// openat2(2), and O_CLOEXEC. When that is refused (EACCES) once more with the file-system ids of who; NULL: only once.
// -1 and errno.
int user_open(int folder, const char *path, uint64_t flags, uint64_t resolve, const struct identity *who);

// The file-system ids of who, and root's again. The kernel takes root's rights over files away with them, and gives
// them back; all others stay. Groups stay root's.
void user_ids_take(const struct identity *who);
void user_ids_give_back(void);

#endif
