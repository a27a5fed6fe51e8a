// SPDX-License-Identifier: GPL-2.0-or-later
// What is said after a job of which something was denied: see breadcrumb.h.
#include "cmd/breadcrumb.h"

#include <inttypes.h>

#include "audit/record/destination.h"
#include "audit/report/report.h"
#include "base/cleanup.h"
#include "cmd/output.h"
#include "nft/ruleset.h"

static void add_process(const struct event_process *process, struct strbuf *line)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	if (!process->pid)
		return;
	event_process_format(process, &text);
	strbuf_add(line, ", ");
	strbuf_add_safe(line, strbuf_text(&text));
}

static void add_first(const struct event *denial, struct strbuf *line)
{
	CLEANUP(strbuf_release) struct strbuf destination = { 0 };

	destination_format(denial, &destination);
	strbuf_add_safe(line, strbuf_text(&destination));
	if (denial->flow.direction == INGRESS)
		strbuf_add(line, ", inbound");
	strbuf_add(line, ", ");
	strbuf_add_safe(line, denial->reason);
	strbuf_add(line, " (");
	strbuf_add_safe(line, denial->layer);
	strbuf_format(line, " rule %u)", denial->rule);
	add_process(&denial->process, line);
}

// "; 3 names refused; first: " and the like; nothing where there is none.
static bool add_count(size_t count, const char *what, const char *became, struct strbuf *line)
{
	if (count)
		strbuf_format(line, "%s%zu %s%s %s; first: ", line->length ? "; " : "", count, what,
			      count == 1 ? "" : "s", became);
	return count;
}

static const struct event *first_of(const struct report *report, enum event_kind kind)
{
	vec_for_each (event, &report->denied)
		if ((*event)->kind == kind)
			return *event;
	return NULL;
}

static void add_names(const struct report *report, struct strbuf *line)
{
	if (add_count(report->total[FATE_DENIED].of_kind[EVENT_NAME], "name", "refused", line))
		strbuf_add_safe(line, first_of(report, EVENT_NAME)->name);
}

static void add_calls(const struct report *report, struct strbuf *line)
{
	const struct event *first = first_of(report, EVENT_CALL);

	if (add_count(report->total[FATE_DENIED].of_kind[EVENT_CALL], "system call", "denied", line)) {
		strbuf_add_safe(line, first->call);
		add_process(&first->process, line);
	}
}

// The numbers are those of `vpcjail report`.
void breadcrumb_format(const struct launch_result *result, const struct profile *profile, struct strbuf *line)
{
	const struct run_record *record = &result->record;
	uint64_t beyond = record->end.beyond + record->end.overruns;
	struct hint_facts facts = profile ? hint_facts_of(profile) : (struct hint_facts){ 0 };
	const struct report_options options = { .facts = profile ? &facts : NULL, .tolerations = profile };
	CLEANUP(report_release) struct report report = { 0 };

	report_build(record, &options, &report);
	if (add_count(report.total[FATE_DENIED].of_kind[EVENT_PACKET], "destination", "denied", line))
		add_first(first_of(&report, EVENT_PACKET), line);
	if (beyond)
		strbuf_format(line, "%s%" PRIu64 " more denials could not be recorded", line->length ? "; " : "",
			      beyond);
	add_names(&report, line);
	add_calls(&report, line);
	if (report.total[FATE_TOLERATED].destinations)
		strbuf_format(line, "%s%zu tolerated", line->length ? "; " : "",
			      report.total[FATE_TOLERATED].destinations);
	if (line->length && record->start.run && *record->start.run)
		strbuf_format(line, "; `vpcjail report %s` for all", record->start.run);
	if (record->end.failure) {
		strbuf_format(line, "%sthe record of this run is not whole: ", line->length ? "; " : "");
		strbuf_add_safe(line, record->end.failure);
	}
}

static void print_block(const struct host_block *block)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	strbuf_add(&line, "this host's own firewall stopped packets of the job: table ");
	strbuf_format(&line, "%s ", block->family);
	strbuf_add_safe(&line, block->table);
	strbuf_add(&line, ", chain ");
	strbuf_add_safe(&line, block->chain);
	if (block->rule)
		strbuf_format(&line, ", rule with handle %" PRIu64, block->rule);
	else
		strbuf_add(&line, ", by its policy");
	strbuf_format(&line, "; let it pass what comes from and goes to \"%s*\" (nft -a list chain %s ",
		      RULESET_HOST_LINKS, block->family);
	strbuf_add_safe(&line, block->table);
	strbuf_add_char(&line, ' ');
	strbuf_add_safe(&line, block->chain);
	strbuf_add(&line, " shows it)");
	output_message("%s", strbuf_text(&line));
}

void breadcrumb_print_blocks(const struct launch_result *result)
{
	vec_for_each (block, &result->blocks)
		print_block(block);
}

void breadcrumb_print(const struct launch_result *result, const struct profile *profile)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	breadcrumb_format(result, profile, &line);
	if (line.length)
		output_message("%s", strbuf_text(&line));
	breadcrumb_print_blocks(result);
}

void breadcrumb_print_forwarded(const struct launch_result *result)
{
	vec_for_each (row, &result->forwarded)
		output_message("forwarded %u: %" PRIu64 " connection%s", row->port, row->connections,
			       row->connections == 1 ? "" : "s");
}
