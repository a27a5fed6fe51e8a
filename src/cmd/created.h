// SPDX-License-Identifier: GPL-2.0-or-later
// What is said after a job that left files of those that run later.
#ifndef VPCJAIL_CMD_CREATED_H
#define VPCJAIL_CMD_CREATED_H

#include "plan/launch_plan.h"

// One line on standard error with the guarded files that were not there before the job and are now; nothing when there
// are none.
void created_print(const struct launch_plan *plan);

#endif
