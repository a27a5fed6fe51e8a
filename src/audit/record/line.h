// SPDX-License-Identifier: GPL-2.0-or-later
// The form of a recorded run's lines as rows: key, kind, and where the value stands. Inside src/audit only.
//
// One list of rows both writes and reads a kind of line. What is zero or empty is left out, unless a row says always.
#ifndef VPCJAIL_AUDIT_RECORD_LINE_H
#define VPCJAIL_AUDIT_RECORD_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/record/event.h"
#include "audit/record/run_record.h"

enum line_kind {
	LINE_END,
	LINE_TEXT,      // char *
	LINE_SIGNED,    // int64_t: milliseconds since 1970, up to the year 9999
	LINE_INTEGER,   // int
	LINE_COUNT,     // uint64_t
	LINE_UNSIGNED,  // uint32_t, unsigned
	LINE_PORT,      // uint16_t
	LINE_BYTE,      // uint8_t
	LINE_BOOL,      // bool
	LINE_ADDRESS,   // struct address
	LINE_LAYER,     // char[32]
	LINE_WORD,      // unsigned or an enum: which of `words`
	LINE_PROTOCOL,  // int: IPPROTO_*, in JSON a word or a number in text
	LINE_TEXTS,     // VEC(char *)
	LINE_HEX,       // uint64_t[EVENT_ARGUMENTS], in JSON texts
	LINE_PARENTS,   // struct event_process.parents
	LINE_UID,       // struct event.has_uid and .uid
	LINE_OBJECT,    // fields `rows` of the struct at that place
};

struct line_field {
	const char *key;
	enum line_kind kind;
	size_t offset;
	const char *const *words;
	size_t word_count;
	const struct line_field *rows;
	bool always;
};

extern const struct line_field start_fields[], packet_fields[], call_fields[], name_fields[], flow_fields[],
    more_fields[], counter_fields[], end_fields[];

// Which rows an event of the kind has.
const struct line_field *event_fields(enum event_kind kind);

#endif
