// SPDX-License-Identifier: GPL-2.0-or-later
// Foreign words in comments and values of an imported profile: safe, in one line, short. See part.h.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"
#include "import/profile/part.h"

enum { SHORT = 80, LONG = 240, WHOLE = 4000, COLUMNS = 100 };

// The first characters of it, and whether some are left out.
static char *beginning(const char *text, size_t characters, bool *cut)
{
	const char *end = text;

	for (; *end && characters; characters--) {
		size_t bytes = utf8_length(end);
		end += bytes ? bytes : 1;
	}
	*cut = *end;
	return memory_copy_bytes(text, (size_t)(end - text));
}

static void add_short(struct strbuf *out, const char *text, size_t characters)
{
	bool cut;
	AUTO_FREE char *begin = beginning(text, characters, &cut);

	strbuf_add_safe(out, begin);
	if (cut)
		strbuf_add(out, "…");
}

void text_foreign(struct strbuf *out, const char *text)
{
	add_short(out, text, SHORT);
}

static char *value(const char *text, size_t characters)
{
	struct strbuf out = { 0 };

	if (!text || !*text)
		return NULL;
	add_short(&out, text, characters);
	return strbuf_steal(&out);
}

char *text_foreign_value(const char *text)
{
	return value(text, LONG);
}

char *text_foreign_command(const char *text)
{
	return value(text, WHOLE);
}

void text_thing(struct strbuf *out, const struct aws_thing *thing)
{
	text_foreign(out, thing->id ? thing->id : "?");
	if (!thing->name || !*thing->name)
		return;
	strbuf_add(out, " (");
	text_foreign(out, thing->name);
	strbuf_add_char(out, ')');
}

char *text_thing_name(const struct aws_thing *thing)
{
	struct strbuf out = { 0 };

	if (thing)
		text_thing(&out, thing);
	return strbuf_steal(&out);
}

void text_paragraph(struct strbuf *out, const char *first, const char *text)
{
	size_t indent = strlen(first), at = indent;

	strbuf_format(out, "%s%s", out->length ? "\n" : "", first);
	for (const char *word = text; *word;) {
		size_t length = strcspn(word, " \n");
		if (at > indent && at + 1 + length > COLUMNS) {
			strbuf_format(out, "\n%*s", (int)indent, "");
			at = indent;
		}
		if (at > indent)
			strbuf_add_char(out, ' ');
		at += length + (at > indent);
		strbuf_add_bytes(out, word, length);
		word += length;
		word += strspn(word, " \n");
	}
}

struct node *text_scalar(const char *format, ...)
{
	struct node *node = node_scalar("");
	va_list arguments;

	free(node->text);
	node->text = NULL;
	va_start(arguments, format);
	if (vasprintf(&node->text, format, arguments) < 0)
		node->text = NULL;
	va_end(arguments);
	memory_must(node->text);
	return node;
}

struct node *text_prefix(const struct prefix *prefix)
{
	char out[PREFIX_TEXT_SIZE];

	return node_scalar(prefix_print(prefix, out));
}

struct node *text_address(const struct address *address)
{
	char out[ADDRESS_TEXT_SIZE];

	return node_scalar(address_print(address, out));
}
