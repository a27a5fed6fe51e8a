// SPDX-License-Identifier: GPL-2.0-or-later
// Additions to a profile: see suggest.h.
#include "cmd/suggest.h"

#include <errno.h>

#include "audit/suggest/suggest.h"
#include "base/cleanup.h"

int suggest_text(const struct report_sources *sources, struct strbuf *out, struct error *err)
{
	CLEANUP(suggestions_release) struct suggestions suggestions = { 0 };

	if (!sources->profile)
		return error_set(err, -ENOENT, "the profile of this run is not beside its record, or does not load");
	int result = suggest(sources->profile, &sources->record->events, &suggestions, err);
	if (result == 0)
		suggestions_format(&suggestions, out);
	return result;
}
