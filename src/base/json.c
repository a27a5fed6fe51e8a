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

// Beyond U+FFFF as a pair of surrogates.
static void add_escaped(struct strbuf *out, unsigned point)
{
	if (point > 0xffff)
		strbuf_format(out, "\\u%04x\\u%04x", 0xd800 + ((point - 0x10000) >> 10), 0xdc00 + (point & 0x3ff));
	else
		strbuf_format(out, "\\u%04x", point);
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
		else if (length && utf8_acting(c))
			add_escaped(out, utf8_acting(c));
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
