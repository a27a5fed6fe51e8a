// SPDX-License-Identifier: GPL-2.0-or-later
// What is said of a draft, and its text with the marks of made-up values. See draft.h.
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "audit/report/sum.h"
#include "audit/suggest/draft.h"
#include "audit/suggest/text_edit.h"
#include "audit/suggest/tree_edit.h"
#include "base/cleanup.h"
#include "profile/load_text.h"
#include "profile/print.h"

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

static bool is_line_of(const char *text, const char *line, size_t length)
{
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (strcspn(text, "\n") == length && memcmp(text, line, length) == 0)
			return true;
	return false;
}

// The lines that make a template of a text are behind that which begins a profile. given: whose lines are not marked;
// NULL: none are.
static char *marked(const struct draft *draft, const char *line, const char *given, bool template)
{
	static const char first[] = "vpcjail:";
	AUTO_STRBUF struct strbuf out = { 0 };

	while (*line) {
		size_t length = strcspn(line, "\n");

		strbuf_add_bytes(&out, line, length);
		bool mark = is_made_up(draft, line, length) && !(given && is_line_of(given, line, length));
		strbuf_add(&out, mark ? "  # REPLACE\n" : "\n");
		if (!template && draft->made_up.count && strncmp(line, first, strlen(first)) == 0)
			strbuf_add(&out, "template: yes\n");
		line += length + (line[length] == '\n');
	}
	return strbuf_steal(&out);
}

char *draft_text(const struct draft *draft)
{
	return marked(draft, draft->kept, NULL, false);
}

// What a text says, every default written out. prefix_lists: what stands for its own, which may be in files.
static char *meaning(const char *text, const struct node *prefix_lists)
{
	static const char key[] = "prefix-lists";
	AUTO_NODE struct node *tree = tree_read(text);
	AUTO_STRBUF struct strbuf whole = { 0 };
	AUTO_STRBUF struct strbuf printed = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };

	if (!tree || !tree->members.count)
		return NULL;
	AUTO_STRBUF struct strbuf lists = { 0 };
	if (prefix_lists)
		node_print_yaml(prefix_lists, &lists);
	vec_for_each (member, &tree->members)
		if (prefix_lists && strcmp(member->key, key) == 0) {
			node_free(member->value);
			member->value = tree_read(strbuf_text(&lists));
		}
	node_print_yaml(tree, &whole);
	if (profile_load_text("suggested", strbuf_text(&whole), &profile, NULL) < 0)
		return NULL;
	profile_print(&profile, &printed);
	return strbuf_steal(&printed);
}

char *draft_text_in(const struct draft *draft, const char *given)
{
	AUTO_NODE struct node *kept = tree_read(draft->kept), *own = tree_read(given);
	AUTO_FREE char *text = memory_copy_text(given);

	if (!kept || !own || node_get(own, "extends"))
		return NULL;
	for (size_t i = 0; i < draft->kept_edits; i++) {
		const struct suggest_edit *edit = &draft->edits.items[i];
		char *next = text_edit(text, (const char *const *)edit->path, edit->add, edit->value);

		if (!next)
			return NULL;
		free(text);
		text = next;
	}
	AUTO_FREE char *wanted = meaning(draft->kept, NULL);
	AUTO_FREE char *found = meaning(text, node_get(kept, "prefix-lists"));
	if (!wanted || !found || strcmp(wanted, found) != 0)
		return NULL;
	return marked(draft, text, given, node_get(own, "template"));
}
