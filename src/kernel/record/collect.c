// SPDX-License-Identifier: GPL-2.0-or-later
// The collector, a source of the supervisor's loop: see collect.h.
#include "kernel/record/collect.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/launch/launch_state.h"
#include "kernel/netlink/counters.h"
#include "kernel/netlink/nfnetlink.h"
#include "kernel/netlink/nfnetlink_socket.h"
#include "kernel/record/collect_state.h"
#include "kernel/record/runs.h"
#include "kernel/watch/attribution.h"

enum {
	WAIT_MAXIMUM = 60000,  // ms
	LOG_TURN = 64,         // messages of the log that are read in one turn: signals and calls do not wait longer
};

struct collector *collector_new(struct launch *launch)
{
	struct collector *collector = NEW(struct collector);

	*collector = (struct collector){ .launch = launch,
					 .log = -1,
					 .journal.files = { EVENT_FILE_NONE, EVENT_FILE_NONE },
					 .journal.data = launch->options->started_data };
	collector->carried = (struct conntrack_sink){ .data = collector, .conversation = collect_conversation };
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		collector->start.own[i] = launch->plan->link.own[i].address;
	return collector;
}

void collector_release(struct collector *collector)
{
	if (!collector)
		return;
	journal_release(&collector->journal);
	vec_release(&collector->counters);
	vec_release(&collector->excused);
	record_start_release(&collector->start);
	free(collector->buffer);
	free(collector);
}

// A clock read for each packet is a tenth of what it costs.
static void arrived(void *data)
{
	struct collector *collector = data;
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	collector->now = time.tv_sec * 1000LL + time.tv_nsec / 1000000;
	collector->at = journal_now();
}

static void read_log(struct collector *collector, unsigned most)
{
	struct log_sink sink = { .data = collector,
				 .event = collect_packet,
				 .arrived = arrived,
				 .buffer = collector->buffer,
				 .most = most };
	struct error ignored;

	if (collector->log < 0)
		return;
	(void)nfnetlink_log_read(collector->log, &sink, &ignored);
	collector->overruns += sink.lost;
}

static size_t watch(void *data, struct pollfd *out)
{
	const struct collector *collector = data;

	out[0] = (struct pollfd){ .fd = collector->log, .events = POLLIN };
	return 1;
}

static void turn(void *data, const struct pollfd *seen, size_t number)
{
	struct collector *collector = data;
	int64_t at = journal_now();

	(void)number;
	if (seen[0].revents)
		read_log(collector, LOG_TURN);
	if (collector->journal.due && collector->journal.due <= at)
		journal_flush(&collector->journal, at, false);
}

static int left(void *data)
{
	const struct collector *collector = data;
	int64_t wait = collector->journal.due - journal_now();

	return !collector->journal.due ? -1 : wait <= 0 ? 0 : wait > WAIT_MAXIMUM ? WAIT_MAXIMUM : (int)wait;
}

static void describe_start(struct collector *collector)
{
	const struct launch_plan *plan = collector->launch->plan;
	const struct launch_recording *recording = collector->launch->options->recording;
	struct record_start *start = &collector->start;

	start->at = journal_now();
	start->mode = recording->mode;
	start->version = memory_copy_text(recording->version);
	start->profile = memory_copy_text(recording->profile_name);
	start->digest = launch_profile_digest(recording->profile);
	for (char *const *word = plan->command.items; *word; word++)
		vec_push(&start->command, memory_copy_text(*word));
	start->directory = memory_copy_text(plan->host->directory);
	start->uid = plan->identity->uid;
	start->link = memory_copy_text(uplink_word(plan->link.kind));
	start->made_up = (unsigned)recording->profile->placeholders.count;
}

static int open_files(struct collector *collector, struct error *err)
{
	const struct launch_recording *recording = collector->launch->options->recording;
	struct journal *journal = &collector->journal;
	char name[RUN_NAME_SIZE] = "";
	int fd, result = 0;

	if (recording->keep) {
		result = runs_begin(recording->profile, name, &fd, err);
		if (result < 0)
			journal_fail(journal, err->message);
		else
			journal->files[0] = (struct event_file){ .fd = fd, .path = memory_copy_text(name) };
	}
	collector->start.run = memory_copy_text(name);
	if (recording->events) {
		int opened = event_file_open(&journal->files[1], recording->events, err);
		if (opened < 0)
			journal_fail(journal, err->message);
		result = result < 0 ? result : opened;
	}
	return result;
}

int collector_begin(struct collector *collector, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	if (!collector || collector->begun)
		return 0;
	const struct launch_recording *recording = collector->launch->options->recording;
	collector->begun = true;
	loop_add(&collector->launch->loop,
		 &(struct loop_source){ .data = collector, .watch = watch, .turn = turn, .left = left });
	if (!recording)
		return 0;
	// Where it is required the launch's own error says it.
	if (!recording->require)
		collector->journal.failed = recording->failed;
	int result = open_files(collector, err);
	describe_start(collector);
	record_write_start(&collector->start, &text);
	journal_write(&collector->journal, &text);
	if (result == 0 && !collector->journal.failure)
		collector->journal.failed = recording->failed;
	else if (recording->require)
		return result < 0 ? result : error_set(err, -EIO, "%s", collector->journal.failure);
	return 0;
}

void collector_log(struct collector *collector, int fd)
{
	collector->log = fd;
	if (!collector->buffer)
		collector->buffer = memory_new(1, NETLINK_BUFFER_SIZE);
}

void collector_conversations(struct collector *collector, int fd)
{
	collector->conntrack = conntrack_watch(&collector->launch->loop, fd, &collector->carried);
}

static void count_one(struct collector *collector, const struct event *template, const struct address *stand_in)
{
	int64_t at = journal_now();
	struct event *event = journal_take(&collector->journal, template);

	if (!event)
		return;
	if (event->count++ == 0)
		event->first = at;
	event->last = at;
	if (stand_in)
		event->stand_in = *stand_in;
	journal_grown(&collector->journal, event, at);
}

void collector_name(void *data, const char *name, const struct address *stand_in, bool passed)
{
	count_one(data, &(struct event){ .kind = EVENT_NAME, .name = (char *)(uintptr_t)name, .passed = passed },
		  stand_in);
}

void collector_event(void *data, const struct event *event)
{
	count_one(data, event, NULL);
}

void collector_counters(struct collector *collector)
{
	record_counter_vec read = { 0 };
	struct error ignored;

	if (collector->launch->jail_rules >= 0)
		(void)counters_read(collector->launch->jail_rules, &read, &ignored);
	vec_for_each (counter, &read)
		*counter_of(&collector->counters, counter->layer, counter->rule, counter->policy) = *counter;
	vec_release(&read);
}

void collector_drain(struct collector *collector)
{
	struct error ignored;

	if (!collector)
		return;
	attribution_finish(collector->launch->attribution);
	if (collector->log >= 0)
		(void)nfnetlink_log_flush(collector->log, collector->launch->plan->log_group, &ignored);
	read_log(collector, 0);
	if (collector->conntrack)
		conntrack_finish(collector->conntrack);
	collector->conntrack = NULL;
	collector_counters(collector);
}

// What the kernel counted of the rules and no event has: the log's limit and full buffers swallow it.
static uint64_t swallowed(struct collector *collector)
{
	record_counter_vec told = { 0 };
	uint64_t sum = 0;

	vec_for_each (event, &collector->journal.table.events)
		if (event->kind == EVENT_PACKET)
			counter_of(&told, event->layer, event->rule, event->policy)->packets += event->count;
	vec_for_each (row, &collector->excused)
		counter_of(&told, row->layer, row->rule, row->policy)->packets += row->packets;
	vec_for_each (counter, &collector->counters) {
		uint64_t known = counter_of(&told, counter->layer, counter->rule, counter->policy)->packets;
		sum += counter->packets > known ? counter->packets - known : 0;
	}
	vec_release(&told);
	return sum;
}

void collector_finish(struct collector *collector, int status)
{
	if (!collector)
		return;
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	struct journal *journal = &collector->journal;
	struct run_record *record = &collector->launch->result->record;

	// First, so that the last line can tell of what fails.
	journal_flush(journal, journal_now(), true);
	struct record_end end = { .given = true,
				  .at = journal_now(),
				  .status = status,
				  .swallowed = swallowed(collector),
				  .overruns = collector->overruns + collector->carried.lost,
				  .beyond = journal->table.beyond,
				  .failure = journal->failure };

	vec_for_each (counter, &collector->counters)
		record_write_counter(counter, &text);
	record_write_end(&end, &text);
	// A failure of this very line is told of, and stands in no line any more.
	journal_write(journal, &text);
	end.failure = STEAL(journal->failure);
	*record = (struct run_record){ .start = collector->start, .events = journal->table.events, .end = end };
	record->counters = collector->counters;
	collector->start = (struct record_start){ 0 };
	journal->table.events = (event_vec){ 0 };
	collector->counters = (record_counter_vec){ 0 };
}

void collector_discard(struct collector *collector)
{
	if (collector && collector->journal.files[0].fd >= 0)
		runs_forget(collector->journal.files[0].path);
}
