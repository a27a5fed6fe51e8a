// SPDX-License-Identifier: GPL-2.0-or-later
// Events → destinations → groups: see report.h.
//
// Theory of operation: every event becomes an item with its title of process and its advice. Items sorted by what makes
// a destination are destinations, one after the other; destinations sorted by what makes a group are groups. Nothing is
// looked up, so that 100,000 events cost a few sorts.
#include "audit/report/report.h"

#include <stdlib.h>
#include <string.h>

#include "audit/report/sum.h"
#include "base/cleanup.h"
#include "base/memory.h"

struct item {
	const struct event *event;
	char *title;
	size_t process;  // index in report.processes
	size_t group;    // index in report.groups
	char *key;       // of the group
	enum report_fate fate;
	const struct toleration *tolerated;
};

struct draft {
	struct report *report;
	VEC(struct item) items;
};

static int compare_texts(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_addresses(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return (int)a->family - (int)b->family;
	return (a->bits > b->bits) - (a->bits < b->bits);
}

const char *report_layer_name(const struct event *event)
{
	switch (event->kind) {
	case EVENT_CALL:
		return "filter";
	case EVENT_NAME:
		return "resolver";
	case EVENT_PACKET:
	case EVENT_FLOW:
	case EVENT_KINDS:
		break;
	}
	return event->layer;
}

const char *report_layer_title(const struct event *event)
{
	switch (event->kind) {
	case EVENT_CALL:
		return "filter of system calls";
	case EVENT_NAME:
		return "the job's resolver";
	case EVENT_PACKET:
	case EVENT_FLOW:
	case EVENT_KINDS:
		break;
	}
	return event->layer_title ? event->layer_title : event->layer;
}

size_t report_layer_of(const struct report *report, const struct event *event)
{
	const char *name = report_layer_name(event);

	for (size_t i = 0; i < report->layers.count; i++)
		if (strcmp(report->layers.items[i].name, name) == 0)
			return i;
	return report->layers.count ? report->layers.count - 1 : 0;
}

// What is the same about two events of one destination. The address is part of it only where no name is known.
static int compare_places(const struct event *a, const struct event *b)
{
	int order = compare_texts(a->name, b->name);

	if (order == 0 && !a->name)
		order = compare_addresses(&a->flow.remote, &b->flow.remote);
	if (order == 0)
		order = compare_numbers((uint64_t)a->flow.direction, (uint64_t)b->flow.direction);
	if (order == 0)
		order = compare_numbers((uint64_t)a->flow.protocol, (uint64_t)b->flow.protocol);
	if (order == 0)
		order = compare_numbers(a->flow.destination_port, b->flow.destination_port);
	if (order == 0)
		order = compare_numbers(a->flow.icmp_type << 8 | a->flow.icmp_code,
					b->flow.icmp_type << 8 | b->flow.icmp_code);
	return order;
}

static int compare_verdicts(const struct event *a, const struct event *b)
{
	int order = strcmp(report_layer_name(a), report_layer_name(b));

	if (order == 0)
		order = compare_numbers(a->rule, b->rule);
	if (order == 0)
		order = compare_numbers(a->policy, b->policy);
	if (order == 0)
		order = compare_numbers(a->passed, b->passed);
	if (order == 0)
		order = compare_texts(a->call, b->call);
	if (order == 0)
		order = compare_texts(a->error, b->error);
	if (order == 0)
		order = compare_texts(a->reason, b->reason);
	return order;
}

static int compare_destinations(const struct item *a, const struct item *b)
{
	int order = compare_numbers(a->group, b->group);

	if (order == 0)
		order = compare_numbers((uint64_t)a->event->kind, (uint64_t)b->event->kind);
	if (order == 0)
		order = compare_places(a->event, b->event);
	if (order == 0)
		order = compare_verdicts(a->event, b->event);
	return order ? order : (a->tolerated > b->tolerated) - (a->tolerated < b->tolerated);
}

static int compare_processes(const struct item *a, const struct item *b)
{
	int order = strcmp(a->title, b->title);

	if (order == 0)
		order = compare_numbers((uint64_t)a->event->process.pid, (uint64_t)b->event->process.pid);
	return order ? order : compare_numbers(a->event->process.started, b->event->process.started);
}

static int by_process(const void *left, const void *right)
{
	return compare_processes(left, right);
}

static int by_group(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = compare_numbers(a->fate, b->fate);

	if (order == 0)
		order = strcmp(a->key, b->key);
	return order ? order : compare_numbers(a->event->id, b->event->id);
}

static int by_destination(const void *left, const void *right)
{
	const struct item *a = left, *b = right;
	int order = compare_destinations(a, b);

	if (order == 0)
		order = compare_processes(a, b);
	return order ? order : compare_numbers(a->event->id, b->event->id);
}

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool is_another_process(const struct item *before, const struct item *item)
{
	return before->event->process.pid != item->event->process.pid ||
	       before->event->process.started != item->event->process.started;
}

// Without its number: what was started a thousand times is one row.
static char *title_of(const struct event *event)
{
	struct strbuf title = { 0 };

	event_process_format(&event->process, &title);
	char *text = strbuf_steal(&title);
	char *bracket = strrchr(text, '[');
	if (bracket)
		*bracket = '\0';
	return text;
}

static void judge_item(struct item *item, const struct report_options *options)
{
	item->fate = item->event->kind == EVENT_FLOW ? FATE_CARRIED : FATE_DENIED;
	if (item->fate == FATE_CARRIED) {
		item->key = memory_copy_text("");
		return;
	}
	if (options->tolerations)
		item->tolerated = toleration_of(options->tolerations, item->event);
	if (item->tolerated)
		item->fate = FATE_TOLERATED;
	item->key = hint_group(item->event, options->facts);
}

// A name that was answered with a made-up address is told of by the packets that went there, when there are any.
static void add_items(struct draft *draft, const struct report_options *options)
{
	const event_vec *events = &draft->report->record->events;
	VEC(const char *) named = { 0 };

	vec_for_each (event, events)
		if (event->kind == EVENT_PACKET && event->name)
			vec_push(&named, event->name);
	if (named.count)
		qsort(named.items, named.count, sizeof(*named.items), by_text);
	vec_for_each (event, events) {
		struct item item = { .event = event };
		if (event->kind == EVENT_NAME && event->name && event->stand_in.family != FAMILY_NONE && named.count &&
		    bsearch(&event->name, named.items, named.count, sizeof(*named.items), by_text)) {
			draft->report->followed++;
			continue;
		}
		judge_item(&item, options);
		if (item.fate == FATE_DENIED)
			vec_push(&draft->report->denied, event);
		item.title = title_of(event);
		vec_push(&draft->items, item);
	}
	vec_release(&named);
}

static void number_groups(struct draft *draft, const struct report_options *options)
{
	struct report *report = draft->report;
	const struct item *before = NULL;

	if (draft->items.count)
		qsort(draft->items.items, draft->items.count, sizeof(*draft->items.items), by_group);
	vec_for_each (item, &draft->items) {
		if (!before || before->fate != item->fate || strcmp(before->key, item->key) != 0) {
			struct report_group group = { .fate = item->fate };
			if (item->fate != FATE_CARRIED)
				hint_advise(item->event, options->facts, &group.advice);
			vec_push(&report->groups, group);
		}
		item->group = report->groups.count - 1;
		before = item;
	}
}

static void number_processes(struct draft *draft)
{
	struct report *report = draft->report;
	const struct item *before = NULL;

	if (draft->items.count)
		qsort(draft->items.items, draft->items.count, sizeof(*draft->items.items), by_process);
	vec_for_each (item, &draft->items) {
		bool new_title = !before || strcmp(before->title, item->title) != 0;
		if (new_title)
			vec_push(&report->processes, (struct report_process){ .title = memory_copy_text(item->title) });
		struct report_process *process = &report->processes.items[report->processes.count - 1];
		process->processes += new_title || is_another_process(before, item);
		if (item->fate == FATE_DENIED)
			process->count += item->event->count;
		item->process = report->processes.count - 1;
		before = item;
	}
}

static void add_address(struct report_destination *destination, const struct address *address)
{
	if (address->family == FAMILY_NONE)
		return;
	vec_for_each (known, &destination->addresses)
		if (address_equal(known, address))
			return;
	if (destination->addresses.count < REPORT_ADDRESSES)
		vec_push(&destination->addresses, *address);
	else
		destination->more_addresses = true;
}

static void add_share(struct report_destination *destination, const struct item *before, const struct item *item)
{
	bool new_share = !before || before->process != item->process;

	if (new_share)
		vec_push(&destination->shares,
			 (struct report_share){ .process = item->process, .pid = item->event->process.pid });
	struct report_share *share = &destination->shares.items[destination->shares.count - 1];
	share->processes += new_share || is_another_process(before, item);
	share->count += item->event->count;
}

// before: the event before it of the same destination, or NULL.
static void add_event(struct report_destination *destination, const struct item *before, const struct item *item)
{
	const struct event *event = item->event;

	if (!before || event->first < destination->first)
		destination->first = event->first;
	if (!before || event->last > destination->last)
		destination->last = event->last;
	destination->events++;
	destination->count += event->count;
	destination->bytes += event->bytes;
	destination->reply_packets += event->reply_packets;
	destination->reply_bytes += event->reply_bytes;
	add_address(destination, event->kind == EVENT_NAME ? &event->stand_in : &event->flow.remote);
	add_share(destination, before, item);
}

static int by_share(const void *left, const void *right)
{
	const struct report_share *a = left, *b = right;
	int order = compare_numbers(b->count, a->count);

	return order ? order : compare_numbers(a->process, b->process);
}

static void add_destinations(struct draft *draft)
{
	struct report *report = draft->report;
	const struct item *before = NULL;

	if (draft->items.count)
		qsort(draft->items.items, draft->items.count, sizeof(*draft->items.items), by_destination);
	vec_for_each (item, &draft->items) {
		if (before && compare_destinations(before, item) != 0)
			before = NULL;
		if (!before) {
			vec_push(&report->groups.items[item->group].destinations, report->destinations.count);
			vec_push(&report->destinations,
				 (struct report_destination){ .event = item->event, .tolerated = item->tolerated });
		}
		add_event(&report->destinations.items[report->destinations.count - 1], before, item);
		before = item;
	}
	vec_for_each (destination, &report->destinations)
		if (destination->shares.count)
			qsort(destination->shares.items, destination->shares.count, sizeof(*destination->shares.items),
			      by_share);
}

void report_build(const struct run_record *record, const struct report_options *options, struct report *report)
{
	struct draft draft = { .report = report };

	*report =
	    (struct report){ .record = record, .outcomes = options->outcomes, .names_unseen = options->names_unseen };
	add_items(&draft, options);
	number_groups(&draft, options);
	number_processes(&draft);
	add_destinations(&draft);
	report_sum(report);
	vec_for_each (item, &draft.items) {
		free(item->title);
		free(item->key);
	}
	vec_release(&draft.items);
}

void report_release(struct report *report)
{
	vec_for_each (process, &report->processes)
		free(process->title);
	vec_for_each (destination, &report->destinations) {
		vec_release(&destination->addresses);
		vec_release(&destination->shares);
	}
	vec_for_each (group, &report->groups) {
		vec_release(&group->destinations);
		hint_advice_release(&group->advice);
	}
	vec_release(&report->processes);
	vec_release(&report->destinations);
	vec_release(&report->layers);
	vec_release(&report->groups);
	vec_release(&report->denied);
	*report = (struct report){ 0 };
}
