// SPDX-License-Identifier: GPL-2.0-or-later
// JSON or YAML behind one face: see value.h.
#include "import/job/value.h"

#include <string.h>
#include <strings.h>

#include "base/number.h"

static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(text, *words) == 0)
			return true;
	return false;
}

static bool is_null(const struct node *node)
{
	static const char *const words[] = { "", "~", "null", NULL };

	return node->kind == NODE_SCALAR && !node->quoted && is_one_of(node->text, words);
}

bool value_given(const struct job_value *value)
{
	return value->node ? !is_null(value->node) : value->json && !json_is_null(value->json);
}

bool value_is_object(const struct job_value *value)
{
	return value->node ? value->node->kind == NODE_MAPPING : json_is_object(value->json);
}

bool value_is_list(const struct job_value *value)
{
	return value->node ? value->node->kind == NODE_SEQUENCE : json_is_array(value->json);
}

const char *value_kind(const struct job_value *value)
{
	if (!value_given(value))
		return "null";
	if (value->node)
		return node_kind_name(value->node->kind);
	switch (json_typeof(value->json)) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "a list";
	case JSON_STRING:
		return "a text";
	case JSON_INTEGER:
	case JSON_REAL:
		return "a number";
	case JSON_TRUE:
	case JSON_FALSE:
		return "true or false";
	case JSON_NULL:
		return "null";
	}
	return "null";
}

const char *value_text(const struct job_value *value)
{
	if (!value_given(value))
		return NULL;
	return value->node ? value->node->text : json_string_value(value->json);
}

enum known value_yes(const struct job_value *value)
{
	static const char *const yes[] = { "true", "yes", "on", NULL };
	static const char *const no[] = { "false", "no", "off", NULL };

	if (!value->node)
		return json_is_true(value->json) ? KNOWN_YES : json_is_false(value->json) ? KNOWN_NO : KNOWN_NOT;
	if (value->node->kind != NODE_SCALAR || value->node->quoted)
		return KNOWN_NOT;
	return is_one_of(value->node->text, yes) ? KNOWN_YES : is_one_of(value->node->text, no) ? KNOWN_NO : KNOWN_NOT;
}

bool value_number(const struct job_value *value, unsigned maximum, unsigned *number)
{
	uint64_t parsed;

	if (value->node) {
		if (value->node->kind != NODE_SCALAR || value->node->quoted ||
		    number_parse(value->node->text, maximum, &parsed) < 0)
			return false;
		*number = (unsigned)parsed;
		return true;
	}
	json_int_t given = json_integer_value(value->json);
	if (!json_is_integer(value->json) || given < 0 || given > (json_int_t)maximum)
		return false;
	*number = (unsigned)given;
	return true;
}

bool value_same_key(const char *one, const char *other)
{
	return strcasecmp(one, other) == 0;
}

static struct job_value member_of_json(const json_t *object, const char *key)
{
	const char *name;
	const json_t *member = json_object_get(object, key);

	if (member)
		return (struct job_value){ .json = member, .parent = object, .key = key };
	// jansson walks an object only through a pointer that could change it.
	json_object_foreach ((json_t *)(uintptr_t)object, name, member)
		if (value_same_key(name, key))
			return (struct job_value){ .json = member, .parent = object, .key = name };
	return (struct job_value){ 0 };
}

struct job_value value_member(const struct job_value *value, const char *key)
{
	if (!value->node)
		return member_of_json(value->json, key);
	const struct node *exact = node_get(value->node, key);
	if (exact)
		return (struct job_value){ .node = exact };
	vec_for_each (member, &value->node->members)
		if (value_same_key(member->key, key))
			return (struct job_value){ .node = member->value };
	return (struct job_value){ 0 };
}

size_t value_count(const struct job_value *value)
{
	return value->node ? value->node->items.count : json_array_size(value->json);
}

struct job_value value_item(const struct job_value *value, size_t index)
{
	if (index >= value_count(value))
		return (struct job_value){ 0 };
	if (value->node)
		return (struct job_value){ .node = value->node->items.items[index] };
	return (struct job_value){ .json = json_array_get(value->json, index), .parent = value->json, .index = index };
}

void value_each(const struct job_value *value, value_taker *take, void *data)
{
	if (value->node) {
		vec_for_each (member, &value->node->members) {
			struct job_value inside = { .node = member->value };
			take(data, member->key, &inside);
		}
		return;
	}
	const char *name;
	json_t *member;
	json_object_foreach ((json_t *)(uintptr_t)value->json, name, member) {
		struct job_value inside = { .json = member, .parent = value->json, .key = name };
		take(data, name, &inside);
	}
}

struct location value_place(const struct import_reader *reader, const struct job_value *value)
{
	if (value->node)
		return value->node->at;
	if (!value->parent)
		return reader->at;
	if (json_is_array(value->parent))
		return import_item_place(reader, value->parent, value->index);
	return import_place(reader, value->parent, value->key);
}
