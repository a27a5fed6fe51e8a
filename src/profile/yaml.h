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

// What the text is to those who wrote it, for messages. All literals; hints may be NULL.
struct yaml_words {
	const char *what;          // "profile"
	const char *empty_hint;    // nothing but comments
	const char *larger_hint;   // than YAML_SIZE
	const char *anchors_hint;  // anchors and aliases
	const char *tags_hint;
	const char *second_hint;  // document
};

extern const struct yaml_words yaml_profile;

// Reads the one document of text. file names it in locations and must outlive the tree. The tree (the caller's), or
// NULL when it cannot be read at all; mistakes that leave a tree to go on with are added and the tree returned.
struct node *yaml_read(const char *text, size_t length, const char *file, struct mistakes *mistakes);

// The same of a text that is no profile.
struct node *yaml_read_as(const struct yaml_words *words, const char *text, size_t length, const char *file,
			  struct mistakes *mistakes);

#endif
