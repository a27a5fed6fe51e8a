// SPDX-License-Identifier: GPL-2.0-or-later
// A statement as JSON: the rows of its form, walked.
#include "base/cleanup.h"
#include "base/json.h"
#include "verify/attestation.h"
#include "verify/fields.h"

static void write_fields(const struct field *rows, const void *base, struct json *json);

static void write_prefixes(const struct prefix_set *set, struct json *json)
{
	static const enum family families[] = { FAMILY_IPV4, FAMILY_IPV6 };
	prefix_vec prefixes = { 0 };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		prefix_set_to_prefixes(set, families[i], &prefixes);
	json_array_begin(json);
	vec_for_each (prefix, &prefixes) {
		char text[PREFIX_TEXT_SIZE];
		json_text(json, prefix_print(prefix, text));
	}
	json_array_end(json);
	vec_release(&prefixes);
}

static void write_list(const struct field *row, const struct any_vec *list, struct json *json)
{
	json_array_begin(json);
	for (size_t i = 0; i < list->count; i++) {
		json_object_begin(json);
		write_fields(row->rows, (const char *)list->items + i * row->size, json);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_field(const struct field *row, const void *base, struct json *json)
{
	const void *at = (const char *)base + row->offset;
	char time[TIME_TEXT_SIZE];

	switch (row->kind) {
	case FIELD_TEXT:
	case FIELD_ADDRESS:
	case FIELD_PREFIX:
	case FIELD_MAC:
		json_text(json, *(char *const *)at ? *(char *const *)at : "");
		break;
	case FIELD_DIGEST:
		json_text(json, at);
		break;
	case FIELD_TIME:
		json_text(json, time_print(*(const int64_t *)at, time));
		break;
	case FIELD_NUMBER:
		json_number(json, (int64_t) * (const uint64_t *)at);
		break;
	case FIELD_WORD:
		json_text(json, row->words[*(const unsigned *)at]);
		break;
	case FIELD_PREFIXES:
		write_prefixes(at, json);
		break;
	case FIELD_OBJECT:
		json_object_begin(json);
		write_fields(row->rows, base, json);
		json_object_end(json);
		break;
	case FIELD_LIST:
		write_list(row, at, json);
		break;
	}
}

static void write_fields(const struct field *rows, const void *base, struct json *json)
{
	for (const struct field *row = rows; row->key; row++) {
		json_key(json, row->key);
		write_field(row, base, json);
	}
}

void attestation_write_json(const struct attestation *statement, struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	write_fields(attestation_fields, statement, &json);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}
