// SPDX-License-Identifier: GPL-2.0-or-later
// VPC Flow Logs: the fields of a record, formats of them, and records as text.
//
// Source: "Flow log records" of the VPC user guide. A record is one line of values with a space between; a value that
// is not known or does not apply is "-".
#ifndef VPCJAIL_AUDIT_FLOW_FLOW_LOG_H
#define VPCJAIL_AUDIT_FLOW_FLOW_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

enum flow_log_field {
	FLOW_LOG_VERSION,
	FLOW_LOG_ACCOUNT,
	FLOW_LOG_INTERFACE,
	FLOW_LOG_SOURCE,
	FLOW_LOG_DESTINATION,
	FLOW_LOG_SOURCE_PORT,
	FLOW_LOG_DESTINATION_PORT,
	FLOW_LOG_PROTOCOL,
	FLOW_LOG_PACKETS,
	FLOW_LOG_BYTES,
	FLOW_LOG_START,
	FLOW_LOG_END,
	FLOW_LOG_ACTION,
	FLOW_LOG_STATUS,
	FLOW_LOG_VPC,
	FLOW_LOG_SUBNET,
	FLOW_LOG_INSTANCE,
	FLOW_LOG_TCP_FLAGS,
	FLOW_LOG_TYPE,
	FLOW_LOG_PACKET_SOURCE,
	FLOW_LOG_PACKET_DESTINATION,
	FLOW_LOG_REGION,
	FLOW_LOG_ZONE,
	FLOW_LOG_SUBLOCATION_TYPE,
	FLOW_LOG_SUBLOCATION,
	FLOW_LOG_SOURCE_SERVICE,
	FLOW_LOG_DESTINATION_SERVICE,
	FLOW_LOG_DIRECTION,
	FLOW_LOG_PATH,
	FLOW_LOG_ECS_CLUSTER_ARN,
	FLOW_LOG_ECS_CLUSTER_NAME,
	FLOW_LOG_ECS_INSTANCE_ARN,
	FLOW_LOG_ECS_INSTANCE,
	FLOW_LOG_ECS_CONTAINER,
	FLOW_LOG_ECS_SECOND_CONTAINER,
	FLOW_LOG_ECS_SERVICE,
	FLOW_LOG_ECS_DEFINITION_ARN,
	FLOW_LOG_ECS_TASK_ARN,
	FLOW_LOG_ECS_TASK,
	FLOW_LOG_REJECT_REASON,
	FLOW_LOG_RESOURCE,
	FLOW_LOG_ENCRYPTION,
	FLOW_LOG_INTERFACE_TYPE,
	FLOW_LOG_FIELDS,
};

enum flow_log_kind {
	FLOW_LOG_NUMBER,  // decimal, at most .maximum
	FLOW_LOG_ADDRESS,
	FLOW_LOG_WORD,  // one of .words
	FLOW_LOG_TEXT,  // anything without a space
};

struct flow_log_row {
	const char *name;
	unsigned version;  // of the records that first had it
	enum flow_log_kind kind;
	uint64_t maximum;
	const char *words;  // with a space before and behind each
};

extern const struct flow_log_row flow_log_rows[FLOW_LOG_FIELDS];

// Which fields, in which order; each at most once.
struct flow_log_format {
	enum flow_log_field fields[FLOW_LOG_FIELDS];
	size_t count;
};

// The fields of version 2 in AWS's order: what a record has when nobody asks for others.
extern const struct flow_log_format flow_log_default;

// "${version} ${srcaddr}" as AWS writes it, or the names alone, as the first line of a delivered file has them. -EINVAL
// says which word it is and where it stands.
int flow_log_format_parse(const char *text, struct flow_log_format *format, struct error *err);

// Of a record in that format: the highest of its fields', at least 2.
unsigned flow_log_format_version(const struct flow_log_format *format);

// A value as it stands in a line: borrowed from it. text NULL: not given, which is printed "-".
struct flow_log_value {
	const char *text;
	size_t length;
};

struct flow_log_record {
	struct flow_log_value values[FLOW_LOG_FIELDS];
};

// Reads one line (without its end) of length bytes. Fields that the format has not stay empty. -EINVAL says which field
// it is and where it stands.
int flow_log_record_parse(const struct flow_log_format *format, const char *line, size_t length,
			  struct flow_log_record *record, struct error *err);

// Appends the record without an end of line.
void flow_log_record_format(const struct flow_log_format *format, const struct flow_log_record *record,
			    struct strbuf *out);

#endif
