// SPDX-License-Identifier: GPL-2.0-or-later
// Where values begin and end in a JSON text, without reading them: what jansson does not keep.
//
// All is in bytes from the text's start, and nothing is read beyond its length. A text that is not JSON gives offsets
// that make no sense, but end: what judges it is jansson.
#ifndef VPCJAIL_IMPORT_DOCUMENT_SCAN_H
#define VPCJAIL_IMPORT_DOCUMENT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

// A place that moves forward. Columns count characters of UTF-8, as jansson's do.
struct text_place {
	size_t at;
	unsigned line, column;  // from 1
};

// A member of an object; its name as written, without quotes.
struct scan_member {
	const char *key;
	size_t key_length;
	size_t value, end;  // of the value; end: after it
};

// To a byte that is not before the place.
void text_place_move(struct text_place *place, const char *text, size_t to);

// The first byte from `at` on that is no blank; after the string, or value, that begins at `at`: length when it does
// not end.
size_t scan_blanks(const char *text, size_t length, size_t at);
size_t scan_string(const char *text, size_t length, size_t at);
size_t scan_value(const char *text, size_t length, size_t at);

// The next member of an object; *at is after its "{" or after the "," behind a member, and comes to be behind the
// member's value. false: none is here, and *at is at what stands there instead of it.
bool scan_member(const char *text, size_t length, size_t *at, struct scan_member *member);

// Whether a member has this name; written with escapes it has not.
bool scan_member_is(const struct scan_member *member, const char *key);

#endif
