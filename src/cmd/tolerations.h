// SPDX-License-Identifier: GPL-2.0-or-later
// --tolerate FILE: what is tolerated beyond the profile's own list.
#ifndef VPCJAIL_CMD_TOLERATIONS_H
#define VPCJAIL_CMD_TOLERATIONS_H

#include <stdbool.h>

#include "profile/profile.h"

// Adds the file's list to the profile's; NULL adds nothing. False when it is wrong, and that is said.
bool tolerations_add(const char *command, const char *file, struct profile *profile);

#endif
