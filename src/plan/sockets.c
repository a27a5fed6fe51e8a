// SPDX-License-Identifier: GPL-2.0-or-later
// process.sockets: UNIX sockets of the host that the profile opens by name.
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

// The row of the table of doors that a socket at path stands in.
static const char *door_of(const struct launch_request *request, const char *path)
{
	const struct host_facts *host = request->host;
	const struct {
		const char *folder, *door;
	} rows[] = {
		{ "/dev/shm", "socket_shm" },        { host->directory, "socket_directory" },
		{ host->run, "socket_run" },         { host->tmp, "socket_tmp" },
		{ host->var_tmp, "socket_var_tmp" }, { host->identity.home, "socket_home" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (path_below(path, rows[i].folder))
			return rows[i].door;
	return path_is_shared(request, path) ? "socket_shared" : "socket_read_only";
}

void plan_sockets(struct launch_plan *plan, const struct launch_request *request)
{
	const text_vec *sockets = &request->profile->process.sockets;

	for (size_t i = 0; i < sockets->count; i++) {
		const char *path = real_path(&request->host->sockets, sockets, i);
		AUTO_FREE char *name = memory_format("socket %s", path);

		vec_push(&plan->sockets, memory_copy_text(path));
		plan_open_door(plan, door_of(request, path), "process.sockets");
		if (launch_hides(request, path))
			STEP(plan, PLACE_VIEW, .kind = STEP_BIND, .name = name, .path = path, .value = path,
			     .create = true, .why = "process.sockets");
	}
}
