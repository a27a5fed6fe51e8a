// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail report`: a recorded run as text, JSON or one HTML page.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "audit/report/print.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "cmd/flow_log.h"
#include "cmd/load_profile.h"
#include "cmd/load_record.h"
#include "cmd/output.h"
#include "cmd/report_list.h"
#include "cmd/report_show.h"
#include "cmd/suggest.h"
#include "cmd/tolerations.h"
#include "kernel/record/runs.h"

const struct option_row report_options[] = {
	OPTION_JSON,
	{ "html", '\0', NULL, OPTION_FLAG, OPTION_OF(html),
	  .help = "print one HTML page that needs nothing else: no network, no script" },
	{ "flow-log", '\0', NULL, OPTION_FLAG, OPTION_OF(flow_log),
	  .help = "print VPC Flow Log records: ACCEPT of what was carried, REJECT of what was denied" },
	OPTIONS_FLOW_LOG,
	{ "suggest", '\0', NULL, OPTION_FLAG, OPTION_OF(suggest),
	  .help = "print a diff of the profile with the additions that make the run pass" },
	{ "tolerate", '\0', "FILE", OPTION_TEXT, OPTION_OF(tolerate), .completes = COMPLETES_PATH,
	  .help = "tell apart what this list of tolerations covers too; see tolerate in vpcjail-profile(5)" },
	{ "output", 'o', "FILE", OPTION_TEXT, OPTION_OF(output), .completes = COMPLETES_PATH,
	  .help = "write the result to FILE instead of standard output" },
	{ "list", 'l', NULL, OPTION_FLAG, OPTION_OF(list), .help = "list the recorded runs instead, the newest first" },
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual report_manual = {
	.about = "Tells what a recorded run was denied: each destination with its name, port, the layer and rule\n"
		 "that denied it and the process that wanted it, grouped by what mends it, the widest first. Each\n"
		 "`vpcjail run` and `vpcjail audit` is recorded; the newest 50 runs are kept. RUN is a run's name,\n"
		 "the beginning of it, or the path of its folder or of an events file; without it the newest run.",
	.examples = { { "vpcjail report", "of the newest run" },
		      { "vpcjail report --list", "which runs there are" },
		      { "vpcjail report 20261128 --html -o report.html", "to read, print or pass on" },
		      { "vpcjail report --flow-log", "as VPC Flow Logs tell of it" },
		      { "vpcjail report --suggest > add.diff", "what would have to be added to the profile" },
		      { "vpcjail report --json | jq .denied.destinations", "for a program" } },
	.exits = "0, whatever the run was denied; 1 when it cannot be read or the result cannot be written, 2 usage\n"
		 "or no such run, 3 when the list of tolerations is wrong.",
	.see = "vpcjail run, vpcjail explain",
};

static enum status refuse(const struct error *err, enum status status)
{
	output_message("report: %s", err->message);
	return status;
}

static enum status usage(const char *text)
{
	output_message("report: %s", text);
	output_message("try `vpcjail report --help`");
	return STATUS_USAGE;
}

static enum status write_file(const char *path, const struct strbuf *text)
{
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
	int result = fd < 0 ? -errno : io_write_all(fd, strbuf_text(text), text->length);

	if (result == 0)
		return STATUS_YES;
	output_message("report: cannot write %s: %s", path, strerror(-result));
	return STATUS_NO;
}

// The profile of the run says the Region, the tolerations and what would become of it elsewhere; path may be NULL. A
// run without one is told of all the same.
static void load_sources(const char *path, struct loaded_profile *loaded, struct report_sources *sources)
{
	sources->tolerations = &loaded->profile;
	if (!path || access(path, F_OK) < 0) {
		output_message("report: no profile lies beside the events: no verdict, no tolerations of its own");
		return;
	}
	if (load_profile_quietly(path, loaded) == 0)
		sources->profile = &loaded->profile;
	else
		output_message("report: the run's profile cannot be loaded: no verdict, no tolerations of its own; "
			       "`vpcjail check %s` says why",
			       path);
}

static int print(const struct invocation *invocation, const struct report_sources *sources, struct strbuf *out,
		 struct error *err)
{
	if (invocation->flow_log)
		return flow_log_text(invocation, sources->record, out, err);
	if (invocation->suggest)
		return suggest_text(sources, out, err);
	report_show(sources,
		    invocation->html   ? SHOW_HTML
		    : invocation->json ? SHOW_JSON
				       : SHOW_TEXT,
		    invocation->output ? -1 : STDOUT_FILENO, out);
	return 0;
}

// What a run that goes on is denied after this is not in the report.
static void say_running(const struct run_record *record)
{
	CLEANUP(runs_release) run_name_vec runs = { 0 };

	if (record->end.given || runs_list(&runs, NULL) < 0)
		return;
	vec_for_each (run, &runs)
		if (run->running && strcmp(run->name, record->start.run ? record->start.run : "") == 0)
			output_message("report: %s still goes on: this is what it was denied until now", run->name);
}

static enum status report_one(const struct invocation *invocation, const char *events, const char *profile)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct report_sources sources = { .record = &record };
	struct error err = { 0 };

	if (load_record(events, &record, &err) < 0)
		return refuse(&err, STATUS_NO);
	say_running(&record);
	load_sources(profile, &loaded, &sources);
	if (!tolerations_add("report", invocation->tolerate, &loaded.profile))
		return STATUS_PROFILE;
	if (print(invocation, &sources, &out, &err) < 0)
		return refuse(&err, STATUS_NO);
	return invocation->output ? write_file(invocation->output, &out) : output_result(&out, STATUS_YES);
}

// NULL: they go together.
static const char *wrong_options(const struct invocation *invocation, struct error *err)
{
	unsigned forms =
	    (unsigned)invocation->json + invocation->html + (unsigned)invocation->flow_log + invocation->suggest;

	if (forms > 1)
		return "--json, --html, --flow-log and --suggest: one form at a time";
	if (!invocation->flow_log && (invocation->flow_format || invocation->flow_interval))
		return "--format and --interval are for --flow-log";
	return flow_log_text(invocation, NULL, NULL, err) < 0 ? err->message : NULL;
}

enum status cmd_report(const struct invocation *invocation)
{
	const char *asked = invocation->operands.count ? invocation->operands.items[0] : NULL;
	AUTO_FREE char *events = NULL;
	AUTO_FREE char *profile = NULL;
	struct error err = { 0 };

	const char *wrong = wrong_options(invocation, &err);
	if (wrong)
		return usage(wrong);
	if (invocation->list && (asked || invocation->html || invocation->flow_log || invocation->suggest ||
				 invocation->tolerate || invocation->output))
		return usage("--list names all runs; it goes with --json alone");
	if (invocation->list)
		return report_list(invocation->json);
	int found = runs_find(asked, &events, &profile, &err);
	if (found < 0)
		return refuse(&err, found == -ENOENT || found == -EEXIST ? STATUS_USAGE : STATUS_NO);
	return report_one(invocation, events, profile);
}
