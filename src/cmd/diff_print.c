// SPDX-License-Identifier: GPL-2.0-or-later
// What `vpcjail diff` says: see diff_print.h.
#include "cmd/diff_print.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

enum { GAINED, LOST, WAYS };

// The parts in the order they are told: "egress: A reaches, B does not".
static const struct {
	enum direction direction;
	enum flow_state state;
	const char *where, *does, *does_not;
	const char *json[WAYS];
} part_rows[] = {
	{ EGRESS, FLOW_NEW, "egress", "reaches", "does not", { "gained", "lost" } },
	{ INGRESS, FLOW_NEW, "ingress", "is reached from", "is not", { "gained", "lost" } },
	{ EGRESS,
	  FLOW_ESTABLISHED,
	  "egress, answers and later packets of conversations that both know",
	  "sends",
	  "does not",
	  { "answers-gained", "answers-lost" } },
	{ INGRESS,
	  FLOW_ESTABLISHED,
	  "ingress, answers and later packets of conversations that both know",
	  "takes",
	  "does not",
	  { "answers-gained", "answers-lost" } },
};
enum { PARTS = sizeof(part_rows) / sizeof(part_rows[0]) };

static const struct reach *reach_of(const struct diff_result *result, size_t part, int way)
{
	const struct reach_difference *of = &result->difference.parts[part_rows[part].direction][part_rows[part].state];

	return way == GAINED ? &of->gained : &of->lost;
}

// Who lets the rows of that way through, and who does not.
static const struct diff_side *doer(const struct diff_result *result, int way)
{
	return &result->sides[way == GAINED];
}

void diff_result_release(struct diff_result *result)
{
	difference_release(&result->difference);
	other_facts_release(&result->others);
}

bool diff_is_equal(const struct diff_result *result)
{
	return difference_is_empty(&result->difference) && !result->others.count &&
	       !(result->kernel && *result->kernel);
}

static struct row_fate fate_of(const struct diff_side *side, size_t part, const struct reach_row *row)
{
	return policy_row_fate(side->is.policy, part_rows[part].direction, part_rows[part].state, row);
}

static void print_fate(const struct diff_side *side, size_t part, const struct reach_row *row, struct strbuf *out)
{
	struct row_fate fate = fate_of(side, part, row);

	if (!fate.rule)
		return;
	strbuf_add(out, "      ");
	strbuf_add_safe(out, side->title);
	strbuf_format(out, fate.allowed ? " allows it: " : " denies it: ");
	strbuf_add_safe(out, fate.rule->reason);
	strbuf_add(out, " [");
	strbuf_add_safe(out, fate.rule->origin);
	strbuf_add(out, "]\n");
}

static void print_part(const struct diff_result *result, size_t part, int way, struct strbuf *out)
{
	const struct reach *reach = reach_of(result, part, way);

	if (reach_is_empty(reach))
		return;
	strbuf_format(out, "%s: ", part_rows[part].where);
	strbuf_add_safe(out, doer(result, way)->title);
	strbuf_format(out, " %s, ", part_rows[part].does);
	strbuf_add_safe(out, doer(result, !way)->title);
	strbuf_format(out, " %s:\n", part_rows[part].does_not);
	vec_for_each (row, &reach->rows) {
		reach_row_print(row, part_rows[part].direction, "  ", out);
		print_fate(doer(result, way), part, row, out);
		print_fate(doer(result, !way), part, row, out);
	}
}

// "2 rows gained (131,072 addresses, 262,144 pairs of address and port)"
static void print_count(const struct diff_result *result, size_t part, int way, struct strbuf *out)
{
	const struct reach *reach = reach_of(result, part, way);
	struct reach_count count = reach_count(reach);

	strbuf_format(out, "%s ", way == GAINED ? "gained" : "lost");
	if (reach_is_empty(reach)) {
		strbuf_add(out, "nothing");
		return;
	}
	addresses_describe(count.addresses, out);
	strbuf_add(out, ", ");
	pairs_describe(&count.pairs, out);
}

static void print_summary(const struct diff_result *result, struct strbuf *out)
{
	if (difference_is_empty(&result->difference)) {
		strbuf_add(out, "no difference in what may be reached\n");
		return;
	}
	for (size_t part = 0; part < PARTS; part++) {
		if (reach_is_empty(reach_of(result, part, GAINED)) && reach_is_empty(reach_of(result, part, LOST)))
			continue;
		strbuf_format(out, "%s%s, from ", part_rows[part].direction == EGRESS ? "egress" : "ingress",
			      part_rows[part].state == FLOW_ESTABLISHED ? ", answers" : "");
		strbuf_add_safe(out, result->sides[0].title);
		strbuf_add(out, " to ");
		strbuf_add_safe(out, result->sides[1].title);
		strbuf_add(out, ": ");
		print_count(result, part, GAINED, out);
		strbuf_add(out, "; ");
		print_count(result, part, LOST, out);
		strbuf_add_char(out, '\n');
	}
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_name(const struct other_fact *fact)
{
	return strncmp(fact->what, OTHER_FACT_NAME, strlen(OTHER_FACT_NAME)) == 0;
}

static bool same_change(const struct other_fact *a, const struct other_fact *b)
{
	return is_name(a) && is_name(b) && same_text(a->left, b->left) && same_text(a->right, b->right);
}

static void print_values(const struct other_fact *fact, struct strbuf *out)
{
	if (fact->left || fact->right) {
		strbuf_add(out, ": ");
		strbuf_add_safe(out, fact->left ? fact->left : "none");
		strbuf_add(out, ", then ");
		strbuf_add_safe(out, fact->right ? fact->right : "none");
	}
	strbuf_add_char(out, '\n');
}

// Names that change alike share a line.
static void print_others(const other_fact_vec *others, struct strbuf *out)
{
	for (size_t i = 0; i < others->count; i++) {
		const struct other_fact *fact = &others->items[i];
		bool told = false;

		for (size_t j = 0; j < i && !told; j++)
			told = same_change(fact, &others->items[j]);
		if (told)
			continue;
		strbuf_add(out, "also different: ");
		strbuf_add_safe(out, fact->what);
		for (size_t j = i + 1; j < others->count; j++)
			if (same_change(fact, &others->items[j])) {
				strbuf_add(out, ", ");
				strbuf_add_safe(out, others->items[j].what + strlen(OTHER_FACT_NAME));
			}
		print_values(fact, out);
	}
}

void diff_print(const struct diff_result *result, struct strbuf *out)
{
	if (result->kernel && *result->kernel) {
		strbuf_add(out, "the kernel's rules are not those of the policy: ");
		strbuf_add_safe(out, result->kernel);
		strbuf_add(out, "\nwhat follows is about the policy the jail was given\n");
	}
	for (size_t part = 0; part < PARTS; part++)
		for (int way = GAINED; way < WAYS; way++)
			print_part(result, part, way, out);
	print_summary(result, out);
	print_others(&result->others, out);
}

static void json_rule(const char *key, struct row_fate fate, struct json *json)
{
	json_key(json, key);
	if (!fate.rule) {
		json_text(json, NULL);
		return;
	}
	json_object_begin(json);
	json_key_text(json, "reason", fate.rule->reason);
	json_key_text(json, "origin", fate.rule->origin);
	json_object_end(json);
}

static void json_rows(const struct diff_result *result, size_t part, int way, struct json *json)
{
	json_key(json, part_rows[part].json[way]);
	json_array_begin(json);
	vec_for_each (row, &reach_of(result, part, way)->rows) {
		json_object_begin(json);
		reach_row_members(row, json);
		json_rule("allowed-by", fate_of(doer(result, way), part, row), json);
		json_rule("denied-by", fate_of(doer(result, !way), part, row), json);
		json_object_end(json);
	}
	json_array_end(json);
}

static void json_side(const char *key, const struct diff_side *side, struct json *json)
{
	json_key(json, key);
	json_object_begin(json);
	json_key_text(json, "profile", side->is.profile->name);
	json_key_text(json, "jail", side->jail);
	json_object_end(json);
}

void diff_print_json(const struct diff_result *result, struct strbuf *out)
{
	static const char *const directions[] = { [EGRESS] = "egress", [INGRESS] = "ingress" };
	struct json json = { .out = out };

	json_object_begin(&json);
	json_side("left", &result->sides[0], &json);
	json_side("right", &result->sides[1], &json);
	json_key_bool(&json, "equal", diff_is_equal(result));
	if (result->kernel)
		json_key_text(&json, "kernel-difference", *result->kernel ? result->kernel : NULL);
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		json_key(&json, directions[direction]);
		json_object_begin(&json);
		for (size_t part = 0; part < PARTS; part++)
			for (int way = GAINED; way < WAYS; way++)
				if (part_rows[part].direction == direction)
					json_rows(result, part, way, &json);
		json_object_end(&json);
	}
	json_key(&json, "also-different");
	json_array_begin(&json);
	vec_for_each (other, &result->others) {
		json_object_begin(&json);
		json_key_text(&json, "what", other->what);
		json_key_text(&json, "left", other->left);
		json_key_text(&json, "right", other->right);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}
