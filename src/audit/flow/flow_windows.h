// SPDX-License-Identifier: GPL-2.0-or-later
// A recorded run as VPC Flow Logs tell of it: what was carried and denied, by windows of time.
#ifndef VPCJAIL_AUDIT_FLOW_FLOW_WINDOWS_H
#define VPCJAIL_AUDIT_FLOW_FLOW_WINDOWS_H

#include "audit/flow/flow_log.h"
#include "audit/record/run_record.h"

enum {
	FLOW_WINDOW = 60,             // seconds, when nobody asks for another
	FLOW_WINDOW_MAXIMUM = 86400,  // seconds
	FLOW_SAMPLED = 60,            // seconds after which a recorder looks at a carried conversation again, at most
	FLOW_WINDOWS_EMPTY = 100000,  // windows without data that are listed
};

enum flow_status { FLOW_OK, FLOW_NODATA, FLOW_SKIPDATA };

// One record. Times are seconds since 1970.
struct flow_row {
	enum flow_status status;
	// OK: source and destination as the packets have them; else empty.
	enum direction direction;
	int protocol;
	struct address source, destination;
	uint16_t source_port, destination_port;
	bool rejected;
	bool counted;  // packets and bytes are known: always with OK; with SKIPDATA, of packets that nothing else is
		       // known of
	uint64_t packets, bytes;
	int64_t start, end;
};

typedef VEC(struct flow_row) flow_row_vec;

// Denied packets that the kernel counted and no event has.
struct flow_uncounted {
	uint64_t packets, bytes;
};

struct flow_uncounted flow_uncounted(const struct run_record *record);

// Appends the records of the run, window by window: windows of interval seconds (1 to FLOW_WINDOW_MAXIMUM) from the
// start of the run to its end. In one window there is one record for each direction, 5-tuple and action, or one with
// NODATA. Denied packets that the kernel counted beyond those of the events are one record with SKIPDATA in the last
// window, so that the packets of all records with REJECT or SKIPDATA are the kernel's. SKIPDATA without a count stands
// for what was lost uncounted: a buffer that was full, a run whose end was not recorded.
//
// What connection tracking counted of a conversation and the rules then denied is a REJECT record and is taken off the
// ACCEPT record.
void flow_windows(const struct run_record *record, unsigned interval, flow_row_vec *rows);

// Appends the records as text in that format, one a line.
void flow_log_print(const struct run_record *record, const struct flow_log_format *format, unsigned interval,
		    struct strbuf *out);

#endif
