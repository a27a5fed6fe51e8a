// SPDX-License-Identifier: GPL-2.0-or-later
// From a recorded run to a profile that lets it pass: see suggest.h.
#include "audit/suggest/suggest.h"

#include <string.h>

#include "audit/report/sum.h"
#include "audit/report/words.h"
#include "audit/suggest/draft.h"
#include "audit/suggest/text_diff.h"
#include "base/cleanup.h"

enum { TRIES_MAXIMUM = 200, LEFT_SAID = 40 };

// From the best to the worst.
enum asked_fate { ASKED_ALLOWED, ASKED_MENDED, ASKED_QUIETED, ASKED_LEFT, ASKED_FATES };

// One thing that was denied.
struct asked {
	const struct event *event;
	enum asked_fate fate;
};
typedef VEC(struct asked) asked_vec;

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
	free(suggestions->what);
	texts_release(&suggestions->added);
	texts_release(&suggestions->to_fill);
	texts_release(&suggestions->left);
	*suggestions = (struct suggestions){ 0 };
}

static int by_destination(const void *left, const void *right)
{
	const struct event *a = *(const struct event *const *)left, *b = *(const struct event *const *)right;
	int order = destination_compare(a, b);

	return order ? order : (a > b) - (a < b);
}

static int by_first(const void *left, const void *right)
{
	const struct event *a = ((const struct asked *)left)->event, *b = ((const struct asked *)right)->event;

	return (a > b) - (a < b);
}

static int by_place(const void *left, const void *right)
{
	const struct asked *a = left, *b = right;

	return report_place_compare(a->event, b->event);
}

// What the report of the run counts as denied: its words, and each distinct thing, in the order of the events.
static void find_denied(const struct profile *profile, const event_vec *events, char **what, asked_vec *denied)
{
	const struct run_record record = { .events = *events };
	const struct hint_facts facts = hint_facts_of(profile);
	const struct report_options options = { .facts = &facts, .tolerations = profile };
	CLEANUP(report_release) struct report report = { 0 };
	AUTO_STRBUF struct strbuf text = { 0 };

	report_build(&record, &options, &report);
	if (report.denied.count)
		qsort(report.denied.items, report.denied.count, sizeof(*report.denied.items), by_destination);
	for (size_t i = 0; i < report.denied.count; i++)
		if (!i || destination_compare(report.denied.items[i - 1], report.denied.items[i]) != 0)
			vec_push(denied, (struct asked){ .event = report.denied.items[i] });
	if (denied->count)
		qsort(denied->items, denied->count, sizeof(*denied->items), by_first);
	const struct report_total *total = &report.total[FATE_DENIED];
	if (total->destinations)
		report_add_kinds(total, &text);
	strbuf_add(&text, !total->destinations       ? "nothing was denied"
			  : total->destinations == 1 ? " was denied"
						     : " were denied");
	*what = strbuf_steal(&text);
}

// What became of each as people count them: of one that has several addresses, the worst.
static void count(asked_vec *denied, struct suggestions *out)
{
	size_t *const counts[ASKED_FATES] = { &out->allowed, &out->mended, &out->quieted, &(size_t){ 0 } };

	if (denied->count)
		qsort(denied->items, denied->count, sizeof(*denied->items), by_place);
	for (size_t i = 0; i < denied->count;) {
		const struct asked *first = &denied->items[i];
		enum asked_fate worst = first->fate;

		for (; i < denied->count && by_place(first, &denied->items[i]) == 0; i++)
			if (denied->items[i].fate > worst)
				worst = denied->items[i].fate;
		++*counts[worst];
		out->denied++;
	}
}

static const char elsewhere[] = "allowed by the profile: in its VPC, which is elsewhere, it is reached";
static const char as_it_stands[] = "allowed by the profile as it stands";

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

// Where the VPC is, is not for a suggestion to say.
static void say_elsewhere(struct draft *draft)
{
	if (draft->out->elsewhere && (draft->out->mended || draft->out->allowed))
		vec_push(&draft->out->left,
			 memory_copy_text("vpc.located stays elsewhere: nothing of the VPC is reached from this host, "
					  "and only you know whether this host is in it"));
}

static void find_diff(const struct draft *draft, const struct suggest_file *file)
{
	AUTO_STRBUF struct strbuf diff = { 0 };
	AUTO_STRBUF struct strbuf name = { 0 };
	AUTO_FREE char *text = file ? draft_text_in(draft, file->text) : NULL;
	AUTO_FREE char *before = NULL;
	struct draft first = { 0 };

	draft->out->of_file = text != NULL;
	if (text)
		strbuf_add_safe(&name, file->name);
	if (draft_begin(&first, draft->given, NULL, NULL) == 0)
		before = memory_copy_text(first.kept);
	draft_release(&first);
	if (text)
		text_diff(strbuf_text(&name), file->text, strbuf_text(&name), text, &diff);
	else
		text_diff("given", before ? before : "", "suggested", draft->out->suggested, &diff);
	draft->out->diff = strbuf_steal(&diff);
}

static void finish(struct draft *draft, const struct suggest_file *file)
{
	say_left(draft);
	say_elsewhere(draft);
	draft->out->suggested = draft_text(draft);
	find_diff(draft, file);
	if (draft->given->placeholders.count)
		vec_push(&draft->out->to_fill,
			 memory_format("%zu values of the given profile are the template's, made up",
				       draft->given->placeholders.count));
}

static void add_for(struct draft *draft, struct asked *asked)
{
	asked->fate = ASKED_LEFT;
	if (draft_passes(draft, asked->event))
		return;
	if (draft->tries >= TRIES_MAXIMUM)
		draft_note_left(draft, asked->event, "", "one suggestion has room for no more");
	else if (suggest_for(draft, asked->event))
		asked->fate = ASKED_QUIETED;
}

int suggest(const struct profile *profile, const struct suggest_file *file, const event_vec *events,
	    struct suggestions *out, struct error *err)
{
	struct draft draft = { 0 };
	asked_vec denied = { 0 };
	int result;

	*out = (struct suggestions){ .elsewhere = profile->network.isolation == ISOLATION_VPC &&
						  profile->vpc.located == LOCATED_ELSEWHERE };
	result = draft_begin(&draft, profile, out, err);
	if (result < 0) {
		draft_release(&draft);
		return result;
	}
	find_denied(profile, events, &out->what, &denied);
	vec_for_each (asked, &denied) {
		asked->fate = draft_passes(&draft, asked->event) ? ASKED_ALLOWED : ASKED_LEFT;
		if (asked->fate == ASKED_ALLOWED)
			draft_note_left(&draft, asked->event, "", out->elsewhere ? elsewhere : as_it_stands);
	}
	vec_for_each (asked, &denied)
		if (asked->fate != ASKED_ALLOWED)
			add_for(&draft, asked);
	vec_for_each (asked, &denied)
		if (asked->fate != ASKED_ALLOWED && draft_passes(&draft, asked->event))
			asked->fate = ASKED_MENDED;
	count(&denied, out);
	finish(&draft, file);
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
	size_t left = suggestions->denied - suggestions->allowed - suggestions->mended - suggestions->quieted;

	if (suggestions->diff[0] && !suggestions->of_file)
		strbuf_add(
		    out,
		    "# against the profile as `vpcjail show PROFILE --as profile >FILE` writes it: patch that FILE\n");
	strbuf_add(out, suggestions->diff);
	strbuf_format(out, "# %s", suggestions->what);
	if (suggestions->denied)
		strbuf_format(out, ": %zu would pass%s, %zu would be asked for no more, %zu would stay denied",
			      suggestions->mended, suggestions->elsewhere ? " in the VPC" : "", suggestions->quieted,
			      left);
	if (suggestions->allowed)
		strbuf_format(out, ", %zu the profile allows already", suggestions->allowed);
	strbuf_add_char(out, '\n');
	format_lines("added", &suggestions->added, out);
	format_lines("to be filled in (\"# REPLACE\")", &suggestions->to_fill, out);
	format_lines("not added", &suggestions->left, out);
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
	json_key_number(json, "allowed", (int64_t)suggestions->allowed);
	json_key_number(json, "would-pass", (int64_t)suggestions->mended);
	json_key_number(json, "would-not-be-asked-for", (int64_t)suggestions->quieted);
	print_texts(json, "added", &suggestions->added);
	print_texts(json, "to-fill-in", &suggestions->to_fill);
	print_texts(json, "not-added", &suggestions->left);
	json_key_text(json, "diff", suggestions->diff);
	json_object_end(json);
}
