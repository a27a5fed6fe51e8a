// SPDX-License-Identifier: GPL-2.0-or-later
// A text while its documents are read: where the reading stands, values parsed from there, and complaints with places.
#ifndef VPCJAIL_IMPORT_DOCUMENT_TEXT_H
#define VPCJAIL_IMPORT_DOCUMENT_TEXT_H

#include "import/document/place.h"
#include "import/document/scan.h"

struct text {
	struct account *account;
	struct mistakes *mistakes;
	const char *file;
	const char *bytes;
	size_t length;
	size_t at;                  // the next byte
	struct text_place place;    // of the row that was read last, or of what was said since
	struct place_index places;  // within it
	bool broken;                // the rest cannot be understood
	size_t passed;              // items of the list that are no rows
};

// The place of any byte.
struct location text_place_of(const struct text *text, size_t at);

// Adds a mistake at a byte.
void text_say(struct text *text, enum severity severity, size_t at, const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

// Complains of what stands there, or that the text ends before it; the text is broken.
void text_break(struct text *text, size_t at, const char *what);

// Passes blanks over and tells the next byte; '\0' at the end.
char text_next(struct text *text);

// After an item or member: takes "," (true) or the end (false), and complains of anything else.
bool text_follows(struct text *text, char end, const char *expected);

// The value that begins here, parsed and passed; NULL after complaining.
json_t *text_parse(struct text *text);

// What a reader gets for a value that was parsed between two bytes.
struct import_reader text_reader(struct text *text, size_t begin, size_t end, const json_t *root);

#endif
