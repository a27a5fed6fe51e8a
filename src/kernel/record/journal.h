// SPDX-License-Identifier: GPL-2.0-or-later
// The distinct events of a run and the files they are written to, as they happen.
#ifndef VPCJAIL_KERNEL_RECORD_JOURNAL_H
#define VPCJAIL_KERNEL_RECORD_JOURNAL_H

#include "audit/record/event_table.h"
#include "audit/record/run_record.h"
#include "kernel/record/event_file.h"

enum { JOURNAL_FILES = 2 };

// What is written of an event.
struct journal_mark {
	uint64_t written;  // how far it had come then, 0: nothing yet
	int64_t due;       // of the next line, ms
	int delay;         // that the one after it waits
	bool waiting;      // it is among the unwritten
};

// Zeroed but for the files (EVENT_FILE_NONE) it is empty.
struct journal {
	struct event_table table;
	VEC(struct journal_mark) marks;  // by id
	VEC(uint32_t) unwritten;         // ids of events that have grown since
	uint64_t bytes;                  // of all lines so far
	int64_t due;                     // of the next lines, ms since 1970; 0: nothing waits
	struct event_file files[JOURNAL_FILES];
	char *failure;  // what went wrong, of each file at most once; NULL: nothing
	// Told of that, at once; may be NULL.
	void (*failed)(void *data, const char *message);
	void *data;
};

// Milliseconds since 1970.
int64_t journal_now(void);

// The event that is the same as the template, which event_table_take explains; NULL: there is no room for it. What the
// caller changes of it then must be told by journal_grown.
struct event *journal_take(struct journal *journal, const struct event *template);

// Its counts have grown: a line follows within a second, later ones about the same event ever more rarely.
void journal_grown(struct journal *journal, const struct event *event, int64_t at);

// Writes what is due at that time; all: about everything that has grown.
void journal_flush(struct journal *journal, int64_t at, bool all);

// Writes lines as they are. text is empty afterwards.
void journal_write(struct journal *journal, struct strbuf *text);

// Tells of a failure, after which the file is not written to any more.
void journal_fail(struct journal *journal, const char *message);

void journal_release(struct journal *journal);

#endif
