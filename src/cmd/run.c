// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail run`: launches a command under a profile and gives its exit status.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/breadcrumb.h"
#include "cmd/created.h"
#include "cmd/link_options.h"
#include "cmd/load_profile.h"
#include "cmd/not_run.h"
#include "cmd/output.h"
#include "kernel/launch.h"
#include "kernel/registry.h"
#include "kernel/runs.h"
#include "kernel/stand_in.h"
#include "kernel/uplink.h"
#include "plan/settle.h"
#include "verify/describe.h"

enum { STOP_TIMEOUT_MAXIMUM = 86400, DESCRIPTOR_MAXIMUM = 1048576 };

static const char *const tamper_words[] = { [TAMPER_KILL] = "kill", [TAMPER_REPORT] = "report", NULL };

const struct option_row run_options[] = {
	OPTION_PROFILE,
	{ "name", 'n', "NAME", OPTION_TEXT, OPTION_OF(name),
	  .help = "what `vpcjail ps`, exec, forward and update call this job; no two running ones have the same" },
	{ "user", 'u', "USER", OPTION_TEXT, OPTION_OF(user), .completes = COMPLETES_USER,
	  .help = "as root: run the job as this user (default: who called sudo, else nobody)" },
	{ "share", 's', "PATH", OPTION_TEXTS, OPTION_OF(share), .completes = COMPLETES_PATH,
	  .help = "keep this path visible, though the job has a /tmp or /run of its own; may be repeated" },
	{ "keep-fd", '\0', "N", OPTION_NUMBERS, OPTION_OF(keep_fds), .maximum = DESCRIPTOR_MAXIMUM,
	  .help = "leave descriptor N open in the job (regular files and pipes only); may be repeated" },
	{ "peer-ports", '\0', "FIRST-LAST", OPTION_TEXT, OPTION_OF(peer_ports),
	  .help = "ports of this host's address at which peers reach the job (uplink veth; default: 1024-65535, less "
		  "those in use)" },
	OPTIONS_LINK,
	{ "stop-timeout", '\0', "SECONDS", OPTION_NUMBER, OPTION_OF(stop_timeout), .maximum = STOP_TIMEOUT_MAXIMUM,
	  .help = "how long a job has between SIGTERM and SIGKILL (default: 120; 0: no SIGKILL)" },
	{ "events", '\0', "FILE", OPTION_TEXT, OPTION_OF(events), .completes = COMPLETES_PATH,
	  .help = "write what happens to FILE as well, as it happens: JSON lines, one event each" },
	{ "require-events", '\0', NULL, OPTION_FLAG, OPTION_OF(require_events),
	  .help = "run nothing when what happens cannot be recorded" },
	{ "attest", '\0', "FILE", OPTION_TEXT, OPTION_OF(attest), .completes = COMPLETES_PATH,
	  .help = "write a statement to FILE when the job has ended: what was enforced, what came of it" },
	{ "on-tamper", '\0', "kill|report", OPTION_WORD, OPTION_OF(on_tamper), .words = tamper_words,
	  .help = "when somebody else changes the rules: end the job (default), or say it" },
	{ "quiet", 'q', NULL, OPTION_FLAG, OPTION_OF(quiet),
	  .help = "say nothing but errors: no summary, no notices, no word about denials" },
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual run_manual = {
	.about = "Runs COMMAND under a profile, with the files, user and groups of the caller, and denies in\n"
		 "the kernel every packet that the profile does not allow. When a single step of the launch\n"
		 "fails, nothing is run. Options end at -- or at the command. Without -p: $VPCJAIL_PROFILE\n"
		 "(not as root), /etc/vpcjail/default, network-isolation.",
	.examples = { { "vpcjail run -p network-isolation -- python3 train.py",
			"loopback alone, as EnableNetworkIsolation=True" },
		      { "sudo vpcjail run -p network-isolation -- python3 train.py",
			"the same as root; the job runs as who called sudo" },
		      { "vpcjail run -p ./mine.yaml --share /tmp/data -- make",
			"a profile of one's own; /tmp/data stays visible" },
		      { "vpcjail run --name train1 -- python3 train.py", "then: vpcjail exec train1 -- sh" } },
	.exits =
	    "the command's; 128+n when signal n ended it, 137 also when the job was ended because its\n"
	    "rules were changed; 1 when all went well but FILE could not be written; 125 when nothing was run; 126\n"
	    "when the command cannot be executed, 127 when it is not found; 2 usage.",
	.see = "vpcjail ps, vpcjail check, vpcjail show --as plan, vpcjail-profile(5)",
};

// Everything a launch is made of; released in one place.
struct run {
	struct loaded_profile loaded;
	struct host_facts host;
	struct policy policy;
	struct link_request link;
	text_list share;
	struct port_range peer_ports;
	struct launch_plan plan;
	struct launch_result result;
	struct attestation_file attest;
};

static void run_release(struct run *run)
{
	attestation_file_release(&run->attest);
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

static int build_plan(const struct invocation *invocation, struct run *run, struct error *err)
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

// Everything that can fail without a side effect, but for the removal of an earlier statement.
static int prepare(const struct invocation *invocation, struct run *run, struct error *err)
{
	if (refuse_closed(invocation->closed, err) < 0)
		return err->code;
	if (invocation->name && registry_check_name(invocation->name, err) < 0)
		return err->code;
	if (load_profile(invocation->profile, &run->loaded) < 0)
		return error_set(err, -EINVAL, "the profile %s is wrong",
				 run->loaded.name ? run->loaded.name : "that is the default");
	if (run->loaded.profile.network.uplink == UPLINK_DEVICE)
		uplink_recover_devices();
	make_runs();
	if (host_facts_read(&run->loaded.profile, invocation->user, &run->host, err) < 0)
		return err->code;
	if (profile_settle(&run->loaded.profile, &run->host.network, err) < 0)
		return err->code;
	if (stand_ins_resolve(&run->loaded.profile, err) < 0)
		return err->code;
	if (policy_build(&run->loaded.profile, &run->policy, err) < 0)
		return err->code;
	if (invocation->peer_ports && port_range_parse(invocation->peer_ports, &run->peer_ports, err) < 0)
		return error_prefix(err, "--peer-ports");
	if (resolve_share(invocation, &run->share, err) < 0 || link_options_read(invocation, &run->link, err) < 0)
		return err->code;
	if (build_plan(invocation, run, err) < 0)
		return err->code;
	return invocation->attest ? attestation_file_open(&run->attest, invocation->attest, err) : 0;
}

// Some notices begin with a path and a colon; the plan could not know whether that exists.
static void print_notices(const struct launch_plan *plan)
{
	vec_for_each (notice, &plan->notices) {
		const char *end = strstr(*notice, ": ");
		AUTO_FREE char *path = memory_copy_bytes(*notice, end ? (size_t)(end - *notice) : 0);
		if (path[0] != '/' || access(path, F_OK) == 0)
			output_message("%s", *notice);
	}
}

static void print_summary(const struct run *run)
{
	CLEANUP(strbuf_release) struct strbuf summary = { 0 };

	launch_plan_summary(&run->plan, &run->loaded.profile, &summary);
	output_message("%s", strbuf_text(&summary));
}

static void say_link_lost(void *data)
{
	(void)data;
	output_message("pasta, which carried the job's link, has ended: nothing passes the link any more");
}

static void say_tampered(void *data, const struct tampering *tampering)
{
	(void)data;
	if (tampering->unknown)
		output_message("whether the jail's rules were changed cannot be told: %s", tampering->what);
	else
		output_message("the jail's rules were changed by %s: %s%s",
			       tampering->process[0] ? tampering->process : "somebody else", tampering->what,
			       tampering->ended_job ? "; the job was ended" : "");
}

// The job's own status stays, unless it says that all went well.
static int attest(const struct run *run, int status, bool quiet)
{
	CLEANUP(attestation_release) struct attestation statement = { 0 };
	struct error err = { 0 };
	digest_text digest;

	attestation_describe(&run->plan, &run->loaded.profile, &run->result, status, &statement);
	if (attestation_file_write(&run->attest, &statement, digest, &err) < 0) {
		output_message("the job has run, but there is no statement about it: %s", err.message);
		return status ? status : STATUS_NO;
	}
	if (!quiet)
		output_message("attested in %s: sha256 %s", run->attest.path, digest);
	return status;
}

static void say_unrecorded(void *data, const char *message)
{
	(void)data;
	output_message("what happens is not recorded any more: %s; the job goes on", message);
}

static void print_results(const struct invocation *invocation, const struct run *run)
{
	if (invocation->quiet)
		return;
	breadcrumb_print(&run->result);
	breadcrumb_print_forwarded(&run->result);
	created_print(&run->plan);
}

enum status cmd_run(const struct invocation *invocation)
{
	CLEANUP(run_release) struct run run = { .attest = ATTESTATION_FILE_NONE };
	struct error err = { 0 };
	bool summary = !invocation->quiet && isatty(STDERR_FILENO);

	if (prepare(invocation, &run, &err) < 0)
		return not_run(&err, invocation->operands.items[0]);
	if (!invocation->quiet)
		print_notices(&run.plan);
	if (summary)
		print_summary(&run);

	const struct launch_registration registration = { .name = invocation->name, .profile = &run.loaded.profile };
	const struct launch_recording recording = { .keep = true,
						    .events = invocation->events,
						    .require = invocation->require_events,
						    .mode = RECORD_RUN,
						    .profile = &run.loaded.profile,
						    .profile_name = run.loaded.name,
						    .version = ATTESTED_VPCJAIL,
						    .failed = say_unrecorded };
	struct launch_options options = { .stop_timeout = invocation->stop_timeout,
					  .record = true,
					  .recording = &recording,
					  .link_lost = say_link_lost,
					  .tampered = say_tampered,
					  .on_tamper = (enum on_tamper)invocation->on_tamper,
					  .attest = invocation->attest,
					  .registration = &registration };
	if (launch_run(&run.plan, &options, &run.result, &err) < 0)
		return not_run(&err, invocation->operands.items[0]);

	int status = launch_exit_status(&run.result);
	print_results(invocation, &run);
	if (invocation->attest)
		status = attest(&run, status, invocation->quiet);
	if (summary && status != 0)
		print_summary(&run);
	return (enum status)status;
}
