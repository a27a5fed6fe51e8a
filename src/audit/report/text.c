// SPDX-License-Identifier: GPL-2.0-or-later
// A report as text: what was denied, grouped by what mends it, the widest first. See print.h.
#include <string.h>

#include "audit/report/print.h"
#include "audit/report/words.h"
#include "base/cleanup.h"

enum {
	CELLS = 5,
	GAP = 2,
	ROWS_MAXIMUM = 25,
	REASONS_MAXIMUM = 4,
	LEAST = 8,
	COMMAND_COLUMNS = 160,
	OUTCOME_COLUMNS = 1200
};
enum { CELL_PLACE, CELL_PORT, CELL_RULE, CELL_PROCESS, CELL_COUNT };

struct row {
	struct strbuf cells[CELLS];
	struct strbuf short_place;
};
typedef VEC(struct row) row_vec;

static void rows_release(row_vec *rows)
{
	vec_for_each (row, rows) {
		strbuf_release(&row->short_place);
		for (size_t i = 0; i < CELLS; i++)
			strbuf_release(&row->cells[i]);
	}
	vec_release(rows);
}

// Bytes of the first word of an inert text, or of as much of it as fits.
static size_t word_length(const char *text, size_t fits)
{
	size_t length = 0, columns = 0;

	for (; text[length] && text[length] != ' '; length++) {
		bool begins = ((unsigned char)text[length] & 0xc0) != 0x80;
		if (begins && columns++ == fits)
			break;
	}
	return length;
}

// Words of an inert text, in lines that fit, the first indented by first and the others by indent.
static void add_lines(const char *text, size_t first, size_t indent, size_t columns, struct strbuf *out)
{
	size_t limit = columns ? columns : REPORT_USUAL, at = 0, before = first;

	while (*text) {
		size_t length = word_length(text, limit - indent);
		char *word = memory_copy_bytes(text, length);
		size_t width = report_columns(word);
		if (at && at + 1 + width > limit) {
			strbuf_add(out, "\n");
			at = 0;
			before = indent;
		}
		strbuf_format(out, "%*s%s", at ? 1 : (int)before, "", word);
		at += width + (at ? 1 : before);
		text += length;
		text += strspn(text, " ");
		free(word);
	}
	strbuf_add(out, "\n");
}

static void add_wrapped(const char *text, size_t indent, size_t columns, struct strbuf *out)
{
	add_lines(text, indent, indent, columns, out);
}

static void fill_row(const struct report *report, const struct report_destination *destination, struct row *row)
{
	report_add_place(destination, &row->cells[CELL_PLACE]);
	report_add_short_place(destination, &row->short_place);
	report_add_port(destination->event, &row->cells[CELL_PORT]);
	report_add_rule(destination->event, &row->cells[CELL_RULE]);
	report_add_processes(report, destination, &row->cells[CELL_PROCESS]);
	report_add_number(destination->count, &row->cells[CELL_COUNT]);
}

static size_t widest(const row_vec *rows, size_t cell)
{
	size_t width = 0;

	vec_for_each (row, rows) {
		size_t columns = report_columns(strbuf_text(&row->cells[cell]));
		width = columns > width ? columns : width;
	}
	return width;
}

static size_t sum_of(const size_t widths[CELLS])
{
	size_t sum = 2 + (CELLS - 1) * GAP;

	for (size_t i = 0; i < CELLS; i++)
		sum += widths[i];
	return sum;
}

// Where the rows do not fit, the addresses of what has a name go first.
static void shorten_places(row_vec *rows)
{
	vec_for_each (row, rows) {
		struct strbuf whole = row->cells[CELL_PLACE];
		if (!row->short_place.length)
			continue;
		row->cells[CELL_PLACE] = row->short_place;
		row->short_place = whole;
	}
}

// Takes columns from the widest of the cells that may be cut, until the row fits.
static void fit(size_t widths[CELLS], size_t columns)
{
	static const size_t may_be_cut[] = { CELL_PLACE, CELL_PROCESS, CELL_RULE };

	for (;;) {
		size_t sum = sum_of(widths), at = CELL_PLACE;
		for (size_t i = 1; i < sizeof(may_be_cut) / sizeof(may_be_cut[0]); i++)
			if (widths[may_be_cut[i]] > widths[at])
				at = may_be_cut[i];
		if (sum <= columns || widths[at] <= LEAST)
			return;
		size_t less = widths[at] - LEAST < sum - columns ? widths[at] - LEAST : sum - columns;
		// In steps, so that all of them become narrower and not the widest alone.
		widths[at] -= less > 4 ? 4 : less;
	}
}

static void add_cell(const struct strbuf *cell, size_t width, bool right, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf shown = { 0 };

	report_add_visible(strbuf_text(cell), width, &shown);
	size_t columns = report_columns(strbuf_text(&shown));
	int padding = columns < width ? (int)(width - columns) : 0;
	strbuf_format(out, "%*s%s%*s", right ? padding : 0, "", strbuf_text(&shown), right ? 0 : padding, "");
}

static void add_rows(row_vec *rows, size_t columns, struct strbuf *out)
{
	size_t widths[CELLS];

	for (size_t i = 0; i < CELLS; i++)
		widths[i] = widest(rows, i);
	if (columns && sum_of(widths) > columns) {
		shorten_places(rows);
		widths[CELL_PLACE] = widest(rows, CELL_PLACE);
		fit(widths, columns);
	}
	vec_for_each (row, rows) {
		strbuf_add(out, "  ");
		for (size_t i = 0; i < CELLS; i++) {
			strbuf_format(out, "%*s", i ? GAP : 0, "");
			add_cell(&row->cells[i], widths[i], i == CELL_COUNT, out);
		}
		strbuf_add(out, "\n");
	}
}

static void add_headings(row_vec *rows)
{
	static const char *const headings[CELLS] = { "DESTINATION", "PORT", "DENIED BY", "PROCESS", "COUNT" };
	struct row row = { 0 };

	for (size_t i = 0; i < CELLS; i++)
		strbuf_add(&row.cells[i], headings[i]);
	vec_push(rows, row);
}

static void add_table(const struct report *report, const struct report_group *group, size_t columns, struct strbuf *out)
{
	CLEANUP(rows_release) row_vec rows = { 0 };
	size_t count = group->destinations.count;

	add_headings(&rows);
	for (size_t i = 0; i < count && i < ROWS_MAXIMUM; i++) {
		struct row row = { 0 };
		fill_row(report, &report->destinations.items[group->destinations.items[i]], &row);
		vec_push(&rows, row);
	}
	add_rows(&rows, columns, out);
	if (count > ROWS_MAXIMUM) {
		strbuf_add(out, "  and ");
		report_add_number(count - ROWS_MAXIMUM, out);
		strbuf_add(out, " more, which --json names\n");
	}
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

// Spares writing out the same sentence for each of many rows.
static bool is_same_reason(const struct event *before, const struct event *event)
{
	return before && before->rule == event->rule && is_same_text(before->reason, event->reason) &&
	       is_same_text(before->layer, event->layer) && is_same_text(before->origin, event->origin) &&
	       is_same_text(before->aws, event->aws);
}

// The reasons of a group's rows, each once.
static void add_reasons(const struct report *report, const struct report_group *group, size_t columns,
			struct strbuf *out)
{
	struct strbuf reasons[REASONS_MAXIMUM] = { 0 };
	const struct event *before = NULL;
	size_t known = 0;

	vec_for_each (index, &group->destinations) {
		const struct event *event = report->destinations.items[*index].event;
		struct strbuf line = { 0 };
		size_t i = 0;
		if (known == REASONS_MAXIMUM)
			break;
		if (!event->reason || is_same_reason(before, event))
			continue;
		before = event;
		report_add_rule(event, &line);
		strbuf_add(&line, ": ");
		report_add_reason(event, &line);
		while (i < known && strcmp(strbuf_text(&reasons[i]), strbuf_text(&line)) != 0)
			i++;
		if (i < known)
			strbuf_release(&line);
		else
			reasons[known++] = line;
	}
	for (size_t i = 0; i < known; i++) {
		add_wrapped(strbuf_text(&reasons[i]), 2, columns, out);
		strbuf_release(&reasons[i]);
	}
}

static void add_labelled(const char *label, const char *text, size_t columns, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	if (!text)
		return;
	strbuf_format(&line, "%s: ", label);
	report_add_visible(text, 0, &line);
	add_wrapped(strbuf_text(&line), 2, columns, out);
}

static void add_advice(const struct hint_advice *advice, size_t columns, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf endpoint = { 0 };

	add_labelled("fix", advice->fix, columns, out);
	if (advice->endpoint) {
		strbuf_format(&endpoint, "%s (%s)", advice->endpoint, advice->endpoint_type);
		add_labelled("endpoint", strbuf_text(&endpoint), columns, out);
	}
	add_labelled("set", advice->settings, columns, out);
	add_labelled("bring along", advice->channel, columns, out);
	add_labelled("key of the profile", advice->key, columns, out);
}

// Why the rows of a group are tolerated, each reason once.
static void add_tolerations(const struct report *report, const struct report_group *group, size_t columns,
			    struct strbuf *out)
{
	const struct toleration *before = NULL;
	size_t lines = 0;

	vec_for_each (index, &group->destinations) {
		const struct toleration *toleration = report->destinations.items[*index].tolerated;
		if (toleration == before || lines++ >= REASONS_MAXIMUM)
			continue;
		add_labelled(toleration->destination, toleration->reason ? toleration->reason : "tolerated", columns,
			     out);
		before = toleration;
	}
}

static void add_group(const struct report *report, const struct report_group *group, size_t columns, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf title = { 0 };

	strbuf_add(out, "\n");
	if (group->fate == FATE_DENIED) {
		report_add_visible(group->advice.what, 0, &title);
		add_wrapped(strbuf_text(&title), 0, columns, out);
	}
	add_table(report, group, columns, out);
	if (group->fate != FATE_DENIED) {
		add_tolerations(report, group, columns, out);
		return;
	}
	add_reasons(report, group, columns, out);
	add_advice(&group->advice, columns, out);
}

static void add_head(const struct report *report, size_t columns, struct strbuf *out)
{
	const struct record_start *start = &report->record->start;
	const struct record_end *end = &report->record->end;
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	strbuf_add(&line, "run ");
	report_add_visible(start->run ? start->run : "?", COMMAND_COLUMNS, &line);
	strbuf_format(&line, ": %s, profile ", report_mode(start->mode));
	report_add_visible(start->profile ? start->profile : "?", COMMAND_COLUMNS, &line);
	strbuf_add(&line, ": ");
	report_add_command(start, COMMAND_COLUMNS, &line);
	add_wrapped(strbuf_text(&line), 0, columns, out);
	strbuf_clear(&line);
	report_add_time(start->at, &line);
	if (end->given) {
		strbuf_add(&line, ", ");
		report_add_duration(end->at - start->at, &line);
		strbuf_format(&line, ", exit status %d", end->status);
	}
	add_wrapped(strbuf_text(&line), 0, columns, out);
}

// What would become of the run in the cloud; nothing where it is not known.
static void add_outcome(const struct report *report, size_t columns, struct strbuf *out)
{
	CLEANUP(outcome_lines_release) outcome_line_vec lines = { 0 };

	if (report->outcomes)
		outcomes_format(report->outcomes, &lines);
	strbuf_add(out, lines.count ? "\n" : "");
	vec_for_each (line, &lines) {
		CLEANUP(strbuf_release) struct strbuf shown = { 0 };
		report_add_visible(*line, OUTCOME_COLUMNS, &shown);
		add_lines(strbuf_text(&shown), 0, 2, columns, out);
	}
}

static void add_fate(const struct report *report, enum report_fate fate, size_t columns, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	if (fate != FATE_DENIED && !report->total[fate].destinations)
		return;
	strbuf_add(out, "\n");
	report_add_total(report, fate, &line);
	add_wrapped(strbuf_text(&line), 0, columns, out);
	vec_for_each (group, &report->groups)
		if (group->fate == fate && fate != FATE_CARRIED)
			add_group(report, group, columns, out);
}

static void add_gaps(const struct report *report, size_t columns, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf gaps = { 0 };

	report_add_gaps(report, &gaps);
	if (!gaps.length)
		return;
	strbuf_add(out, "\n");
	for (const char *line = gaps.text; *line;) {
		size_t length = strcspn(line, "\n");
		AUTO_FREE char *copy = memory_copy_bytes(line, length);
		add_wrapped(copy, 0, columns, out);
		line += length + 1;
	}
}

void report_print_text(const struct report *report, size_t columns, struct strbuf *out)
{
	if (columns && columns < REPORT_NARROWEST)
		columns = REPORT_NARROWEST;
	add_head(report, columns, out);
	add_outcome(report, columns, out);
	add_fate(report, FATE_DENIED, columns, out);
	add_fate(report, FATE_TOLERATED, columns, out);
	add_fate(report, FATE_CARRIED, columns, out);
	add_gaps(report, columns, out);
}
