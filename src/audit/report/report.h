// SPDX-License-Identifier: GPL-2.0-or-later
// What a recorded run says to people: its events brought together by what would fix them, the widest first.
//
// The model is made once (report_build) and printed in three forms. All foreign text in it (names, command lines,
// reasons out of profiles) is as it was recorded; each form makes it inert.
#ifndef VPCJAIL_AUDIT_REPORT_REPORT_H
#define VPCJAIL_AUDIT_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/hint/hints.h"
#include "audit/outcome/outcome.h"
#include "audit/outcome/tolerate.h"
#include "audit/record/run_record.h"
#include "base/strbuf.h"
#include "base/vec.h"

// What becomes of an event. The order is the order of printing.
enum report_fate { FATE_DENIED, FATE_TOLERATED, FATE_CARRIED, FATES };

struct report_options {
	const struct hint_facts *facts;     // NULL: nothing is known of the profile
	const struct profile *tolerations;  // whose `tolerate` counts; NULL: nothing is tolerated. Outlives the report
	const struct outcomes *outcomes;    // what would become of the run; NULL: not known. Outlives the report
	bool names_unseen;                  // the run had no resolver that could tell what it was asked for
};

// All processes that are called the same.
struct report_process {
	char *title;  // "python3 train.py"; "" where no process is known
	size_t processes;
	uint64_t count;  // of what they were denied
};

// Of one destination, what is of one row of processes.
struct report_share {
	size_t process;  // index in report.processes
	size_t processes;
	int pid;  // of the first; 0: not known
	uint64_t count;
};

enum { REPORT_ADDRESSES = 16, REPORT_LAYERS = 32 };

// All events that differ only in process, address of one name, source port and time.
struct report_destination {
	const struct event *event;           // the first of them; borrowed from the record
	const struct toleration *tolerated;  // borrowed; NULL: it is not
	size_t events;
	int64_t first, last;
	uint64_t count;  // packets, calls, questions
	uint64_t bytes, reply_packets, reply_bytes;
	VEC(struct address) addresses;  // distinct, at most REPORT_ADDRESSES
	bool more_addresses;
	VEC(struct report_share) shares;  // the largest first
};

// Destinations that one change mends.
struct report_group {
	enum report_fate fate;
	struct hint_advice advice;  // zeroed of what was carried
	VEC(size_t) destinations;   // indexes, the largest first
	uint64_t count;
	int64_t first, last;
};

struct report_layer {
	const char *name, *title;  // borrowed
	uint64_t count;            // denied and not tolerated
};

struct report_total {
	size_t destinations;          // distinct ones of whatever kind: one may be in several groups, by its processes
	size_t of_kind[EVENT_KINDS];  // places, system calls, names, places
	uint64_t packets, calls, questions;
	uint64_t bytes, reply_packets, reply_bytes;  // of what was carried
};

struct report {
	const struct run_record *record;  // borrowed
	const struct outcomes *outcomes;  // borrowed; NULL: not known
	VEC(struct report_process) processes;
	VEC(struct report_destination) destinations;
	VEC(struct report_layer) layers;   // in order of name
	VEC(struct report_group) groups;   // by fate, then the widest first
	VEC(const struct event *) denied;  // each event of what is FATE_DENIED, in no order; borrowed
	struct report_total total[FATES];  // [enum report_fate]
	bool names_unseen;                 // as in the options
	size_t followed;      // names that were answered with a stand-in and whose packets are told of instead
	int64_t first, last;  // of what was denied or is tolerated
};

// The record must outlive the report. A zeroed report is releasable.
void report_build(const struct run_record *record, const struct report_options *options, struct report *report);
void report_release(struct report *report);

// Name of the layer that an event met: the record's, or "filter" and "resolver"; and for people.
const char *report_layer_name(const struct event *event);
const char *report_layer_title(const struct event *event);

// Its index in report.layers; of one that has no room there, the last.
size_t report_layer_of(const struct report *report, const struct event *event);

#endif
