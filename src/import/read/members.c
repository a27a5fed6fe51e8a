// SPDX-License-Identifier: GPL-2.0-or-later
// Members of rows, taken and complained about: see reader.h.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/strbuf.h"
#include "import/read/reader.h"

// Readers may take a member twice.
static bool was_said(const struct mistakes *mistakes, const struct location *at, const char *text)
{
	const struct mistake *last = mistakes->list.count ? &mistakes->list.items[mistakes->list.count - 1] : NULL;

	return last && last->at.line == at->line && last->at.column == at->column && strcmp(last->message, text) == 0;
}

static void complain(struct import_reader *reader, enum severity severity, const struct location *at, const char *hint,
		     const char *text)
{
	if (!was_said(reader->mistakes, at, text))
		mistakes_add(reader->mistakes, severity, at, hint, "%s", text);
}

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list arguments)
{
	char *text = NULL;

	return vasprintf(&text, format, arguments) < 0 ? memory_copy_text(format) : text;
}

void import_error(struct import_reader *reader, const json_t *object, const char *key, const char *hint,
		  const char *format, ...)
{
	struct location at = import_place(reader, object, key);
	va_list arguments;

	va_start(arguments, format);
	AUTO_FREE char *text = format_text(format, arguments);
	va_end(arguments);
	complain(reader, SEVERITY_ERROR, &at, hint, text);
}

void import_warning(struct import_reader *reader, const json_t *object, const char *key, const char *hint,
		    const char *format, ...)
{
	struct location at = import_place(reader, object, key);
	va_list arguments;

	va_start(arguments, format);
	AUTO_FREE char *text = format_text(format, arguments);
	va_end(arguments);
	complain(reader, SEVERITY_WARNING, &at, hint, text);
}

void import_item_error(struct import_reader *reader, const json_t *list, size_t index, const char *hint,
		       const char *format, ...)
{
	struct location at = import_item_place(reader, list, index);
	va_list arguments;

	va_start(arguments, format);
	AUTO_FREE char *text = format_text(format, arguments);
	va_end(arguments);
	complain(reader, SEVERITY_ERROR, &at, hint, text);
}

static const char *type_name(const json_t *value)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list",    [JSON_STRING] = "a text",
		[JSON_INTEGER] = "a number", [JSON_REAL] = "a fraction", [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",      [JSON_NULL] = "null",
	};

	return names[json_typeof(value)];
}

// The member, NULL where it is missing or null.
static const json_t *member_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static void refuse_type(struct import_reader *reader, const json_t *object, const char *key, const char *expected)
{
	import_error(reader, object, key, NULL, "\"%s\" must be %s, not %s", key, expected,
		     type_name(json_object_get(object, key)));
}

const char *member_text(struct import_reader *reader, const json_t *object, const char *key)
{
	const json_t *value = member_of(object, key);
	const char *text = json_string_value(value);

	if (value && !text)
		refuse_type(reader, object, key, "a text");
	return text && *text ? text : NULL;
}

char *member_copy(struct import_reader *reader, const json_t *object, const char *key)
{
	return memory_copy_text(member_text(reader, object, key));
}

char *member_required(struct import_reader *reader, const json_t *object, const char *key, const char *row)
{
	const json_t *value = member_of(object, key);
	const char *text = member_text(reader, object, key);

	if (!text && (!value || json_is_string(value)))
		import_error(reader, object, value ? key : NULL, NULL, "%s has no \"%s\"", row, key);
	return memory_copy_text(text);
}

bool member_number(struct import_reader *reader, const json_t *object, const char *key, long minimum, long maximum,
		   long *value)
{
	const json_t *member = member_of(object, key);

	if (!member)
		return false;
	if (!json_is_integer(member)) {
		refuse_type(reader, object, key, "a number");
		return false;
	}
	const json_int_t number = json_integer_value(member);
	if (number < minimum || number > maximum) {
		import_error(reader, object, key, NULL, "\"%s\" must be from %ld to %ld, not %lld", key, minimum,
			     maximum, number);
		return false;
	}
	*value = (long)number;
	return true;
}

enum known member_known(struct import_reader *reader, const json_t *object, const char *key)
{
	const json_t *member = member_of(object, key);

	if (member && !json_is_boolean(member)) {
		refuse_type(reader, object, key, "true or false");
		return KNOWN_NOT;
	}
	return !member ? KNOWN_NOT : json_is_true(member) ? KNOWN_YES : KNOWN_NO;
}

bool member_is(struct import_reader *reader, const json_t *object, const char *key, const char *word)
{
	const char *text = member_text(reader, object, key);

	return text && strcasecmp(text, word) == 0;
}

const json_t *member_object(struct import_reader *reader, const json_t *object, const char *key)
{
	const json_t *member = member_of(object, key);

	if (member && !json_is_object(member))
		refuse_type(reader, object, key, "an object");
	return json_is_object(member) ? member : NULL;
}

const json_t *member_list(struct import_reader *reader, const json_t *object, const char *key)
{
	const json_t *member = member_of(object, key);

	if (member && !json_is_array(member))
		refuse_type(reader, object, key, "a list");
	return json_is_array(member) ? member : NULL;
}

// "WHAT; REMEDY" of a parser of src/net, as message and hint.
static void refuse_value(struct import_reader *reader, const json_t *object, const char *key, const char *text)
{
	const char *remedy = strstr(text, "; ");

	import_error(reader, object, key, remedy ? remedy + 2 : NULL, "\"%s\": %.*s", key,
		     remedy ? (int)(remedy - text) : (int)strlen(text), text);
}

// A block with host bits: AWS clears them where a rule is made, and rules of before it did so are still there.
// Source: Amazon EC2 API Reference, IpRange.
static bool parse_uncleared(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/');
	AUTO_FREE char *front = slash ? memory_copy_bytes(text, (size_t)(slash - text)) : NULL;
	struct address address;
	uint64_t length;

	if (!slash || address_parse(front, &address, NULL) < 0 ||
	    number_parse(slash + 1, (uint64_t)address.family, &length) < 0)
		return false;
	*prefix = prefix_around(&address, (uint8_t)length);
	return true;
}

bool member_prefix(struct import_reader *reader, const json_t *object, const char *key, struct prefix *prefix)
{
	const char *text = member_text(reader, object, key);
	struct error err;

	if (text && prefix_parse(text, prefix, &err) < 0 && !parse_uncleared(text, prefix)) {
		refuse_value(reader, object, key, err.message);
		return false;
	}
	return text;
}

bool member_address(struct import_reader *reader, const json_t *object, const char *key, struct address *address)
{
	const char *text = member_text(reader, object, key);
	struct error err;

	if (text && address_parse(text, address, &err) < 0) {
		import_warning(reader, object, key, "it is passed over: nothing is allowed by it", "\"%s\": %s", key,
			       err.message);
		return false;
	}
	return text;
}

void member_texts(struct import_reader *reader, const json_t *object, const char *key, const char *member, id_vec *to)
{
	const json_t *list = member_list(reader, object, key);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const json_t *holder = member ? import_object(reader, list, i) : NULL;
		const char *text = holder ? member_text(reader, holder, member) : json_string_value(item);

		if (text && *text)
			vec_push(to, memory_copy_text(text));
		else if (!member && !json_is_string(item) && !json_is_null(item))
			import_item_error(reader, list, i, NULL, "an item of \"%s\" must be a text, not %s", key,
					  type_name(item));
	}
}

const json_t *import_object(struct import_reader *reader, const json_t *list, size_t index)
{
	const json_t *item = json_array_get(list, index);

	if (item && !json_is_object(item))
		import_item_error(reader, list, index, NULL, "an item of this list must be an object, not %s",
				  type_name(item));
	return json_is_object(item) ? item : NULL;
}

// Of a list of {"Key": …, "Value": …}.
static const char *tag_name(struct import_reader *reader, const json_t *row)
{
	static const char *const lists[] = { "Tags", "TagSet" };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const json_t *tags = member_list(reader, row, lists[i]);
		for_each_object (reader, tags, tag) {
			const char *key = member_text(reader, tag, "Key");
			if (key && strcmp(key, "Name") == 0)
				return member_text(reader, tag, "Value");
		}
	}
	return NULL;
}

void row_head(struct import_reader *reader, const json_t *row, const char *id_key, const char *arn_key,
	      const char *what, struct aws_thing *thing)
{
	const char *region = member_text(reader, row, "Region");
	const char *arn = arn_key ? member_text(reader, row, arn_key) : NULL;

	thing->id = member_required(reader, row, id_key, what);
	thing->name = memory_copy_text(tag_name(reader, row));
	thing->region = region ? memory_copy_text(region) : region_of_arn(arn);
	thing->at = import_place(reader, row, NULL);
}
