// SPDX-License-Identifier: GPL-2.0-or-later
// Who the job runs as.
#ifndef VPCJAIL_KERNEL_LAUNCH_IDENTITY_H
#define VPCJAIL_KERNEL_LAUNCH_IDENTITY_H

#include "plan/launch_plan.h"

// Fills identity. user: --user's argument or NULL. root: whether the launcher has root's rights.
// *passwd_text and *group_text (the caller frees them) are set when identity has lines to add to them.
int identity_read(const char *user, bool root, struct identity *identity, char **passwd_text, char **group_text,
		  struct error *err);
void identity_release(struct identity *identity);

#endif
