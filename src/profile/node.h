// SPDX-License-Identifier: GPL-2.0-or-later
// A document as a tree of scalars, sequences and mappings, every node with its place.
//
// What a profile is read from (yaml.h makes the tree), merged in (`extends`) and printed through.
#ifndef VPCJAIL_PROFILE_NODE_H
#define VPCJAIL_PROFILE_NODE_H

#include <stdbool.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "profile/profile.h"

enum node_kind { NODE_SCALAR, NODE_SEQUENCE, NODE_MAPPING };

// A container in one line: where it is an empty one or a short list; also any other that is short, and then without the
// comments in it; never, unless it is empty.
enum node_style { NODE_STYLE_CANONICAL, NODE_STYLE_FLOW, NODE_STYLE_BLOCK };

struct json;
struct node;

struct node_member {
	char *key;
	struct location key_at;
	struct node *value;
};

struct node {
	enum node_kind kind;
	struct location at;               // file borrowed: outlives the tree
	char *text;                       // of a scalar, else NULL
	bool quoted;                      // the scalar stands in quotes, so that "" is a value
	bool number;                      // JSON shows the scalar without quotes
	enum node_style style;            // how a container is printed
	VEC(struct node *) items;         // of a sequence
	VEC(struct node_member) members;  // of a mapping, in the order written; keys are unique
	char *note;                       // comment before it, "\n" between its lines; owned; NULL
	char *aside;  // comment behind its first line, or before it where there is no room; likewise
	char *after;  // comment behind all of it; likewise
};

// New trees; freed by node_free. node_scalar copies text.
struct node *node_scalar(const char *text);
struct node *node_number(const char *decimal);
struct node *node_new(enum node_kind kind);
void node_free(struct node *node);
void cleanup_node(struct node **node);

#define AUTO_NODE CLEANUP(cleanup_node)

// The value of a mapping's key, or NULL. Borrowed.
struct node *node_get(const struct node *mapping, const char *key);

// Appends; value becomes part of the tree.
void node_append(struct node *sequence, struct node *value);
void node_set(struct node *mapping, const char *key, struct node *value);

// What a profile that extends another means: mappings merge key by key, anything else of the child replaces what the
// parent has. Both trees are used up; the result is the caller's.
struct node *node_merge(struct node *parent, struct node *child);

// Comments; text NULL or "": none. Added to what is there, as lines of their own; but for line breaks they may hold
// anything, and stay comments.
void node_add_note(struct node *node, const char *text);
void node_add_after(struct node *node, const char *text);
void node_set_aside(struct node *node, const char *text);
void node_drop_comments(struct node *node);  // its own, not those of what is in it

// "a text", "a list", "a mapping": a literal, for messages.
const char *node_kind_name(enum node_kind kind);

// The tree as YAML (every scalar reads back as the same text), with its comments, and as JSON, without.
void node_print_yaml(const struct node *node, struct strbuf *out);
void node_print_json(const struct node *node, struct strbuf *out);

// The tree as a value of an open JSON document.
void node_add_json(const struct node *node, struct json *json);

#endif
