// SPDX-License-Identifier: GPL-2.0-or-later
// Destinations that were denied, whoever wanted them and whichever rule it was.
#ifndef VPCJAIL_AUDIT_DESTINATIONS_H
#define VPCJAIL_AUDIT_DESTINATIONS_H

#include <stddef.h>

#include "audit/event.h"

// How many distinct ones (direction, protocol, address, port, ICMP type and code) the denied packets had.
size_t destinations_count(const event_vec *events);

// The first event of a kind, NULL: there is none.
const struct event *events_first(const event_vec *events, enum event_kind kind);

// How many events of a kind there are.
size_t events_count(const event_vec *events, enum event_kind kind);

#endif
