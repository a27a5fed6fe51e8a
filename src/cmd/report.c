// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail report`: a recorded run as text, JSON or one HTML page.
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "audit/report_print.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "cmd/report_list.h"
#include "cmd/report_show.h"
#include "kernel/runs.h"
#include "profile/toleration.h"

const struct option_row report_options[] = {
	OPTION_JSON,
	{ "html", '\0', NULL, OPTION_FLAG, OPTION_OF(html),
	  .help = "print one HTML page that needs nothing else: no network, no script" },
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
		      { "vpcjail report --json | jq .denied.destinations", "for a program" } },
	.exits = "0, whatever the run was denied; 1 when it cannot be read or the result cannot be written, 2 usage\n"
		 "or no such run, 3 when the list of tolerations is wrong.",
	.see = "vpcjail run, vpcjail explain",
};

// A record is as long as its run had distinct events, which are limited.
enum { RECORD_MAXIMUM = 1 << 30, TOLERATIONS_MAXIMUM = 1 << 20 };

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

static int read_record(const char *path, struct run_record *record, struct error *err)
{
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	int result = io_read_file(path, RECORD_MAXIMUM, &text, &length, err);

	if (result == 0 && (result = run_record_read(text, length, record, err)) < 0)
		error_prefix(err, "%s", path);
	return result;
}

// What is tolerated beyond the profile's own.
static bool add_tolerations(const char *file, struct profile *profile)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(strbuf_release) struct strbuf list = { 0 };
	AUTO_FREE char *text = NULL;
	struct error err = { 0 };
	size_t length = 0;

	if (!file)
		return true;
	if (io_read_file(file, TOLERATIONS_MAXIMUM, &text, &length, &err) < 0) {
		output_message("report: %s", err.message);
		return false;
	}
	if (tolerations_read(text, length, file, profile, &mistakes) == 0)
		return true;
	mistakes_format(&mistakes, &list);
	output_lines(&list);
	return false;
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

static enum status report_one(const struct invocation *invocation, const char *events, const char *profile)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct report_sources sources = { .record = &record };
	struct error err = { 0 };

	if (read_record(events, &record, &err) < 0)
		return refuse(&err, STATUS_NO);
	load_sources(profile, &loaded, &sources);
	if (!add_tolerations(invocation->tolerate, &loaded.profile))
		return STATUS_PROFILE;
	report_show(&sources,
		    invocation->html   ? SHOW_HTML
		    : invocation->json ? SHOW_JSON
				       : SHOW_TEXT,
		    invocation->output ? -1 : STDOUT_FILENO, &out);
	return invocation->output ? write_file(invocation->output, &out) : output_result(&out, STATUS_YES);
}

enum status cmd_report(const struct invocation *invocation)
{
	const char *asked = invocation->operands.count ? invocation->operands.items[0] : NULL;
	AUTO_FREE char *events = NULL;
	AUTO_FREE char *profile = NULL;
	struct error err = { 0 };

	if (invocation->json && invocation->html)
		return usage("both --json and --html: one form at a time");
	if (invocation->list && (asked || invocation->html || invocation->output))
		return usage("--list names all runs; it goes with --json alone");
	if (invocation->list)
		return report_list(invocation->json);
	int found = runs_find(asked, &events, &profile, &err);
	if (found < 0)
		return refuse(&err, found == -ENOENT || found == -EEXIST ? STATUS_USAGE : STATUS_NO);
	return report_one(invocation, events, profile);
}
