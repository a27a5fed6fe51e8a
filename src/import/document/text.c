// SPDX-License-Identifier: GPL-2.0-or-later
// A text while its documents are read: see text.h.
#include "import/document/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#define CUT_OFF "it is cut off: run the command again"

struct location text_place_of(const struct text *text, size_t at)
{
	struct text_place place = text->place;

	if (at < place.at)
		place = (struct text_place){ 0, 1, 1 };
	text_place_move(&place, text->bytes, at);
	return (struct location){ .file = text->file, .line = place.line, .column = place.column };
}

void text_say(struct text *text, enum severity severity, size_t at, const char *hint, const char *format, ...)
{
	AUTO_FREE char *message = NULL;
	struct location place = text_place_of(text, at);
	va_list arguments;

	if (at >= text->place.at)  // the next one need not begin at the text's start
		text->place = (struct text_place){ at, place.line, place.column };
	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		message = NULL;
	va_end(arguments);
	mistakes_add(text->mistakes, severity, &place, hint, "%s", message ? message : format);
}

void text_break(struct text *text, size_t at, const char *what)
{
	text->broken = true;
	if (scan_blanks(text->bytes, text->length, at) >= text->length)
		text_say(text, SEVERITY_ERROR, text->length, CUT_OFF, "the text ends in the middle of a document");
	else
		text_say(text, SEVERITY_ERROR, at, NULL, "this is not JSON: %s", what);
}

char text_next(struct text *text)
{
	text->at = scan_blanks(text->bytes, text->length, text->at);
	return text->at < text->length ? text->bytes[text->at] : '\0';
}

bool text_follows(struct text *text, char end, const char *expected)
{
	char next = text_next(text);

	if (next != ',' && next != end)
		text_break(text, text->at, expected);
	else
		text->at++;
	return next == ',';
}

// The first byte of what jansson complains of, which it quotes at its message's end and stands behind.
static size_t place_of_error(const struct text *text, const json_error_t *error)
{
	size_t at = text->at + (size_t)(error->position > 0 ? error->position : 0);
	const char *quote = strstr(error->text, " near '");
	size_t length = quote ? strlen(quote += strlen(" near '")) - 1 : 0;

	at = at < text->length ? at : text->length;
	if (length && length <= at - text->at && memcmp(text->bytes + at - length, quote, length) == 0)
		return at - length;
	return at > text->at ? at - 1 : at;
}

json_t *text_parse(struct text *text)
{
	json_error_t error;
	json_t *value = json_loadb(text->bytes + text->at, text->length - text->at,
				   JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &error);

	if (value)
		text->at += (size_t)error.position;
	else if (json_error_code(&error) == json_error_premature_end_of_input)
		text_break(text, text->length, error.text);
	else
		text_break(text, place_of_error(text, &error), error.text);
	return value;
}

struct import_reader text_reader(struct text *text, size_t begin, size_t end, const json_t *root)
{
	if (begin >= text->place.at)
		text_place_move(&text->place, text->bytes, begin);
	place_index_clear(&text->places);
	return (struct import_reader){
		.account = text->account,
		.mistakes = text->mistakes,
		.file = text->file,
		.text = text->bytes + begin,
		.length = end - begin,
		.at = text_place_of(text, begin),
		.root = root,
		.places = &text->places,
	};
}
