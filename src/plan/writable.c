// SPDX-License-Identifier: GPL-2.0-or-later
// process.writable: where the job may write, when that is not wherever the user may.
//
// Theory of operation. The workload's Landlock domain grants writing below the listed paths and below the folders that
// are the job's own. A domain can only grant: what is shared into a folder of the job's own (the working directory
// below /tmp, a share) would be writable with it. Those trees are mounted read-only instead, and what is listed below
// them is bound back over that.
#include <string.h>
#include <sys/mount.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

static const char *listed(const struct launch_request *request, size_t index)
{
	return real_path(&request->host->writable, &request->profile->process.writable, index);
}

static bool is_listed(const struct launch_request *request, const char *path)
{
	for (size_t i = 0; i < request->profile->process.writable.count; i++)
		if (path_below(path, listed(request, i)))
			return true;
	return false;
}

static bool must_be_read_only(const struct launch_request *request, const char *tree)
{
	return path_is_replaced(request, tree) && path_is_shared(request, tree) && !is_listed(request, tree);
}

static bool is_private_home(const struct launch_request *request, const char *path)
{
	return request->profile->process.home == HOME_PRIVATE && strcmp(path, request->host->identity.home) == 0;
}

static bool lies_in_read_only(const struct launch_request *request, const char *path)
{
	const text_vec *shared = &request->profile->process.share;
	const char *directory = request->host->directory;
	bool inside = must_be_read_only(request, directory) && !is_private_home(request, directory) &&
		      path_below(path, directory);

	vec_for_each (share, shared)
		inside |= must_be_read_only(request, share->text) && path_below(path, share->text);
	for (size_t i = 0; i < request->share_count; i++)
		inside |= must_be_read_only(request, request->share[i]) && path_below(path, request->share[i]);
	return inside;
}

static void add_read_only(struct launch_plan *plan, const struct launch_request *request, const char *tree)
{
	AUTO_FREE char *name = memory_format("read-only %s", tree);

	if (must_be_read_only(request, tree))
		STEP(plan, PLACE_VIEW, .kind = STEP_READ_ONLY, .closes = MECHANISM_BIT(LANDLOCK_WRITE), .name = name,
		     .path = tree, .why = "process.writable does not list it");
}

void plan_writable(struct launch_plan *plan, const struct launch_request *request)
{
	if (!request->profile->process.writable_at.line)
		return;
	if (!is_private_home(request, request->host->directory))
		add_read_only(plan, request, request->host->directory);
	vec_for_each (share, &request->profile->process.share)
		add_read_only(plan, request, share->text);
	for (size_t i = 0; i < request->share_count; i++)
		add_read_only(plan, request, request->share[i]);
	for (size_t i = 0; i < request->profile->process.writable.count; i++) {
		AUTO_FREE char *name = memory_format("writable %s", listed(request, i));
		if (lies_in_read_only(request, listed(request, i)))
			STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .closes = MECHANISM_BIT(LANDLOCK_WRITE), .name = name,
			     .path = listed(request, i), .value = listed(request, i), .flags = MS_REC,
			     .why = "process.writable");
	}
}
