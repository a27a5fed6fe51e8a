// SPDX-License-Identifier: GPL-2.0-or-later
// How a launch is watched rather than kept: what `vpcjail audit` changes in a plan.
#ifndef VPCJAIL_PLAN_AUDIT_MODE_H
#define VPCJAIL_PLAN_AUDIT_MODE_H

enum audit_mode {
	AUDIT_NONE,     // `run`
	AUDIT_ONLINE,   // the network carries what the host's would; what the profile denies is told, not denied
	AUDIT_OFFLINE,  // as in `run`, and every name that the profile does not know has a made-up address
};

#endif
