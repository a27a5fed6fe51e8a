// SPDX-License-Identifier: GPL-2.0-or-later
// Writing into the text of a profile as a person would: what stands there stays as it is, with its comments.
#ifndef VPCJAIL_AUDIT_SUGGEST_TEXT_EDIT_H
#define VPCJAIL_AUDIT_SUGGEST_TEXT_EDIT_H

#include <stdbool.h>

// As tree_edit. The new text, the caller's; NULL where this way of writing has no place for it. Whoever uses the text
// reads it again: what it means is compared, not believed.
char *text_edit(const char *text, const char *const *path, bool add, const char *value);

#endif
