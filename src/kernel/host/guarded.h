// SPDX-License-Identifier: GPL-2.0-or-later
// Which guarded files this host has. Private to src/kernel but for guarded_made in kernel/launch/launch.h.
#ifndef VPCJAIL_KERNEL_HOST_GUARDED_H
#define VPCJAIL_KERNEL_HOST_GUARDED_H

#include "kernel/launch/launch.h"

// Fills in facts->places, guarded, links and python_environments; identity and directory must be known. 0 or a negative
// errno.
int guarded_look(const struct profile *profile, struct host_facts *facts, struct error *err);

// Whether a link or a variable leads to the home, the root folder or the folders of programs: one that an earlier job
// has left must not take these away from every later one. real: absolute, without links.
bool guarded_holds_the_job(const struct host_facts *facts, const char *real);

// Adds the credentials that variables of the environment point to.
void guarded_pointed(const struct profile *profile, struct host_facts *facts);

// The real path, also where only the user may look; NULL when it leads nowhere. The caller frees it.
char *guarded_real_path(const struct host_facts *facts, const char *path);

// Adds what of the guarded files that are there can be reached by other mounts, too. 0 or a negative errno.
int guarded_aliases(struct host_facts *facts, struct error *err);

#endif
