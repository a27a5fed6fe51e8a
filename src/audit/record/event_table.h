// SPDX-License-Identifier: GPL-2.0-or-later
// The distinct events of a run that goes on: what is the same is counted, in constant time.
#ifndef VPCJAIL_AUDIT_RECORD_EVENT_TABLE_H
#define VPCJAIL_AUDIT_RECORD_EVENT_TABLE_H

#include <stddef.h>

#include "audit/record/event.h"

// The most that one run keeps apart, of all kinds; each kind has a part of its own, so that a flood of one hides no
// other.
enum { EVENTS_MAXIMUM = 100000 };

// The most that the texts of processes take, of each kind of events. What is new then has of its process the number and
// the beginning of the first argument, as `cut`: a job can have command lines as long as it likes.
enum { PROCESS_BYTES_MAXIMUM = 32 << 20, PROCESS_BEGINNING = 64 };

// Zeroed is empty.
struct event_table {
	event_vec events;  // by id: the one of id n stands at n - 1
	uint32_t *slots;   // of the hash: an id, 0: free
	size_t slot_count;
	size_t counts[EVENT_KINDS];
	size_t process_bytes[EVENT_KINDS];  // that the processes' texts take
	uint64_t beyond;                    // that found no room
};

// Finds the event that is the same as this one (kind, process, protocol, destination, port, layer, rule, policy; the
// name of a refused name; process and call of a denied call), or adds it, and gives it back: the caller fills in what
// a new one (count 0) has besides. What the given one owns is copied for a new one. NULL where there is no room. The
// pointer holds until the next call.
struct event *event_table_take(struct event_table *table, const struct event *event);

void event_table_release(struct event_table *table);

#endif
