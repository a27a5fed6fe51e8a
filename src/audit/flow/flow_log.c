// SPDX-License-Identifier: GPL-2.0-or-later
// Formats and records of VPC Flow Logs, read and written: see flow_log.h. Both come from outside.
#include "audit/flow/flow_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/names.h"
#include "base/number.h"
#include "net/address.h"

enum { SHOWN = 40, VALUE_MAXIMUM = 2048 /* an ARN has no more */ };

// Part of a message: foreign bytes, cut and made safe.
static char *shown(const char *text, size_t length)
{
	struct strbuf out = { 0 };
	char *copy = memory_copy_bytes(text, length < SHOWN ? length : SHOWN);

	strbuf_add_safe(&out, copy);
	if (length > SHOWN)
		strbuf_add(&out, "…");
	free(copy);
	return strbuf_steal(&out);
}

static bool field_find(const char *name, size_t length, enum flow_log_field *found)
{
	for (size_t i = 0; i < FLOW_LOG_FIELDS; i++)
		if (strlen(flow_log_rows[i].name) == length && memcmp(flow_log_rows[i].name, name, length) == 0) {
			*found = (enum flow_log_field)i;
			return true;
		}
	return false;
}

static int unknown_field(const char *name, size_t length, size_t column, struct error *err)
{
	const char *candidates[FLOW_LOG_FIELDS];
	char *word = memory_copy_bytes(name, length < SHOWN ? length : SHOWN), *safe = shown(name, length);

	for (size_t i = 0; i < FLOW_LOG_FIELDS; i++)
		candidates[i] = flow_log_rows[i].name;
	const char *nearest = names_nearest(word, candidates, FLOW_LOG_FIELDS);
	int result =
	    nearest
		? error_set(err, -EINVAL, "format, column %zu: '%s' is no field of VPC Flow Logs; did you mean '%s'?",
			    column, safe, nearest)
		: error_set(err, -EINVAL,
			    "format, column %zu: '%s' is no field of VPC Flow Logs; the fields are listed in "
			    "vpcjail(1), for example ${srcaddr}",
			    column, safe);
	free(word);
	free(safe);
	return result;
}

// Takes "${name}" or "name" off: name and length are the name's.
static int word_parse(const char *word, size_t size, size_t column, const char **name, size_t *length,
		      struct error *err)
{
	bool opened = size >= 2 && memcmp(word, "${", 2) == 0;

	*name = opened ? word + 2 : word;
	*length = opened ? size - 2 : size;
	if (!opened)
		return 0;
	if (word[size - 1] != '}')
		return error_set(err, -EINVAL, "format, column %zu: a '}' is missing, as in ${srcaddr} ${dstaddr}",
				 column + size);
	(*length)--;
	return 0;
}

static int format_add(struct flow_log_format *format, const char *word, size_t size, size_t column, struct error *err)
{
	const char *name;
	size_t length;
	enum flow_log_field field;
	int result = word_parse(word, size, column, &name, &length, err);

	if (result < 0)
		return result;
	if (!field_find(name, length, &field))
		return unknown_field(name, length, column, err);
	for (size_t i = 0; i < format->count; i++)
		if (format->fields[i] == field)
			return error_set(err, -EINVAL, "format, column %zu: '%s' is there twice; name each field once",
					 column, flow_log_rows[field].name);
	format->fields[format->count++] = field;
	return 0;
}

int flow_log_format_parse(const char *text, struct flow_log_format *format, struct error *err)
{
	struct flow_log_format made = { .count = 0 };
	size_t size;

	for (const char *at = text; *at; at += size) {
		size = strcspn(at, " \t");
		if (size) {
			int result = format_add(&made, at, size, (size_t)(at - text) + 1, err);
			if (result < 0)
				return result;
		} else {
			size = strspn(at, " \t");
		}
	}
	if (!made.count)
		return error_set(err, -EINVAL,
				 "the format names no field; write for example '${srcaddr} ${dstaddr} ${action}'");
	*format = made;
	return 0;
}

unsigned flow_log_format_version(const struct flow_log_format *format)
{
	unsigned version = 2;

	for (size_t i = 0; i < format->count; i++)
		if (flow_log_rows[format->fields[i]].version > version)
			version = flow_log_rows[format->fields[i]].version;
	return version;
}

static bool is_one_of(const char *words, const char *value, size_t length)
{
	for (const char *at = words + 1; *at; at += strcspn(at, " ") + 1)
		if (strcspn(at, " ") == length && memcmp(at, value, length) == 0)
			return true;
	return false;
}

static bool is_text(const char *value, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)value[i] <= ' ' || (unsigned char)value[i] >= 0x7f)
			return false;
	return true;
}

// What is wrong with a value; NULL: nothing.
static const char *value_mistake(const struct flow_log_row *row, const char *value, size_t length)
{
	char copy[ADDRESS_TEXT_SIZE];
	struct address address;
	uint64_t number;

	if (length == 1 && *value == '-')
		return NULL;
	switch (row->kind) {
	case FLOW_LOG_TEXT:
		return length <= VALUE_MAXIMUM && is_text(value, length) ? NULL : "no text of printable letters";
	case FLOW_LOG_WORD:
		return is_one_of(row->words, value, length) ? NULL : "none of its words";
	case FLOW_LOG_NUMBER:
	case FLOW_LOG_ADDRESS:
		break;
	}
	if (length >= sizeof(copy) || memchr(value, 0, length))
		return row->kind == FLOW_LOG_NUMBER ? "no number" : "no address";
	memcpy(copy, value, length);
	copy[length] = 0;
	if (row->kind == FLOW_LOG_ADDRESS)
		return address_parse(copy, &address, NULL) < 0 ? "no address" : NULL;
	return number_parse(copy, row->maximum, &number) < 0 ? "no number that it can have" : NULL;
}

static int value_parse(enum flow_log_field field, const char *value, size_t length, size_t column,
		       struct flow_log_record *record, struct error *err)
{
	const struct flow_log_row *row = &flow_log_rows[field];
	const char *mistake = value_mistake(row, value, length);

	if (mistake) {
		char *safe = shown(value, length);
		int result = error_set(err, -EINVAL, "record, column %zu: %s '%s' is %s%s%s", column, row->name, safe,
				       mistake, row->words ? ":" : "", row->words ? row->words : "");
		free(safe);
		return result;
	}
	record->values[field] = (struct flow_log_value){ value, length };
	return 0;
}

int flow_log_record_parse(const struct flow_log_format *format, const char *line, size_t length,
			  struct flow_log_record *record, struct error *err)
{
	struct flow_log_record made = { 0 };
	size_t at = 0;

	for (size_t i = 0; i < format->count; i++) {
		const char *space = at < length ? memchr(line + at, ' ', length - at) : NULL;
		size_t end = space ? (size_t)(space - line) : length;
		int result;

		if (at >= end)
			return error_set(err, -EINVAL,
					 "record, column %zu: the value of %s is missing (%zu fields are wanted)",
					 at + 1, flow_log_rows[format->fields[i]].name, format->count);
		result = value_parse(format->fields[i], line + at, end - at, at + 1, &made, err);
		if (result < 0)
			return result;
		at = end + 1;
	}
	if (at <= length)
		return error_set(err, -EINVAL, "record, column %zu: there is more than the format's %zu fields", at,
				 format->count);
	*record = made;
	return 0;
}

void flow_log_record_format(const struct flow_log_format *format, const struct flow_log_record *record,
			    struct strbuf *out)
{
	for (size_t i = 0; i < format->count; i++) {
		const struct flow_log_value *value = &record->values[format->fields[i]];

		if (i)
			strbuf_add_char(out, ' ');
		if (value->text)
			strbuf_add_bytes(out, value->text, value->length);
		else
			strbuf_add_char(out, '-');
	}
}
