// SPDX-License-Identifier: GPL-2.0-or-later
// A JSON writer: see json.h.
#include "base/json.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/utf8.h"

static void newline(struct json *json)
{
	if (json->compact)
		return;
	strbuf_add_char(json->out, '\n');
	for (unsigned i = 0; i < json->depth; i++)
		strbuf_add(json->out, "  ");
}

// What stands before any value: nothing after a key, else a comma and a new line inside a container.
static void before_value(struct json *json)
{
	if (json->keyed) {
		json->keyed = false;
		return;
	}
	if (json->started)
		strbuf_add_char(json->out, ',');
	if (json->depth)
		newline(json);
	json->started = true;
}

static void open_container(struct json *json, char c)
{
	before_value(json);
	strbuf_add_char(json->out, c);
	json->depth++;
	json->started = false;
}

static void close_container(struct json *json, char c)
{
	json->depth--;
	if (json->started)
		newline(json);
	strbuf_add_char(json->out, c);
	json->started = true;
}

// Characters that act on a terminal which the document is printed on, or turn the direction of writing there: U+0080 to
// U+009F, U+2028 to U+202E, U+2066 to U+2069. The code point of one of them at c, or 0.
static unsigned acting(const char *c)
{
	const unsigned char *bytes = (const unsigned char *)c;

	if (bytes[0] == 0xc2 && bytes[1] < 0xa0)
		return bytes[1];
	if (bytes[0] != 0xe2 || (bytes[1] != 0x80 && bytes[1] != 0x81))
		return 0;
	unsigned point = 0x2000U + (bytes[1] & 0x3fU) * 64 + (bytes[2] & 0x3fU);
	return (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ? point : 0;
}

static void quoted(struct strbuf *out, const char *text)
{
	strbuf_add_char(out, '"');
	for (const char *c = text; *c;) {
		size_t length = utf8_length(c);
		if (*c == '"' || *c == '\\')
			strbuf_format(out, "\\%c", *c);
		else if ((unsigned char)*c < 0x20 || *c == 0x7f)
			strbuf_format(out, "\\u%04x", (unsigned char)*c);
		else if (length && acting(c))
			strbuf_format(out, "\\u%04x", acting(c));
		else if (length)
			strbuf_add_bytes(out, c, length);
		else
			strbuf_add(out, "\xef\xbf\xbd");
		c += length ? length : 1;
	}
	strbuf_add_char(out, '"');
}

void json_object_begin(struct json *json)
{
	open_container(json, '{');
}

void json_object_end(struct json *json)
{
	close_container(json, '}');
}

void json_array_begin(struct json *json)
{
	open_container(json, '[');
}

void json_array_end(struct json *json)
{
	close_container(json, ']');
}

void json_key(struct json *json, const char *key)
{
	before_value(json);
	quoted(json->out, key);
	strbuf_add(json->out, json->compact ? ":" : ": ");
	json->keyed = true;
}

void json_text(struct json *json, const char *value)
{
	before_value(json);
	if (value)
		quoted(json->out, value);
	else
		strbuf_add(json->out, "null");
}

void json_number(struct json *json, int64_t value)
{
	before_value(json);
	strbuf_format(json->out, "%" PRId64, value);
}

void json_bool(struct json *json, bool value)
{
	before_value(json);
	strbuf_add(json->out, value ? "true" : "false");
}

void json_key_text(struct json *json, const char *key, const char *value)
{
	json_key(json, key);
	json_text(json, value);
}

void json_key_number(struct json *json, const char *key, int64_t value)
{
	json_key(json, key);
	json_number(json, value);
}

void json_key_bool(struct json *json, const char *key, bool value)
{
	json_key(json, key);
	json_bool(json, value);
}
