// SPDX-License-Identifier: GPL-2.0-or-later
// What a valid profile leaves open, and what this version cannot enforce of it.
#ifndef VPCJAIL_CMD_WARNINGS_H
#define VPCJAIL_CMD_WARNINGS_H

#include "plan/launch_plan.h"
#include "profile/load.h"

// Appends a warning to mistakes for each channel that the profile leaves open on purpose, and for each thing that
// it asks for and `run` would refuse.
void warnings_add(const struct profile *profile, struct mistakes *mistakes);

// Likewise for each thing that it asks for and this host lacks.
void warnings_add_host(const struct profile *profile, const struct host_facts *host, struct mistakes *mistakes);

#endif
