// SPDX-License-Identifier: GPL-2.0-or-later
// Puts a launch plan together: who does what, in which order.
//
// Theory of operation. Three processes: the supervisor (outside), init (process 1 of the jail, all rights inside its
// namespaces, none needed later; a child of it makes the file tree meanwhile) and the workload (no rights anywhere).
// Each executes its own steps in order. A step that fails ends the launch: init's end takes every namespace with it,
// the supervisor undoes its own steps in reverse, and the command was never started.
#include "plan/launch_plan.h"

#include <errno.h>
#include <linux/sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

void text_list_release(text_list *list)
{
	vec_for_each (text, list)
		free(*text);
	vec_release(list);
}

static void granted_release(granted_vec *list)
{
	vec_for_each (granted, list) {
		free(granted->path);
		free(granted->asked);
	}
	vec_release(list);
}

static const mechanism_set namespace_mechanisms = MECHANISM_BIT(NETWORK) | MECHANISM_BIT(PROCESSES) |
						  MECHANISM_BIT(IPC) | MECHANISM_BIT(HOST_NAME) | MECHANISM_BIT(CGROUP);

void plan_supervisor(struct launch_plan *plan, const struct launch_request *request)
{
	unsigned long namespaces =
	    CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET;

	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_STREAMS, .name = "standard streams", .closes = MECHANISM_BIT(STREAMS),
	     .why = "files, pipes and terminals go in; sockets are relayed or refused");
	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_CORE_PATTERN, .name = "check core pattern",
	     .closes = MECHANISM_BIT(CORE_PATTERN), .path = "/proc/sys/kernel/core_pattern",
	     .why = "a socket there gets the memory of a crashing job, outside");
	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_KEYRING, .name = "session keyring", .closes = MECHANISM_BIT(KEYRING),
	     .why = "a user namespace does not separate it");
	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_SCRATCH, .name = "scratch folders", .path = request->host->tmp,
	     .value = request->host->var_tmp,
	     .why = "the job's /tmp and /var/tmp, on the host's disk, removed at the end");
	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_REGISTRY, .name = "folder of running jails",
	     .why = "it is there before the file tree is made, to be covered in it");
	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_TOUCH, .name = "touch automounts", .path = request->host->directory,
	     .value = request->host->identity.home, .why = "what is mounted on demand is mounted while still outside");
	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_CLONE, .name = "new namespaces",
	     .flags = namespaces | (request->host->root ? 0UL : CLONE_NEWUSER), .closes = namespace_mechanisms,
	     .why = "init starts in all of them at once");
	plan_uplink(plan, request);
	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_LIST_SOCKETS, .name = "list host sockets", .path = "/proc",
	     .why = "every UNIX socket that a process of the host has bound, found while init works");
	STEP(plan, PLACE_SUPERVISOR, .kind = STEP_REGISTER, .name = "register",
	     .why = "`vpcjail ps` and what follows from it find the jail; init works meanwhile");
	STEP(plan, PLACE_INIT, .kind = STEP_DEATH_SIGNAL, .name = "die with supervisor", .why = "nothing outlives it");
	if (!request->host->root)
		STEP(plan, PLACE_INIT, .kind = STEP_USER_MAP, .name = "map user",
		     .why = "rights over the new namespaces alone");
	STEP(plan, PLACE_INIT, .kind = STEP_PROVE, .name = "prove namespaces",
	     .why = "before the first change: none may be the host's");
}

void plan_workload(struct launch_plan *plan, const struct launch_request *request)
{
	STEP(plan, PLACE_INIT, .kind = STEP_VIEW_END, .name = "view made", .why = "nothing starts in half a file tree");
	STEP(plan, PLACE_INIT, .kind = STEP_TERMINAL, .name = "terminal", .closes = MECHANISM_BIT(TERMINAL),
	     .path = "/dev/pts/ptmx", .why = "the caller's terminal cannot be typed into");
	plan_landlock_of_init(plan);
	STEP(plan, PLACE_INIT, .kind = STEP_WORKLOAD, .name = "user namespace of workload",
	     .closes = MECHANISM_BIT(USER), .flags = CLONE_NEWUSER,
	     .why = "it owns nothing: not even all capabilities in it mean anything to the network");
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_SESSION, .name = "session", .closes = MECHANISM_BIT(SESSION),
	     .why = "no control over the caller's terminal");
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_LIMITS, .name = "core limit", .closes = MECHANISM_BIT(CORE_LIMIT),
	     .why = "1, not 0: a limit of 0 does not stop a core helper");
	// Closes what root's ids alone open; nothing where the caller had no others or asked to stay root.
	if (request->host->root)
		STEP(plan, PLACE_WORKLOAD, .kind = STEP_GROUPS, .name = "groups", .closes = MECHANISM_BIT(GROUPS),
		     .why = "the user's, less those that own disks or sockets");
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_IDS, .name = "user",
	     .closes = request->host->root && request->host->identity.uid ? MECHANISM_BIT(IDENTITY) : 0,
	     .why = "the invoking user's ids");
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_DIRECTORY, .name = "working directory",
	     .closes = MECHANISM_BIT(DIRECTORY), .path = request->host->directory,
	     .why = "stays, reached by its path, past what is mounted over");
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_CAPABILITIES, .name = "capabilities",
	     .closes = MECHANISM_BIT(CAPABILITIES), .why = "none, in any set; locked");
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_NO_NEW_PRIVILEGES, .name = "no new privileges",
	     .closes = MECHANISM_BIT(NO_NEW_PRIVILEGES), .why = "set-user-id does nothing");
	plan_landlock_of_workload(plan);
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_ENVIRONMENT, .name = "environment",
	     .closes = MECHANISM_BIT(ENVIRONMENT),
	     .why = "without credentials and without pointers to helpers outside");
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_CLOSE, .name = "close descriptors",
	     .closes = MECHANISM_BIT(DESCRIPTORS), .why = "an inherited socket lives outside");
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_FILTER, .name = "system call filter", .closes = MECHANISM_BIT(FILTER),
	     .why = "what namespaces leave open; last");
	STEP(plan, PLACE_WORKLOAD, .kind = STEP_EXECUTE, .name = "execute",
	     .why = "only when all of the above succeeded");
}

// Whether made-up values could let anybody out: not where nothing is launched, nor where an audit carries nothing.
static bool values_count(const struct launch_request *request)
{
	return !request->rehearsal &&
	       (request->audit != AUDIT_OFFLINE || request->profile->network.uplink != UPLINK_NONE);
}

// All in one message: "built-in:on-prem:11:10 vpc.cidrs; 12:12 vpc.subnets; …".
static int refuse_placeholders(const struct profile *profile, struct error *err)
{
	enum { LIST_LENGTH = 480 };
	CLEANUP(strbuf_release) struct strbuf list = { 0 };
	unavailable_vec rows = { 0 };
	const char *file = NULL;
	size_t shown = 0;

	launch_placeholders(profile, &rows);
	vec_for_each (row, &rows) {
		if (list.length > LIST_LENGTH)
			break;
		strbuf_add(&list, list.length ? "; " : "");
		if (!file || strcmp(file, row->at.file) != 0)
			strbuf_format(&list, "%s:", row->at.file);
		file = row->at.file;
		strbuf_format(&list, "%u:%u %.*s", row->at.line, row->at.column, (int)strcspn(row->message, " "),
			      row->message);
		shown++;
	}
	if (rows.count > shown)
		strbuf_format(&list, "; and %zu more", rows.count - shown);
	unavailable_release(&rows);
	if (!list.length)
		return 0;
	return error_set(err, -EINVAL,
			 "profile %.100s has made-up values of a template; write your own, and take REPLACE off their "
			 "lines (`vpcjail profiles --new NAME --from TEMPLATE` copies one): %s",
			 profile->name, strbuf_text(&list));
}

static int refuse_unavailable(const struct launch_request *request, struct error *err)
{
	const struct profile *profile = request->profile;
	unavailable_vec list = { 0 };
	int result = 0;

	if (values_count(request))
		launch_unavailable(profile, &list);
	launch_missing(profile, request->host, &list);
	if (list.count) {
		const struct location *at = &list.items[0].at;
		if (at->line)
			result = error_set(err, -ENOTSUP, "%s:%u:%u: %s", at->file ? at->file : profile->path, at->line,
					   at->column, list.items[0].message);
		else
			result = error_set(err, -ENOTSUP, "profile %s: %s", profile->name, list.items[0].message);
	}
	unavailable_release(&list);
	return result;
}

// A host that has no way out in a family misses nothing when its audit has none.
static bool has_default(const struct host_network *network, size_t family)
{
	vec_for_each (route, &network->routes)
		if (!route->destination.length && (route->destination.base.family == FAMILY_IPV6) == (family == 1))
			return true;
	return false;
}

// Each connect of an audit is looked at before it is denied, and its process with it, which takes longer than a packet
// takes to be told of: so many packets a second are more than the attempts that can be seen. What bounds them besides
// is what bounds a run's: the buffer of the log's socket and the number of distinct events.
enum { AUDIT_LOG_RATE = 20000 };

struct ruleset_options launch_ruleset_options(enum audit_mode audit)
{
	struct ruleset_options options = ruleset_defaults;

	options.observe = audit == AUDIT_ONLINE;
	options.made_up = audit == AUDIT_OFFLINE;
	if (audit != AUDIT_NONE)
		options.log_rate = AUDIT_LOG_RATE;
	return options;
}

static int choose_link(const struct launch_request *request, struct launch_plan *plan, struct error *err)
{
	const struct link_facts facts = {
		.profile = request->profile,
		.policy = request->policy,
		.network = &request->host->network,
		.request = &request->link,
		.root = request->host->root,
		.ipv6 = request->host->ipv6,
		.forwards_ipv6 = request->host->forwards_ipv6,
		.jail = request->host->jail,
		.audit = request->audit,
	};
	CLEANUP(ruleset_neighbours_release) struct ruleset_neighbours neighbours = { 0 };
	struct ruleset_options options = launch_ruleset_options(request->audit);
	struct ruleset_link link = { .device = plan->link.inside, .open = request->audit == AUDIT_ONLINE };

	if (link_plan_choose(&facts, &plan->link, err) < 0)
		return err ? err->code : -EINVAL;
	for (size_t i = 0; i < LINK_FAMILIES; i++) {
		link.own[i] = plan->link.own[i].address;
		if (plan->link.left_out[i] && (!plan->link.open || has_default(&request->host->network, i)))
			vec_push(&plan->notices,
				 memory_format("%s: the %s some of it, but %s: not carried", link_family_name(i),
					       plan->link.open ? "host reaches" : "profile allows",
					       plan->link.left_out[i]));
	}
	if (ruleset_asks_neighbours(plan->link.kind)) {
		link_plan_neighbours(&plan->link, &neighbours);
		link.neighbours = &neighbours;
	}
	if (plan->link.kind != UPLINK_NONE)
		options.link = &link;
	if (plan_translation(plan, request, err) < 0)
		return err ? err->code : -EINVAL;
	plan->policy = request->policy;
	plan->ruleset = ruleset_compile(request->policy, &options);
	return 0;
}

static int refuse_places(const struct launch_request *request, struct error *err)
{
	for (size_t i = 0; i < request->share_count; i++) {
		AUTO_FREE char *fault = share_fault(request->host, request->share[i], "--share");
		if (fault)
			return error_set(err, -EINVAL, "%s", fault);
	}
	if (path_below(request->host->directory, "/proc") || path_below(request->host->directory, "/sys"))
		return error_set(err, -EINVAL,
				 "the working directory %s is the kernel's, and the job has its own; start "
				 "from another one",
				 request->host->directory);
	return 0;
}

static int compile_filters(const struct launch_request *request, struct launch_plan *plan, struct error *err)
{
	struct filter_options *options = &plan->filter_options;

	*options = (struct filter_options){ .level = request->profile->process.seccomp, .icmp = plan_pings(request) };
	if (filter_compile(options, &plan->filter, err) < 0)
		return err ? err->code : -EINVAL;
	options->notice = request->notice == NOTICE_NONE ? NOTICE_DENIALS : request->notice;
	return filter_compile(options, &plan->asking, err);
}

int launch_plan_build(const struct launch_request *request, struct launch_plan *plan, struct error *err)
{
	if (values_count(request) && refuse_placeholders(request->profile, err) < 0)
		return -EINVAL;
	if (refuse_unavailable(request, err) < 0)
		return -ENOTSUP;
	if (refuse_places(request, err) < 0)
		return -EINVAL;
	if (!request->command[0])
		return error_set(err, -EINVAL, "no command given");

	struct launch_plan made = { .root = request->host->root,
				    .host = request->host,
				    .audit = request->audit,
				    .log_group = ruleset_defaults.log_group };
	if (compile_filters(request, &made, err) < 0 || choose_link(request, &made, err) < 0) {
		launch_plan_release(&made);
		return err ? err->code : -EINVAL;
	}
	made.identity = &request->host->identity;
	for (char *const *word = request->command; *word; word++)
		vec_push(&made.command, memory_copy_text(*word));
	vec_push(&made.command, NULL);
	made.command.count--;
	for (size_t i = 0; i < request->keep_fd_count; i++)
		vec_push(&made.keep_fds, request->keep_fds[i]);

	plan_supervisor(&made, request);
	plan_network(&made, request);
	plan_view(&made, request);
	plan_landlock(&made, request);
	plan_workload(&made, request);
	plan_environment(&made, request);
	plan_mps_environment(&made, request);
	plan_notices(&made, request);
	plan_device_notices(&made, request);
	*plan = made;
	return 0;
}

void launch_plan_release(struct launch_plan *plan)
{
	vec_for_each (step, &plan->steps) {
		free(step->name);
		free(step->path);
		free(step->value);
		free(step->data);
	}
	vec_release(&plan->steps);
	text_list_release(&plan->command);
	text_list_release(&plan->environment);
	text_list_release(&plan->removed);
	text_list_release(&plan->hidden);
	text_list_release(&plan->notices);
	text_list_release(&plan->sockets);
	text_list_release(&plan->missing);
	granted_release(&plan->landlock.writable);
	granted_release(&plan->landlock.sockets);
	vec_release(&plan->opened);
	vec_release(&plan->watched);
	vec_release(&plan->keep_fds);
	link_plan_release(&plan->link);
	translation_plan_release(&plan->translation);
	ruleset_free(plan->ruleset);
	dns_rules_release(&plan->dns);
	filter_release(&plan->filter);
	filter_release(&plan->asking);
	*plan = (struct launch_plan){ 0 };
}
