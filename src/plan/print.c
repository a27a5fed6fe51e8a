// SPDX-License-Identifier: GPL-2.0-or-later
// A plan as text, as JSON, and as the one line that says what differs inside.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "dns/print.h"
#include "plan/doors.h"

static const char *place_name(enum place place)
{
	switch (place) {
	case PLACE_SUPERVISOR:
		return "supervisor";
	case PLACE_INIT:
		return "init";
	case PLACE_VIEW:
		return "view";
	case PLACE_WORKLOAD:
		return "workload";
	}
	return "";
}

static bool is_last_word(const char *name, const char *word)
{
	const char *space = strrchr(name, ' ');

	return space && strcmp(space + 1, word) == 0;
}

// What stands in parentheses: nothing that the name has said already.
static void print_value(const struct launch_step *step, struct strbuf *out)
{
	bool said = !step->value || strchr(step->value, '\n') || is_last_word(step->name, step->value) ||
		    strcmp(step->value, step->path ? step->path : "") == 0;

	if (!said)
		strbuf_add_safe(out, step->value);
	if (!said && step->data)
		strbuf_add(out, ", ");
	if (step->data)
		strbuf_add_safe(out, step->data);
}

static void print_step(const struct launch_step *step, unsigned number, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf value = { 0 };
	char line[16];

	(void)snprintf(line, sizeof(line), "%3u  ", number);
	strbuf_add(out, line);
	strbuf_add_safe(out, step->name);
	print_value(step, &value);
	if (value.length)
		strbuf_format(out, step->kind == STEP_SYSCTL ? " = %s" : " (%s)", strbuf_text(&value));
	strbuf_format(out, "%s  # %s\n", step->if_present ? ", if there" : "", step->why);
}

void launch_plan_print(const struct launch_plan *plan, struct strbuf *out)
{
	unsigned number = 0;
	int place = -1;

	vec_for_each (step, &plan->steps) {
		if (place != (int)step->place)
			strbuf_format(out, "%s%s:\n", number ? "\n" : "", place_name(step->place));
		place = (int)step->place;
		print_step(step, ++number, out);
	}
	strbuf_add(out, "\nenvironment removed:\n");
	vec_for_each (name, &plan->removed) {
		strbuf_add(out, "     ");
		strbuf_add_safe(out, *name);
		strbuf_add_char(out, '\n');
	}
	if (plan->resolver) {
		strbuf_add(out, "\nnames that resolve:\n");
		dns_rules_print(&plan->dns, out);
	}
	if (plan->landlock.write)
		strbuf_add(out, "\nwritable alone:\n");
	vec_for_each (granted, &plan->landlock.writable) {
		strbuf_add(out, "     ");
		strbuf_add_safe(out, granted->path);
		strbuf_format(out, "  # %s\n", granted->asked ? "process.writable" : "the job's own");
	}
}

static void json_list(struct json *json, const char *key, const text_list *list)
{
	json_key(json, key);
	json_array_begin(json);
	vec_for_each (text, list)
		json_text(json, *text);
	json_array_end(json);
}

void launch_plan_print_json(const struct launch_plan *plan, struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	json_key(&json, "steps");
	json_array_begin(&json);
	vec_for_each (step, &plan->steps) {
		json_object_begin(&json);
		json_key_text(&json, "place", place_name(step->place));
		json_key_text(&json, "name", step->name);
		json_key_text(&json, "path", step->path);
		json_key_text(&json, "value", step->value);
		json_key_text(&json, "options", step->data);
		json_key_bool(&json, "if_present", step->if_present);
		json_key(&json, "closes");
		mechanisms_print_json(step->closes, &json);
		json_key_text(&json, "why", step->why);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_list(&json, "removed", &plan->removed);
	json_list(&json, "hidden", &plan->hidden);
	json_list(&json, "notices", &plan->notices);
	json_list(&json, "missing", &plan->missing);
	if (plan->resolver) {
		json_key(&json, "names");
		dns_rules_print_json(&plan->dns, &json);
	}
	json_key(&json, "writable");
	json_array_begin(&json);
	vec_for_each (granted, &plan->landlock.writable)
		json_text(&json, granted->path);
	json_array_end(&json);
	json_key(&json, "doors");
	doors_print_json(plan, &json);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}

static void add_names(struct strbuf *out, const text_list *list)
{
	enum { SHOWN = 4 };

	for (size_t i = 0; i < list->count && i < SHOWN; i++) {
		strbuf_add(out, i ? ", " : "");
		strbuf_add_safe(out, list->items[i]);
	}
	if (list->count > SHOWN)
		strbuf_format(out, " and %zu more", list->count - SHOWN);
}

// What an opened door means, where the plan opens it.
static void add_opened(struct strbuf *out, const struct launch_plan *plan)
{
	static const struct {
		const char *door, *means;
	} rows[] = {
		{ "tcp4_loopback", "host.vpcjail: ports of the host's 127.0.0.1" },
		{ "device_rdma", "RDMA: traffic that no packet filter sees" },
		{ "device_imex", "IMEX: memory shared between machines" },
		{ "dns", "DNS: some questions leave" },
		{ "device_mps", "MPS: a daemon shared with jobs that are not isolated" },
	};

	vec_for_each (opened, &plan->opened)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (strcmp(opened->door, rows[i].door) == 0)
				strbuf_format(out, "; %s", rows[i].means);
}

void launch_plan_summary(const struct launch_plan *plan, const struct profile *profile, struct strbuf *out)
{
	strbuf_add_safe(out, profile->name);
	if (plan->link.kind == UPLINK_NONE)
		strbuf_add(out, profile->network.isolation == ISOLATION_FULL ? ": loopback only"
									     : ": VPC without a link, loopback only");
	else
		strbuf_format(out, ": %s by %s through %s",
			      profile->network.isolation == ISOLATION_FULL ? "the job's peers" : "the VPC",
			      uplink_word(plan->link.kind), plan->link.device);
	if (plan->removed.count) {
		strbuf_add(out, "; removed: ");
		add_names(out, &plan->removed);
		strbuf_add(out, " (environment.keep)");
	}
	if (plan->hidden.count) {
		strbuf_add(out, "; hidden: ");
		add_names(out, &plan->hidden);
	}
	strbuf_add(out, profile->process.tmp.text ? "" : "; own /tmp");
	add_opened(out, plan);
	if (plan->missing.count) {
		strbuf_add(out, "; without ");
		add_names(out, &plan->missing);
	}
	if (plan->identity->unasked_root) {
		strbuf_add(out, "; as user ");
		strbuf_add_safe(out, plan->identity->name);
		strbuf_add(out, " (--user root keeps root)");
	}
	if (plan->identity->left_out_groups.count) {
		strbuf_add(out, "; without groups ");
		add_names(out, &plan->identity->left_out_groups);
	}
}
