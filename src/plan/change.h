// SPDX-License-Identifier: GPL-2.0-or-later
// What of a profile can change while a job runs under it, and what cannot.
#ifndef VPCJAIL_PLAN_CHANGE_H
#define VPCJAIL_PLAN_CHANGE_H

#include <stdbool.h>

#include "base/error.h"
#include "profile/profile.h"

// 0 when a jail that runs under `running` can be given the policy of `wanted`: they differ in nothing but what the rule
// set is made of. -EPERM otherwise, with the first key that cannot change, by name, and why.
int profile_change_check(const struct profile *running, const struct profile *wanted, struct error *err);

// Whether that key of the table may differ at all.
bool profile_change_possible(const char *path);

#endif
