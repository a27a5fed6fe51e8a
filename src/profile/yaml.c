// SPDX-License-Identifier: GPL-2.0-or-later
// libyaml's events → tree of nodes: see yaml.h.
#include "profile/yaml.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/cleanup.h"
#include "base/utf8.h"

const struct yaml_words yaml_profile = {
	.what = "profile",
	.empty_hint = "a profile begins with \"vpcjail: 1\"",
	.larger_hint = "put long lists of addresses into the `file` of a prefix list",
	.anchors_hint = "write the value out where it is needed; whole profiles share by `extends`",
	.tags_hint = "leave it out: a value's key decides what it is",
	.second_hint = "one file is one profile",
};

struct yaml {
	yaml_parser_t parser;
	const struct yaml_words *words;
	const char *file;
	struct mistakes *mistakes;
};

static struct location place_of(const struct yaml *yaml, const yaml_mark_t *mark)
{
	return (struct location){ .file = yaml->file,
				  .line = (unsigned)mark->line + 1,
				  .column = (unsigned)mark->column + 1 };
}

#define complain(yaml, at, hint, ...) mistakes_add((yaml)->mistakes, SEVERITY_ERROR, (at), (hint), __VA_ARGS__)

// libyaml says where, but in bytes, when it stumbles over a character.
static struct location place_of_byte(const struct yaml *yaml, const char *text, size_t offset)
{
	struct location at = { .file = yaml->file, .line = 1, .column = 1 };

	for (size_t i = 0; i < offset; i++) {
		bool continues = ((unsigned char)text[i] & 0xc0) == 0x80;
		if (text[i] == '\n') {
			at.line++;
			at.column = 1;
		} else if (!continues) {
			at.column++;
		}
	}
	return at;
}

// Whether text is text at all; says where it is not.
static bool is_text(const struct yaml *yaml, const char *text, size_t length)
{
	struct location start = { .file = yaml->file, .line = 1, .column = 1 };

	if (length > YAML_SIZE) {
		complain(yaml, &start, yaml->words->larger_hint, "the %s is larger than 1 MiB", yaml->words->what);
		return false;
	}
	for (size_t i = 0; i < length;) {
		unsigned char c = (unsigned char)text[i];
		size_t bytes = c ? utf8_length(text + i) : 0;
		if (bytes && (c >= ' ' || c == '\t' || c == '\n' || c == '\r') && c != 0x7f) {
			i += bytes;
			continue;
		}
		struct location at = place_of_byte(yaml, text, i);
		if (c < 0x80)
			complain(yaml, &at, NULL, "the control character 0x%02x is not text: is this a %s?", c,
				 yaml->words->what);
		else
			complain(yaml, &at, "save the file as UTF-8", "byte 0x%02x is not UTF-8", c);
		return false;
	}
	return true;
}

static void complain_syntax(const struct yaml *yaml, const char *text)
{
	const yaml_parser_t *parser = &yaml->parser;
	const char *problem = parser->problem ? parser->problem : "cannot be read";
	struct location at = parser->error == YAML_READER_ERROR ? place_of_byte(yaml, text, parser->problem_offset)
								: place_of(yaml, &parser->problem_mark);

	if (strstr(problem, "found character that cannot start any token"))
		complain(yaml, &at, "indent with spaces, not tabs; put a text that begins with @, % or ` in quotes",
			 "not YAML: %s", problem);
	else if (parser->context)
		complain(yaml, &at, NULL, "not YAML: %s, %s", parser->context, problem);
	else
		complain(yaml, &at, NULL, "not YAML: %s", problem);
}

static void refuse_marks(const struct yaml *yaml, const struct location *at, const yaml_char_t *anchor,
			 const yaml_char_t *tag)
{
	if (anchor)
		complain(yaml, at, yaml->words->anchors_hint, "anchors are not allowed: \"&%.80s\"",
			 (const char *)anchor);
	if (tag)
		complain(yaml, at, yaml->words->tags_hint, "tags are not allowed: \"%.80s\"", (const char *)tag);
}

static struct node *read_node(struct yaml *yaml, const yaml_event_t *event, unsigned depth);

// Reads the value that begins with the next event; NULL at the end of its container or when reading failed.
static struct node *read_next(struct yaml *yaml, unsigned depth, bool *failed)
{
	yaml_event_t event;

	if (!yaml_parser_parse(&yaml->parser, &event)) {
		*failed = true;
		return NULL;
	}
	struct node *node = NULL;
	if (event.type != YAML_SEQUENCE_END_EVENT && event.type != YAML_MAPPING_END_EVENT) {
		node = read_node(yaml, &event, depth);
		*failed = !node;
	}
	yaml_event_delete(&event);
	return node;
}

static struct node *read_scalar(struct yaml *yaml, const yaml_event_t *event, const struct location *at)
{
	const char *value = (const char *)event->data.scalar.value;
	struct node *node = node_new(NODE_SCALAR);

	refuse_marks(yaml, at, event->data.scalar.anchor, event->data.scalar.tag);
	if (memchr(value, '\0', event->data.scalar.length))
		complain(yaml, at, NULL, "a text must not contain a zero byte");
	node->at = *at;
	node->text = memory_copy_text(value);
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	return node;
}

static struct node *read_sequence(struct yaml *yaml, const struct location *at, unsigned depth)
{
	AUTO_NODE struct node *node = node_new(NODE_SEQUENCE);
	struct node *item;
	bool failed = false;

	node->at = *at;
	while ((item = read_next(yaml, depth + 1, &failed)))
		node_append(node, item);
	return failed ? NULL : STEAL(node);
}

static int compare_members(const void *a, const void *b)
{
	const struct node_member *left = *(const struct node_member *const *)a;
	const struct node_member *right = *(const struct node_member *const *)b;
	int keys = strcmp(left->key, right->key);

	return keys ? keys : left < right ? -1 : left > right;
}

// Sorted, not searched for each key: a hostile file must not cost the square of its size.
static void refuse_duplicates(const struct yaml *yaml, const struct node *node)
{
	AUTO_FREE const struct node_member **order = NEW_ARRAY(const struct node_member *, node->members.count);

	for (size_t i = 0; i < node->members.count; i++)
		order[i] = &node->members.items[i];
	qsort(order, node->members.count, sizeof(struct node_member *), compare_members);
	for (size_t i = 1; i < node->members.count; i++)
		if (strcmp(order[i - 1]->key, order[i]->key) == 0)
			complain(yaml, &order[i]->key_at, "remove one of them",
				 "\"%.80s\" stands here twice: first in line %u", order[i]->key,
				 order[i - 1]->key_at.line);
}

static struct node *read_mapping(struct yaml *yaml, const struct location *at, unsigned depth)
{
	AUTO_NODE struct node *node = node_new(NODE_MAPPING);
	struct node *read_key;
	bool failed = false;

	node->at = *at;
	while ((read_key = read_next(yaml, depth + 1, &failed))) {
		AUTO_NODE struct node *key = read_key;
		struct node *value = read_next(yaml, depth + 1, &failed);
		if (!value)
			return NULL;
		if (key->kind != NODE_SCALAR) {
			complain(yaml, &key->at, NULL, "a key must be a text, not %s", node_kind_name(key->kind));
			node_free(value);
			continue;
		}
		vec_push(&node->members,
			 (struct node_member){ .key = STEAL(key->text), .key_at = key->at, .value = value });
	}
	if (failed)
		return NULL;
	refuse_duplicates(yaml, node);
	return STEAL(node);
}

// The node that begins with event; NULL when reading failed (the parser's error, or too deep).
static struct node *read_node(struct yaml *yaml, const yaml_event_t *event, unsigned depth)
{
	struct location at = place_of(yaml, &event->start_mark);

	if (depth > YAML_DEPTH) {
		complain(yaml, &at, NULL, "nested deeper than %d levels", YAML_DEPTH);
		return NULL;
	}
	if (event->type == YAML_SCALAR_EVENT)
		return read_scalar(yaml, event, &at);
	if (event->type == YAML_SEQUENCE_START_EVENT) {
		refuse_marks(yaml, &at, event->data.sequence_start.anchor, event->data.sequence_start.tag);
		return read_sequence(yaml, &at, depth);
	}
	if (event->type == YAML_MAPPING_START_EVENT) {
		refuse_marks(yaml, &at, event->data.mapping_start.anchor, event->data.mapping_start.tag);
		return read_mapping(yaml, &at, depth);
	}
	complain(yaml, &at, yaml->words->anchors_hint, "aliases are not allowed: \"*%.80s\"",
		 (const char *)event->data.alias.anchor);
	struct node *node = node_scalar("");
	node->at = at;
	node->quoted = true;  // one mistake is enough: it is not also an empty value
	return node;
}

// Steps over the next event, which must be of that type; false also when reading failed.
static bool expect(struct yaml *yaml, yaml_event_type_t type, struct location *at)
{
	yaml_event_t event;

	if (!yaml_parser_parse(&yaml->parser, &event))
		return false;
	bool found = event.type == type;
	*at = place_of(yaml, &event.start_mark);
	yaml_event_delete(&event);
	return found;
}

static struct node *read_document(struct yaml *yaml)
{
	struct location at;
	bool failed = false;

	if (!expect(yaml, YAML_STREAM_START_EVENT, &at))
		return NULL;
	if (!expect(yaml, YAML_DOCUMENT_START_EVENT, &at)) {
		if (yaml->parser.error == YAML_NO_ERROR)
			complain(yaml, &at, yaml->words->empty_hint, "the %s is empty", yaml->words->what);
		return NULL;
	}
	AUTO_NODE struct node *node = read_next(yaml, 1, &failed);
	if (!node || !expect(yaml, YAML_DOCUMENT_END_EVENT, &at))
		return NULL;
	if (!expect(yaml, YAML_STREAM_END_EVENT, &at)) {
		if (yaml->parser.error == YAML_NO_ERROR)
			complain(yaml, &at, yaml->words->second_hint, "a second document begins here");
		return NULL;
	}
	return STEAL(node);
}

struct node *yaml_read(const char *text, size_t length, const char *file, struct mistakes *mistakes)
{
	return yaml_read_as(&yaml_profile, text, length, file, mistakes);
}

struct node *yaml_read_as(const struct yaml_words *words, const char *text, size_t length, const char *file,
			  struct mistakes *mistakes)
{
	struct yaml yaml = { .words = words, .file = file, .mistakes = mistakes };

	if (!is_text(&yaml, text, length))
		return NULL;
	if (!yaml_parser_initialize(&yaml.parser)) {
		struct location at = { .file = file, .line = 1, .column = 1 };
		complain(&yaml, &at, NULL, "out of memory");
		return NULL;
	}
	yaml_parser_set_encoding(&yaml.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&yaml.parser, (const unsigned char *)text, length);
	struct node *node = read_document(&yaml);
	if (yaml.parser.error != YAML_NO_ERROR)
		complain_syntax(&yaml, text);
	yaml_parser_delete(&yaml.parser);
	return node;
}
