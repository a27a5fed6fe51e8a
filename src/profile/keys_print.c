// SPDX-License-Identifier: GPL-2.0-or-later
// The format described by its own rows: a JSON schema, and the manual's list of keys: see keys.h.
#include <string.h>

#include "base/json.h"
#include "profile/kind.h"

static void schema_table(const struct key_table *table, const char *section, struct json *json);

static void schema_words(const struct key_row *row, struct json *json)
{
	json_key(json, "enum");
	json_array_begin(json);
	for (size_t i = 0; row->words[i]; i++)
		json_text(json, row->words[i]);
	json_array_end(json);
}

// A word or a number in YAML is a text to us; a schema must allow both.
static void schema_scalar(const struct key_row *row, struct json *json)
{
	json_object_begin(json);
	if (row->words) {
		schema_words(row, json);
	} else {
		json_key(json, "type");
		json_array_begin(json);
		json_text(json, "string");
		json_text(json, "number");
		json_text(json, "boolean");
		json_array_end(json);
	}
	json_key_text(json, "description", row->help);
	if (row->fallback)
		json_key_text(json, "default", row->fallback);
	json_object_end(json);
}

static void schema_scalar_type(struct json *json, const char *key)
{
	json_key(json, key);
	json_object_begin(json);
	json_key(json, "type");
	json_array_begin(json);
	json_text(json, "string");
	json_text(json, "number");
	json_text(json, "boolean");
	json_array_end(json);
	json_object_end(json);
}

// A list, or the one word (or the one peer) that may stand for it.
static void schema_list(const struct key_row *row, struct json *json)
{
	json_object_begin(json);
	json_key(json, "type");
	json_array_begin(json);
	json_text(json, "array");
	if (row->otherwise || row->kind == KEY_PEERS)
		json_text(json, "string");
	json_array_end(json);
	if (row->otherwise)
		json_key_text(json, "pattern", row->otherwise);
	if (row->members) {
		json_key(json, "items");
		schema_table(row->members, "", json);
	} else if (row->words) {
		json_key(json, "items");
		json_object_begin(json);
		schema_words(row, json);
		json_object_end(json);
	} else {
		schema_scalar_type(json, "items");
	}
	json_key_text(json, "description", row->help);
	json_object_end(json);
}

static void schema_row(const struct key_row *row, struct json *json)
{
	switch (kind_of(row)->shape) {
	case SHAPE_SCALAR:
		schema_scalar(row, json);
		return;
	case SHAPE_SEQUENCE:
		schema_list(row, json);
		return;
	case SHAPE_MAPPING:
		break;
	}
	if (row->kind == KEY_SECTION) {
		schema_table(&profile_keys, row->path, json);
		return;
	}
	json_object_begin(json);
	json_key_text(json, "type", "object");
	json_key_text(json, "description", row->help);
	if (row->members) {
		json_key(json, "additionalProperties");
		schema_table(row->members, "", json);
	} else {
		schema_scalar_type(json, "additionalProperties");
	}
	json_object_end(json);
}

static void schema_members(const struct key_table *table, const char *section, struct json *json)
{
	json_key_text(json, "type", "object");
	json_key_bool(json, "additionalProperties", false);
	json_key(json, "required");
	json_array_begin(json);
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].required && key_in_section(&table->rows[i], section))
			json_text(json, key_name(&table->rows[i]));
	json_array_end(json);
	json_key(json, "properties");
	json_object_begin(json);
	for (size_t i = 0; i < table->count; i++) {
		if (!key_in_section(&table->rows[i], section))
			continue;
		json_key(json, key_name(&table->rows[i]));
		schema_row(&table->rows[i], json);
	}
	json_object_end(json);
}

static void schema_table(const struct key_table *table, const char *section, struct json *json)
{
	json_object_begin(json);
	schema_members(table, section, json);
	json_object_end(json);
}

void keys_print_schema(struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	json_key_text(&json, "$schema", "https://json-schema.org/draft/2020-12/schema");
	json_key_text(&json, "title", "vpcjail profile, format 1");
	schema_members(&profile_keys, "", &json);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}

// Running text, a line a sentence; a leading control character would be a macro.
static void mdoc_text(struct strbuf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		strbuf_add(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			strbuf_add(out, "\\e");
		else if (*text == ' ' && out->text[out->length - 1] == '.')
			strbuf_add_char(out, '\n');
		else
			strbuf_add_char(out, *text);
	}
	strbuf_add_char(out, '\n');
}

static void mdoc_row(void *data, const char *path, const struct key_row *row)
{
	struct strbuf *out = data;

	strbuf_format(out, ".It Ic %s", path);
	for (size_t i = 0; row->words && row->words[i]; i++)
		strbuf_format(out, "%s%s", i ? " | Cm " : " : Cm ", row->words[i]);
	strbuf_add_char(out, '\n');
	mdoc_text(out, row->help);
	if ((!row->words || row->kind == KEY_TEXTS) && row->kind != KEY_HEADER && row->kind != KEY_SECTION)
		strbuf_format(out, "Value: %s%s%s.\n", kind_of(row)->expects, row->otherwise ? ", or " : "",
			      row->otherwise ? row->otherwise : "");
	if (row->required)
		strbuf_add(out, "Required.\n");
	if (row->fallback)
		strbuf_format(out, "Default:\n.Cm %s .\n", row->fallback);
}

void keys_print_mdoc(struct strbuf *out)
{
	strbuf_add(out, ".Bl -tag -width Ds\n");
	keys_walk(mdoc_row, out);
	strbuf_add(out, ".El\n");
}
