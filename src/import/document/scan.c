// SPDX-License-Identifier: GPL-2.0-or-later
// Where values begin and end in a JSON text: see scan.h.
#include "import/document/scan.h"

#include <string.h>

void text_place_move(struct text_place *place, const char *text, size_t to)
{
	const char *from = text + place->at, *end = text + to, *newline;

	while (from < end && (newline = memchr(from, '\n', (size_t)(end - from)))) {
		place->line++;
		place->column = 1;
		from = newline + 1;
	}
	for (; from < end; from++)
		place->column += ((unsigned char)*from & 0xC0) != 0x80;
	place->at = to;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

size_t scan_blanks(const char *text, size_t length, size_t at)
{
	while (at < length && is_blank(text[at]))
		at++;
	return at;
}

size_t scan_string(const char *text, size_t length, size_t at)
{
	for (at++; at < length; at++) {
		if (text[at] == '"')
			return at + 1;
		if (text[at] == '\\')
			at++;
	}
	return length;
}

// After a number or word.
static size_t scan_word(const char *text, size_t length, size_t at)
{
	while (at < length && !is_blank(text[at]) && !strchr(",:]}[{\"", text[at]))
		at++;
	return at;
}

size_t scan_value(const char *text, size_t length, size_t at)
{
	size_t depth = 0;

	if (at >= length)
		return length;
	if (text[at] != '{' && text[at] != '[')
		return text[at] == '"' ? scan_string(text, length, at) : scan_word(text, length, at);
	while (at < length) {
		char c = text[at];

		if (c == '"') {
			at = scan_string(text, length, at);
			continue;
		}
		at++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			return at;
	}
	return length;
}

bool scan_member(const char *text, size_t length, size_t *at, struct scan_member *member)
{
	size_t key = *at = scan_blanks(text, length, *at);

	if (key >= length || text[key] != '"')
		return false;
	size_t after = scan_string(text, length, key);
	size_t colon = scan_blanks(text, length, after);
	if (colon >= length || text[colon] != ':') {
		*at = colon;
		return false;
	}
	size_t value = scan_blanks(text, length, colon + 1), end = scan_value(text, length, value);
	if (end == value) {
		*at = value;
		return false;
	}
	*member = (struct scan_member){ text + key + 1, after - key - 2, value, end };
	*at = end;
	return true;
}

bool scan_member_is(const struct scan_member *member, const char *key)
{
	return strlen(key) == member->key_length && memcmp(member->key, key, member->key_length) == 0;
}
