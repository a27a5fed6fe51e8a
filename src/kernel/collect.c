// SPDX-License-Identifier: GPL-2.0-or-later
// The collector: see collect.h.
//
// Theory of operation. It is a source of the supervisor's loop that waits for the kernel's log and for the time of its
// next lines. What happens is counted at once in a table of distinct events, and written at most FLUSH_DELAY later, so
// that a flood costs few writes. An event that goes on is told of by ever rarer short lines. Recording informs and
// never decides: what fails costs the record, not the job.
#include "kernel/collect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit/event_table.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/dns_server.h"
#include "kernel/event_file.h"
#include "kernel/launch_state.h"
#include "kernel/nfnetlink.h"
#include "kernel/runs.h"

enum {
	FLUSH_DELAY = 200,    // ms from the first thing that happens to its line
	AGAIN_FIRST = 800,    // ms until a further line about the same event, which doubles
	AGAIN_LAST = 30000,   // each time up to this
	WRITE_BYTES = 65536,  // that are gathered before they are written
	FILES = 2,            // the store of runs and --events
};

// What is written of an event.
struct mark {
	uint64_t written;  // its count then, 0: nothing yet
	int64_t due;       // of the next line, ms
	int delay;         // that the one after it waits
};

struct collector {
	struct launch *launch;
	struct event_table table;
	VEC(struct mark) marks;   // by id
	VEC(uint32_t) unwritten;  // ids of events that have grown since
	int64_t due;              // of the next lines, ms; 0: nothing waits
	struct event_file files[FILES];
	struct record_start start;
	struct record_end end;
	int log;
	bool begun, finished;
};

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_REALTIME, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

struct collector *collector_new(struct launch *launch)
{
	struct collector *collector = NEW(struct collector);

	*collector = (struct collector){ .launch = launch, .log = -1, .files = { EVENT_FILE_NONE, EVENT_FILE_NONE } };
	return collector;
}

void collector_release(struct collector *collector)
{
	if (!collector)
		return;
	for (size_t i = 0; i < FILES; i++)
		event_file_close(&collector->files[i]);
	event_table_release(&collector->table);
	vec_release(&collector->marks);
	vec_release(&collector->unwritten);
	record_start_release(&collector->start);
	free(collector->end.failure);
	free(collector);
}

// The first failure is the one that is told of.
static void failed(struct collector *collector, const struct error *err)
{
	const struct launch_recording *recording = collector->launch->options->recording;

	if (collector->end.failure)
		return;
	collector->end.failure = memory_copy_text(err->message);
	if (recording && recording->failed)
		recording->failed(collector->launch->options->started_data, err->message);
}

static void write_out(struct collector *collector, struct strbuf *text)
{
	for (size_t i = 0; i < FILES; i++) {
		struct error err;
		if (event_file_write(&collector->files[i], text, &err) < 0)
			failed(collector, &err);
	}
	strbuf_clear(text);
}

static void write_event(struct collector *collector, uint32_t id, int64_t at, struct strbuf *text)
{
	const struct event *event = &collector->table.events.items[id - 1];
	struct mark *mark = &collector->marks.items[id - 1];

	if (mark->written)
		record_write_more(event, text);
	else
		record_write_event(event, text);
	mark->delay = !mark->delay ? AGAIN_FIRST : mark->delay < AGAIN_LAST / 2 ? 2 * mark->delay : AGAIN_LAST;
	mark->due = at + mark->delay;
	mark->written = event->count;
	if (text->length >= WRITE_BYTES)
		write_out(collector, text);
}

// Lines about what is due at that time, all: about everything.
static void flush(struct collector *collector, int64_t at, bool all)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	size_t left = 0;
	int64_t due = 0;

	for (size_t i = 0; i < collector->unwritten.count; i++) {
		uint32_t id = collector->unwritten.items[i];
		const struct mark *mark = &collector->marks.items[id - 1];
		if (all || mark->due <= at) {
			write_event(collector, id, at, &text);
			continue;
		}
		collector->unwritten.items[left++] = id;
		if (!due || mark->due < due)
			due = mark->due;
	}
	collector->unwritten.count = left;
	collector->due = due;
	write_out(collector, &text);
}

// One more of an event; template: as event_table_take has it. NULL where there is no room for it.
static struct event *count(struct collector *collector, const struct event *template, int64_t at)
{
	struct event *event = event_table_take(&collector->table, template);

	if (!event)
		return NULL;
	if (event->id > collector->marks.count)
		vec_push(&collector->marks, (struct mark){ 0 });
	struct mark *mark = &collector->marks.items[event->id - 1];
	if (event->count == mark->written) {
		vec_push(&collector->unwritten, (uint32_t)event->id);
		int64_t due = mark->due > at + FLUSH_DELAY ? mark->due : at + FLUSH_DELAY;
		if (!collector->due || due < collector->due)
			collector->due = due;
	}
	if (event->count++ == 0)
		event->first = at;
	event->last = at;
	return event;
}

// By what name the job knows it, from its resolver's answers.
static const char *name_of(const struct collector *collector, const struct address *address)
{
	const struct dns_server *dns = collector->launch->dns;

	return dns ? dns_server_name_of(dns, address) : NULL;
}

// In the words of the policy that denied it: the launch's, or one that took its place.
static void explain(const struct collector *collector, struct event *event)
{
	const struct launch_result *result = collector->launch->result;
	const struct policy *policy = event->policy && event->policy <= result->exchanged.count
					  ? &result->exchanged.items[event->policy - 1]
					  : collector->launch->plan->policy;
	const struct policy_layer *layer = NULL;
	const struct policy_rule *rule = policy_find(policy, event->layer, event->rule, &layer);
	const char *wall = ruleset_wall_reason(event->rule);

	if (layer)
		event->layer_title = memory_copy_text(layer_title(layer->kind, event->flow.direction));
	const char *name = name_of(collector, &event->flow.remote);
	event->name = memory_copy_text(name);
	event->reason = memory_copy_text(rule ? rule->reason : wall ? wall : "denied");
	event->origin = memory_copy_text(rule ? rule->origin : NULL);
	event->aws = memory_copy_text(rule ? rule->aws : NULL);
}

// Without root the socket that reads the log belongs to the jail's outer user namespace, in which the one user there is
// has the number 0.
static uint32_t uid_of(const struct collector *collector, const struct log_event *log)
{
	return collector->launch->plan->root ? log->uid : collector->launch->plan->identity->uid;
}

static void take(void *data, const struct log_event *log)
{
	struct collector *collector = data;
	struct event template = { .kind = EVENT_PACKET,
				  .flow = log->flow,
				  .local = log->local,
				  .rule = log->rule,
				  .policy = log->generation - 1,
				  .has_uid = log->has_uid && (collector->launch->plan->root || !log->uid),
				  .uid = uid_of(collector, log),
				  .passed = collector->launch->plan->audit == AUDIT_ONLINE };

	(void)snprintf(template.layer, sizeof(template.layer), "%s", log->layer);
	struct event *event = count(collector, &template, now());
	if (event && event->count == 1)
		explain(collector, event);
}

static void read_log(struct collector *collector)
{
	struct log_sink sink = { .data = collector, .event = take };
	struct error ignored;

	if (collector->log < 0)
		return;
	(void)nfnetlink_log_read(collector->log, &sink, &ignored);
	collector->end.overruns += sink.lost;
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
	int64_t at = now();

	(void)number;
	if (seen[0].revents)
		read_log(collector);
	if (collector->due && collector->due <= at)
		flush(collector, at, false);
}

static int left(void *data)
{
	const struct collector *collector = data;
	int64_t wait = collector->due - now();

	return !collector->due ? -1 : wait <= 0 ? 0 : wait > AGAIN_LAST ? AGAIN_LAST : (int)wait;
}

static void describe_start(struct collector *collector)
{
	const struct launch_plan *plan = collector->launch->plan;
	const struct launch_recording *recording = collector->launch->options->recording;
	struct record_start *start = &collector->start;

	start->at = now();
	start->mode = recording->mode;
	start->version = memory_copy_text(recording->version);
	start->profile = memory_copy_text(recording->profile_name);
	for (char *const *word = plan->command.items; *word; word++)
		vec_push(&start->command, memory_copy_text(*word));
	start->directory = memory_copy_text(plan->host->directory);
	start->uid = plan->identity->uid;
	start->link = memory_copy_text(uplink_word(plan->link.kind));
	for (size_t i = 0; i < LINK_FAMILIES; i++)
		start->own[i] = plan->link.own[i].address;
}

static int open_files(struct collector *collector, struct error *err)
{
	const struct launch_recording *recording = collector->launch->options->recording;
	char name[RUN_NAME_SIZE] = "";
	int fd, result = 0;

	if (recording->keep) {
		result = runs_begin(recording->profile, name, &fd, err);
		if (result < 0)
			failed(collector, err);
		else
			collector->files[0] = (struct event_file){ .fd = fd, .path = memory_copy_text(name) };
	}
	collector->start.run = memory_copy_text(name);
	if (recording->events) {
		int opened = event_file_open(&collector->files[1], recording->events, err);
		if (opened < 0)
			failed(collector, err);
		result = result < 0 ? result : opened;
	}
	return result;
}

int collector_begin(struct collector *collector, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	const struct launch_recording *recording = collector->launch->options->recording;

	if (collector->begun)
		return 0;
	collector->begun = true;
	loop_add(&collector->launch->loop,
		 &(struct loop_source){ .data = collector, .watch = watch, .turn = turn, .left = left });
	if (!recording)
		return 0;
	int result = open_files(collector, err);
	describe_start(collector);
	record_write_start(&collector->start, &text);
	write_out(collector, &text);
	if (!recording->require)
		return 0;
	return result < 0 ? result : collector->end.failure ? error_set(err, -EIO, "%s", collector->end.failure) : 0;
}

void collector_log(struct collector *collector, int fd)
{
	collector->log = fd;
}

void collector_name(void *collector, const char *name, const struct address *stand_in, bool passed)
{
	const struct event template = { .kind = EVENT_NAME,
					.name = (char *)(uintptr_t)name,
					.passed = passed,
					.stand_in = stand_in ? *stand_in : (struct address){ 0 } };

	struct event *event = count(collector, &template, now());
	if (event && stand_in)
		event->stand_in = *stand_in;
}

void collector_call(void *data, const struct event *event)
{
	(void)count(data, event, now());
}

void collector_discard(struct collector *collector)
{
	if (collector && collector->files[0].fd >= 0)
		runs_forget(collector->files[0].path);
}

void collector_drain(struct collector *collector)
{
	struct error ignored;

	if (collector->log >= 0)
		(void)nfnetlink_log_flush(collector->log, collector->launch->plan->log_group, &ignored);
	read_log(collector);
}

void collector_finish(struct collector *collector, int status)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	struct run_record *record = &collector->launch->result->record;

	flush(collector, now(), true);
	collector->end.given = true;
	collector->end.at = now();
	collector->end.status = status;
	collector->end.beyond = collector->table.beyond;
	record_write_end(&collector->end, &text);
	write_out(collector, &text);
	*record =
	    (struct run_record){ .start = collector->start, .events = collector->table.events, .end = collector->end };
	collector->start = (struct record_start){ 0 };
	collector->table.events = (event_vec){ 0 };
	collector->end = (struct record_end){ 0 };
}
