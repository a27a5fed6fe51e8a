// SPDX-License-Identifier: GPL-2.0-or-later
// A launch from beginning to end: prepare, apply the supervisor's steps, supervise, undo.
#include "kernel/launch/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/control/control_server.h"
#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"
#include "kernel/record/collect.h"

static void close_all(struct launch *launch)
{
	const int fds[] = { launch->channel,     launch->channel_inside, launch->init_fd,      launch->workload_fd,
			    launch->log_fd,      launch->conversations,  launch->terminal,     launch->sockets[0],
			    launch->sockets[1],  launch->network,        launch->switches,     launch->jail_rules,
			    launch->jail_routes, launch->watch.fd,       launch->host_watch.fd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int run(struct launch *launch, struct launch_result *result, struct error *err)
{
	int ends[2];
	int code = channel_open(ends, err);

	if (code < 0)
		return code;
	launch->channel = ends[0];
	launch->channel_inside = ends[1];
	if (pipe2(launch->sockets, O_CLOEXEC) < 0)
		return error_set_errno(err, -errno, "cannot make a pipe");
	code = launch_apply(launch, PLACE_SUPERVISOR, err);
	if (code == 0)
		return supervise(launch, result, err);
	if (launch->init > 0) {  // a step after the clone failed: whatever init has made ends with it
		(void)kill(launch->init, SIGKILL);
		while (waitpid(launch->init, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return code;
}

#ifdef VPCJAIL_TEST_HOOKS
// The protections that a test wants left out, by name. Without the network there is none to make rules for; a process
// that has neither no_new_privs nor capabilities may not restrict itself by a filter or Landlock.
static mechanism_set without_by_test(void)
{
	const char *names = getenv("VPCJAIL_TEST_WITHOUT");
	AUTO_FREE char *copy = memory_copy_text(names ? names : "");
	mechanism_set set = 0;

	for (char *rest = copy, *name; (name = strsep(&rest, ","));) {
		enum mechanism which = *name ? mechanism_find(name) : MECHANISM_COUNT;
		if (which < MECHANISM_COUNT)
			set |= (mechanism_set)1 << which;
		else if (*name)
			abort();  // a test that means something else than it says
	}
	if (set & MECHANISM_BIT(NETWORK))
		set |= MECHANISM_BIT(RULESET);
	if ((set & MECHANISM_BIT(NO_NEW_PRIVILEGES)) && !(set & MECHANISM_BIT(CAPABILITIES)))
		set |= MECHANISM_BIT(FILTER) | MECHANISM_BIT(LANDLOCK_SCOPE) | MECHANISM_BIT(LANDLOCK_UNIX) |
		       MECHANISM_BIT(LANDLOCK_WRITE);
	return set;
}

// The filter that an audit has.
static int observe_by_test(const struct launch_plan *plan, struct filter_program *program, struct error *err)
{
	struct filter_options options = plan->filter_options;

	options.notice = NOTICE_CONNECTS;
	return filter_compile(&options, program, err);
}
#endif

#ifdef VPCJAIL_TEST_HOOKS
// As for a caller who asks for no record.
static const struct launch_options *unrecorded_by_test(const struct launch_options *options,
						       struct launch_options *changed)
{
	if (!getenv("VPCJAIL_TEST_UNRECORDED"))
		return options;
	*changed = *options;
	changed->record = false;
	changed->recording = NULL;
	return changed;
}
#endif

// What is not open yet.
static const struct launch unopened = {
	.channel = -1,
	.channel_inside = -1,
	.scratch_lock = { -1, -1, -1 },
	.init_fd = -1,
	.workload_fd = -1,
	.log_fd = -1,
	.conversations = -1,
	.terminal = -1,
	.stdio = { 0, 1, 2 },
	.relay = { -1, -1, -1 },
	.network = -1,
	.jail_rules = -1,
	.watch = { .fd = -1 },
	.host_watch = { .fd = -1 },
	.jail_routes = -1,
	.uplink = UPLINK_CLOSED,
	.switches = -1,
	.netlink = -1,
	.diagnosis = -1,
	.root = -1,
	.empty = -1,
	.slave = -1,
	.sockets = { -1, -1 },
	.user_namespace = -1,
	.registry = { .folder = -1 },
};

int launch_run(const struct launch_plan *plan, const struct launch_options *options, struct launch_result *result,
	       struct error *err)
{
	struct launch launch = unopened;
	struct sigaction old_child;
	const struct sigaction child = { .sa_handler = SIG_DFL };
	struct error local = { 0 };
	sigset_t all;

	launch.plan = plan;
	launch.options = options;
	launch.result = result;
	launch.asking = &plan->asking;
#ifdef VPCJAIL_TEST_HOOKS
	launch.fail_step = getenv("VPCJAIL_TEST_FAIL");
	launch.forget = getenv("VPCJAIL_TEST_NO_CLONE");
	launch.without = without_by_test();
	struct launch_options unrecorded;
	launch.options = options = unrecorded_by_test(options, &unrecorded);
	CLEANUP(filter_release) struct filter_program observing = { 0 };
	if (getenv("VPCJAIL_TEST_CONNECTS") && observe_by_test(plan, &observing, err) < 0)
		return -EINVAL;
	if (observing.length)
		launch.asking = &observing;
#endif
	// Everything is blocked and read from a descriptor; the job gets the caller's mask back. Stopping stays
	// possible.
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &launch.signals);
	sigaction(SIGCHLD, &child, &old_child);  // an ignored SIGCHLD would swallow the exit status
	*result = (struct launch_result){ .attested.start = time(NULL) };
	if (options->record)
		launch.collector = collector_new(&launch);
	int code = options->recording && options->recording->require ? collector_begin(launch.collector, &local) : 0;
	if (code == 0)
		code = run(&launch, result, &local);
	result->link_lost = launch.uplink.lost;
	loop_release(&launch.loop);
	if (code < 0)
		collector_discard(launch.collector);
	collector_release(launch.collector);
	control_server_close(&launch);
	stdio_release(&launch);
	exchange_release(&launch.exchange);
	uplink_close(&launch.uplink, plan);
	scratch_remove(&launch);
	launch_unregister(&launch);  // last: until then it tells what is to be undone
	close_all(&launch);
	sigaction(SIGCHLD, &old_child, NULL);
	sigprocmask(SIG_SETMASK, &launch.signals, NULL);
	if (code < 0) {
		launch_result_release(result);
		if (err)
			*err = local;
	}
	return code;
}

int launch_exit_status(const struct launch_result *result)
{
	return WIFSIGNALED(result->wait_status) ? 128 + WTERMSIG(result->wait_status)
						: WEXITSTATUS(result->wait_status);
}

void launch_result_release(struct launch_result *result)
{
	run_record_release(&result->record);
	vec_release(&result->blocks);
	vec_for_each (policy, &result->exchanged)
		policy_release(policy);
	vec_release(&result->exchanged);
	vec_release(&result->forwarded);
	vec_for_each (exchanged, &result->updates)
		prefix_set_release(&exchanged->ask);
	vec_release(&result->updates);
	vec_release(&result->tampered);
	*result = (struct launch_result){ 0 };
}
