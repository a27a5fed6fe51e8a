// SPDX-License-Identifier: GPL-2.0-or-later
// The one loop that executes a plan: a step is a row, its kind a function.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/launch/launch_state.h"

static step_function *const functions[] = {
	[STEP_STREAMS] = step_streams,
	[STEP_CORE_PATTERN] = step_core_pattern,
	[STEP_KEYRING] = step_keyring,
	[STEP_SCRATCH] = step_scratch,
	[STEP_REGISTRY] = step_registry,
	[STEP_REGISTER] = step_register,
	[STEP_TOUCH] = step_touch,
	[STEP_CLONE] = step_clone,
	[STEP_DEATH_SIGNAL] = step_death_signal,
	[STEP_LIST_SOCKETS] = step_list_sockets,
	[STEP_USER_MAP] = step_user_map,
	[STEP_PROVE] = step_prove,
	[STEP_SYSCTL] = step_sysctl,
	[STEP_UPLINK] = step_uplink,
	[STEP_UPLINK_WAIT] = step_uplink_wait,
	[STEP_SINK] = step_sink,
	[STEP_RULESET] = step_ruleset,
	[STEP_READ_BACK] = step_read_back,
	[STEP_LOG] = step_log,
	[STEP_COUNT] = step_count,
	[STEP_LINK_QUIET] = step_link_quiet,
	[STEP_LINK_UP] = step_link_up,
	[STEP_ADDRESS] = step_address,
	[STEP_NEIGHBOUR] = step_neighbour,
	[STEP_ROUTE] = step_route,
	[STEP_SINK_RULE] = step_sink_rule,
	[STEP_DNS] = step_dns,
	[STEP_HOST_PORT] = step_host_port,
	[STEP_HAND_OVER] = step_hand_over,
	[STEP_VIEW_START] = step_view_start,
	[STEP_VIEW_END] = step_view_end,
	[STEP_PRIVATE_MOUNTS] = step_private_mounts,
	[STEP_SOURCES] = step_sources,
	[STEP_PIN] = step_pin,
	[STEP_RESTRICT] = step_restrict,
	[STEP_MOUNT] = step_mount,
	[STEP_BIND] = step_bind,
	[STEP_READ_ONLY] = step_read_only,
	[STEP_MAKE_DIRECTORY] = step_make_directory,
	[STEP_SYMLINK] = step_symlink,
	[STEP_FILE] = step_file,
	[STEP_COVER] = step_cover,
	[STEP_AUTOMOUNTS] = step_automounts,
	[STEP_COVER_SOCKETS] = step_cover_sockets,
	[STEP_TERMINAL] = step_terminal,
	[STEP_WORKLOAD] = step_workload,
	[STEP_SESSION] = step_session,
	[STEP_LIMITS] = step_limits,
	[STEP_GROUPS] = step_groups,
	[STEP_IDS] = step_ids,
	[STEP_CAPABILITIES] = step_capabilities,
	[STEP_NO_NEW_PRIVILEGES] = step_no_new_privileges,
	[STEP_LANDLOCK] = step_landlock,
	[STEP_DIRECTORY] = step_directory,
	[STEP_CLOSE] = step_close,
	[STEP_ENVIRONMENT] = step_environment,
	[STEP_FILTER] = step_filter,
	[STEP_EXECUTE] = step_execute,
};

static int apply(struct launch *launch, const struct launch_step *step, struct error *err)
{
#ifdef VPCJAIL_TEST_HOOKS
	if (launch->fail_step && strcmp(launch->fail_step, step->name) == 0)
		return error_set(err, -EIO, "made to fail by a test");
	// The clones are made all the same, without the namespaces that are left out.
	if (step->closes && !(step->closes & ~launch->without) && step->kind != STEP_CLONE &&
	    step->kind != STEP_WORKLOAD)
		return 0;
#endif
	return functions[step->kind](launch, step, err);
}

int launch_apply(struct launch *launch, enum place place, struct error *err)
{
	vec_for_each (step, &launch->plan->steps) {
		if (step->place != place)
			continue;
		int result = apply(launch, step, err);
		if (result < 0) {
			(void)snprintf(err->step, sizeof(err->step), "%s", step->name);
			return result;
		}
	}
	return 0;
}
