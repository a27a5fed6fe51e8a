// SPDX-License-Identifier: GPL-2.0-or-later
// Events written as they happen: see journal.h.
//
// Theory of operation. What happens is counted at once in a table of distinct events, and written at most FLUSH_DELAY
// later, so that a flood costs few writes. An event that goes on is told of by ever rarer short lines, so that a job of
// a week does not fill a disk. Recording informs and never decides: what fails costs the record, not the job.
#include "kernel/record/journal.h"

#include <limits.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/loop/clock.h"

enum {
	FLUSH_DELAY = 200,    // ms from the first thing that happens to its line
	AGAIN_FIRST = 800,    // ms until a further line about the same event, which doubles
	AGAIN_LAST = 30000,   // each time up to this
	WRITE_BYTES = 65536,  // that are gathered before they are written
	LARGE = 256 << 20,    // bytes from which on it doubles without an end, so that no job fills a disk
};

int64_t journal_now(void)
{
	return clock_milliseconds(CLOCK_REALTIME);
}

void journal_fail(struct journal *journal, const char *message)
{
	char *both = journal->failure ? memory_format("%s; %s", journal->failure, message) : memory_copy_text(message);

	free(journal->failure);
	journal->failure = both;
	if (journal->failed)
		journal->failed(journal->data, message);
}

void journal_write(struct journal *journal, struct strbuf *text)
{
	for (size_t i = 0; i < JOURNAL_FILES; i++) {
		struct error err;
		if (event_file_write(&journal->files[i], text, &err) < 0)
			journal_fail(journal, err.message);
	}
	journal->bytes += text->length;
	strbuf_clear(text);
}

// All that a line can tell of grows this.
static uint64_t extent(const struct event *event)
{
	return event->count + event->reply_packets;
}

static void write_event(struct journal *journal, uint32_t id, int64_t at, struct strbuf *text)
{
	const struct event *event = &journal->table.events.items[id - 1];
	struct journal_mark *mark = &journal->marks.items[id - 1];
	const int last = journal->bytes < LARGE ? AGAIN_LAST : INT_MAX / 2;

	if (mark->written)
		record_write_more(event, text);
	else
		record_write_event(event, text);
	mark->delay = !mark->delay ? AGAIN_FIRST : mark->delay < last / 2 ? 2 * mark->delay : last;
	mark->due = at + mark->delay;
	mark->written = extent(event);
	mark->waiting = false;
	if (text->length >= WRITE_BYTES)
		journal_write(journal, text);
}

void journal_flush(struct journal *journal, int64_t at, bool all)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	size_t left = 0;
	int64_t due = 0;

	for (size_t i = 0; i < journal->unwritten.count; i++) {
		uint32_t id = journal->unwritten.items[i];
		const struct journal_mark *mark = &journal->marks.items[id - 1];
		if (all || mark->due <= at) {
			write_event(journal, id, at, &text);
			continue;
		}
		journal->unwritten.items[left++] = id;
		if (!due || mark->due < due)
			due = mark->due;
	}
	journal->unwritten.count = left;
	journal->due = due;
	journal_write(journal, &text);
}

struct event *journal_take(struct journal *journal, const struct event *template)
{
	struct event *event = event_table_take(&journal->table, template);

	if (event && event->id > journal->marks.count)
		vec_push(&journal->marks, (struct journal_mark){ 0 });
	return event;
}

void journal_grown(struct journal *journal, const struct event *event, int64_t at)
{
	struct journal_mark *mark = &journal->marks.items[event->id - 1];

	if (mark->waiting || extent(event) == mark->written)
		return;
	mark->waiting = true;
	vec_push(&journal->unwritten, (uint32_t)event->id);
	if (mark->due < at + FLUSH_DELAY)
		mark->due = at + FLUSH_DELAY;
	if (!journal->due || mark->due < journal->due)
		journal->due = mark->due;
}

void journal_release(struct journal *journal)
{
	for (size_t i = 0; i < JOURNAL_FILES; i++)
		event_file_close(&journal->files[i]);
	event_table_release(&journal->table);
	vec_release(&journal->marks);
	vec_release(&journal->unwritten);
	free(journal->failure);
}
