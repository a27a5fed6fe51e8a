// SPDX-License-Identifier: GPL-2.0-or-later
// What the handles of the public library hold. Private to src/api.
#ifndef VPCJAIL_API_HANDLES_H
#define VPCJAIL_API_HANDLES_H

#include "kernel/launch/launch.h"
#include "vpcjail.h"

enum { API_STOP_TIMEOUT = 120 };

struct vpcjail_profile {
	struct profile profile;
};

struct vpcjail_plan {
	struct host_facts host;  // the plan borrows its identity
	struct launch_plan plan;
	unsigned stop_timeout;
};

struct vpcjail_job {
	pid_t supervisor;
	int reports;  // from the supervisor: one struct report when the job stands, one at its end
	size_t denials;
};

// Copies an error into the caller's; returns its code.
int api_failed(struct vpcjail_error *to, const struct error *from);

#endif
