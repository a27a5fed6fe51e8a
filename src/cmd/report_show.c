// SPDX-License-Identifier: GPL-2.0-or-later
// A record in one of the forms of a report: see report_show.h.
#include "cmd/report_show.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "audit/report/print.h"
#include "base/cleanup.h"
#include "base/number.h"
#include "cmd/output.h"
#include "plan/launch_plan.h"

enum { COLUMNS_MAXIMUM = 1000 };

static size_t columns_of(int fd)
{
	const char *given = getenv("COLUMNS");
	struct winsize size;
	uint64_t columns;

	if (given && number_parse(given, COLUMNS_MAXIMUM, &columns) == 0)
		return (size_t)columns;
	if (fd < 0 || !isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : REPORT_USUAL;
}

size_t report_show(const struct report_sources *sources, enum report_form form, int fd, struct strbuf *out)
{
	CLEANUP(outcomes_release) struct outcomes outcomes = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	struct report_options options = { .tolerations = sources->tolerations };
	struct hint_facts facts = { 0 };

	if (sources->profile) {
		facts = hint_facts_of(sources->profile);
		options.facts = &facts;
		outcomes_find(sources->profile, &sources->record->events, &sources->record->start, &outcomes);
		options.outcomes = &outcomes;
	}
	options.names_unseen = sources->profile && sources->record->start.mode == RECORD_RUN &&
			       !dns_is_answered(sources->profile, AUDIT_NONE);
	report_build(sources->record, &options, &report);
	switch (form) {
	case SHOW_TEXT:
		report_print_text(&report, columns_of(fd), out);
		break;
	case SHOW_JSON:
		report_print_json(&report, out);
		break;
	case SHOW_HTML:
		report_print_html(&report, out);
		break;
	}
	return report.total[FATE_DENIED].destinations;
}

size_t report_denied(const struct run_record *record, const struct profile *profile)
{
	CLEANUP(report_release) struct report report = { 0 };
	struct hint_facts facts = profile ? hint_facts_of(profile) : (struct hint_facts){ 0 };
	const struct report_options options = { .facts = profile ? &facts : NULL, .tolerations = profile };

	report_build(record, &options, &report);
	return report.total[FATE_DENIED].destinations;
}

size_t report_print_audit(const struct report_sources *sources)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	size_t denied = report_show(sources, SHOW_TEXT, STDERR_FILENO, &text);

	output_lines(&text);
	return denied;
}
