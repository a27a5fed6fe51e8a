// SPDX-License-Identifier: GPL-2.0-or-later
// The places of objects, lists, members and items: see place.h.
#include "import/document/place.h"

#include <string.h>

#include "base/cleanup.h"

// A walk over a text and what was parsed from it. A tree may lack members of the text.
struct walk {
	struct place_index *index;
	const char *text;
	size_t length;
	size_t at;
	struct text_place place;  // not after `at`
};

void place_index_clear(struct place_index *index)
{
	index->root = NULL;
	index->entries.count = 0;
}

void place_index_release(struct place_index *index)
{
	vec_release(&index->entries);
	index->root = NULL;
}

// Whether a member in the text has that name; escapes in it are read.
static bool is_named(const struct scan_member *member, const char *key)
{
	if (!memchr(member->key, '\\', member->key_length))
		return scan_member_is(member, key);
	json_t *name = json_loadb(member->key - 1, member->key_length + 2, JSON_DECODE_ANY, NULL);
	bool same = json_is_string(name) && strcmp(json_string_value(name), key) == 0;
	json_decref(name);
	return same;
}

static void walk_value(struct walk *walk, const json_t *value);

static void walk_object(struct walk *walk, const json_t *object)
{
	void *member = json_object_iter((json_t *)(uintptr_t)object);
	struct scan_member written;
	size_t at = walk->at + 1;

	for (; member && scan_member(walk->text, walk->length, &at, &written); at++) {
		if (is_named(&written, json_object_iter_key(member))) {
			walk->at = written.value;
			walk_value(walk, json_object_iter_value(member));
			member = json_object_iter_next((json_t *)(uintptr_t)object, member);
		}
		at = scan_blanks(walk->text, walk->length, at);
	}
}

static void walk_list(struct walk *walk, const json_t *list)
{
	size_t at = walk->at + 1;

	for (size_t i = 0; i < json_array_size(list) && at < walk->length; i++) {
		at = walk->at = scan_blanks(walk->text, walk->length, at);
		walk_value(walk, json_array_get(list, i));
		at = scan_value(walk->text, walk->length, at);
		at = scan_blanks(walk->text, walk->length, at) + 1;
	}
}

// Of the value that begins at walk->at.
static void walk_value(struct walk *walk, const json_t *value)
{
	if (!json_is_object(value) && !json_is_array(value))
		return;
	text_place_move(&walk->place, walk->text, walk->at);
	struct place_entry entry = { value, walk->place };
	vec_push(&walk->index->entries, entry);
	if (json_is_object(value))
		walk_object(walk, value);
	else
		walk_list(walk, value);
}

static int compare_entries(const void *a, const void *b)
{
	uintptr_t left = (uintptr_t)((const struct place_entry *)a)->container;
	uintptr_t right = (uintptr_t)((const struct place_entry *)b)->container;

	return left < right ? -1 : left > right;
}

static void build(struct place_index *index, const struct import_reader *reader)
{
	struct walk walk = { index, reader->text, reader->length, 0, { 0, 1, 1 } };

	place_index_clear(index);
	walk_value(&walk, reader->root);
	if (index->entries.count > 1)
		qsort(index->entries.items, index->entries.count, sizeof(struct place_entry), compare_entries);
	index->root = reader->root;
}

// The place of a container from the row's start; of one that is not in the row, the row's own.
static struct text_place container_place(struct place_index *index, const struct import_reader *reader,
					 const json_t *container)
{
	static const struct text_place start = { 0, 1, 1 };

	if (!container || container == reader->root || !reader->text)
		return start;
	if (index->root != reader->root)
		build(index, reader);
	const struct place_entry wanted = { .container = container };
	const struct place_entry *found = index->entries.count
					      ? bsearch(&wanted, index->entries.items, index->entries.count,
							sizeof(struct place_entry), compare_entries)
					      : NULL;
	return found ? found->place : start;
}

static struct location in_file(const struct import_reader *reader, const struct text_place *place)
{
	struct location at = reader->at;

	at.column = place->line == 1 ? at.column + place->column - 1 : place->column;
	at.line += place->line - 1;
	return at;
}

// Moves from an object's place to a member's value: stays where there is none.
static void to_member(const struct import_reader *reader, struct text_place *place, const char *key)
{
	struct scan_member member;
	size_t at = place->at + 1;

	if (!reader->text || place->at >= reader->length || reader->text[place->at] != '{')
		return;
	for (; scan_member(reader->text, reader->length, &at, &member); at++) {
		if (is_named(&member, key)) {
			text_place_move(place, reader->text, member.value);
			return;
		}
		at = scan_blanks(reader->text, reader->length, at);
	}
}

static void to_item(const struct import_reader *reader, struct text_place *place, size_t index)
{
	size_t at = place->at + 1;

	if (!reader->text || place->at >= reader->length || reader->text[place->at] != '[')
		return;
	for (; index > 0 && at < reader->length; index--) {
		at = scan_value(reader->text, reader->length, scan_blanks(reader->text, reader->length, at));
		at = scan_blanks(reader->text, reader->length, at) + 1;
	}
	at = scan_blanks(reader->text, reader->length, at);
	if (at < reader->length)
		text_place_move(place, reader->text, at);
}

struct location import_place(const struct import_reader *reader, const json_t *object, const char *key)
{
	CLEANUP(place_index_release) struct place_index own = { 0 };
	struct text_place place = container_place(reader->places ? reader->places : &own, reader, object);

	if (key)
		to_member(reader, &place, key);
	return in_file(reader, &place);
}

struct location import_item_place(const struct import_reader *reader, const json_t *list, size_t index)
{
	CLEANUP(place_index_release) struct place_index own = { 0 };
	struct place_index *places = reader->places ? reader->places : &own;
	const json_t *item = json_array_get(list, index);

	if (json_is_object(item) || json_is_array(item)) {
		struct text_place place = container_place(places, reader, item);
		return in_file(reader, &place);
	}
	struct text_place place = container_place(places, reader, list);
	to_item(reader, &place, index);
	return in_file(reader, &place);
}
