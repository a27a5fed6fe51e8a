// SPDX-License-Identifier: GPL-2.0-or-later
// Events by what makes them distinct: see event_table.h. Open addressing over ids; nothing is ever removed.
#include "audit/record/event_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SLOTS_FIRST = 256 };

static const size_t maximum[EVENT_KINDS] = {
	[EVENT_PACKET] = 60000,
	[EVENT_CALL] = 5000,
	[EVENT_NAME] = 5000,
	[EVENT_FLOW] = 30000,
};
static_assert(60000 + 5000 + 5000 + 30000 == EVENTS_MAXIMUM, "the parts are the whole");

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15;
	return hash ^ hash >> 32;
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	for (; text && *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
	return mix(hash, 0);
}

static uint64_t hash_traffic(uint64_t hash, const struct event *event)
{
	hash = mix(hash, (uint64_t)event->flow.remote.bits);
	hash = mix(hash, (uint64_t)(event->flow.remote.bits >> 64));
	hash = mix(hash, (uint64_t)event->flow.protocol << 32 | (uint64_t)event->flow.direction << 16 |
			     event->flow.destination_port);
	hash = mix(hash, (uint64_t)event->flow.icmp_type << 8 | event->flow.icmp_code);
	return mix(mix_text(hash, event->layer), (uint64_t)event->rule << 32 | event->policy);
}

static uint64_t hash_of(const struct event *event)
{
	uint64_t hash = mix(event->kind, (uint64_t)event->process.pid);

	hash = mix(hash, event->process.started);
	switch (event->kind) {
	case EVENT_PACKET:
		return hash_traffic(hash, event);
	case EVENT_FLOW:
		return mix(hash_traffic(hash, event), (uint64_t)event->first << 16 ^ event->flow.source_port);
	case EVENT_CALL:
		return mix_text(hash, event->call);
	case EVENT_NAME:
		return mix_text(hash, event->name);
	case EVENT_KINDS:
		break;
	}
	return hash;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_traffic(const struct event *a, const struct event *b)
{
	return a->flow.protocol == b->flow.protocol && a->flow.direction == b->flow.direction &&
	       a->flow.destination_port == b->flow.destination_port && a->flow.icmp_type == b->flow.icmp_type &&
	       a->flow.icmp_code == b->flow.icmp_code && a->rule == b->rule && a->policy == b->policy &&
	       address_equal(&a->flow.remote, &b->flow.remote) && strcmp(a->layer, b->layer) == 0;
}

static bool same(const struct event *a, const struct event *b)
{
	if (a->kind != b->kind || a->process.pid != b->process.pid || a->process.started != b->process.started)
		return false;
	switch (a->kind) {
	case EVENT_PACKET:
		return same_traffic(a, b);
	case EVENT_FLOW:
		return same_traffic(a, b) && a->flow.source_port == b->flow.source_port && a->first == b->first;
	case EVENT_CALL:
		return same_text(a->call, b->call);
	case EVENT_NAME:
		return same_text(a->name, b->name);
	case EVENT_KINDS:
		break;
	}
	return false;
}

static void insert(struct event_table *table, uint64_t hash, uint32_t id)
{
	size_t at = hash & (table->slot_count - 1);

	while (table->slots[at])
		at = (at + 1) & (table->slot_count - 1);
	table->slots[at] = id;
}

// At most half full, so that a search ends soon.
static void grow(struct event_table *table)
{
	if (table->slot_count > 2 * (table->events.count + 1))
		return;
	table->slot_count = table->slot_count ? 2 * table->slot_count : SLOTS_FIRST;
	free(table->slots);
	table->slots = NEW_ARRAY(uint32_t, table->slot_count);
	vec_for_each (event, &table->events)
		insert(table, hash_of(event), (uint32_t)event->id);
}

static size_t size_of(const struct event_process *process)
{
	enum { EACH = 32 };  // what an allocation costs beside its text
	size_t size = process->script ? strlen(process->script) + EACH : 0;

	vec_for_each (argument, &process->arguments)
		size += strlen(*argument) + EACH;
	vec_for_each (parent, &process->parents)
		size += strlen(parent->name) + sizeof(*parent) + EACH;
	return size;
}

static void copy_process(size_t *taken, const struct event_process *from, struct event_process *to)
{
	const size_t size = size_of(from);

	if (*taken + size <= PROCESS_BYTES_MAXIMUM) {
		*taken += size;
		event_process_copy(from, to);
		return;
	}
	*to = (struct event_process){ .pid = from->pid, .started = from->started, .cut = true };
	if (from->arguments.count)
		vec_push(&to->arguments, memory_copy_bytes(from->arguments.items[0],
							   strnlen(from->arguments.items[0], PROCESS_BEGINNING)));
}

static struct event *add(struct event_table *table, const struct event *event, uint64_t hash)
{
	struct event added = *event;

	added.id = table->events.count + 1;
	added.count = 0;
	added.name = memory_copy_text(event->name);
	added.hint = memory_copy_text(event->hint);
	added.layer_title = memory_copy_text(event->layer_title);
	added.reason = memory_copy_text(event->reason);
	added.origin = memory_copy_text(event->origin);
	added.behind = memory_copy_text(event->behind);
	added.aws = memory_copy_text(event->aws);
	added.call = memory_copy_text(event->call);
	added.error = memory_copy_text(event->error);
	copy_process(&table->process_bytes[event->kind], &event->process, &added.process);
	table->counts[event->kind]++;
	vec_push(&table->events, added);
	insert(table, hash, (uint32_t)added.id);
	return &table->events.items[table->events.count - 1];
}

struct event *event_table_take(struct event_table *table, const struct event *event)
{
	const uint64_t hash = hash_of(event);

	grow(table);
	for (size_t at = hash & (table->slot_count - 1); table->slots[at]; at = (at + 1) & (table->slot_count - 1)) {
		struct event *known = &table->events.items[table->slots[at] - 1];
		if (same(known, event))
			return known;
	}
	if (table->counts[event->kind] == maximum[event->kind]) {
		table->beyond++;
		return NULL;
	}
	return add(table, event, hash);
}

void event_table_release(struct event_table *table)
{
	events_release(&table->events);
	free(table->slots);
	*table = (struct event_table){ 0 };
}
