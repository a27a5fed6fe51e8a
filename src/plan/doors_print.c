// SPDX-License-Identifier: GPL-2.0-or-later
// The table of doors against a plan: a door counts as closed when a step of this very plan closes it.
#include <string.h>

#include "base/json.h"
#include "plan/doors.h"

static mechanism_set in_plan(const struct launch_plan *plan)
{
	mechanism_set all = 0;

	vec_for_each (step, &plan->steps)
		all |= step->closes;
	return all;
}

static const char *opener_of(const struct door *door, const struct launch_plan *plan)
{
	vec_for_each (opened, &plan->opened)
		if (strcmp(opened->door, door->name) == 0)
			return opened->opener;
	return NULL;
}

enum door_state door_state(const struct door *door, const struct launch_plan *plan, mechanism_set *by,
			   const char **opener)
{
	const mechanism_set there = in_plan(plan);

	*by = 0;
	*opener = opener_of(door, plan);
	if (*opener)
		return DOOR_OPENED;
	if (!door->sets[0])
		return DOOR_RESIDUAL;
	for (size_t i = 0; i < DOOR_SETS && door->sets[i]; i++) {
		if (!(door->sets[i] & there))
			return DOOR_RESIDUAL;
		*by |= door->sets[i] & there;
	}
	return DOOR_CLOSED;
}

static const char *state_name(enum door_state state)
{
	switch (state) {
	case DOOR_CLOSED:
		return "closed";
	case DOOR_OPENED:
		return "opened";
	case DOOR_RESIDUAL:
		return "residual";
	}
	return "";
}

static void add_mechanisms(mechanism_set set, struct strbuf *out)
{
	const char *separator = "";

	for (size_t i = 0; i < MECHANISM_COUNT; i++) {
		if (!(set & (mechanism_set)1 << i))
			continue;
		strbuf_format(out, "%s%s", separator, mechanisms[i].name);
		separator = ", ";
	}
}

// The mechanisms of which one would close a door that is residual.
static mechanism_set lacking(const struct door *door, const struct launch_plan *plan)
{
	size_t i = 0;

	while (i < DOOR_SETS - 1 && (door->sets[i] & in_plan(plan)))
		i++;
	return door->sets[i];
}

// Two lines: what the door is; below it, what the plan makes of it.
static void print_door(const struct door *door, const struct launch_plan *plan, struct strbuf *out)
{
	mechanism_set by;
	const char *opener;
	enum door_state state = door_state(door, plan, &by, &opener);

	strbuf_format(out, "     %-28s %s\n%35s %s", door->name, door->what, "", state_name(state));
	switch (state) {
	case DOOR_CLOSED:
		strbuf_add(out, " by ");
		add_mechanisms(by, out);
		break;
	case DOOR_OPENED:
		strbuf_format(out, " by %s", opener);
		break;
	case DOOR_RESIDUAL:
		strbuf_add(out, door->sets[0] ? ": this launch lacks " : ": nothing closes it");
		add_mechanisms(lacking(door, plan), out);
		break;
	}
	strbuf_add_char(out, '\n');
}

void doors_print(const struct launch_plan *plan, struct strbuf *out)
{
	size_t counts[3] = { 0 };

	strbuf_add(out, "\ndoors:\n");
	for (size_t i = 0; i < door_count; i++) {
		mechanism_set by;
		const char *opener;

		if (!doors[i].name) {
			strbuf_format(out, "  %s\n", doors[i].what);
			continue;
		}
		counts[door_state(&doors[i], plan, &by, &opener)]++;
		print_door(&doors[i], plan, out);
	}
	strbuf_format(out, "  %zu closed, %zu opened by the profile, %zu residual\n", counts[DOOR_CLOSED],
		      counts[DOOR_OPENED], counts[DOOR_RESIDUAL]);
}

void mechanisms_print_json(mechanism_set set, struct json *json)
{
	json_array_begin(json);
	for (size_t i = 0; i < MECHANISM_COUNT; i++)
		if (set & (mechanism_set)1 << i)
			json_text(json, mechanisms[i].name);
	json_array_end(json);
}

void doors_print_json(const struct launch_plan *plan, struct json *json)
{
	json_array_begin(json);
	for (size_t i = 0; i < door_count; i++) {
		mechanism_set by;
		const char *opener;

		if (!doors[i].name)
			continue;
		json_object_begin(json);
		json_key_text(json, "name", doors[i].name);
		json_key_text(json, "what", doors[i].what);
		json_key_text(json, "state", state_name(door_state(&doors[i], plan, &by, &opener)));
		json_key_text(json, "opener", opener);
		json_key(json, "closed_by");
		mechanisms_print_json(by, json);
		json_key(json, "sets");
		json_array_begin(json);
		for (size_t j = 0; j < DOOR_SETS && doors[i].sets[j]; j++)
			mechanisms_print_json(doors[i].sets[j], json);
		json_array_end(json);
		json_object_end(json);
	}
	json_array_end(json);
}
