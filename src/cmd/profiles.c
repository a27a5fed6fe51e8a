// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail profiles`: the named profiles, where each comes from and what it hides; makes a new one.
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cmd/load_profile.h"
#include "cmd/new_profile.h"
#include "cmd/output.h"

const struct option_row profiles_options[] = {
	{ "new", 'n', "NAME", OPTION_TEXT, OPTION_OF(new_profile),
	  .help = "write a profile of that name that extends a template; an existing one is never overwritten" },
	{ "from", 'f', "TEMPLATE", OPTION_TEXT, OPTION_OF(template), .completes = COMPLETES_PROFILE,
	  .help = "the profile that --new starts from" },
	{ "names", '\0', NULL, OPTION_FLAG, OPTION_OF(names), .help = "print the names alone, one a line" },
	OPTION_JSON,
	OPTION_HELP,
	OPTIONS_END,
};

const struct manual profiles_manual = {
	.about =
	    "Lists the profiles that -p takes by name: those of /etc/vpcjail/profiles, of "
	    "$XDG_CONFIG_HOME/vpcjail/profiles\n"
	    "(not as root), and the shipped ones. Of two with the same name the first is used and hides the other.\n"
	    "--new writes to the user's folder, as root to /etc/vpcjail/profiles.",
	.examples = { { "vpcjail profiles", "what there is" },
		      { "vpcjail profiles --new mine --from network-isolation", "a starting point, to be edited" },
		      { "vpcjail profiles --names", "for a script" } },
	.exits = "0, 1 when the profile could not be written or a listed one would be refused, 2 usage, 3 when the "
		 "template\n"
		 "is wrong.",
	.see = "vpcjail show, vpcjail check, vpcjail-profile(5)",
};

// The description of the profile that is used under that name; owned by the caller; NULL when it is wrong or has none.
static char *description_of(const struct search *search, const struct found_profile *found)
{
	struct profile_source source = search_source(search);
	struct mistakes mistakes = { 0 };
	struct profile profile = { 0 };
	char *description = NULL;

	if (profile_load(&source, found->name, &profile, &mistakes) == 0)
		description = STEAL(profile.description);
	profile_release(&profile);
	mistakes_release(&mistakes);
	return description;
}

struct listed {
	const struct found_profile *found;
	char *description;  // owned; NULL: none
	bool hidden;        // behind an earlier one of its name
};

typedef VEC(struct listed) listed_vec;

static void list(const struct search *search, const found_profile_vec *found, listed_vec *out)
{
	vec_for_each (row, found) {
		bool hidden = row > found->items && strcmp(row[-1].name, row->name) == 0;
		vec_push(out,
			 (struct listed){ .found = row,
					  .hidden = hidden,
					  .description = hidden || row->problem ? NULL : description_of(search, row) });
	}
}

static void add_padded(struct strbuf *out, const char *text, size_t width)
{
	size_t before = out->length;

	strbuf_add_safe(out, text);
	while (out->length - before < width)
		strbuf_add_char(out, ' ');
	strbuf_add(out, "  ");
}

static void add_table(const listed_vec *rows, struct strbuf *out)
{
	enum { FROM_WIDTH = 9 };
	size_t width = strlen("NAME");

	vec_for_each (row, rows)
		if (strlen(row->found->name) > width)
			width = strlen(row->found->name);
	add_padded(out, "NAME", width);
	add_padded(out, "FROM", FROM_WIDTH);
	strbuf_add(out, "DESCRIPTION\n");
	vec_for_each (row, rows) {
		add_padded(out, row->found->name, width);
		add_padded(out, search_place_name(row->found->place), FROM_WIDTH);
		if (row->found->problem) {
			output_add_coloured(out, 1, COLOUR_BAD, "refused: ");
			strbuf_add_safe(out, row->found->problem);
		} else if (row->hidden) {
			strbuf_add(out, "(hidden)");
		} else {
			strbuf_add_safe(out, row->description ? row->description : "");
		}
		if (row->found->hides) {
			strbuf_add(out, " (hides ");
			strbuf_add_safe(out, row->found->hides);
			strbuf_add_char(out, ')');
		}
		strbuf_add_char(out, '\n');
	}
}

static void add_names(const listed_vec *rows, struct strbuf *out)
{
	vec_for_each (row, rows) {
		if (row->hidden || row->found->problem)
			continue;
		strbuf_add_safe(out, row->found->name);
		strbuf_add_char(out, '\n');
	}
}

static void add_json(const listed_vec *rows, struct strbuf *out)
{
	struct json json = { .out = out };

	json_array_begin(&json);
	vec_for_each (row, rows) {
		json_object_begin(&json);
		json_key_text(&json, "name", row->found->name);
		json_key_text(&json, "path", row->found->path);
		json_key_text(&json, "from", search_place_name(row->found->place));
		json_key_bool(&json, "hidden", row->hidden);
		json_key_text(&json, "hides", row->found->hides);
		json_key_text(&json, "problem", row->found->problem);
		json_key_text(&json, "description", row->description);
		json_object_end(&json);
	}
	json_array_end(&json);
	strbuf_add_char(out, '\n');
}

static enum status print_list(const struct invocation *invocation, const struct search *search,
			      const found_profile_vec *found)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	enum status status = STATUS_YES;
	listed_vec rows = { 0 };

	list(search, found, &rows);
	if (invocation->json)
		add_json(&rows, &out);
	else
		(invocation->names ? add_names : add_table)(&rows, &out);
	vec_for_each (row, &rows) {
		if (row->found->problem && !invocation->names)
			status = STATUS_NO;
		free(row->description);
	}
	vec_release(&rows);
	return output_result(&out, status);
}

enum status cmd_profiles(const struct invocation *invocation)
{
	CLEANUP(search_release) struct search search = { 0 };
	CLEANUP(found_profiles_release) found_profile_vec found = { 0 };
	struct error err = { 0 };

	if (!invocation->new_profile != !invocation->template) {
		output_message("profiles: --new NAME and --from TEMPLATE go together");
		return STATUS_USAGE;
	}
	load_search(&search);
	if (search_list(&search, &found, &err) < 0) {
		output_message("%s", err.message);
		return STATUS_NO;
	}
	if (invocation->new_profile)
		return new_profile(&search, &found, invocation->new_profile, invocation->template);
	return print_list(invocation, &search, &found);
}
