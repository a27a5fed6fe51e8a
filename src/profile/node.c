// SPDX-License-Identifier: GPL-2.0-or-later
// The tree of a document: see node.h.
#include "profile/node.h"

#include <string.h>

#include "base/cleanup.h"

struct node *node_new(enum node_kind kind)
{
	struct node *node = NEW(struct node);

	node->kind = kind;
	return node;
}

struct node *node_scalar(const char *text)
{
	struct node *node = node_new(NODE_SCALAR);

	node->text = memory_copy_text(text);
	return node;
}

struct node *node_number(const char *decimal)
{
	struct node *node = node_scalar(decimal);

	node->number = true;
	return node;
}

void node_free(struct node *node)
{
	if (!node)
		return;
	vec_for_each (item, &node->items)
		node_free(*item);
	vec_for_each (member, &node->members) {
		free(member->key);
		node_free(member->value);
	}
	vec_release(&node->items);
	vec_release(&node->members);
	node_drop_comments(node);
	free(node->text);
	free(node);
}

void cleanup_node(struct node **node)
{
	node_free(*node);
}

static struct node_member *find_member(const struct node *mapping, const char *key)
{
	vec_for_each (member, &mapping->members)
		if (strcmp(member->key, key) == 0)
			return member;
	return NULL;
}

struct node *node_get(const struct node *mapping, const char *key)
{
	const struct node_member *member = find_member(mapping, key);

	return member ? member->value : NULL;
}

void node_append(struct node *sequence, struct node *value)
{
	vec_push(&sequence->items, value);
}

void node_set(struct node *mapping, const char *key, struct node *value)
{
	struct node_member member = { .key = memory_copy_text(key), .key_at = value->at, .value = value };

	vec_push(&mapping->members, member);
}

struct node *node_merge(struct node *parent, struct node *child)
{
	if (parent->kind != NODE_MAPPING || child->kind != NODE_MAPPING) {
		node_free(parent);
		return child;
	}
	vec_for_each (member, &child->members) {
		struct node_member *below = find_member(parent, member->key);
		if (below) {
			below->key_at = member->key_at;
			below->value = node_merge(STEAL(below->value), STEAL(member->value));
		} else {
			vec_push(&parent->members, (struct node_member){ .key = STEAL(member->key),
									 .key_at = member->key_at,
									 .value = STEAL(member->value) });
		}
	}
	parent->at = child->at;
	node_free(child);
	return parent;
}

void node_drop_comments(struct node *node)
{
	free(STEAL(node->note));
	free(STEAL(node->aside));
	free(STEAL(node->after));
}

static void add_lines(char **to, const char *text)
{
	AUTO_FREE char *before = *to;

	if (!text || !*text)
		*to = STEAL(before);
	else
		*to = before ? memory_format("%s\n%s", before, text) : memory_copy_text(text);
}

void node_add_note(struct node *node, const char *text)
{
	add_lines(&node->note, text);
}

void node_add_after(struct node *node, const char *text)
{
	add_lines(&node->after, text);
}

void node_set_aside(struct node *node, const char *text)
{
	free(node->aside);
	node->aside = text && *text ? memory_copy_text(text) : NULL;
}

const char *node_kind_name(enum node_kind kind)
{
	switch (kind) {
	case NODE_SCALAR:
		return "a text";
	case NODE_SEQUENCE:
		return "a list";
	case NODE_MAPPING:
		return "a mapping";
	}
	return "nothing";
}
