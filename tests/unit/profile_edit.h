// SPDX-License-Identifier: GPL-2.0-or-later
// What a person would do with an edit: written into the text of the profile, as YAML.
#ifndef VPCJAIL_PROFILE_EDIT_H
#define VPCJAIL_PROFILE_EDIT_H

#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "policy/edit.h"
#include "profile/node.h"
#include "profile/yaml.h"

static struct node *profile_edit_read(const char *text)
{
	CLEANUP(mistakes_release) struct mistakes mistakes = { 0 };
	struct node *tree = yaml_read(text, strlen(text), "edited", &mistakes);

	assert_int_equal(mistakes.errors, 0);
	assert_non_null(tree);
	return tree;
}

// The place where the path's next part is kept; *slot is NULL where nothing is there yet.
static struct node **profile_edit_slot(struct node *node, const char *part)
{
	if (part[0] == '[') {
		size_t index = strtoul(part + 1, NULL, 10);
		assert_true(node->kind == NODE_SEQUENCE && index < node->items.count);
		return &node->items.items[index];
	}
	assert_int_equal(node->kind, NODE_MAPPING);
	vec_for_each (member, &node->members)
		if (strcmp(member->key, part) == 0)
			return &member->value;
	node_set(node, part, node_scalar(""));
	struct node **slot = &node->members.items[node->members.count - 1].value;
	node_free(*slot);
	*slot = NULL;
	return slot;
}

static struct node *profile_edit_value(const struct edit *edit)
{
	AUTO_FREE char *line = memory_format("value: %s\n", edit->value);
	AUTO_NODE struct node *tree = profile_edit_read(line);
	struct node **slot = profile_edit_slot(tree, "value");

	return STEAL(*slot);
}

static void profile_edit_one(struct node *tree, const struct edit *edit)
{
	struct node **slot = &tree;

	for (size_t i = 0; i < EDIT_PATH && edit->path[i]; i++) {
		if (!*slot)
			*slot = node_new(NODE_MAPPING);
		slot = profile_edit_slot(*slot, edit->path[i]);
	}
	if (!edit->add) {
		if (*slot)
			node_free(*slot);
		*slot = profile_edit_value(edit);
		return;
	}
	if (!*slot)
		*slot = node_new(NODE_SEQUENCE);
	node_append(*slot, profile_edit_value(edit));
}

static void profile_edit_apply(const char *text, const edit_vec *way, struct strbuf *out)
{
	AUTO_NODE struct node *tree = profile_edit_read(text);

	vec_for_each (edit, way)
		profile_edit_one(tree, edit);
	node_print_yaml(tree, out);
}

#endif
