// SPDX-License-Identifier: GPL-2.0-or-later
// Times, counts and what is said of a whole run: see words.h.
#include <inttypes.h>
#include <string.h>

#include "audit/report/words.h"
#include "base/cleanup.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, DAY_SECONDS = 86400 };

// The civil date of a day counted from 1970-01-01 (the calendar of ISO 8601), by counting years from 1 March, so that a
// leap day is the last of its year.
static void add_date(int64_t day, struct strbuf *out)
{
	int64_t shifted = day + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t of_era = shifted - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;

	strbuf_format(out, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year + era * 400 + (month >= 10),
		      month < 10 ? month + 3 : month - 9, of_year - (153 * month + 2) / 5 + 1);
}

static int64_t floor_seconds(int64_t milliseconds)
{
	return milliseconds / SECOND - (milliseconds % SECOND < 0);
}

void report_add_clock(int64_t milliseconds, struct strbuf *out)
{
	int64_t seconds = floor_seconds(milliseconds) % DAY_SECONDS;

	if (seconds < 0)
		seconds += DAY_SECONDS;
	strbuf_format(out, "%02d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
}

void report_add_time(int64_t milliseconds, struct strbuf *out)
{
	int64_t seconds = floor_seconds(milliseconds);

	add_date(seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0), out);
	strbuf_add(out, " ");
	report_add_clock(milliseconds, out);
	strbuf_add(out, " UTC");
}

void report_add_duration(int64_t milliseconds, struct strbuf *out)
{
	if (milliseconds < 0)
		milliseconds = 0;
	if (milliseconds < SECOND / 10)
		strbuf_format(out, "%d ms", (int)milliseconds);
	else if (milliseconds < MINUTE)
		strbuf_format(out, "%d.%d s", (int)(milliseconds / SECOND), (int)(milliseconds % SECOND / 100));
	else if (milliseconds < 60 * MINUTE)
		strbuf_format(out, "%d min %d s", (int)(milliseconds / MINUTE), (int)(milliseconds % MINUTE / SECOND));
	else
		strbuf_format(out, "%" PRId64 " h %d min", milliseconds / (60 * MINUTE),
			      (int)(milliseconds / MINUTE % 60));
}

void report_add_number(uint64_t number, struct strbuf *out)
{
	if (number >= 1000) {
		report_add_number(number / 1000, out);
		strbuf_format(out, ",%03u", (unsigned)(number % 1000));
	} else {
		strbuf_format(out, "%u", (unsigned)number);
	}
}

void report_add_count(uint64_t count, const char *noun, struct strbuf *out)
{
	report_add_number(count, out);
	strbuf_format(out, " %s%s", noun, count == 1 ? "" : "s");
}

static void add_part(uint64_t count, const char *noun, bool *first, struct strbuf *out)
{
	if (!count)
		return;
	strbuf_add(out, *first ? " (" : ", ");
	report_add_count(count, noun, out);
	*first = false;
}

static const char *fate_words(const struct report *report, enum report_fate fate, bool several)
{
	if (fate == FATE_CARRIED)
		return several ? "were carried" : "was carried";
	if (fate == FATE_TOLERATED)
		return several ? "are tolerated" : "is tolerated";
	if (report->record->start.mode == RECORD_AUDIT)
		return "would be denied";
	return several ? "were denied" : "was denied";
}

void report_add_kinds(const struct report_total *total, struct strbuf *out)
{
	static const struct {
		enum event_kind kind;
		const char *noun;
	} rows[] = { { EVENT_PACKET, "destination" },
		     { EVENT_FLOW, "destination" },
		     { EVENT_NAME, "name" },
		     { EVENT_CALL, "system call" } };
	size_t left = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		left += total->of_kind[rows[i].kind] > 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!total->of_kind[rows[i].kind])
			continue;
		report_add_count(total->of_kind[rows[i].kind], rows[i].noun, out);
		left--;
		strbuf_add(out, left > 1 ? ", " : left ? " and " : "");
	}
}

void report_add_total(const struct report *report, enum report_fate fate, struct strbuf *out)
{
	const struct report_total *total = &report->total[fate];
	bool first = true;

	if (!total->destinations) {
		strbuf_format(out, "nothing %s", fate_words(report, fate, false));
		return;
	}
	report_add_kinds(total, out);
	strbuf_format(out, " %s", fate_words(report, fate, total->destinations > 1));
	add_part(total->packets, "packet", &first, out);
	add_part(total->calls, "call", &first, out);
	add_part(total->questions, "question", &first, out);
	if (fate == FATE_CARRIED) {
		add_part(total->bytes, "byte", &first, out);
		strbuf_add(out, first ? " (" : "; back ");
		report_add_count(total->reply_packets, "packet", out);
		strbuf_add(out, ", ");
		report_add_count(total->reply_bytes, "byte", out);
		first = false;
	}
	strbuf_add(out, first ? "" : ")");
}

const char *report_mode(enum record_mode mode)
{
	static const char *const words[RECORD_MODES] = { "run", "audit", "audit --offline" };

	return words[mode];
}

void report_add_command(const struct record_start *start, size_t columns, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	vec_for_each (word, &start->command) {
		strbuf_add(&line, line.length ? " " : "");
		// A script of several lines stays readable in one.
		for (const char *c = *word; *c; c++)
			strbuf_add_char(&line, *c == '\n' || *c == '\t' ? ' ' : *c);
	}
	report_add_visible(strbuf_text(&line), columns, out);
}

static void add_file_gaps(const struct run_record *record, struct strbuf *out)
{
	if (record->broken) {
		report_add_number(record->broken, out);
		strbuf_add(out, " of ");
		report_add_count(record->lines, "line", out);
		strbuf_add(out, " of the file could not be read: damaged, or written by another version.\n");
	}
	if (record->missing_bytes) {
		strbuf_add(out, "The file was cut within a line: ");
		report_add_count(record->missing_bytes, "byte", out);
		strbuf_add(out, " behind the last whole line could not be read.\n");
	}
}

void report_add_gaps(const struct report *report, struct strbuf *out)
{
	const struct run_record *record = report->record;
	const struct record_end *end = &record->end;

	if (!end->given)
		strbuf_add(out, "The record has no end: the run was killed, its file was cut, or it still runs.\n");
	if (end->swallowed) {
		report_add_count(end->swallowed, "denied packet", out);
		strbuf_add(out, " that the kernel counted are in no event: its log was limited.\n");
	}
	if (end->overruns) {
		strbuf_add(out, "The kernel's log was full ");
		report_add_count(end->overruns, "time", out);
		strbuf_add(out, ".\n");
	}
	if (end->beyond) {
		report_add_count(end->beyond, "event", out);
		strbuf_add(out, " could not be told apart: the list of distinct ones was full.\n");
	}
	if (end->failure) {
		strbuf_add(out, "The recording failed: ");
		report_add_visible(end->failure, 0, out);
		strbuf_add(out, ".\n");
	}
	if (report->names_unseen)
		strbuf_add(out,
			   "What names the job asked for is not known: in a run this profile gives it no resolver. "
			   "`vpcjail audit --offline` tells them.\n");
	add_file_gaps(record, out);
}
