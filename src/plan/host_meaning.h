// SPDX-License-Identifier: GPL-2.0-or-later
// What the ranges of a settled VPC profile are on this host: `check --host`.
#ifndef VPCJAIL_PLAN_HOST_MEANING_H
#define VPCJAIL_PLAN_HOST_MEANING_H

#include "plan/launch_plan.h"

// Adds a line for each subnet, endpoint and prefix list: through which interface and gateway it is reached.
// "subnet 10.20.1.0/24: on eth0 itself", "endpoint sts, 10.20.2.40: through eth0 by 10.20.1.1".
void host_meaning_add(const struct profile *profile, const struct host_network *host, text_list *out);

// Adds what is allowed and is this host, its gateway, resolver or proxy, with what that means and the place that allows
// it; and ranges that this host has no route to. The policy is the settled profile's.
void host_meaning_warn(const struct profile *profile, const struct policy *policy, const struct host_network *host,
		       unavailable_vec *out);

#endif
