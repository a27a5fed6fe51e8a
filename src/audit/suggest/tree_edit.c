// SPDX-License-Identifier: GPL-2.0-or-later
// Writing into the tree of a profile: see tree_edit.h.
#include "audit/suggest/tree_edit.h"

#include <string.h>

#include "base/memory.h"
#include "profile/yaml.h"

struct node *tree_read(const char *text)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	AUTO_NODE struct node *tree = yaml_read(text, strlen(text), "profile", &mistakes);

	return mistakes.errors ? NULL : STEAL(tree);
}

static struct node *read_value(const char *value)
{
	AUTO_FREE char *line = memory_format("value: %s\n", value);
	AUTO_NODE struct node *tree = tree_read(line);

	if (!tree || tree->kind != NODE_MAPPING || tree->members.count != 1)
		return NULL;
	return STEAL(tree->members.items[0].value);
}

// Where the value of one part of a path is kept; NULL: not there.
static struct node **find_slot(struct node *node, const char *part)
{
	if (part[0] == '[') {
		size_t index = strtoul(part + 1, NULL, 10);
		return node->kind == NODE_SEQUENCE && index < node->items.count ? &node->items.items[index] : NULL;
	}
	vec_for_each (member, &node->members)
		if (node->kind == NODE_MAPPING && strcmp(member->key, part) == 0)
			return &member->value;
	return NULL;
}

static struct node **make_slot(struct node *node, const char *part)
{
	struct node **slot = find_slot(node, part);

	if (slot || node->kind != NODE_MAPPING || part[0] == '[')
		return slot;
	node_set(node, part, node_new(NODE_MAPPING));
	return &node->members.items[node->members.count - 1].value;
}

// An empty list or mapping is what was made on the way, or what may become a list.
static bool is_empty(const struct node *node)
{
	return node->kind != NODE_SCALAR && !node->items.count && !node->members.count;
}

bool tree_edit(struct node *tree, const char *const *path, bool add, const char *value)
{
	AUTO_NODE struct node *made = read_value(value);
	struct node *node = tree, **slot = NULL;

	for (size_t i = 0; made && i < EDIT_PATH && path[i]; i++) {
		slot = make_slot(node, path[i]);
		if (!slot)
			return false;
		node = *slot;
	}
	if (!slot || !made || (add && node->kind != NODE_SEQUENCE && !is_empty(node)))
		return false;
	if (!add || node->kind != NODE_SEQUENCE) {
		node_free(*slot);
		*slot = add ? node_new(NODE_SEQUENCE) : STEAL(made);
	}
	if (add)
		node_append(*slot, STEAL(made));
	return true;
}
