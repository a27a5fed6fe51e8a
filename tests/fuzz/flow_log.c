// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: a format of VPC Flow Logs in the first line of an input, records in that format in the others.
#include "fuzz.h"

#include <string.h>

#include "audit/flow/flow_log.h"
#include "base/cleanup.h"
#include "base/memory.h"

// What was read is written as it was.
static void read_record(const struct flow_log_format *format, const char *line, size_t length)
{
	AUTO_FREE char *copy = memory_copy_bytes(line, length);
	AUTO_STRBUF struct strbuf out = { 0 };
	struct flow_log_record record;
	struct error err = { 0 };

	if (flow_log_record_parse(format, copy, length, &record, &err) < 0) {
		require(err.code < 0 && err.message[0]);
		return;
	}
	for (size_t i = 0; i < format->count; i++)
		require(record.values[format->fields[i]].length > 0);
	flow_log_record_format(format, &record, &out);
	require(out.length == length && memcmp(out.text, copy, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data, *end = text + size;
	const char *newline = size ? memchr(text, '\n', size) : NULL;
	AUTO_FREE char *first = memory_copy_bytes(text, newline ? (size_t)(newline - text) : size);
	struct flow_log_format format = flow_log_default;
	struct error err = { 0 };

	if (flow_log_format_parse(first, &format, &err) < 0)
		require(err.code < 0 && err.message[0] && format.count == flow_log_default.count);
	require(format.count >= 1 && format.count <= FLOW_LOG_FIELDS);
	require(flow_log_format_version(&format) >= 2);
	for (const char *at = newline ? newline + 1 : end; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		newline = newline ? newline : end;
		read_record(&format, at, (size_t)(newline - at));
	}
	return 0;
}
