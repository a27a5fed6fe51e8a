// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail run`: launches a command under a profile and gives its exit status.
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/breadcrumb.h"
#include "cmd/created.h"
#include "cmd/flow_log.h"
#include "cmd/link_options.h"
#include "cmd/not_run.h"
#include "cmd/output.h"
#include "cmd/prepare.h"
#include "verify/describe.h"

static const char *const tamper_words[] = { [TAMPER_KILL] = "kill", [TAMPER_REPORT] = "report", NULL };

const struct option_row run_options[] = {
	OPTION_PROFILE,
	OPTIONS_RUN_FIRST,
	OPTIONS_LINK,
	OPTION_STOP_TIMEOUT,
	OPTIONS_RECORD,
	{ "flow-log", '\0', "FILE", OPTION_TEXT, OPTION_OF(flow_log_file), .completes = COMPLETES_PATH,
	  .help = "write VPC Flow Log records to FILE when the job has ended" },
	OPTIONS_FLOW_LOG,
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

// The job's own status stays, unless it says that all went well.
static int attest(const struct attestation_file *file, const struct run *run, int status, bool quiet)
{
	CLEANUP(attestation_release) struct attestation statement = { 0 };
	struct error err = { 0 };
	digest_text digest;

	attestation_describe(&run->plan, &run->loaded.profile, &run->result, status, &statement);
	if (attestation_file_write(file, &statement, digest, &err) < 0) {
		output_message("the job has run, but there is no statement about it: %s", err.message);
		return status ? status : STATUS_NO;
	}
	if (!quiet)
		output_message("attested in %s: sha256 %s", file->path, digest);
	return status;
}

static void print_results(const struct invocation *invocation, const struct run *run)
{
	if (invocation->quiet)
		return;
	breadcrumb_print(&run->result, &run->loaded.profile);
	breadcrumb_print_forwarded(&run->result);
	created_print(&run->plan);
}

static bool flow_log_wrong(const struct invocation *invocation)
{
	struct error err = { 0 };

	if (!invocation->flow_log_file && (invocation->flow_format || invocation->flow_interval))
		output_message("run: --format and --interval are for --flow-log FILE");
	else if (flow_log_text(invocation, NULL, NULL, &err) < 0)
		output_message("run: %s", err.message);
	else
		return false;
	output_message("try `vpcjail run --help`");
	return true;
}

enum status cmd_run(const struct invocation *invocation)
{
	CLEANUP(attestation_file_release) struct attestation_file file = ATTESTATION_FILE_NONE;
	CLEANUP(result_file_close) struct result_file flow_log = RESULT_FILE_NONE;
	CLEANUP(run_release) struct run run = { 0 };
	struct error err = { 0 };
	bool summary = !invocation->quiet && isatty(STDERR_FILENO);

	if (flow_log_wrong(invocation))
		return STATUS_USAGE;
	if (result_file_open(&flow_log, invocation->flow_log_file, &err) < 0 ||
	    run_prepare(invocation, AUDIT_NONE, &run, &err) < 0 ||
	    (invocation->attest && attestation_file_open(&file, invocation->attest, &err) < 0))
		return not_run(&err, invocation->operands.items[0]);
	if (!invocation->quiet)
		run_print_notices(&run);
	if (summary)
		run_print_summary(&run);

	const struct launch_registration registration = { .name = invocation->name, .profile = &run.loaded.profile };
	const struct launch_recording recording = run_recording(invocation, &run, RECORD_RUN);
	struct launch_options options = { .stop_timeout = invocation->stop_timeout,
					  .record = true,
					  .recording = &recording,
					  .link_lost = run_say_link_lost,
					  .tampered = run_say_tampered,
					  .on_tamper = (enum on_tamper)invocation->on_tamper,
					  .attest = invocation->attest,
					  .registration = &registration };
	if (launch_run(&run.plan, &options, &run.result, &err) < 0)
		return not_run(&err, invocation->operands.items[0]);

	int status = launch_exit_status(&run.result);
	print_results(invocation, &run);
	if (flow_log_write(invocation, &run.result.record, &flow_log, &err) < 0) {
		output_message("the job has run, but there is no flow log of it: %s", err.message);
		status = status ? status : STATUS_NO;
	}
	if (invocation->attest)
		status = attest(&file, &run, status, invocation->quiet);
	if (summary && status != 0)
		run_print_summary(&run);
	return (enum status)status;
}
