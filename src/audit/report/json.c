// SPDX-License-Identifier: GPL-2.0-or-later
// A report as one JSON document: see print.h, and vpcjail(1) for its form.
#include <netinet/in.h>
#include <stdio.h>

#include "audit/report/print.h"
#include "audit/report/words.h"
#include "base/cleanup.h"
#include "base/json.h"

enum { DIGITS_SIZE = 16 };

static const char *fate_key(enum report_fate fate)
{
	switch (fate) {
	case FATE_DENIED:
		return "denied";
	case FATE_TOLERATED:
		return "tolerated";
	case FATE_CARRIED:
	case FATES:
		break;
	}
	return "carried";
}

static void add_addresses(struct json *json, const struct report_destination *destination)
{
	char address[ADDRESS_TEXT_SIZE];

	json_key(json, "addresses");
	json_array_begin(json);
	vec_for_each (each, &destination->addresses)
		json_text(json, address_print(each, address));
	json_array_end(json);
	if (destination->more_addresses)
		json_key_bool(json, "more_addresses", true);
}

// As in the lines of a recorded run.
static const char *protocol_word(int protocol, char digits[DIGITS_SIZE])
{
	(void)snprintf(digits, DIGITS_SIZE, "%d", protocol);
	return protocol == IPPROTO_TCP      ? "tcp"
	       : protocol == IPPROTO_UDP    ? "udp"
	       : protocol == IPPROTO_ICMP   ? "icmp"
	       : protocol == IPPROTO_ICMPV6 ? "icmpv6"
					    : digits;
}

static void add_flow(struct json *json, const struct flow *flow)
{
	bool icmp = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;
	char digits[DIGITS_SIZE];

	json_key_text(json, "direction", flow->direction == EGRESS ? "egress" : "ingress");
	json_key_text(json, "protocol", protocol_word(flow->protocol, digits));
	if (icmp) {
		json_key_number(json, "icmp_type", flow->icmp_type);
		json_key_number(json, "icmp_code", flow->icmp_code);
	} else {
		json_key_number(json, "port", flow->destination_port);
	}
}

static void add_verdict(struct json *json, const struct event *event)
{
	json_key_text(json, "layer", report_layer_name(event));
	json_key_text(json, "layer_title", report_layer_title(event));
	if (event->kind == EVENT_PACKET) {
		json_key_number(json, "rule", event->rule);
		json_key_number(json, "policy", event->policy);
	}
	json_key_text(json, "reason", event->reason);
	json_key_text(json, "origin", event->origin);
	json_key_text(json, "behind", event->behind);
	json_key_text(json, "aws", event->aws);
	json_key_bool(json, "passed", event->passed);
}

static void add_processes(struct json *json, const struct report *report, const struct report_destination *destination)
{
	json_key(json, "processes");
	json_array_begin(json);
	vec_for_each (share, &destination->shares) {
		const char *title = report->processes.items[share->process].title;
		json_object_begin(json);
		json_key_text(json, "title", *title ? title : NULL);
		if (share->pid)
			json_key_number(json, "pid", share->pid);
		json_key_number(json, "processes", (int64_t)share->processes);
		json_key_number(json, "count", (int64_t)share->count);
		json_object_end(json);
	}
	json_array_end(json);
}

static void add_destination(struct json *json, const struct report *report,
			    const struct report_destination *destination)
{
	const struct event *event = destination->event;

	json_object_begin(json);
	json_key_text(json, "kind", event_kind_word(event->kind));
	json_key_text(json, "name", event->name);
	add_addresses(json, destination);
	if (event->kind == EVENT_CALL) {
		json_key_text(json, "call", event->call);
		json_key_text(json, "error", event->error);
	} else if (event->kind != EVENT_NAME) {
		add_flow(json, &event->flow);
	}
	if (event->kind != EVENT_FLOW)
		add_verdict(json, event);
	if (destination->tolerated) {
		json_key_text(json, "tolerated", destination->tolerated->destination);
		json_key_text(json, "tolerated_why", destination->tolerated->reason);
	}
	json_key_number(json, "count", (int64_t)destination->count);
	if (event->kind == EVENT_FLOW) {
		json_key_number(json, "bytes", (int64_t)destination->bytes);
		json_key_number(json, "reply_packets", (int64_t)destination->reply_packets);
		json_key_number(json, "reply_bytes", (int64_t)destination->reply_bytes);
	}
	json_key_number(json, "events", (int64_t)destination->events);
	json_key_number(json, "first", destination->first);
	json_key_number(json, "last", destination->last);
	add_processes(json, report, destination);
	json_object_end(json);
}

static void add_advice(struct json *json, const struct hint_advice *advice)
{
	json_key_text(json, "hint", advice->hint ? advice->hint->name : NULL);
	json_key_text(json, "group", advice->group);
	json_key_text(json, "what", advice->what);
	json_key_text(json, "fix", advice->fix);
	json_key_text(json, "remedy", advice->hint ? hint_remedy_word(advice->hint->remedy) : NULL);
	json_key_text(json, "endpoint", advice->endpoint);
	json_key_text(json, "endpoint_type", advice->endpoint_type);
	json_key_text(json, "settings", advice->settings);
	json_key_text(json, "channel", advice->channel);
	json_key_text(json, "key", advice->key);
	json_key_text(json, "source", advice->source);
}

static void add_group(struct json *json, const struct report *report, const struct report_group *group)
{
	json_object_begin(json);
	if (group->fate != FATE_CARRIED)
		add_advice(json, &group->advice);
	json_key_number(json, "count", (int64_t)group->count);
	json_key_number(json, "first", group->first);
	json_key_number(json, "last", group->last);
	json_key(json, "destinations");
	json_array_begin(json);
	vec_for_each (index, &group->destinations)
		add_destination(json, report, &report->destinations.items[*index]);
	json_array_end(json);
	json_object_end(json);
}

static void add_fate(struct json *json, const struct report *report, enum report_fate fate)
{
	const struct report_total *total = &report->total[fate];

	json_key(json, fate_key(fate));
	json_object_begin(json);
	json_key_number(json, "destinations", (int64_t)(total->of_kind[EVENT_PACKET] + total->of_kind[EVENT_FLOW]));
	if (fate != FATE_CARRIED) {
		json_key_number(json, "names", (int64_t)total->of_kind[EVENT_NAME]);
		json_key_number(json, "system_calls", (int64_t)total->of_kind[EVENT_CALL]);
	}
	json_key_number(json, "packets", (int64_t)total->packets);
	if (fate == FATE_CARRIED) {
		json_key_number(json, "bytes", (int64_t)total->bytes);
		json_key_number(json, "reply_packets", (int64_t)total->reply_packets);
		json_key_number(json, "reply_bytes", (int64_t)total->reply_bytes);
	} else {
		json_key_number(json, "calls", (int64_t)total->calls);
		json_key_number(json, "questions", (int64_t)total->questions);
	}
	json_key(json, "groups");
	json_array_begin(json);
	vec_for_each (group, &report->groups)
		if (group->fate == fate)
			add_group(json, report, group);
	json_array_end(json);
	json_object_end(json);
}

static void add_start(struct json *json, const struct record_start *start)
{
	static const char *const modes[RECORD_MODES] = { "run", "audit", "offline" };

	json_key_text(json, "run", start->run);
	json_key_text(json, "version", start->version);
	json_key_text(json, "mode", modes[start->mode]);
	json_key_text(json, "profile", start->profile);
	json_key_text(json, "digest", start->digest);
	json_key(json, "command");
	json_array_begin(json);
	vec_for_each (word, &start->command)
		json_text(json, *word);
	json_array_end(json);
	json_key_text(json, "directory", start->directory);
	json_key_number(json, "uid", start->uid);
	json_key_number(json, "start", start->at);
}

static void add_end(struct json *json, const struct report *report)
{
	const struct run_record *record = report->record;
	const struct record_end *end = &record->end;

	json_key(json, "end");
	if (end->given)
		json_number(json, end->at);
	else
		json_text(json, NULL);
	json_key(json, "status");
	if (end->given)
		json_number(json, end->status);
	else
		json_text(json, NULL);
	json_key(json, "gaps");
	json_object_begin(json);
	json_key_number(json, "swallowed", (int64_t)end->swallowed);
	json_key_number(json, "overruns", (int64_t)end->overruns);
	json_key_number(json, "beyond", (int64_t)end->beyond);
	json_key_bool(json, "names_unseen", report->names_unseen);
	json_key_text(json, "failure", end->failure);
	json_key_number(json, "lines", (int64_t)record->lines);
	json_key_number(json, "broken_lines", (int64_t)record->broken);
	json_key_number(json, "missing_bytes", (int64_t)record->missing_bytes);
	json_object_end(json);
}

void report_print_json(const struct report *report, struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	add_start(&json, &report->record->start);
	add_end(&json, report);
	json_key(&json, "outcomes");
	if (report->outcomes)
		outcomes_print_json(report->outcomes, &json);
	else
		json_text(&json, NULL);
	for (unsigned fate = 0; fate < FATES; fate++)
		add_fate(&json, report, fate);
	json_object_end(&json);
	strbuf_add(out, "\n");
}
