// SPDX-License-Identifier: GPL-2.0-or-later
// Says which files the job made that run outside, later: see created.h.
#include "cmd/created.h"

#include "base/cleanup.h"
#include "cmd/output.h"
#include "kernel/launch/launch.h"

void created_print(const struct launch_plan *plan)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };
	CLEANUP(text_list_release) text_list made = { 0 };

	guarded_made(plan, &made);
	vec_for_each (shown, &made) {
		strbuf_add(&line, line.length ? ", " : "created by the job and run later: ");
		strbuf_add_safe(&line, *shown);
	}
	if (line.length)
		output_message("%s", strbuf_text(&line));
}
