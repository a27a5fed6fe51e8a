// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail audit`: launches a command and tells what its profile would have denied.
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "audit/outcome/outcome.h"
#include "base/cleanup.h"
#include "cmd/breadcrumb.h"
#include "cmd/created.h"
#include "cmd/link_options.h"
#include "cmd/not_run.h"
#include "cmd/output.h"
#include "cmd/prepare.h"
#include "cmd/report_show.h"
#include "cmd/result_file.h"
#include "cmd/suggest.h"

const struct option_row audit_options[] = {
	OPTION_PROFILE,
	{ "offline", '\0', NULL, OPTION_FLAG, OPTION_OF(offline),
	  .help = "deny as `run` does, and give each unknown name a made-up address, so that it is seen who connects" },
	{ "keep-going", '\0', NULL, OPTION_FLAG, OPTION_OF(keep_going),
	  .help = "answer what is denied at once, also under on-deny: drop, so that one run finds many" },
	{ "json", 'j', "FILE", OPTION_TEXT, OPTION_OF(json_file), .completes = COMPLETES_PATH,
	  .help = "write the report to FILE as JSON as well" },
	{ "suggest", '\0', NULL, OPTION_FLAG, OPTION_OF(suggest),
	  .help = "print a diff of the profile with the additions that make the command pass" },
	{ "tolerate", '\0', "FILE", OPTION_TEXT, OPTION_OF(tolerate), .completes = COMPLETES_PATH,
	  .help = "a list of what may be denied all the same, besides the profile's; see tolerate in "
		  "vpcjail-profile(5)" },
	OPTIONS_RUN_FIRST,
	OPTIONS_LINK,
	OPTION_STOP_TIMEOUT,
	OPTIONS_RECORD,
	{ "quiet", 'q', NULL, OPTION_FLAG, OPTION_OF(quiet), .help = "say nothing but errors: the exit status tells" },
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual audit_manual = {
	.about = "Runs COMMAND within the walls that `vpcjail run` would build around its files, processes and\n"
		 "environment, but lets it reach whatever this host reaches, and tells afterwards what the\n"
		 "profile would have denied. It really reaches that: what must not be reached is not to be\n"
		 "audited so. With --offline everything is denied as in a run; a name that the profile does not\n"
		 "know then resolves to a made-up address of 198.18.0.0/15, so that each program gets as far as\n"
		 "its connect. --address, --gateway, --lease and --peer-ports are for --offline.",
	.examples = { { "vpcjail audit -p vpc-private -- python3 train.py", "what would break in the cloud?" },
		      { "vpcjail audit -p network-isolation --offline -- pytest tests/train_smoke.py",
			"a gate for a pipeline: nothing is reached, and 1 when something would be denied" },
		      { "vpcjail audit -p ./drop.yaml --offline --keep-going -- make train",
			"no connect hangs, though on-deny is drop" } },
	.exits = "0 when the command succeeded and nothing would be denied; 1 when something would be; 4 when only\n"
		 "the command itself failed; 125 when nothing was run; 2 usage; 3 when the profile is wrong.",
	.see = "vpcjail run, vpcjail explain, vpcjail check, vpcjail-profile(5)",
};

enum { STATUS_COMMAND_FAILED = 4 };

static enum status not_audited(const struct invocation *invocation, const struct run *run, const struct error *err)
{
	(void)not_run(err, invocation->operands.items[0]);
	return run->profile_wrong ? STATUS_PROFILE : STATUS_NOT_RUN;
}

// Options that say how the job's own link is: an audit of what the host reaches has the host's.
static bool options_fit(const struct invocation *invocation)
{
	if (invocation->offline || (!link_options_given(invocation) && !invocation->peer_ports))
		return true;
	output_message("audit: --address, --gateway, --lease and --peer-ports are for --offline: without it the job "
		       "reaches what this host reaches, by a link of its own choice");
	output_message("try `vpcjail audit --help`");
	return false;
}

// Whether something would be denied that nobody tolerates. What the record could not hold may be such a thing.
static bool would_be_denied(const struct run *run)
{
	const struct run_record *record = &run->result.record;

	vec_for_each (event, &record->events)
		if (outcome_event_counts(&run->loaded.profile, event))
			return true;
	return record->end.beyond || record->end.overruns || record->end.swallowed;
}

static void print_before(const struct invocation *invocation, const struct run *run)
{
	if (invocation->quiet)
		return;
	if (!invocation->offline)
		output_message(
		    "audit: the job really reaches what this host reaches; what %s would deny is told at the "
		    "end, and --offline denies it",
		    run->loaded.profile.name);
	else if (isatty(STDERR_FILENO))
		run_print_summary(run);
	run_print_notices(run);
}

// Without it the kernel's list of sockets names some of the processes, and no denied call is told of.
static void print_unwatched(const struct launch_result *result)
{
	if (result->notices)
		output_message("audit: most processes have no name here: the job's system calls could not be watched "
			       "(%s)%s",
			       strerror(-result->notices),
			       result->notices == -EBUSY ? "; vpcjail itself is run by a program that watches them"
							 : "");
}

// The report, in the forms that were asked for. A negative errno where one of them could not be written, which is said.
static int tell(const struct invocation *invocation, struct run *run, const struct result_file *json)
{
	const struct report_sources sources = { .record = &run->result.record,
						.profile = &run->loaded.profile,
						.tolerations = &run->loaded.profile };
	CLEANUP(strbuf_release) struct strbuf out = { 0 }, diff = { 0 };
	struct error err = { 0 };

	if (!invocation->quiet) {
		report_print_audit(&sources);
		print_unwatched(&run->result);
		breadcrumb_print_blocks(&run->result);
		breadcrumb_print_forwarded(&run->result);
		created_print(&run->plan);
	}
	if (json->fd >= 0)
		report_show(&sources, SHOW_JSON, -1, &out);
	if (result_file_write(json, &out, &err) < 0 ||
	    (invocation->suggest && suggest_text(&sources, &diff, &err) < 0)) {
		output_message("audit: %s", err.message);
		return err.code;
	}
	return diff.length && output_result(&diff, STATUS_YES) != STATUS_YES ? -EIO : 0;
}

enum status cmd_audit(const struct invocation *invocation)
{
	CLEANUP(result_file_close) struct result_file json = RESULT_FILE_NONE;
	CLEANUP(run_release) struct run run = { 0 };
	struct error err = { 0 };

	if (!options_fit(invocation))
		return STATUS_USAGE;
	if (result_file_open(&json, invocation->json_file, &err) < 0 ||
	    run_prepare(invocation, invocation->offline ? AUDIT_OFFLINE : AUDIT_ONLINE, &run, &err) < 0)
		return not_audited(invocation, &run, &err);
	print_before(invocation, &run);

	const struct launch_registration registration = { .name = invocation->name, .profile = &run.loaded.profile };
	const struct launch_recording recording =
	    run_recording(invocation, &run, invocation->offline ? RECORD_OFFLINE : RECORD_AUDIT);
	struct launch_options options = { .stop_timeout = invocation->stop_timeout,
					  .record = true,
					  .recording = &recording,
					  .link_lost = run_say_link_lost,
					  .tampered = run_say_tampered,
					  .on_tamper = TAMPER_KILL,
					  .registration = &registration };
	if (launch_run(&run.plan, &options, &run.result, &err) < 0)
		return not_audited(invocation, &run, &err);
	int written = tell(invocation, &run, &json);
	if (would_be_denied(&run) || written < 0)
		return STATUS_NO;
	return launch_exit_status(&run.result) ? (enum status)STATUS_COMMAND_FAILED : STATUS_YES;
}
