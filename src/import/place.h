// SPDX-License-Identifier: GPL-2.0-or-later
// Where in a JSON text a value stands: jansson keeps no places, so that the text and the tree are walked side by side,
// and only when there is something to complain about.
#ifndef VPCJAIL_IMPORT_PLACE_H
#define VPCJAIL_IMPORT_PLACE_H

#include <jansson.h>
#include <stdint.h>

#include "profile/profile.h"

// The first byte from text on that is no white space of JSON; end when there is none.
const char *json_skip_blank(const char *text, const char *end);

// Behind the value that begins at text, which is known to be well-formed.
const char *json_skip_value(const char *text, const char *end);

#define JSON_NO_INDEX SIZE_MAX

// The byte at which the member key of object begins (its value), the object itself (key NULL, or not a member), or the
// item of that index of a list. tree is what text was parsed to, perhaps without some of its members. text when the
// object is not in the tree.
const char *json_find(const json_t *tree, const char *text, const char *end, const json_t *object, const char *key,
		      size_t index);

// The place of byte, which is in a text whose first byte is at from. Columns count characters, as jansson's do.
struct location json_location(const struct location *from, const char *text, const char *byte);

#endif
