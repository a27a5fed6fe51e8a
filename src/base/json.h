// SPDX-License-Identifier: GPL-2.0-or-later
// A JSON writer that appends to a strbuf and places commas and indentation itself (RFC 8259).
#ifndef VPCJAIL_BASE_JSON_H
#define VPCJAIL_BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

struct json {
	struct strbuf *out;  // borrowed
	unsigned depth;
	bool started;  // the open object or array has a member already
	bool keyed;    // a key was written and waits for its value
	bool compact;  // all on one line, without blanks
};

// json_begin(&(struct json){ .out = &buf }) and then, in document order:
void json_object_begin(struct json *json);
void json_object_end(struct json *json);
void json_array_begin(struct json *json);
void json_array_end(struct json *json);
void json_key(struct json *json, const char *key);
void json_text(struct json *json, const char *value);  // NULL writes null; broken UTF-8 becomes U+FFFD
void json_number(struct json *json, int64_t value);
void json_bool(struct json *json, bool value);

// Key and value in one.
void json_key_text(struct json *json, const char *key, const char *value);
void json_key_number(struct json *json, const char *key, int64_t value);
void json_key_bool(struct json *json, const char *key, bool value);

#endif
