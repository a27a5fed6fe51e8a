// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail ps`: the running jails.
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/output.h"
#include "kernel/control/registry.h"

const struct option_row ps_options[] = {
	{ "names", '\0', NULL, OPTION_FLAG, OPTION_OF(names),
	  .help = "print what each is called alone, one a line: its name, else its id" },
	OPTION_JSON,
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual ps_manual = {
	.about = "Lists the running jails of this user, those of all users for root: what each is called, under\n"
		 "which profile it runs, as whom, which process supervises it, since when, and the command.\n"
		 "A signal to that process is passed on to the job.",
	.examples = { { "vpcjail ps", "what there is" },
		      { "vpcjail ps --json", "for a program, with the digest of the profile and the uplink" } },
	.exits = "0, also when there are none; 1 when they cannot be listed, 2 usage.",
	.see = "vpcjail run --name, vpcjail exec, vpcjail forward, vpcjail update",
};

enum { COLUMNS = 8, SINCE_SIZE = 32 };

static const char *const headings[COLUMNS] = { "ID", "NAME", "PROFILE", "USER", "PID", "SINCE", "STATE", "COMMAND" };

// As the clock on the wall says it (ISO 8601).
static void print_since(int64_t since, bool for_people, char out[SINCE_SIZE])
{
	const time_t seconds = (time_t)since;
	struct tm when;

	if (!localtime_r(&seconds, &when) ||
	    !(for_people ? strftime(out, SINCE_SIZE, "%F %T", &when) : strftime(out, SINCE_SIZE, "%FT%T%z", &when)))
		out[0] = '\0';
}

static void fill_row(const struct registry_state *jail, struct strbuf cells[COLUMNS])
{
	char since[SINCE_SIZE];

	print_since(jail->since, true, since);
	strbuf_add_safe(&cells[0], jail->id);
	strbuf_add_safe(&cells[1], *jail->name ? jail->name : "-");
	strbuf_add_safe(&cells[2], jail->profile);
	strbuf_add_safe(&cells[3], jail->user);
	strbuf_format(&cells[4], "%d", (int)jail->supervisor);
	strbuf_add(&cells[5], since);
	strbuf_add(&cells[6], jail->stopped ? "stopped" : "running");
	strbuf_add_safe(&cells[7], jail->command);
}

static void add_table(const registry_state_vec *jails, struct strbuf *out)
{
	size_t widths[COLUMNS];
	size_t rows = jails->count + 1;
	AUTO_FREE struct strbuf *cells = NEW_ARRAY(struct strbuf, rows * COLUMNS);

	for (size_t i = 0; i < COLUMNS; i++)
		strbuf_add(&cells[i], headings[i]);
	for (size_t i = 0; i < jails->count; i++)
		fill_row(&jails->items[i], &cells[(i + 1) * COLUMNS]);
	for (size_t column = 0; column < COLUMNS; column++) {
		widths[column] = 0;
		for (size_t row = 0; row < rows; row++)
			if (cells[row * COLUMNS + column].length > widths[column])
				widths[column] = cells[row * COLUMNS + column].length;
	}
	for (size_t i = 0; i < rows * COLUMNS; i++) {
		bool last = i % COLUMNS == COLUMNS - 1;
		strbuf_format(out, "%-*s%s", last ? 0 : (int)widths[i % COLUMNS], strbuf_text(&cells[i]),
			      last ? "\n" : "  ");
		strbuf_release(&cells[i]);
	}
}

static void add_names(const registry_state_vec *jails, struct strbuf *out)
{
	vec_for_each (jail, jails)
		strbuf_format(out, "%s\n", *jail->name ? jail->name : jail->id);
}

static void add_json(const registry_state_vec *jails, struct strbuf *out)
{
	struct json json = { .out = out };

	json_array_begin(&json);
	vec_for_each (jail, jails) {
		char since[SINCE_SIZE];
		print_since(jail->since, false, since);
		json_object_begin(&json);
		json_key_text(&json, "id", jail->id);
		json_key_text(&json, "name", *jail->name ? jail->name : NULL);
		json_key_text(&json, "profile", jail->profile);
		json_key_text(&json, "digest", jail->digest);
		json_key_text(&json, "uplink", jail->uplink);
		json_key_text(&json, "user", jail->user);
		json_key_number(&json, "owner", jail->owner);
		json_key_number(&json, "pid", jail->supervisor);
		json_key_text(&json, "since", since);
		json_key_text(&json, "state", jail->stopped ? "stopped" : "running");
		json_key_text(&json, "command", jail->command);
		json_object_end(&json);
	}
	json_array_end(&json);
	strbuf_add_char(out, '\n');
}

enum status cmd_ps(const struct invocation *invocation)
{
	CLEANUP(registry_states_release) registry_state_vec jails = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct error err = { 0 };

	if (registry_list(&jails, &err) < 0) {
		output_message("ps: %s", err.message);
		return STATUS_NO;
	}
	if (invocation->json)
		add_json(&jails, &out);
	else
		(invocation->names ? add_names : add_table)(&jails, &out);
	return output_result(&out, STATUS_YES);
}
