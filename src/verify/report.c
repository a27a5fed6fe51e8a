// SPDX-License-Identifier: GPL-2.0-or-later
// What became of every promise, as a table and as JSON: see verify.h.
#include <string.h>

#include "base/json.h"
#include "verify/doors.h"
#include "verify/verify.h"

static const char *const group_titles[PROMISE_GROUPS] = {
	[PROMISE_TABLE] = "the conformance table", [PROMISE_RULE] = "each rule, on both sides of its edges",
	[PROMISE_WALL] = "what no packet may be",  [PROMISE_DOOR] = "ways out that are no packets",
	[PROMISE_RULES] = "the rules themselves",
};

static bool is_said(const struct promise_result *result, bool full)
{
	return full || result->held == HELD_NOT || result->held == HELD_INCONCLUSIVE;
}

static void print_promise(const struct promise *promise, const struct promise_result *result, struct strbuf *out)
{
	strbuf_format(out, "  %-12s %4u  ", held_name(result->held), result->tried);
	strbuf_add_safe(out, promise->text);
	if (promise->origin) {
		strbuf_add(out, " [");
		strbuf_add_safe(out, promise->origin);
		strbuf_add_char(out, ']');
	}
	strbuf_add_char(out, '\n');
	if (result->why) {
		strbuf_add(out, "                     ");
		strbuf_add_safe(out, result->why);
		strbuf_add_char(out, '\n');
	}
}

struct sum {
	unsigned promises, tried, count[HELD_KINDS];
};

static struct sum sum_of(const struct verify_report *report, enum promise_group group)
{
	struct sum sum = { 0 };

	for (size_t i = 0; i < report->promises.count; i++) {
		const struct promise_result *result = &report->result.promises.items[i];
		if (report->promises.items[i].group != group || !result->tried)
			continue;
		sum.promises++;
		sum.tried += result->tried;
		sum.count[result->held]++;
	}
	return sum;
}

static void print_group(const struct verify_report *report, enum promise_group group, bool full, struct strbuf *out)
{
	struct sum sum = sum_of(report, group);

	if (!sum.promises)
		return;
	strbuf_format(out, "%s: %u promises, tried %u times:", group_titles[group], sum.promises, sum.tried);
	for (enum held held = 0; held < HELD_KINDS; held++)
		if (sum.count[held])
			strbuf_format(out, " %u %s", sum.count[held], held_name(held));
	strbuf_add_char(out, '\n');
	for (size_t i = 0; i < report->promises.count; i++)
		if (report->promises.items[i].group == group && report->result.promises.items[i].tried &&
		    is_said(&report->result.promises.items[i], full))
			print_promise(&report->promises.items[i], &report->result.promises.items[i], out);
}

static void print_absent(const struct verify_report *report, struct strbuf *out)
{
	bool any = false;

	for (size_t i = 0; i < report->promises.count; i++)
		if (report->result.promises.items[i].tried && report->result.promises.items[i].held == HELD_ABSENT) {
			const char *text = report->promises.items[i].text;
			strbuf_add(out, any ? ", " : "not here to be tried, or open by the profile: ");
			strbuf_add_bytes(out, text, strcspn(text, ":"));
			any = true;
		}
	strbuf_add(out, any ? "\n" : "");
}

void verify_print(const struct verify_report *report, bool full, struct strbuf *out)
{
	for (enum promise_group group = 0; group < PROMISE_GROUPS; group++)
		print_group(report, group, full, out);
	print_absent(report, out);
	if (report->left_out)
		strbuf_format(out, "left out: the edges of %zu ranges of addresses, for there are too many\n",
			      report->left_out);
	if (report->board->overflow)
		strbuf_format(out, "inconclusive: %zu probes found no room, the profile names too much\n",
			      report->board->overflow);
	if (report->result.strays) {
		strbuf_format(out, "NOT HELD: %u packets came out that nothing here has sent: ", report->result.strays);
		strbuf_add_safe(out, report->result.stray);
		strbuf_add_char(out, '\n');
	}
	strbuf_format(out, "uplink %s; of %u:", uplink_word(report->uplink), report->result.tried);
	for (enum held held = 0; held < HELD_KINDS; held++)
		if (report->result.count[held] || held < HELD_ABSENT)
			strbuf_format(out, "%s %u %s", held ? "," : "", report->result.count[held], held_name(held));
	strbuf_add_char(out, '\n');
}

static void json_promise(const struct promise *promise, const struct promise_result *result, struct json *json)
{
	json_object_begin(json);
	json_key_text(json, "group", promise_group_name(promise->group));
	json_key_text(json, "promised", promise->text);
	if (promise->origin)
		json_key_text(json, "origin", promise->origin);
	json_key_number(json, "tried", result->tried);
	json_key_text(json, "outcome", held_name(result->held));
	if (result->why)
		json_key_text(json, "why", result->why);
	json_object_end(json);
}

void verify_print_json(const struct verify_report *report, struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	json_key_bool(&json, "held", report->result.all_held);
	json_key_text(&json, "uplink", uplink_word(report->uplink));
	json_key_number(&json, "tried", report->result.tried);
	json_key(&json, "outcomes");
	json_object_begin(&json);
	for (enum held held = 0; held < HELD_KINDS; held++)
		json_key_number(&json, held_name(held), report->result.count[held]);
	json_object_end(&json);
	json_key_number(&json, "strays", report->result.strays);
	json_key_number(&json, "left-out", (int64_t)report->left_out);
	json_key_number(&json, "no-room", (int64_t)report->board->overflow);
	if (report->mutated[0])
		json_key_text(&json, "mutated", report->mutated);
	json_key(&json, "promises");
	json_array_begin(&json);
	for (size_t i = 0; i < report->promises.count; i++)
		if (report->result.promises.items[i].tried)
			json_promise(&report->promises.items[i], &report->result.promises.items[i], &json);
	json_array_end(&json);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}
