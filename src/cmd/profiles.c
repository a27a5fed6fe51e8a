// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail profiles`: the named profiles, where each comes from and what it hides; makes a new one.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/sha256.h"
#include "cmd/load_profile.h"
#include "cmd/new_profile.h"
#include "cmd/output.h"
#include "profile/print.h"

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
	.about = "Lists the profiles that -p takes by name: those of /etc/vpcjail/profiles, of\n"
		 "$XDG_CONFIG_HOME/vpcjail/profiles (not as root), and the shipped ones. Of two with the\n"
		 "same name the first is used and hides the other. Two with the same digest allow the same:\n"
		 "it is taken of the profile as `vpcjail show` prints it. --new writes to the user's folder,\n"
		 "as root to /etc/vpcjail/profiles.",
	.examples = { { "vpcjail profiles", "what there is" },
		      { "vpcjail profiles --new mine --from network-isolation", "a starting point, to be edited" },
		      { "vpcjail profiles --names", "for a script" } },
	.exits = "0, 1 when the profile could not be written or a listed one would be refused,\n"
		 "2 usage, 3 when the template is wrong.",
	.see = "vpcjail show, vpcjail check, vpcjail-profile(5)",
};

struct listed {
	const struct found_profile *found;
	bool hidden;                    // behind an earlier one of its name
	char *description;              // owned; NULL: none
	char digest[SHA256_TEXT_SIZE];  // of the resolved profile as text; empty for one that is hidden or wrong
};

typedef VEC(struct listed) listed_vec;

// What the profile that is used under that name is, with `extends` followed. One that is wrong has nothing to say here.
static void describe(const struct search *search, struct listed *row)
{
	struct profile_source source = search_source(search);
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(strbuf_release) struct strbuf text = { 0 };

	if (profile_load(&source, row->found->name, &profile, &mistakes) < 0)
		return;
	profile_print(&profile, &text);
	(void)sha256_text(strbuf_text(&text), text.length, row->digest);
	row->description = STEAL(profile.description);
}

static void list(const struct search *search, const found_profile_vec *found, listed_vec *out)
{
	vec_for_each (profile, found) {
		struct listed row = { .found = profile };
		row.hidden = profile > found->items && strcmp(profile[-1].name, profile->name) == 0;
		if (!row.hidden && !profile->problem)
			describe(search, &row);
		vec_push(out, row);
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
	enum { FROM_WIDTH = 9, DIGEST_WIDTH = 12 };
	size_t width = strlen("NAME");
	char digest[DIGEST_WIDTH + 1];

	vec_for_each (row, rows)
		if (strlen(row->found->name) > width)
			width = strlen(row->found->name);
	add_padded(out, "NAME", width);
	add_padded(out, "FROM", FROM_WIDTH);
	add_padded(out, "DIGEST", DIGEST_WIDTH);
	strbuf_add(out, "DESCRIPTION\n");
	vec_for_each (row, rows) {
		add_padded(out, row->found->name, width);
		add_padded(out, search_place_name(row->found->place), FROM_WIDTH);
		(void)snprintf(digest, sizeof(digest), "%.*s", DIGEST_WIDTH, row->digest);
		add_padded(out, digest, DIGEST_WIDTH);
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

// Shells complete from these names, and bash expands what it is given as words: a file whose name is a command may have
// been left by a job.
static bool is_plain(const char *name)
{
	for (const unsigned char *at = (const unsigned char *)name; *at; at++)
		if (*at < 0x80 && !isalnum(*at) && !strchr("._-+@", *at))
			return false;
	return true;
}

static void add_names(const listed_vec *rows, struct strbuf *out)
{
	vec_for_each (row, rows) {
		if (row->hidden || row->found->problem || !is_plain(row->found->name))
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
		json_key_text(&json, "digest", row->digest[0] ? row->digest : NULL);
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
