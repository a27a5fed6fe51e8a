// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the running jail that a command is about.
#ifndef VPCJAIL_CMD_JAIL_H
#define VPCJAIL_CMD_JAIL_H

#include "kernel/control/registry.h"

// The jail of that name or id; NULL: the only one there is. 0 with *jail (release it with registry_state_release), or
// -ENOENT or -EINVAL with what there is to choose from.
int jail_find(const char *wanted, struct registry_state *jail, struct error *err);

// The same, and connects to its supervisor. A descriptor or a negative errno.
int jail_connect(const char *wanted, struct registry_state *jail, struct error *err);

#endif
