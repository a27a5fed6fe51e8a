// SPDX-License-Identifier: GPL-2.0-or-later
// Which guarded files this host has. Private to src/kernel but for guarded_is_made in launch.h.
#ifndef VPCJAIL_KERNEL_GUARDED_H
#define VPCJAIL_KERNEL_GUARDED_H

#include "kernel/launch.h"

// Fills in facts->guarded, links and python_environments; identity and directory must be known.
void guarded_look(const struct profile *profile, struct host_facts *facts);

// Adds what of the guarded files that are there can be reached by other mounts, too.
void guarded_aliases(struct host_facts *facts);

#endif
