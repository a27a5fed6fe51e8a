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

static void grant(granted_vec *list, const char *path, char *asked)
{
	vec_push(list, (struct granted_path){ .path = memory_copy_text(path), .asked = asked });
}

// The listed paths, and the folders that are the job's own. /proc: a thread names itself there.
static void grant_writing(struct launch_plan *plan, const struct launch_request *request)
{
	const struct host_facts *host = request->host;
	const struct profile *profile = request->profile;
	const char *const own[] = { host->run, host->tmp, host->var_tmp, "/dev", "/proc" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		grant(&plan->landlock.writable, own[i], NULL);
	if (profile->process.home == HOME_PRIVATE)
		grant(&plan->landlock.writable, host->identity.home, NULL);
	for (size_t i = 0; i < profile->process.writable.count; i++)
		grant(&plan->landlock.writable, real_path(&host->writable, &profile->process.writable, i),
		      profile_place(profile, &profile->process.writable.items[i].at, "process.writable"));
}

static void grant_sockets(struct launch_plan *plan, const struct launch_request *request)
{
	const text_vec *sockets = &request->profile->process.sockets;

	for (size_t i = 0; i < sockets->count; i++)
		grant(&plan->landlock.sockets, real_path(&request->host->sockets, sockets, i),
		      profile_place(request->profile, &sockets->items[i].at, "process.sockets"));
}

void plan_landlock(struct launch_plan *plan, const struct launch_request *request)
{
	if (kernel_has(plan, request, MECHANISM_LANDLOCK_SCOPE)) {
		plan->landlock.scoped = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
	}
	if (kernel_has(plan, request, MECHANISM_LANDLOCK_UNIX)) {
		plan->landlock.unix_sockets = true;
		grant_sockets(plan, request);
	}
	if (request->profile->process.writable_at.line) {
		plan->landlock.write = true;
		grant_writing(plan, request);
	}
}

static mechanism_set closes(const struct landlock_domain *domain)
{
	return (domain->scoped ? MECHANISM_BIT(LANDLOCK_SCOPE) : 0) |
	       (domain->unix_sockets ? MECHANISM_BIT(LANDLOCK_UNIX) : 0) |
	       (domain->write ? MECHANISM_BIT(LANDLOCK_WRITE) : 0);
}

void plan_landlock_of_init(struct launch_plan *plan)
{
	if (closes(&plan->landlock))
		STEP(plan, PLACE_INIT, .kind = STEP_LANDLOCK, .name = "landlock of init",
		     .closes = closes(&plan->landlock),
		     .why = "the same rules for `vpcjail exec`, whose commands may look into the job, not the reverse");
}

void plan_landlock_of_workload(struct launch_plan *plan)
{
	if (closes(&plan->landlock))
		STEP(plan, PLACE_WORKLOAD, .kind = STEP_LANDLOCK, .name = "landlock", .closes = closes(&plan->landlock),
		     .why = "abstract sockets, signals and, from Linux 7.1, UNIX sockets by path stay inside");
}
