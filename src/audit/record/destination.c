// SPDX-License-Identifier: GPL-2.0-or-later
// What an event was about: see destination.h.
#include "audit/record/destination.h"

#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "net/port_range.h"

static void format_flow(const struct flow *flow, bool in_brackets, struct strbuf *out)
{
	bool ported = flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP;
	bool colons = ported && flow->remote.family == FAMILY_IPV6;
	char address[ADDRESS_TEXT_SIZE], protocol[12];

	strbuf_format(out, "%s%s%s", colons ? "[" : "", address_print(&flow->remote, address), colons ? "]" : "");
	if (ported && flow->direction == EGRESS)
		strbuf_format(out, ":%u", flow->destination_port);
	strbuf_format(out, in_brackets ? "/%s" : " (%s", protocol_print(flow->protocol, protocol));
	if (ported && flow->direction == INGRESS)
		strbuf_format(out, " to port %u", flow->destination_port);
	strbuf_add_char(out, ')');
}

void destination_format(const struct event *event, struct strbuf *out)
{
	switch (event->kind) {
	case EVENT_PACKET:
	case EVENT_FLOW:
		if (event->name && event->name[0])
			strbuf_format(out, "%s (", event->name);
		format_flow(&event->flow, event->name && event->name[0], out);
		return;
	case EVENT_NAME:
		strbuf_format(out, "%s (name)", event->name ? event->name : "");
		return;
	case EVENT_CALL:
		strbuf_format(out, "%s (system call)", event->call ? event->call : "");
		return;
	case EVENT_KINDS:
		return;
	}
}

static int compare_texts(const char *one, const char *other)
{
	return strcmp(one ? one : "", other ? other : "");
}

static bool has_flow(const struct event *event)
{
	return event->kind == EVENT_PACKET || event->kind == EVENT_FLOW;
}

static int compare_numbers(address_bits one, address_bits other)
{
	return (one > other) - (one < other);
}

static int compare_flows(const struct flow *one, const struct flow *other)
{
	const address_bits pairs[][2] = {
		{ one->direction, other->direction },
		{ one->remote.family, other->remote.family },
		{ one->remote.bits, other->remote.bits },
		{ (unsigned)one->protocol, (unsigned)other->protocol },
		{ one->destination_port, other->destination_port },
		{ one->icmp_type, other->icmp_type },
		{ one->icmp_code, other->icmp_code },
	};
	int order = 0;

	for (size_t i = 0; !order && i < sizeof(pairs) / sizeof(pairs[0]); i++)
		order = compare_numbers(pairs[i][0], pairs[i][1]);
	return order;
}

int destination_compare(const struct event *one, const struct event *other)
{
	enum event_kind kind = has_flow(one) ? EVENT_PACKET : one->kind;
	enum event_kind other_kind = has_flow(other) ? EVENT_PACKET : other->kind;

	if (kind != other_kind)
		return compare_numbers(kind, other_kind);
	if (kind == EVENT_CALL)
		return compare_texts(one->call, other->call);
	int order = compare_texts(one->name, other->name);
	return order || kind != EVENT_PACKET ? order : compare_flows(&one->flow, &other->flow);
}

static int by_destination(const void *a, const void *b)
{
	const struct event *one = *(const struct event *const *)a, *other = *(const struct event *const *)b;
	int order = destination_compare(one, other);

	return order ? order : (one > other) - (one < other);
}

// As people count: a name is one place, whatever its addresses.
static int by_place(const void *a, const void *b)
{
	const struct event *one = ((const struct event_group *)a)->event,
			   *other = ((const struct event_group *)b)->event;
	const bool flows = has_flow(one) && has_flow(other) && one->name && other->name;

	if (!flows || compare_texts(one->name, other->name) != 0)
		return destination_compare(one, other);
	struct flow left = one->flow, right = other->flow;
	left.remote = right.remote = (struct address){ 0 };
	return compare_flows(&left, &right);
}

static void number_places(event_group_vec *groups)
{
	size_t place = 0;

	qsort(groups->items, groups->count, sizeof(*groups->items), by_place);
	for (size_t i = 0; i < groups->count; i++) {
		place += i && by_place(&groups->items[i - 1], &groups->items[i]) != 0;
		groups->items[i].place = place;
	}
}

static int by_first(const void *a, const void *b)
{
	const struct event *one = ((const struct event_group *)a)->event;
	const struct event *other = ((const struct event_group *)b)->event;

	return (one > other) - (one < other);
}

// Whether a packet of that name is among the sorted events, in which packets come first.
static bool is_shown(const struct event *const *sorted, size_t count, const struct event *asked)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct event *event = sorted[middle];
		int order = has_flow(event) ? compare_texts(event->name, asked->name) : 1;

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static void group_sorted(const struct event *const *sorted, size_t count, event_group_vec *out)
{
	const struct event *last = NULL;

	for (size_t i = 0; i < count; i++) {
		if (sorted[i]->kind == EVENT_NAME && is_shown(sorted, count, sorted[i]))
			continue;
		if (last && destination_compare(last, sorted[i]) == 0)
			out->items[out->count - 1].events++;
		else
			vec_push(out, (struct event_group){ .event = sorted[i], .events = 1 });
		last = sorted[i];
	}
}

void event_groups_make(const event_vec *events, event_group_vec *out)
{
	AUTO_FREE const struct event **sorted = memory_new(events->count + 1, sizeof(*sorted));

	for (size_t i = 0; i < events->count; i++)
		sorted[i] = &events->items[i];
	qsort(sorted, events->count, sizeof(*sorted), by_destination);
	group_sorted(sorted, events->count, out);
	if (!out->count)
		return;
	number_places(out);
	qsort(out->items, out->count, sizeof(*out->items), by_first);
}

size_t destinations_denied(const event_vec *events)
{
	AUTO_FREE const struct event **sorted = memory_new(events->count + 1, sizeof(*sorted));
	size_t denied = 0, distinct = 0;

	vec_for_each (event, events)
		if (event->kind == EVENT_PACKET)
			sorted[denied++] = event;
	qsort(sorted, denied, sizeof(*sorted), by_destination);
	for (size_t i = 0; i < denied; i++)
		distinct += i == 0 || destination_compare(sorted[i - 1], sorted[i]) != 0;
	return distinct;
}
