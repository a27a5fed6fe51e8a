// SPDX-License-Identifier: GPL-2.0-or-later
// The recorded runs as a list: see report_list.h.
#include "cmd/report_list.h"

#include <inttypes.h>

#include "audit/report/words.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/load_profile.h"
#include "cmd/load_record.h"
#include "cmd/output.h"
#include "cmd/report_show.h"
#include "kernel/record/runs.h"

enum { COLUMNS = 7, COMMAND_COLUMNS = 60 };

static const char *const headings[COLUMNS] = { "RUN", "STARTED", "MODE", "PROFILE", "DENIED", "STATE", "COMMAND" };

struct listed {
	const struct run_name *name;
	struct run_record record;
	bool readable;
	size_t denied;  // as the report of the run counts
};

static void read_listed(struct listed *run)
{
	AUTO_FREE char *events = NULL;
	AUTO_FREE char *profile = NULL;
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };

	run->readable =
	    runs_find(run->name->name, &events, &profile, NULL) == 0 && load_record(events, &run->record, NULL) == 0;
	if (!run->readable)
		return;
	bool known = profile && load_profile_quietly(profile, &loaded) == 0;
	run->denied = report_denied(&run->record, known ? &loaded.profile : NULL);
}

static const char *state_word(const struct listed *run)
{
	if (run->name->running)
		return "running";
	if (!run->readable)
		return "unreadable";
	return run->record.end.given ? "ended" : "killed";
}

static void fill_row(const struct listed *run, struct strbuf cells[COLUMNS])
{
	const struct record_start *start = &run->record.start;

	strbuf_add_safe(&cells[0], run->name->name);
	if (run->readable) {
		report_add_time(start->at, &cells[1]);
		strbuf_add(&cells[2], report_mode(start->mode));
		report_add_visible(start->profile ? start->profile : "-", COMMAND_COLUMNS, &cells[3]);
		report_add_number(run->denied, &cells[4]);
		report_add_command(start, COMMAND_COLUMNS, &cells[6]);
	}
	strbuf_add(&cells[5], state_word(run));
}

static void add_cells(struct strbuf *cells, size_t rows, struct strbuf *out)
{
	size_t widths[COLUMNS] = { 0 };

	for (size_t i = 0; i < rows * COLUMNS; i++) {
		size_t columns = report_columns(strbuf_text(&cells[i]));
		if (columns > widths[i % COLUMNS])
			widths[i % COLUMNS] = columns;
	}
	for (size_t i = 0; i < rows * COLUMNS; i++) {
		size_t columns = report_columns(strbuf_text(&cells[i]));
		bool last = i % COLUMNS == COLUMNS - 1;
		strbuf_format(out, "%s%*s%s", strbuf_text(&cells[i]), last ? 0 : (int)(widths[i % COLUMNS] - columns),
			      "", last ? "\n" : "  ");
		strbuf_release(&cells[i]);
	}
}

static void add_json(const struct listed *run, struct json *json)
{
	const struct record_start *start = &run->record.start;
	CLEANUP(strbuf_release) struct strbuf command = { 0 };

	json_object_begin(json);
	json_key_text(json, "run", run->name->name);
	json_key_text(json, "state", state_word(run));
	if (run->readable) {
		json_key_number(json, "start", start->at);
		json_key_text(json, "mode", report_mode(start->mode));
		json_key_text(json, "profile", start->profile);
		json_key_number(json, "denied", (int64_t)run->denied);
		report_add_command(start, 0, &command);
		json_key_text(json, "command", strbuf_text(&command));
	}
	json_object_end(json);
}

static void add_all(const run_name_vec *runs, bool as_json, struct strbuf *out)
{
	AUTO_FREE struct strbuf *cells = NEW_ARRAY(struct strbuf, (runs->count + 1) * COLUMNS);
	struct json json = { .out = out };

	for (size_t i = 0; i < COLUMNS && !as_json; i++)
		strbuf_add(&cells[i], headings[i]);
	if (as_json)
		json_array_begin(&json);
	for (size_t i = 0; i < runs->count; i++) {
		struct listed run = { .name = &runs->items[i] };
		read_listed(&run);
		if (as_json)
			add_json(&run, &json);
		else
			fill_row(&run, &cells[(i + 1) * COLUMNS]);
		run_record_release(&run.record);
	}
	if (as_json)
		json_array_end(&json);
	else
		add_cells(cells, runs->count + 1, out);
	strbuf_add(out, as_json ? "\n" : "");
}

enum status report_list(bool json)
{
	CLEANUP(runs_release) run_name_vec runs = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct error err = { 0 };

	if (runs_list(&runs, &err) < 0) {
		output_message("report: %s", err.message);
		return STATUS_NO;
	}
	add_all(&runs, json, &out);
	return output_result(&out, STATUS_YES);
}
