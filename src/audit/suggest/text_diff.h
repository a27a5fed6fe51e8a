// SPDX-License-Identifier: GPL-2.0-or-later
// What differs between two texts, line by line, in the unified form that patch(1) and people read.
#ifndef VPCJAIL_AUDIT_SUGGEST_TEXT_DIFF_H
#define VPCJAIL_AUDIT_SUGGEST_TEXT_DIFF_H

#include "base/strbuf.h"

// Adds "--- OLD_NAME", "+++ NEW_NAME" and the hunks, with three lines around each change; nothing where the texts are
// the same. A last line without its newline is taken to have it. The fewest changes are found up to a bound; beyond it,
// whole blocks are replaced, which is as right but longer.
void text_diff(const char *old_name, const char *old_text, const char *new_name, const char *new_text,
	       struct strbuf *out);

#endif
