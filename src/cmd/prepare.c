// SPDX-License-Identifier: GPL-2.0-or-later
// Gets a launch ready: see prepare.h.
#include "cmd/prepare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/link_options.h"
#include "cmd/output.h"
#include "cmd/tolerations.h"
#include "kernel/control/registry.h"
#include "kernel/host/stand_in.h"
#include "kernel/link/uplink.h"
#include "kernel/record/runs.h"
#include "plan/settle.h"

void run_release(struct run *run)
{
	launch_result_release(&run->result);
	launch_plan_release(&run->plan);
	text_list_release(&run->share);
	policy_release(&run->policy);
	host_facts_release(&run->host);
	loaded_profile_release(&run->loaded);
}

static int resolve_share(const struct invocation *invocation, text_list *share, struct error *err)
{
	for (size_t i = 0; i < invocation->share.count; i++) {
		char *path = realpath(invocation->share.items[i], NULL);
		if (!path)
			return error_set_errno(err, -errno, "--share %s", invocation->share.items[i]);
		vec_push(share, path);
	}
	return 0;
}

static int refuse_closed(unsigned closed, struct error *err)
{
	static const char *const names[] = { "input", "output", "error" };

	for (unsigned fd = 0; fd < sizeof(names) / sizeof(names[0]); fd++)
		if (closed & 1U << fd)
			return error_set(err, -EBADF, "standard %s is closed; give it /dev/null when it is not wanted",
					 names[fd]);
	return 0;
}

static int build_plan(const struct invocation *invocation, enum audit_mode audit, struct run *run, struct error *err)
{
	return launch_plan_build(
	    &(struct launch_request){
		.profile = &run->loaded.profile,
		.policy = &run->policy,
		.host = &run->host,
		.command = invocation->operands.items,
		.environment = environ,
		.keep_fds = invocation->keep_fds.items,
		.keep_fd_count = invocation->keep_fds.count,
		.share = run->share.items,
		.share_count = run->share.count,
		.peer_ports = run->peer_ports,
		.link = run->link,
		.audit = audit,
		.notice = audit == AUDIT_NONE ? NOTICE_DENIALS : NOTICE_CONNECTS,
	    },
	    &run->plan, err);
}

// The job must not write there: it is guarded as other files are, where it exists. What cannot be made is told of when
// the record begins.
static void make_runs(void)
{
	struct error ignored;

	(void)runs_make(&ignored);
}

// The profile as it is on this host.
static int settle(const struct invocation *invocation, enum audit_mode audit, struct run *run, struct error *err)
{
	struct profile *profile = &run->loaded.profile;

	if (profile->network.uplink == UPLINK_DEVICE && audit != AUDIT_ONLINE)
		uplink_recover_devices();
	make_runs();
	if (host_facts_read(profile, invocation->user, &run->host, err) < 0)
		return err->code;
	if (audit == AUDIT_ONLINE && host_facts_read_network(profile, &run->host, err) < 0)
		return err->code;
	if (profile_settle(profile, &run->host.network, err) < 0)
		return err->code;
	// Nothing stands in for anything where packets go where they are sent.
	return audit == AUDIT_ONLINE ? 0 : stand_ins_resolve(profile, err);
}

static int build_policy(const struct invocation *invocation, struct run *run, struct error *err)
{
	if (policy_build(&run->loaded.profile, &run->policy, err) < 0) {
		run->profile_wrong = true;
		return err->code;
	}
	if (invocation->keep_going)
		run->policy.on_deny = ON_DENY_REJECT;
	return 0;
}

// Whether values that are a template's, made up, would say what is carried.
static bool is_made_up(const struct profile *profile)
{
	unavailable_vec rows = { 0 };

	launch_placeholders(profile, &rows);
	bool found = rows.count;
	unavailable_release(&rows);
	return found;
}

// An audit that denies what the profile denies can have a template: what its made-up values allow is not carried
// either, so that nobody is reached by them.
static int build_launch(const struct invocation *invocation, enum audit_mode audit, struct run *run, struct error *err)
{
	struct profile *profile = &run->loaded.profile;
	const enum uplink given = profile->network.uplink;
	bool made_up = audit == AUDIT_OFFLINE && is_made_up(profile);

	if (made_up)
		profile->network.uplink = UPLINK_NONE;
	int result = build_policy(invocation, run, err);
	if (result == 0)
		result = build_plan(invocation, audit, run, err);
	profile->network.uplink = given;
	if (result == 0 && made_up)
		vec_push(&run->plan.notices,
			 memory_format("%s is a template, whose values are made up: nothing is carried, also not what "
				       "it allows",
				       profile->name));
	return result;
}

int run_prepare(const struct invocation *invocation, enum audit_mode audit, struct run *run, struct error *err)
{
	if (refuse_closed(invocation->closed, err) < 0)
		return err->code;
	if (invocation->name && registry_check_name(invocation->name, err) < 0)
		return err->code;
	if (load_profile(invocation->profile, &run->loaded) < 0) {
		run->profile_wrong = true;
		return error_set(err, -EINVAL, "the profile %s is wrong",
				 run->loaded.name ? run->loaded.name : "that is the default");
	}
	if (!tolerations_add(invocation->command->name, invocation->tolerate, &run->loaded.profile)) {
		run->profile_wrong = true;
		return error_set(err, -EINVAL, "the list of tolerations is wrong");
	}
	if (settle(invocation, audit, run, err) < 0)
		return err->code;
	if (invocation->peer_ports && port_range_parse(invocation->peer_ports, &run->peer_ports, err) < 0)
		return error_prefix(err, "--peer-ports");
	if (resolve_share(invocation, &run->share, err) < 0 || link_options_read(invocation, &run->link, err) < 0)
		return err->code;
	return build_launch(invocation, audit, run, err);
}

// Some notices begin with a path and a colon; the plan could not know whether that exists.
void run_print_notices(const struct run *run)
{
	vec_for_each (notice, &run->plan.notices) {
		const char *end = strstr(*notice, ": ");
		AUTO_FREE char *path = memory_copy_bytes(*notice, end ? (size_t)(end - *notice) : 0);
		if (path[0] != '/' || access(path, F_OK) == 0)
			output_message("%s", *notice);
	}
}

void run_print_summary(const struct run *run)
{
	CLEANUP(strbuf_release) struct strbuf summary = { 0 };

	launch_plan_summary(&run->plan, &run->loaded.profile, &summary);
	output_message("%s", strbuf_text(&summary));
}

static void say_unrecorded(void *data, const char *message)
{
	(void)data;
	output_message("the record of this run is not complete: %s; the job goes on", message);
}

struct launch_recording run_recording(const struct invocation *invocation, const struct run *run, enum record_mode mode)
{
	return (struct launch_recording){ .keep = true,
					  .events = invocation->events,
					  .require = invocation->require_events,
					  .mode = mode,
					  .profile = &run->loaded.profile,
					  .profile_name = run->loaded.name,
					  .version = ATTESTED_VPCJAIL,
					  .failed = say_unrecorded };
}

void run_say_link_lost(void *data)
{
	(void)data;
	output_message("pasta, which carried the job's link, has ended: nothing passes the link any more");
}

void run_say_tampered(void *data, const struct tampering *tampering)
{
	(void)data;
	if (tampering->unknown)
		output_message("whether the jail's rules were changed cannot be told: %s", tampering->what);
	else
		output_message("the jail's rules were changed by %s: %s%s",
			       tampering->process[0] ? tampering->process : "somebody else", tampering->what,
			       tampering->ended_job ? "; the job was ended" : "");
}
