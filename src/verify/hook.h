// SPDX-License-Identifier: GPL-2.0-or-later
// What a test breaks on purpose: rules of the jail under test, or the range. Nothing, in a build without the hooks.
#ifndef VPCJAIL_VERIFY_HOOK_H
#define VPCJAIL_VERIFY_HOOK_H

#include "plan/launch_plan.h"
#include "verify/board.h"

// VPCJAIL_TEST_RULE="remove|widen|stretch NUMBER": nft/mutate.h, on the plan's rule set. The board says which rule it
// was:
// "-" when the change does not apply to it, nothing when there is no such rule.
void verify_hook(struct launch_plan *plan, struct board *board);

// VPCJAIL_TEST_DEAF: the range answers nothing.
void verify_hook_range(struct board *board);

#endif
