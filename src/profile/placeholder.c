// SPDX-License-Identifier: GPL-2.0-or-later
// From marks in the text of templates to placeholders in the profile: see placeholder.h.
#include "profile/placeholder.h"

#include <string.h>

#include "base/cleanup.h"

#define MARK "REPLACE"

// Whether a comment of the line begins with the mark: a '#' at its beginning or after a blank, then the word.
static bool is_marked(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (line[i] != '#' || (i && line[i - 1] != ' ' && line[i - 1] != '\t'))
			continue;
		const char *word = line + i + 1;
		word += strspn(word, " \t");
		if (strncmp(word, MARK, strlen(MARK)) == 0)
			return true;
	}
	return false;
}

void placeholders_note(struct reader *reader, const struct node *tree, const char *text, const char *file)
{
	const struct node *template = node_get(tree, "template");
	struct location at = { .file = file, .line = 1, .column = 1 };

	if (!template)
		return;
	if (template->kind != NODE_SCALAR ||
	    (strcmp(template->text, "yes") != 0 && strcmp(template->text, "no") != 0)) {
		reader_error(reader, &template->at, "write yes or no", "\"template\" must be yes or no");
		return;
	}
	if (strcmp(template->text, "yes") != 0)
		return;
	for (; *text; at.line++) {
		size_t length = strcspn(text, "\n");
		if (is_marked(text, length))
			vec_push(&reader->marks, at);
		text += length + (text[length] == '\n');
	}
}

static bool on_marked_line(const struct reader *reader, const struct location *at)
{
	vec_for_each (mark, &reader->marks)
		if (mark->file == at->file && mark->line == at->line)
			return true;
	return false;
}

static bool rules_name(const group_rule_vec *rules, const char *id)
{
	bool found = false;

	vec_for_each (rule, rules)
		vec_for_each (peer, &rule->peers)
			found = found || (peer->name && strcmp(peer->name, id) == 0);
	return found;
}

static bool is_used_list(const struct profile *profile, const char *id)
{
	bool found = false;

	vec_for_each (endpoint, &profile->endpoints)
		found = found || (endpoint->prefix_list.text && strcmp(endpoint->prefix_list.text, id) == 0);
	vec_for_each (route, &profile->routes)
		found = found || (route->destination.name && strcmp(route->destination.name, id) == 0);
	vec_for_each (group, &profile->security_groups)
		found = found || rules_name(&group->egress, id) || rules_name(&group->ingress, id);
	return found;
}

// One entry a line, the outermost value on it.
static void add(struct reader *reader, const char *key, const struct location *at)
{
	if (!on_marked_line(reader, at))
		return;
	vec_for_each (other, &reader->profile->placeholders)
		if (other->at.file == at->file && other->at.line == at->line)
			return;
	vec_push(&reader->profile->placeholders, (struct placeholder){ .key = memory_copy_text(key), .at = *at });
}

// A mapping in lines of its own begins where its first key does, which is no place of its own.
static void walk(struct reader *reader, const struct node *node, const char *key)
{
	if (node->kind != NODE_MAPPING)
		add(reader, key, &node->at);
	vec_for_each (item, &node->items) {
		add(reader, key, &(*item)->at);
		walk(reader, *item, key);
	}
	vec_for_each (member, &node->members) {
		AUTO_FREE char *path = memory_format("%s%s%s", key, *key ? "." : "", member->key);
		if (strcmp(key, "prefix-lists") == 0 && !is_used_list(reader->profile, member->key))
			continue;
		if (member->key_at.line == member->value->at.line)
			add(reader, path, &member->value->at);
		walk(reader, member->value, path);
	}
}

void placeholders_find(struct reader *reader, const struct node *tree)
{
	if (reader->marks.count)
		walk(reader, tree, "");
}
