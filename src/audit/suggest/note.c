// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of a draft, and its text with the marks of made-up values. See draft.h.
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/report/sum.h"
#include "audit/suggest/draft.h"
#include "base/cleanup.h"

__attribute__((format(printf, 1, 0))) static char *format_text(const char *format, va_list arguments)
{
	char *text = NULL;

	return vasprintf(&text, format, arguments) < 0 ? memory_copy_text(format) : text;
}

void draft_note_added(struct draft *draft, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vec_push(&draft->out->added, format_text(format, arguments));
	va_end(arguments);
}

void draft_note_made_up(struct draft *draft, const char *value)
{
	vec_push(&draft->made_up, memory_copy_text(value));
}

void draft_note_to_fill(struct draft *draft, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	AUTO_FREE char *text = format_text(format, arguments);
	va_end(arguments);
	vec_for_each (other, &draft->out->to_fill)
		if (strcmp(*other, text) == 0)
			return;
	vec_push(&draft->out->to_fill, STEAL(text));
}

struct draft_mark draft_mark(const struct draft *draft)
{
	return (struct draft_mark){ .made_up = draft->made_up.count, .to_fill = draft->out->to_fill.count };
}

static void cut(suggest_text_vec *texts, size_t count)
{
	while (texts->count > count)
		free(texts->items[--texts->count]);
}

void draft_forget(struct draft *draft, const struct draft_mark *since)
{
	cut(&draft->made_up, since->made_up);
	cut(&draft->out->to_fill, since->to_fill);
}

void draft_note_left(struct draft *draft, const struct event *event, const char *group, const char *why)
{
	AUTO_STRBUF struct strbuf first = { 0 };

	if (draft->quiet)
		return;
	vec_for_each (left, &draft->left) {
		if (strcmp(left->group, group) == 0 && strcmp(left->why, why) == 0) {
			// Another address of the same name is no other destination.
			left->more += report_place_compare(left->last, event) != 0;
			left->last = event;
			return;
		}
	}
	destination_format(event, &first);
	vec_push(&draft->left, (struct suggest_left){ .last = event,
						      .group = memory_copy_text(group),
						      .first = strbuf_steal(&first),
						      .why = memory_copy_text(why) });
}

// Whether the line has the value as a word of its own: 10.9.1.4 is not in 10.9.1.40.
static bool has_word(const char *line, size_t length, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= length; i++) {
		if (memcmp(line + i, word, size) != 0)
			continue;
		bool begins = i == 0 || !(isalnum((unsigned char)line[i - 1]) || line[i - 1] == '.');
		const char *after = line + i + size;
		bool ends = i + size == length || !(isalnum((unsigned char)*after) || *after == '.');
		if (begins && ends)
			return true;
	}
	return false;
}

static bool is_made_up(const struct draft *draft, const char *line, size_t length)
{
	vec_for_each (value, &draft->made_up)
		if (has_word(line, length, *value))
			return true;
	return false;
}

char *draft_text(const struct draft *draft)
{
	AUTO_STRBUF struct strbuf out = { 0 };
	const char *line = draft->kept;

	for (bool first = true; *line; first = false) {
		size_t length = strcspn(line, "\n");

		strbuf_add_bytes(&out, line, length);
		strbuf_add(&out, is_made_up(draft, line, length) ? "  # REPLACE\n" : "\n");
		if (first && draft->made_up.count)
			strbuf_add(&out, "template: yes\n");
		line += length + (line[length] == '\n');
	}
	return strbuf_steal(&out);
}
