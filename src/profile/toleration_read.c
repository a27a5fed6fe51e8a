// SPDX-License-Identifier: GPL-2.0-or-later
// A file of tolerations beside the profile: see toleration.h. Its rows are the profile's own key `tolerate`.
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "profile/kind.h"
#include "profile/toleration.h"
#include "profile/yaml.h"

// The list itself, or that of the one key; NULL after complaining.
static const struct node *find_list(struct reader *reader, const struct node *tree)
{
	const struct node *list = tree;

	if (tree->kind == NODE_MAPPING) {
		list = node_get(tree, "tolerate");
		vec_for_each (member, &tree->members) {
			if (strcmp(member->key, "tolerate") == 0)
				continue;
			reader_error(reader, &member->key_at, "write a list of {destination: …, reason: …}",
				     "\"%s\" is no key of a file of tolerations", member->key);
			return NULL;
		}
	}
	if (list && list->kind == NODE_SEQUENCE)
		return list;
	reader_error(reader, &tree->at, "write \"- {destination: …, reason: …}\", a line each",
		     "a file of tolerations is a list, alone or under \"tolerate\"");
	return NULL;
}

int tolerations_read(const char *text, size_t length, const char *file, struct profile *profile,
		     struct mistakes *mistakes)
{
	size_t errors = mistakes->errors;
	struct reader reader = { .mistakes = mistakes, .profile = profile };
	AUTO_NODE struct node *tree = yaml_read(text, length, reader_file(&reader, file), mistakes);
	const struct node *list = tree ? find_list(&reader, tree) : NULL;
	const struct key_row *row = keys_find(&profile_keys, "tolerate");

	if (list)
		kind_of(row)->read(&reader, row, list, profile);
	return mistakes->errors > errors ? -EINVAL : 0;
}
