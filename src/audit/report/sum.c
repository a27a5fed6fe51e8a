// SPDX-License-Identifier: GPL-2.0-or-later
// What destinations add up to, and their order: see sum.h.
#include "audit/report/sum.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static int descending(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int by_count(const void *left, const void *right)
{
	const struct report_destination *a = *(const struct report_destination *const *)left,
					*b = *(const struct report_destination *const *)right;
	int order = descending(a->count, b->count);

	return order ? order : (a > b) - (a < b);
}

static void order_destinations(const struct report *report, struct report_group *group)
{
	size_t count = group->destinations.count;
	const struct report_destination **order = NEW_ARRAY(const struct report_destination *, count);

	for (size_t i = 0; i < count; i++)
		order[i] = &report->destinations.items[group->destinations.items[i]];
	qsort(order, count, sizeof(const struct report_destination *), by_count);
	for (size_t i = 0; i < count; i++)
		group->destinations.items[i] = (size_t)(order[i] - report->destinations.items);
	free(order);
}

// The widest: first the one with the most destinations, then with the most packets.
static int by_width(const void *left, const void *right)
{
	const struct report_group *a = left, *b = right;
	int order = (int)a->fate - (int)b->fate;

	if (order == 0)
		order = descending(a->destinations.count, b->destinations.count);
	if (order == 0)
		order = descending(a->count, b->count);
	return order || !a->advice.group || !b->advice.group ? order : strcmp(a->advice.group, b->advice.group);
}

static void add_total(struct report_total *total, const struct report_destination *destination)
{
	switch (destination->event->kind) {
	case EVENT_PACKET:
	case EVENT_FLOW:
		total->packets += destination->count;
		break;
	case EVENT_CALL:
		total->calls += destination->count;
		break;
	case EVENT_NAME:
		total->questions += destination->count;
		break;
	case EVENT_KINDS:
		break;
	}
	total->bytes += destination->bytes;
	total->reply_packets += destination->reply_packets;
	total->reply_bytes += destination->reply_bytes;
}

struct place {
	enum report_fate fate;
	const struct event *event;
};

static int compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static uint64_t form_of(const struct flow *flow)
{
	return (uint64_t)flow->direction << 48 | (uint64_t)flow->protocol << 32 |
	       (uint64_t)flow->destination_port << 16 | (uint64_t)flow->icmp_type << 8 | flow->icmp_code;
}

int report_place_compare(const struct event *one, const struct event *other)
{
	const struct address *a = &one->flow.remote, *b = &other->flow.remote;
	int order = (int)one->kind - (int)other->kind;

	if (order == 0)
		order = compare_texts(one->name, other->name);
	if (order == 0)
		order = compare_texts(one->call, other->call);
	if (order == 0 && !one->name)
		order = a->family != b->family ? (int)a->family - (int)b->family
					       : (a->bits > b->bits) - (a->bits < b->bits);
	return order ? order : descending(form_of(&one->flow), form_of(&other->flow));
}

static int by_place(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	int order = (int)a->fate - (int)b->fate;

	return order ? order : report_place_compare(a->event, b->event);
}

static void count_places(struct report *report)
{
	VEC(struct place) places = { 0 };

	vec_for_each (group, &report->groups)
		vec_for_each (index, &group->destinations)
			vec_push(&places, (struct place){ group->fate, report->destinations.items[*index].event });
	if (places.count)
		qsort(places.items, places.count, sizeof(*places.items), by_place);
	for (size_t i = 0; i < places.count; i++) {
		struct report_total *total = &report->total[places.items[i].fate];
		if (i && by_place(&places.items[i - 1], &places.items[i]) == 0)
			continue;
		total->destinations++;
		total->of_kind[places.items[i].event->kind]++;
	}
	vec_release(&places);
}

static int by_layer_name(const void *left, const void *right)
{
	const struct report_layer *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static void add_layer(struct report *report, const struct report_destination *destination)
{
	const char *name = report_layer_name(destination->event);

	vec_for_each (layer, &report->layers)
		if (strcmp(layer->name, name) == 0) {
			layer->count += destination->count;
			return;
		}
	if (report->layers.count == REPORT_LAYERS)
		return;
	vec_push(&report->layers, (struct report_layer){ .name = name,
							 .title = report_layer_title(destination->event),
							 .count = destination->count });
}

static void add_times(int64_t *first, int64_t *last, const struct report_destination *destination)
{
	if (!*first || destination->first < *first)
		*first = destination->first;
	if (destination->last > *last)
		*last = destination->last;
}

void report_sum(struct report *report)
{
	vec_for_each (group, &report->groups) {
		order_destinations(report, group);
		vec_for_each (index, &group->destinations) {
			const struct report_destination *destination = &report->destinations.items[*index];
			group->count += destination->count;
			add_total(&report->total[group->fate], destination);
			add_times(&group->first, &group->last, destination);
			if (group->fate != FATE_CARRIED)
				add_times(&report->first, &report->last, destination);
			if (group->fate == FATE_DENIED)
				add_layer(report, destination);
		}
	}
	count_places(report);
	if (report->groups.count)
		qsort(report->groups.items, report->groups.count, sizeof(*report->groups.items), by_width);
	if (report->layers.count)
		qsort(report->layers.items, report->layers.count, sizeof(*report->layers.items), by_layer_name);
}
