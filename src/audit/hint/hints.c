// SPDX-License-Identifier: GPL-2.0-or-later
// Which row of the tables an event has: see hints.h.
#include "audit/hint/hints.h"

#include <string.h>

#include "audit/hint/glob.h"
#include "audit/hint/subject.h"
#include "audit/hint/table.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct hint_table *const tables[] = {
	&hint_table_libraries, &hint_table_packages, &hint_table_aws,    &hint_table_addresses,
	&hint_table_network,   &hint_table_calls,    &hint_table_layers,
};

static bool matches_any(const char *const patterns[static HINT_PATTERNS], const char *text)
{
	for (size_t i = 0; i < HINT_PATTERNS && patterns[i]; i++)
		if (glob_matches(patterns[i], text))
			return true;
	return false;
}

static bool is_kind(const struct hint *hint, enum event_kind kind)
{
	static const unsigned bits[EVENT_KINDS] = { HINT_ON_PACKET, HINT_ON_CALL, HINT_ON_NAME, HINT_ON_FLOW };
	unsigned on = hint->on ? hint->on : HINT_ON_PACKET | HINT_ON_NAME | HINT_ON_FLOW;

	return on & bits[kind];
}

static bool has_address(const struct event *event)
{
	return event->kind == EVENT_PACKET || event->kind == EVENT_FLOW;
}

static bool is_at_address(const struct hint *hint, const struct event *event)
{
	for (size_t i = 0; i < HINT_ADDRESSES && hint->addresses[i].base.family; i++)
		if (prefix_contains(&hint->addresses[i], &event->flow.remote))
			return true;
	return false;
}

static bool is_service(const struct hint *hint, const struct hint_subject *subject)
{
	return subject->service && matches_any(hint->services, subject->service);
}

// A row that asks for none of the three is for whatever has an address, or for a call.
static bool is_there(const struct hint *hint, const struct hint_subject *subject)
{
	const struct event *event = subject->event;

	if (!hint->hosts[0] && !hint->services[0] && !hint->addresses[0].base.family)
		return event->kind != EVENT_NAME || hint->on & HINT_ON_NAME;
	return (subject->name[0] && matches_any(hint->hosts, subject->name)) || is_service(hint, subject) ||
	       (has_address(event) && is_at_address(hint, event));
}

static bool is_region(const struct hint *hint, const struct hint_subject *subject)
{
	switch (hint->region) {
	case HINT_REGION_ANY:
		return true;
	case HINT_REGION_OTHER:
		return subject->own_region && subject->region[0] && strcmp(subject->own_region, subject->region) != 0;
	}
	return false;
}

static bool is_port(const struct hint *hint, uint16_t port)
{
	for (size_t i = 0; i < HINT_PORTS && hint->ports[i].first; i++)
		if (port >= hint->ports[i].first && port <= hint->ports[i].last)
			return true;
	return !hint->ports[0].first;
}

static bool is_of_flow(const struct hint *hint, const struct hint_subject *subject)
{
	const struct event *event = subject->event;

	if (!has_address(event))
		return true;
	if (hint->scope != HINT_ANYWHERE && (hint->scope == HINT_PRIVATE) != subject->is_private)
		return false;
	return (!hint->protocol || hint->protocol == event->flow.protocol) &&
	       is_port(hint, event->flow.destination_port) &&
	       (!hint->layers[0] || matches_any(hint->layers, event->layer));
}

static bool is_by_program(const struct hint *hint, const struct hint_subject *subject)
{
	const struct event_process *process = &subject->event->process;

	if (!hint->programs[0] || matches_any(hint->programs, subject->program) ||
	    (process->script && matches_any(hint->programs, process->script)))
		return true;
	vec_for_each (parent, &process->parents)
		if (parent->name && matches_any(hint->programs, parent->name))
			return true;
	return false;
}

static bool is_call(const struct hint *hint, const struct event *event)
{
	if (event->kind != EVENT_CALL)
		return true;
	if (hint->calls[0] && !(event->call && matches_any(hint->calls, event->call)))
		return false;
	for (size_t i = 0; i < HINT_ARGUMENTS && hint->arguments[i]; i++)
		if (event->arguments[0] == hint->arguments[i])
			return true;
	return !hint->arguments[0];
}

bool hint_matches(const struct hint *hint, const struct hint_subject *subject)
{
	return (!hint->fact || hint->fact == subject->fact) && is_kind(hint, subject->event->kind) &&
	       is_call(hint, subject->event) && is_of_flow(hint, subject) && is_there(hint, subject) &&
	       is_region(hint, subject) && is_by_program(hint, subject);
}

size_t hint_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < COUNT(tables); i++)
		count += tables[i]->count;
	return count;
}

const struct hint *hint_at(size_t index)
{
	size_t table = 0;

	while (index >= tables[table]->count)
		index -= tables[table++]->count;
	return &tables[table]->rows[index];
}

const struct hint *hint_find(const char *name)
{
	for (size_t i = 0; i < hint_count(); i++)
		if (strcmp(hint_at(i)->name, name) == 0)
			return hint_at(i);
	return NULL;
}

static const struct hint *of_fact(enum hint_fact fact)
{
	size_t index = 0;

	while (hint_at(index)->fact != fact)
		index++;
	return hint_at(index);
}

const struct hint *hint_of_subject(const struct hint_subject *subject)
{
	const char *named = subject->event->hint;
	const struct hint *hint = named ? hint_find(named) : NULL;

	if (hint)
		return hint;
	if (subject->fact)
		return of_fact(subject->fact);
	for (size_t i = 0; i < COUNT(tables); i++)
		for (size_t j = 0; j < tables[i]->count; j++)
			if (hint_matches(&tables[i]->rows[j], subject))
				return &tables[i]->rows[j];
	return hint_find("anything");
}

const struct hint *hint_for(const struct event *event, const struct hint_facts *facts)
{
	struct hint_subject subject;

	hint_subject_of(event, facts, &subject);
	return hint_of_subject(&subject);
}

struct hint_facts hint_facts_of(const struct profile *profile)
{
	return (struct hint_facts){ .region = profile->vpc.region.text,
				    .isolation = profile->network.isolation,
				    .known = true };
}
