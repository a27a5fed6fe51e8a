// SPDX-License-Identifier: GPL-2.0-or-later
// Additions to a profile: see suggest.h.
#include "cmd/suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/suggest/suggest.h"
#include "base/cleanup.h"
#include "cmd/load_profile.h"

// The file that the profile was read from, as far as it can be found again: what it says is compared with the profile.
struct read_file {
	char *name, *text;
};

static void read_file_release(struct read_file *file)
{
	free(file->name);
	free(file->text);
}

static bool is_relative(const char *name)
{
	static const char end[] = ".yaml";
	size_t length = strlen(name);

	return name[0] != '/' &&
	       (strchr(name, '/') || (length > strlen(end) && strcmp(name + length - strlen(end), end) == 0));
}

static void read_given(const struct record_start *start, struct read_file *file)
{
	CLEANUP(search_release) struct search search = { 0 };
	struct error ignored = { 0 };
	size_t length;

	if (!start->profile)
		return;
	bool relative = is_relative(start->profile) && start->directory;
	AUTO_FREE char *name =
	    relative ? memory_format("%s/%s", start->directory, start->profile) : memory_copy_text(start->profile);
	load_search(&search);
	struct profile_source source = search_source(&search);
	if (source.open(source.data, name, NULL, &file->name, &file->text, &length, &ignored) < 0)
		return;
	if (relative) {
		free(file->name);
		file->name = memory_copy_text(start->profile);
	}
}

int suggest_text(const struct report_sources *sources, struct strbuf *out, struct error *err)
{
	CLEANUP(suggestions_release) struct suggestions suggestions = { 0 };
	CLEANUP(read_file_release) struct read_file given = { 0 };

	if (!sources->profile)
		return error_set(err, -ENOENT, "the profile of this run is not beside its record, or does not load");
	read_given(&sources->record->start, &given);
	const struct suggest_file file = { .name = given.name, .text = given.text };
	int result = suggest(sources->profile, given.text ? &file : NULL, &sources->record->events, &suggestions, err);
	if (result == 0)
		suggestions_format(&suggestions, out);
	return result;
}
