// SPDX-License-Identifier: GPL-2.0-or-later
// A recorded run: the lines of its file, and what they say together. Pure: reading and writing files is the kernel
// stage's (kernel/record/runs.h).
#ifndef VPCJAIL_AUDIT_RECORD_RUN_RECORD_H
#define VPCJAIL_AUDIT_RECORD_RUN_RECORD_H

#include <stddef.h>

#include "audit/record/event.h"
#include "base/error.h"

enum { RECORD_FORMAT = 1 };

enum record_mode { RECORD_RUN, RECORD_AUDIT, RECORD_OFFLINE, RECORD_MODES };  // "run", "audit", "audit --offline"

// The first line.
struct record_start {
	char *run;  // its name: "20261128-001622-3f2a"
	int64_t at;
	char *version;  // of vpcjail
	enum record_mode mode;
	char *profile;  // name or path, as it was asked for
	char *digest;   // SHA-256 of the profile as it was resolved
	VEC(char *) command;
	char *directory;
	uint32_t uid;
	struct address own[2];  // the job's addresses on its link, IPv4 and IPv6; family NONE: it has none
	char *link;             // the uplink's word: "veth", "none"
	unsigned made_up;       // values of the profile that are a template's
};

// What the kernel counted for one rule that denies: more than what was recorded of it, where the log was limited.
struct record_counter {
	char layer[LAYER_SIZE];
	unsigned rule;
	unsigned policy;
	uint64_t packets, bytes;
};
typedef VEC(struct record_counter) record_counter_vec;

// The last lines; a run that was killed has none.
struct record_end {
	bool given;
	int64_t at;
	int status;          // of the job, as vpcjail gives it
	uint64_t swallowed;  // denied packets that the kernel counted and no event has
	uint64_t overruns;   // times that a buffer was full
	uint64_t beyond;     // events that found the list of distinct ones full
	char *failure;       // what went wrong with the recording ("No space left on device"); NULL: nothing
};

// The state of a PACKET or FLOW event as one of its lines has it: how its counts grew.
struct flow_sample {
	uint64_t id;
	int64_t at;  // event.last
	uint64_t packets, bytes, reply_packets, reply_bytes;
};

// All of it. Zeroed is releasable.
struct run_record {
	struct record_start start;
	event_vec events;                 // by id, the last state of each
	VEC(struct flow_sample) samples;  // one a line, in the order of the lines
	record_counter_vec counters;
	struct record_end end;
	uint64_t lines;          // that were read
	uint64_t broken;         // lines that could not be: another format, damage
	uint64_t missing_bytes;  // behind the last whole line: the file was cut there
};

// Lines, each with its end of line, appended to out.
void record_write_start(const struct record_start *start, struct strbuf *out);
void record_write_event(const struct event *event, struct strbuf *out);
// A short line for an event that was written before: what has grown since, and when.
void record_write_more(const struct event *event, struct strbuf *out);
void record_write_counter(const struct record_counter *counter, struct strbuf *out);
void record_write_end(const struct record_end *end, struct strbuf *out);

// Reads a file of them. Lines that cannot be read are counted, not fatal. -EBADMSG when it is no such file at all (no
// first line of this format). *record is released by the caller, also after an error.
int run_record_read(const char *text, size_t length, struct run_record *record, struct error *err);
void run_record_release(struct run_record *record);
void record_start_release(struct record_start *start);

#endif
