// SPDX-License-Identifier: GPL-2.0-or-later
// Which toleration covers an event: see tolerate.h.
#include "audit/outcome/tolerate.h"

#include <netinet/in.h>
#include <string.h>

#include "policy/service_name.h"
#include "profile/toleration.h"

static bool has_port(const struct toleration_meaning *meaning, const struct flow *flow)
{
	if (!meaning->ports.first)
		return true;
	if (flow->protocol != IPPROTO_TCP && flow->protocol != IPPROTO_UDP)
		return false;
	return flow->destination_port >= meaning->ports.first && flow->destination_port <= meaning->ports.last;
}

static bool is_named(const struct toleration_meaning *meaning, const struct event *event)
{
	return meaning->kind == TOLERATED_NAME && event->name && endpoint_name_matches(meaning->name, event->name);
}

static bool covers_packet(const struct toleration_meaning *meaning, const struct event *event)
{
	if (!has_port(meaning, &event->flow))
		return false;
	if (meaning->kind == TOLERATED_BLOCK)
		return prefix_contains(&meaning->block, &event->flow.remote);
	return meaning->kind == TOLERATED_ANYBODY || is_named(meaning, event);
}

static bool covers(const struct toleration_meaning *meaning, const struct event *event)
{
	switch (event->kind) {
	case EVENT_PACKET:
	case EVENT_FLOW:
		return covers_packet(meaning, event);
	case EVENT_NAME:
		return is_named(meaning, event);
	case EVENT_CALL:
		return meaning->kind == TOLERATED_CALL && event->call && strcmp(meaning->name, event->call) == 0;
	case EVENT_KINDS:
		break;
	}
	return false;
}

// A text that cannot be read covers nothing: loading a profile refuses it.
const struct toleration *toleration_of(const struct profile *profile, const struct event *event)
{
	vec_for_each (toleration, &profile->tolerate) {
		struct toleration_meaning meaning;

		if (toleration_parse(toleration->destination, &meaning, NULL) == 0 && covers(&meaning, event))
			return toleration;
	}
	return NULL;
}
