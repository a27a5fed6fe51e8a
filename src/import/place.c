// SPDX-License-Identifier: GPL-2.0-or-later
// Where in a JSON text a value stands: see place.h.
#include "import/place.h"

#include <stdbool.h>
#include <string.h>

const char *json_skip_blank(const char *text, const char *end)
{
	while (text < end && (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n'))
		text++;
	return text;
}

static const char *skip_string(const char *text, const char *end)
{
	for (text++; text < end && *text != '"'; text++)
		if (*text == '\\')
			text++;
	return text < end ? text + 1 : end;
}

const char *json_skip_value(const char *text, const char *end)
{
	size_t depth = 0;

	do {
		if (text >= end)
			return end;
		if (*text == '"') {
			text = skip_string(text, end);
			continue;
		}
		if (*text == '{' || *text == '[')
			depth++;
		else if (*text == '}' || *text == ']')
			depth--;
		else if (!depth)
			return text + strcspn(text, ",]} \t\r\n");
		text++;
	} while (depth);
	return text;
}

// What is looked for, and whether this is it.
struct wanted {
	const json_t *container;
	const char *key;
	size_t index;
	const char *end;
	const char *found;
};

static const char *walk(const json_t *node, const char *text, struct wanted *wanted);

static const char *behind(const char *text, const char *end, char wanted)
{
	text = json_skip_blank(text, end);
	return text < end && *text == wanted ? json_skip_blank(text + 1, end) : text;
}

// Whether the quoted text is the name; a name that is written with escapes is as good as another one.
static bool is_named(const char *quoted, const char *behind_it, const char *name)
{
	size_t length = (size_t)(behind_it - quoted) - 2;

	return strlen(name) == length && memcmp(quoted + 1, name, length) == 0;
}

static const char *walk_object(const json_t *node, const char *text, struct wanted *wanted)
{
	void *member = json_object_iter((json_t *)(uintptr_t)node);

	text = json_skip_blank(text + 1, wanted->end);
	while (text < wanted->end && *text == '"' && !wanted->found) {
		const char *name = text;
		const char *name_end = skip_string(text, wanted->end);
		const char *key = member ? json_object_iter_key(member) : NULL;
		bool known = key && is_named(name, name_end, key);

		text = behind(name_end, wanted->end, ':');
		if (node == wanted->container && wanted->key && is_named(name, name_end, wanted->key))
			wanted->found = text;
		if (known) {
			text = walk(json_object_iter_value(member), text, wanted);
			member = json_object_iter_next((json_t *)(uintptr_t)node, member);
		} else {
			text = json_skip_value(text, wanted->end);  // not in the tree: it was read on the way
		}
		text = behind(text, wanted->end, ',');
	}
	return text < wanted->end ? text + 1 : text;
}

static const char *walk_array(const json_t *node, const char *text, struct wanted *wanted)
{
	text = json_skip_blank(text + 1, wanted->end);
	for (size_t i = 0; i < json_array_size(node) && !wanted->found; i++) {
		if (node == wanted->container && !wanted->key && i == wanted->index)
			wanted->found = text;
		text = walk(json_array_get(node, i), text, wanted);
		text = behind(text, wanted->end, ',');
	}
	return text < wanted->end ? text + 1 : text;
}

// Behind the value; wanted->found once it was met.
static const char *walk(const json_t *node, const char *text, struct wanted *wanted)
{
	const char *begin = text;

	// Small values such as true are one and the same in all of the tree: only containers are known by themselves.
	if (node == wanted->container && !wanted->key && wanted->index == JSON_NO_INDEX) {
		wanted->found = begin;
		return text;
	}
	if (json_is_object(node))
		text = walk_object(node, text, wanted);
	else if (json_is_array(node))
		text = walk_array(node, text, wanted);
	else
		text = json_skip_value(text, wanted->end);
	if (node == wanted->container && !wanted->found)
		wanted->found = begin;
	return text;
}

const char *json_find(const json_t *tree, const char *text, const char *end, const json_t *object, const char *key,
		      size_t index)
{
	struct wanted wanted = { .container = object, .key = key, .index = index, .end = end };
	const char *begin = json_skip_blank(text, end);

	(void)walk(tree, begin, &wanted);
	return wanted.found ? wanted.found : begin;
}

struct location json_location(const struct location *from, const char *text, const char *byte)
{
	struct location at = *from;

	for (const char *c = text; c < byte; c++) {
		if (*c == '\n') {
			at.line++;
			at.column = 1;
		} else if (((unsigned char)*c & 0xc0) != 0x80) {
			at.column++;
		}
	}
	return at;
}
