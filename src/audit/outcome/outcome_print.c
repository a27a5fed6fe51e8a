// SPDX-License-Identifier: GPL-2.0-or-later
// The verdict as a sentence and as JSON: see outcome.h.
#include <string.h>

#include "audit/outcome/outcome.h"
#include "base/cleanup.h"

enum { CAUSES_SAID = 2 };

// What isolation alone comes to, where it comes to the same in all three.
enum { TITLE_ISOLATION = COMBINATIONS, TITLES };

static const char *const titles[TITLES] = {
	[ISOLATED_ALONE] = "network isolation on one host",
	[ISOLATED_PEERS] = "network isolation on several hosts",
	[VPC_ONLY] = "VPC-only",
	[VPC_ISOLATED] = "network isolation in a VPC",
	[TITLE_ISOLATION] = "network isolation",
};

const char *combination_word(enum combination combination)
{
	static const char *const words[COMBINATIONS] = { "isolation", "isolation-peers", "vpc", "vpc-isolation" };

	return words[combination];
}

const char *combination_title(enum combination combination)
{
	return titles[combination];
}

const char *outcome_verdict_word(enum outcome_verdict verdict)
{
	static const char *const words[OUTCOME_VERDICTS] = { "passes", "fails", "unknown" };

	return words[verdict];
}

static bool is_same_text(const char *one, const char *other)
{
	return strcmp(one ? one : "", other ? other : "") == 0;
}

// Whether the same is to be said of both.
static bool is_same(const struct outcome *one, const struct outcome *other)
{
	if (one->verdict != other->verdict || one->causes.count != other->causes.count ||
	    !is_same_text(one->unknown, other->unknown))
		return false;
	for (size_t i = 0; i < one->causes.count; i++)
		if (one->causes.items[i].event != other->causes.items[i].event)
			return false;
	return true;
}

static void format_causes(const struct outcome *outcome, struct strbuf *out)
{
	size_t said = outcome->causes.count < CAUSES_SAID ? outcome->causes.count : CAUSES_SAID;

	for (size_t i = 0; i < said; i++) {
		const struct outcome_cause *cause = &outcome->causes.items[i];
		strbuf_format(out, "%s%s is not reached (%s)", i ? ", and " : "", cause->destination, cause->reason);
	}
	if (outcome->causes.count > said)
		strbuf_format(out, ", and %zu more", outcome->causes.count - said);
}

static void format_reason(const struct outcome *outcome, struct strbuf *out)
{
	switch (outcome->verdict) {
	case OUTCOME_PASSES:
		return;
	case OUTCOME_FAILS:
		strbuf_add(out, " because ");
		format_causes(outcome, out);
		return;
	case OUTCOME_UNKNOWN:
		strbuf_format(out, " is not known: %s", outcome->unknown);
		return;
	case OUTCOME_VERDICTS:
		return;
	}
}

// Which of the titles are said, and what each stands for.
static size_t choose(const struct outcomes *outcomes, const struct outcome *chosen[static TITLES],
		     const char *names[static TITLES])
{
	const struct outcome *of = outcomes->of;
	bool all = is_same(&of[ISOLATED_ALONE], &of[ISOLATED_PEERS]) && is_same(&of[ISOLATED_ALONE], &of[VPC_ISOLATED]);
	size_t count = 0;

	chosen[count] = &of[VPC_ONLY];
	names[count++] = titles[VPC_ONLY];
	for (int i = 0; i < COMBINATIONS; i++) {
		if (i == VPC_ONLY || (all && i != ISOLATED_ALONE))
			continue;
		chosen[count] = &of[i];
		names[count++] = titles[all ? (int)TITLE_ISOLATION : i];
	}
	return count;
}

// "network isolation on one host and VPC-only": all that have this verdict and its reason.
static void format_alike(const struct outcome *const *chosen, const char *const *names, size_t count, size_t first,
			 bool said[static TITLES], outcome_line_vec *lines)
{
	AUTO_STRBUF struct strbuf line = { 0 };
	static const char *const verbs[OUTCOME_VERDICTS] = { "passes ", "would fail ", "" };
	const char *between = "";

	strbuf_add(&line, verbs[chosen[first]->verdict]);
	for (size_t i = first; i < count; i++) {
		if (said[i] || !is_same(chosen[first], chosen[i]))
			continue;
		said[i] = true;
		strbuf_format(&line, "%s%s", between, names[i]);
		between = " and ";
	}
	format_reason(chosen[first], &line);
	vec_push(lines, strbuf_steal(&line));
}

static size_t largest(const struct outcomes *outcomes, bool tolerated)
{
	size_t most = 0;

	for (int i = 0; i < COMBINATIONS; i++) {
		size_t value = tolerated ? outcomes->of[i].tolerated : outcomes->of[i].stricter;
		most = value > most ? value : most;
	}
	return most;
}

void outcomes_format(const struct outcomes *outcomes, outcome_line_vec *lines)
{
	const struct outcome *chosen[TITLES];
	const char *names[TITLES];
	bool said[TITLES] = { 0 };
	size_t count = choose(outcomes, chosen, names), stricter = largest(outcomes, false);

	for (int verdict = 0; verdict < OUTCOME_VERDICTS; verdict++)
		for (size_t i = 0; i < count; i++)
			if (!said[i] && (int)chosen[i]->verdict == verdict)
				format_alike(chosen, names, count, i, said, lines);
	if (stricter)
		vec_push(lines, memory_format("not counted: %zu that %s denied here and not on AWS", stricter,
					      stricter == 1 ? "is" : "are"));
	if (largest(outcomes, true))
		vec_push(lines, memory_format("tolerated: %zu", largest(outcomes, true)));
}

void outcome_lines_release(outcome_line_vec *lines)
{
	vec_for_each (line, lines)
		free(*line);
	vec_release(lines);
}

static void print_cause(const struct outcome_cause *cause, struct json *json)
{
	json_object_begin(json);
	json_key_text(json, "destination", cause->destination);
	json_key_text(json, "layer", cause->layer);
	json_key_text(json, "reason", cause->reason);
	json_key_number(json, "events", (int64_t)cause->events);
	json_object_end(json);
}

static void print_outcome(const struct outcome *outcome, enum combination combination, struct json *json)
{
	size_t listed = outcome->causes.count < OUTCOME_TOLD ? outcome->causes.count : OUTCOME_TOLD;

	json_object_begin(json);
	json_key_text(json, "combination", combination_word(combination));
	json_key_text(json, "title", titles[combination]);
	json_key_text(json, "verdict", outcome_verdict_word(outcome->verdict));
	if (outcome->unknown)
		json_key_text(json, "unknown", outcome->unknown);
	json_key_number(json, "failing", (int64_t)outcome->causes.count);
	json_key_number(json, "tolerated", (int64_t)outcome->tolerated);
	json_key_number(json, "stricter", (int64_t)outcome->stricter);
	json_key(json, "because");
	json_array_begin(json);
	for (size_t i = 0; i < listed; i++)
		print_cause(&outcome->causes.items[i], json);
	json_array_end(json);
	json_object_end(json);
}

void outcomes_print_json(const struct outcomes *outcomes, struct json *json)
{
	json_array_begin(json);
	for (int i = 0; i < COMBINATIONS; i++)
		print_outcome(&outcomes->of[i], (enum combination)i, json);
	json_array_end(json);
}
