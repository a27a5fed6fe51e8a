// SPDX-License-Identifier: GPL-2.0-or-later
// What the user named and the job will not find: said before the start, with the remedy.
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

// Whether such a path exists outside cannot be asked here (the plan is pure); the launcher drops notices about paths
// that do not exist outside either. A notice therefore begins with the path and a colon.
static void look_at(struct launch_plan *plan, const struct launch_request *request, const char *path,
		    const char *whence)
{
	const char *const always[] = {
		request->host->tmp, request->host->var_tmp, request->host->run, "/dev", "/sys", "/proc"
	};

	if (path[0] != '/' || !path_is_hidden(request, path) || path_is_shared(request, path))
		return;
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (strcmp(path, always[i]) == 0)
			return;
	if (path_below(path, "/dev") || path_below(path, "/sys") || path_below(path, "/proc"))
		return;  // own ones, with the same names
	vec_for_each (notice, &plan->notices)
		if (strncmp(*notice, path, strlen(path)) == 0 && (*notice)[strlen(path)] == ':')
			return;
	vec_push(&plan->notices,
		 memory_format("%s: exists outside but not inside (%s); add --share %s", path, whence, path));
}

static void look_at_list(struct launch_plan *plan, const struct launch_request *request, const char *list,
			 const char *whence)
{
	while (*list) {
		size_t length = strcspn(list, ":");
		AUTO_FREE char *path = memory_copy_bytes(list, length);
		look_at(plan, request, path, whence);
		list += length + (list[length] == ':');
	}
}

void plan_notices(struct launch_plan *plan, const struct launch_request *request)
{
	for (char *const *word = request->command; *word; word++) {
		const char *value = strchr(*word, '=');
		look_at(plan, request, *word, "named on the command line");
		if ((*word)[0] == '-' && value)
			look_at(plan, request, value + 1, "named on the command line");
	}
	vec_for_each (variable, &plan->environment) {
		if (strncmp(*variable, "TMPDIR=", 7) == 0)
			look_at(plan, request, *variable + 7, "TMPDIR");
		if (strncmp(*variable, "PYTHONPATH=", 11) == 0)
			look_at_list(plan, request, *variable + 11, "PYTHONPATH");
	}
}
