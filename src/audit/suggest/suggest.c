// SPDX-License-Identifier: GPL-2.0-or-later
// From a recorded run to a profile that lets it pass: see suggest.h.
#include "audit/suggest/suggest.h"

#include <string.h>

#include "audit/outcome/outcome.h"
#include "audit/suggest/draft.h"
#include "audit/suggest/text_diff.h"
#include "base/cleanup.h"

enum { TRIES_MAXIMUM = 200, LEFT_SAID = 40 };

static void texts_release(suggest_text_vec *texts)
{
	vec_for_each (text, texts)
		free(*text);
	vec_release(texts);
}

void suggestions_release(struct suggestions *suggestions)
{
	free(suggestions->diff);
	free(suggestions->suggested);
	texts_release(&suggestions->added);
	texts_release(&suggestions->to_fill);
	texts_release(&suggestions->left);
	*suggestions = (struct suggestions){ 0 };
}

// The distinct destinations that count, in order.
static void find_denied(const struct profile *profile, const event_vec *events, event_group_vec *denied)
{
	event_group_vec groups = { 0 };

	event_groups_make(events, &groups);
	vec_for_each (group, &groups)
		if (outcome_event_counts(profile, group->event))
			vec_push(denied, *group);
	vec_release(&groups);
}

static void say_left(struct draft *draft)
{
	size_t said = 0, unsaid = 0;

	vec_for_each (left, &draft->left) {
		if (said++ >= LEFT_SAID) {
			unsaid += 1 + left->more;
			continue;
		}
		AUTO_FREE char *more = left->more ? memory_format(" and %zu more", left->more) : memory_copy_text("");
		vec_push(&draft->out->left, memory_format("%s%s: %s", left->first, more, left->why));
	}
	if (unsaid)
		vec_push(&draft->out->left, memory_format("%zu more", unsaid));
}

static void finish(struct draft *draft)
{
	AUTO_STRBUF struct strbuf diff = { 0 };
	AUTO_FREE char *before = NULL;
	struct draft first = { 0 };

	say_left(draft);
	draft->out->suggested = draft_text(draft);
	if (draft_begin(&first, draft->given, NULL, NULL) == 0)
		before = memory_copy_text(first.kept);
	draft_release(&first);
	text_diff("given", before ? before : "", "suggested", draft->out->suggested, &diff);
	draft->out->diff = strbuf_steal(&diff);
	if (draft->given->placeholders.count)
		vec_push(&draft->out->to_fill,
			 memory_format("%zu values of the given profile are the template's, made up",
				       draft->given->placeholders.count));
}

int suggest(const struct profile *profile, const event_vec *events, struct suggestions *out, struct error *err)
{
	struct draft draft = { 0 };
	event_group_vec denied = { 0 };
	int result;

	*out = (struct suggestions){ 0 };
	result = draft_begin(&draft, profile, out, err);
	if (result < 0) {
		draft_release(&draft);
		return result;
	}
	find_denied(profile, events, &denied);
	AUTO_FREE bool *quieted = memory_new(denied.count + 1, sizeof(*quieted));
	for (size_t i = 0; i < denied.count; i++) {
		if (draft_passes(&draft, denied.items[i].event))
			continue;
		if (draft.tries < TRIES_MAXIMUM)
			quieted[i] = suggest_for(&draft, denied.items[i].event);
		else
			draft_note_left(&draft, denied.items[i].event, "", "one suggestion has room for no more");
	}
	out->denied = denied.count;
	for (size_t i = 0; i < denied.count; i++) {
		bool passes = draft_passes(&draft, denied.items[i].event);

		out->mended += passes;
		out->quieted += !passes && quieted[i];
	}
	finish(&draft);
	vec_release(&denied);
	draft_release(&draft);
	return 0;
}

static void format_lines(const char *title, const suggest_text_vec *texts, struct strbuf *out)
{
	if (texts->count)
		strbuf_format(out, "# %s:\n", title);
	vec_for_each (text, texts) {
		strbuf_add(out, "#   ");
		strbuf_add_safe(out, *text);
		strbuf_add_char(out, '\n');
	}
}

void suggestions_format(const struct suggestions *suggestions, struct strbuf *out)
{
	size_t left = suggestions->denied - suggestions->mended - suggestions->quieted;

	strbuf_add(out, suggestions->diff);
	strbuf_format(out,
		      "# %zu destinations were denied: %zu would pass, %zu would be asked for no more, %zu would stay "
		      "denied\n",
		      suggestions->denied, suggestions->mended, suggestions->quieted, left);
	format_lines("added", &suggestions->added, out);
	format_lines("to be filled in (\"# REPLACE\")", &suggestions->to_fill, out);
	format_lines("no addition of the profile does it", &suggestions->left, out);
}

static void print_texts(struct json *json, const char *key, const suggest_text_vec *texts)
{
	json_key(json, key);
	json_array_begin(json);
	vec_for_each (text, texts)
		json_text(json, *text);
	json_array_end(json);
}

void suggestions_print_json(const struct suggestions *suggestions, struct json *json)
{
	json_object_begin(json);
	json_key_number(json, "denied", (int64_t)suggestions->denied);
	json_key_number(json, "would-pass", (int64_t)suggestions->mended);
	json_key_number(json, "would-not-be-asked-for", (int64_t)suggestions->quieted);
	print_texts(json, "added", &suggestions->added);
	print_texts(json, "to-fill-in", &suggestions->to_fill);
	print_texts(json, "not-added", &suggestions->left);
	json_key_text(json, "diff", suggestions->diff);
	json_object_end(json);
}
