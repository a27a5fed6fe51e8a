// SPDX-License-Identifier: GPL-2.0-or-later
// The workload's Landlock domain, as far as this kernel goes.
#include <linux/landlock.h>

#include "base/memory.h"
#include "plan/steps.h"

// Of Linux 6.12; not in Debian 12's headers.
#ifndef LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0)
#define LANDLOCK_SCOPE_SIGNAL (1ULL << 1)
#endif

static bool kernel_has(struct launch_plan *plan, const struct launch_request *request, enum mechanism which)
{
	if (request->host->landlock >= mechanisms[which].landlock)
		return true;
	vec_push(&plan->missing, memory_copy_text(mechanisms[which].name));
	return false;
}

void plan_landlock(struct launch_plan *plan, const struct launch_request *request)
{
	mechanism_set closes = 0;

	if (kernel_has(plan, request, MECHANISM_LANDLOCK_SCOPE)) {
		plan->landlock.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
		closes |= MECHANISM_BIT(LANDLOCK_SCOPE);
	}
	if (kernel_has(plan, request, MECHANISM_LANDLOCK_UNIX)) {
		plan->landlock.unix_sockets = true;
		closes |= MECHANISM_BIT(LANDLOCK_UNIX);
		vec_for_each (socket, &request->profile->process.sockets)
			vec_push(&plan->landlock.sockets, memory_copy_text(socket->text));
	}
	if (closes)
		STEP(plan, PLACE_WORKLOAD, .kind = STEP_LANDLOCK, .name = "landlock", .closes = closes,
		     .why = "abstract sockets, signals and, from Linux 7.1, UNIX sockets by path stay inside");
}
