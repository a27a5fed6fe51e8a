// SPDX-License-Identifier: GPL-2.0-or-later
// Which guarded files this host has. Private to src/kernel but for guarded_is_made in launch.h.
#ifndef VPCJAIL_KERNEL_GUARDED_H
#define VPCJAIL_KERNEL_GUARDED_H

#include "kernel/launch.h"

// Fills in facts->guarded, links and python_environments; identity and directory must be known.
void guarded_look(const struct profile *profile, struct host_facts *facts);

// Adds the credentials that variables of the environment point to.
void guarded_pointed(const struct profile *profile, struct host_facts *facts);

// The real path, also where only the user may look; NULL when it leads nowhere. The caller frees it.
char *guarded_real_path(const struct host_facts *facts, const char *path);

// Adds what of the guarded files that are there can be reached by other mounts, too.
void guarded_aliases(struct host_facts *facts);

#endif
