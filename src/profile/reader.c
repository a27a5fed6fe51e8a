// SPDX-License-Identifier: GPL-2.0-or-later
// Reading a tree by the rows of a key table: see reader.h.
#include "profile/reader.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/names.h"
#include "profile/kind.h"

typedef VEC(const char *) name_vec;

void reader_refuse(struct reader *reader, const struct location *at, const char *text)
{
	const char *remedy = strstr(text, "; ");

	if (remedy)
		reader_error(reader, at, remedy + 2, "%.*s", (int)(remedy - text), text);
	else
		reader_error(reader, at, NULL, "%s", text);
}

const char *reader_text(struct reader *reader, const struct key_row *row, const struct node *node)
{
	const struct kind *kind = kind_of(row);

	if (node->kind != NODE_SCALAR) {
		bool scalar = kind->shape == SHAPE_SCALAR;
		AUTO_FREE char *hint = scalar && kind->example ? memory_format("write %s", kind->example) : NULL;
		reader_error(reader, &node->at, hint, "%s\"%s\" must be %s, not %s", scalar ? "" : "a value in ",
			     row->path, scalar ? kind->expects : "a text", node_kind_name(node->kind));
		return NULL;
	}
	if (!node->text[0] && !node->quoted) {
		AUTO_FREE char *hint = memory_format("give %s, or leave the key out", kind->expects);
		reader_error(reader, &node->at, row->required ? NULL : hint, "\"%s\" has no value", row->path);
		return NULL;
	}
	return node->text;
}

const char *reader_formed_text(struct reader *reader, const struct key_row *row, const struct node *node)
{
	const char *text = reader_text(reader, row, node);
	const char *wrong = text && row->form ? row->form(text) : NULL;

	if (!wrong)
		return text;
	AUTO_FREE char *whole = memory_format("\"%.80s\" %s", text, wrong);
	reader_refuse(reader, &node->at, whole);
	return NULL;
}

// path from the folder of file; the caller frees it.
static char *join(const char *file, const char *path)
{
	const char *slash = file ? strrchr(file, '/') : NULL;

	return slash ? memory_format("%.*s/%s", (int)(slash - file), file, path) : memory_copy_text(path);
}

char *reader_path(struct reader *reader, const struct key_row *row, const struct node *node)
{
	const char *text = reader_text(reader, row, node);

	if (!text)
		return NULL;
	if (text[0] == '/')
		return memory_copy_text(text);
	if (!text[0] || text[0] == '~') {
		reader_error(reader, &node->at, "write the path in full: nothing is expanded in a profile",
			     "\"%.80s\" is not a path", text);
		return NULL;
	}
	AUTO_FREE char *joined = join(node->at.file, text);
	if (joined[0] == '/')
		return STEAL(joined);
	if (reader->source->folder)
		return memory_format("%s/%s", reader->source->folder, joined);
	reader_error(reader, &node->at, "write it from / on", "\"%.80s\" is relative, and this profile is in no folder",
		     text);
	return NULL;
}

const char *reader_file(struct reader *reader, const char *path)
{
	vec_for_each (file, &reader->profile->files)
		if (strcmp(*file, path) == 0)
			return *file;
	char *copy = memory_copy_text(path);
	vec_push(&reader->profile->files, copy);
	return copy;
}

static const struct key_row *find_in_section(const struct key_table *table, const char *section, const char *key)
{
	for (size_t i = 0; i < table->count; i++)
		if (key_in_section(&table->rows[i], section) && strcmp(key_name(&table->rows[i]), key) == 0)
			return &table->rows[i];
	return NULL;
}

// Where a key that is unknown here would be known; the caller frees the hint, which may be NULL.
static char *hint_elsewhere(const struct key_table *table, const char *key)
{
	for (size_t i = 0; i < table->count; i++) {
		const char *dot = strrchr(table->rows[i].path, '.');  // NOLINT(*NullDereference): count rows are there
		if (strcmp(key_name(&table->rows[i]), key) != 0)
			continue;
		if (!dot)
			return memory_format("\"%s\" stands at the top of a profile", key);
		return memory_format("\"%s\" belongs under \"%.*s\"", key, (int)(dot - table->rows[i].path),
				     table->rows[i].path);
	}
	return NULL;
}

static void complain_unknown(struct reader *reader, const struct key_table *table, const char *section,
			     const struct node_member *member)
{
	CLEANUP(strbuf_release) struct strbuf hint = { 0 };
	name_vec names = { 0 };

	for (size_t i = 0; i < table->count; i++)
		if (key_in_section(&table->rows[i], section))
			vec_push(&names, key_name(&table->rows[i]));
	const char *nearest = names_nearest(member->key, names.items, names.count);
	AUTO_FREE char *elsewhere = hint_elsewhere(table, member->key);
	if (elsewhere) {
		strbuf_add(&hint, elsewhere);
	} else if (nearest) {
		strbuf_format(&hint, "did you mean \"%s\"?", nearest);
	} else {
		vec_for_each (name, &names)
			strbuf_format(&hint, "%s%s", name == names.items ? "the keys here are " : ", ", *name);
	}
	vec_release(&names);
	if (section[0])
		reader_error(reader, &member->key_at, hint.text, "unknown key \"%.80s\" in \"%s\"", member->key,
			     section);
	else
		reader_error(reader, &member->key_at, hint.text, "unknown key \"%.80s\"", member->key);
}

static void complain_missing(struct reader *reader, const struct key_row *row, const struct node *node)
{
	CLEANUP(strbuf_release) struct strbuf hint = { 0 };

	strbuf_format(&hint, "write \"%s: ", key_name(row));
	for (size_t i = 0; row->words && row->words[i]; i++)
		strbuf_format(&hint, "%s%s", i ? " | " : "", row->words[i]);
	if (!row->words)
		strbuf_add(&hint, kind_of(row)->example ? kind_of(row)->example : "…");
	strbuf_add_char(&hint, '"');
	reader_error(reader, &node->at, hint.text, "\"%s\" is missing", row->path);
}

void reader_mapping(struct reader *reader, const struct key_table *table, const char *section, const struct node *node,
		    void *base)
{
	vec_for_each (member, &node->members) {
		const struct key_row *row = find_in_section(table, section, member->key);
		if (!row)
			complain_unknown(reader, table, section, member);
		else if (kind_of(row)->read)
			kind_of(row)->read(reader, row, member->value, base);
	}
	for (size_t i = 0; i < table->count; i++) {
		const struct key_row *row = &table->rows[i];
		if (row->required && row->kind != KEY_HEADER && key_in_section(row, section) &&
		    !node_get(node, key_name(row)))
			complain_missing(reader, row, node);
	}
}
