// SPDX-License-Identifier: GPL-2.0-or-later
// A recorded run as lines of VPC Flow Logs: see flow_windows.h.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "audit/flow/flow_windows.h"
#include "base/sha256.h"

enum { NUMBER_SIZE = 21, INTERFACE_DIGITS = 17, INTERFACE_SIZE = 4 + INTERFACE_DIGITS + 1 };

// Room for the values of one record that are not literals.
struct room {
	char interface[INTERFACE_SIZE];
	char source[ADDRESS_TEXT_SIZE], destination[ADDRESS_TEXT_SIZE];
	char numbers[FLOW_LOG_FIELDS][NUMBER_SIZE];
};

static void set(struct flow_log_record *record, enum flow_log_field field, const char *text)
{
	record->values[field] = (struct flow_log_value){ text, strlen(text) };
}

static void set_number(struct flow_log_record *record, struct room *room, enum flow_log_field field, uint64_t number)
{
	(void)snprintf(room->numbers[field], NUMBER_SIZE, "%" PRIu64, number);
	set(record, field, room->numbers[field]);
}

static void set_flow(struct flow_log_record *record, struct room *room, const struct flow_row *row)
{
	address_print(&row->source, room->source);
	address_print(&row->destination, room->destination);
	set(record, FLOW_LOG_SOURCE, room->source);
	set(record, FLOW_LOG_PACKET_SOURCE, room->source);
	set(record, FLOW_LOG_DESTINATION, room->destination);
	set(record, FLOW_LOG_PACKET_DESTINATION, room->destination);
	set_number(record, room, FLOW_LOG_SOURCE_PORT, row->source_port);
	set_number(record, room, FLOW_LOG_DESTINATION_PORT, row->destination_port);
	set_number(record, room, FLOW_LOG_PROTOCOL, (uint64_t)row->protocol);
	set(record, FLOW_LOG_TYPE, row->source.family == FAMILY_IPV6 ? "IPv6" : "IPv4");
	set(record, FLOW_LOG_DIRECTION, row->direction == EGRESS ? "egress" : "ingress");
}

static void set_row(struct flow_log_record *record, struct room *room, const struct flow_row *row)
{
	static const char *const words[] = { [FLOW_OK] = "OK", [FLOW_NODATA] = "NODATA", [FLOW_SKIPDATA] = "SKIPDATA" };

	if (row->status == FLOW_OK)
		set_flow(record, room, row);
	if (row->counted) {
		set_number(record, room, FLOW_LOG_PACKETS, row->packets);
		set_number(record, room, FLOW_LOG_BYTES, row->bytes);
		set(record, FLOW_LOG_ACTION, row->rejected ? "REJECT" : "ACCEPT");
	}
	set_number(record, room, FLOW_LOG_START, (uint64_t)row->start);
	set_number(record, room, FLOW_LOG_END, (uint64_t)row->end);
	set(record, FLOW_LOG_STATUS, words[row->status]);
}

// An interface of its own for each run, and the same whenever it is printed.
static void interface_name(const struct record_start *start, char out[INTERFACE_SIZE])
{
	const char *run = start->run ? start->run : "";
	char digest[SHA256_TEXT_SIZE];

	(void)snprintf(out, INTERFACE_SIZE, "eni-%.*s", INTERFACE_DIGITS, sha256_text(run, strlen(run), digest));
}

void flow_log_print(const struct run_record *record, const struct flow_log_format *format, unsigned interval,
		    struct strbuf *out)
{
	struct room room;
	flow_row_vec rows = { 0 };

	interface_name(&record->start, room.interface);
	flow_windows(record, interval, &rows);
	vec_for_each (row, &rows) {
		struct flow_log_record line = { 0 };

		set_number(&line, &room, FLOW_LOG_VERSION, flow_log_format_version(format));
		set(&line, FLOW_LOG_ACCOUNT, "unknown");
		set(&line, FLOW_LOG_INTERFACE, room.interface);
		set_row(&line, &room, row);
		flow_log_record_format(format, &line, out);
		strbuf_add_char(out, '\n');
	}
	vec_release(&rows);
}
