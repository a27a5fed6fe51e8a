// SPDX-License-Identifier: GPL-2.0-or-later
// The made-up values of templates. In a profile that says `template: yes`, the comment "# REPLACE" marks a line whose
// value is a placeholder, until a profile that extends it says something else, or the mark is taken off.
#ifndef VPCJAIL_PROFILE_PLACEHOLDER_H
#define VPCJAIL_PROFILE_PLACEHOLDER_H

#include "profile/reader.h"

// Notes the marked lines of one file, from its text and its tree, in reader->marks; nothing unless it is a template.
void placeholders_note(struct reader *reader, const struct node *tree, const char *text, const char *file);

// Fills reader->profile->placeholders with what of the merged tree stands on marked lines, one entry a line. The
// profile is read already: a prefix list that nothing leads to does not count, for one that extends a template cannot
// take it out.
void placeholders_find(struct reader *reader, const struct node *tree);

#endif
