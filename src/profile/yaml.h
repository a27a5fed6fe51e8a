// SPDX-License-Identifier: GPL-2.0-or-later
// YAML text → tree of nodes: the plain part of YAML only.
//
// Anchors, aliases, tags, duplicate keys, several documents, bytes that are not UTF-8, control characters, nesting
// beyond YAML_DEPTH and texts beyond YAML_SIZE are mistakes with line and column. A plain scalar is its text: `true`,
// `null` and `~` mean nothing special.
#ifndef VPCJAIL_PROFILE_YAML_H
#define VPCJAIL_PROFILE_YAML_H

#include "profile/load.h"
#include "profile/node.h"

enum { YAML_DEPTH = 32, YAML_SIZE = 1 << 20 };

// Reads the one document of text. file names it in locations and must outlive the tree. The tree (the caller's), or
// NULL when it cannot be read at all; mistakes that leave a tree to go on with are added and the tree returned.
struct node *yaml_read(const char *text, size_t length, const char *file, struct mistakes *mistakes);

#endif
