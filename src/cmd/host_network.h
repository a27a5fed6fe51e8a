// SPDX-License-Identifier: GPL-2.0-or-later
// `check --host`: a profile against this host's network.
#ifndef VPCJAIL_CMD_HOST_NETWORK_H
#define VPCJAIL_CMD_HOST_NETWORK_H

#include "plan/launch_plan.h"
#include "profile/load.h"

// Settles the profile on the host; adds warnings to mistakes, and to means what each of its ranges is here. Nothing
// under full isolation.
void host_network_explain(struct profile *profile, const struct host_network *host, struct mistakes *mistakes,
			  text_list *means);

#endif
