// SPDX-License-Identifier: GPL-2.0-or-later
// Writing into the tree of a profile: what a person would do with a policy/edit.h in the text.
#ifndef VPCJAIL_AUDIT_SUGGEST_TREE_EDIT_H
#define VPCJAIL_AUDIT_SUGGEST_TREE_EDIT_H

#include "policy/edit.h"
#include "profile/node.h"

// Writes, or adds to the list that is there, value (YAML in one line) at path (texts, NULL after the last; "[2]": the
// third of a list). Mappings on the way that are not there are made. false: the path leads nowhere, or value is no
// YAML; the tree is then as it was.
bool tree_edit(struct node *tree, const char *const *path, bool add, const char *value);

// Reads a text of YAML; NULL when it is none. The caller's.
struct node *tree_read(const char *text);

#endif
