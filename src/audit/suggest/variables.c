// SPDX-License-Identifier: GPL-2.0-or-later
// Variables that keep a program from asking: see draft.h.
#include <string.h>

#include "audit/suggest/draft.h"
#include "base/cleanup.h"

static bool is_set(const struct profile *profile, const char *variable)
{
	vec_for_each (value, &profile->process.environment_set)
		if (strcmp(value->name, variable) == 0)
			return true;
	return false;
}

static bool set_variable(struct draft *draft, const struct hint_advice *advice, const char *variable, const char *value)
{
	AUTO_FREE char *quoted = memory_format("\"%s\"", value);

	(void)draft_add(draft, false, quoted, DRAFT_PATH("process", "environment", "set", variable));
	if (!draft_keep(draft, NULL))
		return false;
	draft_note_added(draft, "the variable %s=%s", variable, value);
	if (value[0] == '/') {
		draft_note_made_up(draft, value);
		draft_note_to_fill(draft, "%s: where the job has %s", variable,
				   advice->channel ? advice->channel : "it");
	}
	return true;
}

// The variables of a hint that is mended by them. What is set already is left as it is, and has not kept the program
// from asking.
bool suggest_variables(struct draft *draft, const struct hint_advice *advice)
{
	AUTO_FREE char *settings = memory_copy_text(advice->settings);
	char *rest = settings, *word;
	bool quieted = false, filled = false;
	size_t added = draft->out->added.count;

	if (advice->hint->remedy != HINT_SET || !settings)
		return false;
	while ((word = strsep(&rest, " "))) {
		char *value = word;
		const char *variable = strsep(&value, "=");

		if (is_set(draft->given, variable))
			continue;
		filled = filled || value[0] == '/';
		quieted = is_set(&draft->now, variable) || set_variable(draft, advice, variable, value) || quieted;
	}
	if (draft->out->added.count > added && advice->channel && !filled)
		draft_note_added(draft, "for these to do, bring along %s", advice->channel);
	return quieted;
}
