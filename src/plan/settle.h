// SPDX-License-Identifier: GPL-2.0-or-later
// A profile meets the host it is to run on. A stage of its own between loading and the policy: profile_load stays free
// of the host, so that a profile reads the same everywhere, and the policy finds all it needs in the profile. It stands
// in src/plan because the host comes in as struct host_network.
#ifndef VPCJAIL_PLAN_SETTLE_H
#define VPCJAIL_PLAN_SETTLE_H

#include "plan/host_network.h"
#include "profile/profile.h"

// Fills in profile->host, and for `subnets: host` vpc.subnets: the private prefixes of the interface that holds the
// default route, IPv4's before IPv6's; where vpc.cidrs is empty, the subnets are the VPC. Nothing under isolation:
// full, which knows no host. 0, also when it was done before; or -EINVAL with where, what the host has instead and what
// to do.
int profile_settle(struct profile *profile, const struct host_network *host, struct error *err);

#endif
