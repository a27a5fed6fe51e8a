// SPDX-License-Identifier: GPL-2.0-or-later
// What an event was about, as people call it, and whether two events were about the same.
#ifndef VPCJAIL_AUDIT_RECORD_DESTINATION_H
#define VPCJAIL_AUDIT_RECORD_DESTINATION_H

#include "audit/record/event.h"

// "pypi.org (151.101.0.223:443/tcp)", "10.0.0.9 (icmp)", "pypi.org (name)", "unshare (system call)", added to out.
// Names and calls are foreign and as they are: strbuf_add_safe, or JSON, escapes them.
void destination_format(const struct event *event, struct strbuf *out);

// Orders by what the events were about: name, address, protocol, port and direction, or the call; 0: the same, whatever
// process, layer and evidence. A denied packet and a carried flow to the same are the same.
int destination_compare(const struct event *one, const struct event *other);

// All events about the same, by the first of them.
struct event_group {
	const struct event *event;  // borrowed
	size_t events;
	size_t place;  // the same for what differs in nothing but an address of one name; less than how many groups
		       // there are
};
typedef VEC(struct event_group) event_group_vec;

// Adds a group for each destination, in the order of their first events. A look-up is left out where packets show what
// its name was wanted for. out is released with vec_release.
void event_groups_make(const event_vec *events, event_group_vec *out);

// How many distinct ones packets were denied to.
size_t destinations_denied(const event_vec *events);

#endif
