// SPDX-License-Identifier: GPL-2.0-or-later
// What the collector knows. Private to collect*.c.
#ifndef VPCJAIL_KERNEL_RECORD_COLLECT_STATE_H
#define VPCJAIL_KERNEL_RECORD_COLLECT_STATE_H

#include "kernel/netlink/conntrack.h"
#include "kernel/record/collect.h"
#include "kernel/record/journal.h"
#include "nft/log_event.h"

struct collector {
	struct launch *launch;
	struct journal journal;
	struct record_start start;
	record_counter_vec counters;  // the last reading of each rule
	record_counter_vec excused;   // denied packets that are no events: see is_excused, is_aside
	struct conntrack *conntrack;  // NULL: nothing is carried, or counted
	struct conntrack_sink carried;
	uint64_t overruns;
	int log;          // -1 without
	uint8_t *buffer;  // what the log is read into
	// When what is read now arrived: milliseconds since 1970, and of CLOCK_MONOTONIC.
	int64_t at, now;
	bool begun;
	struct flow late;  // the last inbound packet of no conversation
};

// One message of the kernel's log, of connection tracking; data: the collector.
void collect_packet(void *data, const struct log_event *log);
void collect_conversation(void *data, const struct conversation *conversation);

// The row of a rule, added where there is none.
struct record_counter *counter_of(record_counter_vec *counters, const char *layer, unsigned rule, unsigned policy);

#endif
