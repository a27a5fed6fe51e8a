// SPDX-License-Identifier: GPL-2.0-or-later
// A growing text: see strbuf.h.
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

static void reserve(struct strbuf *buf, size_t more)
{
	size_t needed = buf->length + more + 1;
	if (needed <= buf->capacity)
		return;

	size_t capacity = buf->capacity ? buf->capacity : 64;
	while (capacity < needed)
		capacity *= 2;
	buf->text = memory_resize(buf->text, capacity, 1);
	buf->capacity = capacity;
}

void strbuf_add_bytes(struct strbuf *buf, const void *bytes, size_t length)
{
	reserve(buf, length);
	if (length)
		memcpy(buf->text + buf->length, bytes, length);
	buf->length += length;
	buf->text[buf->length] = '\0';
}

void strbuf_add(struct strbuf *buf, const char *text)
{
	strbuf_add_bytes(buf, text, strlen(text));
}

void strbuf_add_char(struct strbuf *buf, char c)
{
	strbuf_add_bytes(buf, &c, 1);
}

void strbuf_format(struct strbuf *buf, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	if (length < 0)
		return;

	reserve(buf, (size_t)length);
	va_start(arguments, format);
	(void)vsnprintf(buf->text + buf->length, (size_t)length + 1, format, arguments);
	va_end(arguments);
	buf->length += (size_t)length;
}

static bool is_control(const char *c)
{
	unsigned char first = (unsigned char)c[0];
	return first < 0x20 || first == 0x7f || utf8_acting(c);
}

void strbuf_add_safe(struct strbuf *buf, const char *text)
{
	while (*text) {
		size_t length = utf8_length(text);
		if (length && !is_control(text))
			strbuf_add_bytes(buf, text, length);
		else
			for (size_t i = 0; i < (length ? length : 1); i++)
				strbuf_format(buf, "\\x%02x", (unsigned char)text[i]);
		text += length ? length : 1;
	}
}

const char *strbuf_text(const struct strbuf *buf)
{
	return buf->text ? buf->text : "";
}

char *strbuf_steal(struct strbuf *buf)
{
	char *text = buf->text ? buf->text : memory_copy_text("");
	*buf = (struct strbuf){ 0 };
	return text;
}

void strbuf_clear(struct strbuf *buf)
{
	buf->length = 0;
	if (buf->text)
		buf->text[0] = '\0';
}

void strbuf_release(struct strbuf *buf)
{
	free(buf->text);
	*buf = (struct strbuf){ 0 };
}
