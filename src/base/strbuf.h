// SPDX-License-Identifier: GPL-2.0-or-later
// A growing text. Zeroed is empty; text is always terminated once something was added.
#ifndef VPCJAIL_BASE_STRBUF_H
#define VPCJAIL_BASE_STRBUF_H

#include <stddef.h>

struct strbuf {
	char *text;  // owned; NULL while nothing was ever added
	size_t length;
	size_t capacity;
};

void strbuf_add(struct strbuf *buf, const char *text);
void strbuf_add_bytes(struct strbuf *buf, const void *bytes, size_t length);
void strbuf_add_char(struct strbuf *buf, char c);
void strbuf_format(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Adds foreign text made safe for a terminal: control characters, those that turn the direction
// of writing or stand unseen in it, and broken UTF-8 as \xHH.
void strbuf_add_safe(struct strbuf *buf, const char *text);

// The text, "" when empty; owned by buf.
const char *strbuf_text(const struct strbuf *buf);

// Hands the text over (never NULL); buf is empty afterwards. The caller frees it.
char *strbuf_steal(struct strbuf *buf);

void strbuf_clear(struct strbuf *buf);
void strbuf_release(struct strbuf *buf);

#define AUTO_STRBUF CLEANUP(strbuf_release)

#endif
