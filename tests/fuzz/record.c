// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: a file of a recorded run. What was read is written, and that reads back as the same, without a broken
// line.
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "audit/record/run_record.h"
#include "base/cleanup.h"

static void write_all(const struct run_record *record, struct strbuf *out)
{
	record_write_start(&record->start, out);
	vec_for_each (event, &record->events)
		record_write_event(event, out);
	vec_for_each (counter, &record->counters)
		record_write_counter(counter, out);
	if (record->end.given)
		record_write_end(&record->end, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(run_record_release) struct run_record record = { 0 }, again = { 0 };
	CLEANUP(strbuf_release) struct strbuf text = { 0 }, second = { 0 };
	struct error err = { 0 };

	if (run_record_read((const char *)data, size, &record, &err) < 0) {
		require(err.code == -EBADMSG && err.message[0]);
		return 0;
	}
	require(record.events.count + record.broken < record.lines);
	write_all(&record, &text);
	require(run_record_read(text.text, text.length, &again, &err) == 0);
	require(again.broken == 0 && again.events.count == record.events.count);
	write_all(&again, &second);
	require(strcmp(text.text, second.text) == 0);
	return 0;
}
