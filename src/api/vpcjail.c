// SPDX-License-Identifier: GPL-2.0-or-later
// The public library: handles over the stages. Loading and compiling; launching is in job.c.
#include "vpcjail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/handles.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/host/network.h"
#include "plan/settle.h"
#include "profile/load.h"
#include "profile/search.h"

_Static_assert((int)VPCJAIL_MESSAGE_SIZE == (int)ERROR_MESSAGE_SIZE, "messages are passed on whole");
_Static_assert((int)VPCJAIL_STEP_SIZE == (int)ERROR_STEP_SIZE, "steps are passed on whole");

int api_failed(struct vpcjail_error *to, const struct error *from)
{
	if (to) {
		to->code = from->code;
		memcpy(to->step, from->step, sizeof(to->step));
		memcpy(to->message, from->message, sizeof(to->message));
	}
	return from->code;
}

// The first error, as `vpcjail check` prints it.
static void first_mistake(const struct mistakes *mistakes, struct error *err)
{
	error_set(err, -EINVAL, "the profile is wrong");
	vec_for_each (mistake, &mistakes->list) {
		if (mistake->severity != SEVERITY_ERROR)
			continue;
		if (mistake->at.line)
			error_set(err, -EINVAL, "%s:%u:%u: %s%s%s", mistake->at.file, mistake->at.line,
				  mistake->at.column, mistake->message, mistake->hint ? "; " : "",
				  mistake->hint ? mistake->hint : "");
		else
			error_set(err, -EINVAL, "%s%s%s", mistake->message, mistake->hint ? "; " : "",
				  mistake->hint ? mistake->hint : "");
		return;
	}
}

// A profile that is loaded here is meant for this host.
static int settle(struct profile *profile, struct error *err)
{
	CLEANUP(host_network_release) struct host_network host = { 0 };
	int code = profile->network.isolation == ISOLATION_VPC ? host_network_read(&host, err) : 0;

	return code < 0 ? code : profile_settle(profile, &host, err);
}

int vpcjail_profile_load(const char *name, struct vpcjail_profile **out, struct vpcjail_error *error)
{
	struct search search = { 0 };
	struct mistakes mistakes = { 0 };
	struct error err = { 0 };
	AUTO_FREE char *wanted = memory_copy_text(name);
	struct vpcjail_profile *profile = NEW(struct vpcjail_profile);
	const struct search_options options = { .euid = geteuid(),
						.home = getenv("HOME"),
						.config_home = getenv("XDG_CONFIG_HOME"),
						.wanted = getenv("VPCJAIL_PROFILE") };

	search_init(&search, &options);
	if (!wanted)
		(void)search_default(&search, &wanted, NULL, &err);
	if (wanted) {
		struct profile_source source = search_source(&search);
		if (profile_load(&source, wanted, &profile->profile, &mistakes) < 0)
			first_mistake(&mistakes, &err);
		else
			(void)settle(&profile->profile, &err);
	}
	mistakes_release(&mistakes);
	search_release(&search);
	if (err.code < 0) {
		vpcjail_profile_free(profile);
		return api_failed(error, &err);
	}
	*out = profile;
	return 0;
}

const char *vpcjail_profile_name(const struct vpcjail_profile *profile)
{
	return profile->profile.name;
}

void vpcjail_profile_free(struct vpcjail_profile *profile)
{
	if (!profile)
		return;
	profile_release(&profile->profile);
	free(profile);
}

static int compile(const struct vpcjail_profile *profile, char *const *command, const struct vpcjail_options *options,
		   struct vpcjail_plan *plan, struct error *err)
{
	text_list share = { 0 };
	struct policy policy = { 0 };
	int code = host_facts_read(&profile->profile, options->user, &plan->host, err);

	if (code == 0)
		code = policy_build(&profile->profile, &policy, err);
	for (const char *const *path = options->share; code == 0 && path && *path; path++) {
		char *resolved = realpath(*path, NULL);
		if (resolved)
			vec_push(&share, resolved);
		else
			code = error_set_errno(err, -errno, "share %s", *path);
	}
	if (code == 0)
		code = launch_plan_build(
		    &(struct launch_request){ .profile = &profile->profile,
					      .policy = &policy,
					      .host = &plan->host,
					      .command = command,
					      .environment = options->environment ? options->environment : environ,
					      .keep_fds = options->keep_fds,
					      .keep_fd_count = options->keep_fd_count,
					      .share = share.items,
					      .share_count = share.count },
		    &plan->plan, err);
	text_list_release(&share);
	policy_release(&policy);
	return code;
}

int vpcjail_compile(const struct vpcjail_profile *profile, char *const *command, const struct vpcjail_options *options,
		    struct vpcjail_plan **out, struct vpcjail_error *error)
{
	static const struct vpcjail_options none = { 0 };
	struct vpcjail_plan *plan = NEW(struct vpcjail_plan);
	struct error err = { 0 };

	if (!options)
		options = &none;
	plan->stop_timeout = options->stop_timeout ? options->stop_timeout : API_STOP_TIMEOUT;
	if (compile(profile, command, options, plan, &err) < 0) {
		vpcjail_plan_free(plan);
		return api_failed(error, &err);
	}
	*out = plan;
	return 0;
}

char *vpcjail_plan_text(const struct vpcjail_plan *plan)
{
	struct strbuf text = { 0 };

	launch_plan_print(&plan->plan, &text);
	return strbuf_steal(&text);
}

char *vpcjail_plan_ruleset(const struct vpcjail_plan *plan)
{
	struct strbuf text = { 0 };

	ruleset_print(plan->plan.ruleset, &text);
	return strbuf_steal(&text);
}

void vpcjail_plan_free(struct vpcjail_plan *plan)
{
	if (!plan)
		return;
	launch_plan_release(&plan->plan);
	host_facts_release(&plan->host);
	free(plan);
}
