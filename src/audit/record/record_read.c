// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a recorded run, read: see run_record.h. The file is of unknown origin and may have been cut anywhere.
//
// Keys that are not known are passed over, since a later version may write more; a known one with a value of another
// kind makes its line a broken one.
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/record/line.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/number.h"

enum { TEXTS_MAXIMUM = 65536 };  // of one list
static const uint64_t time_maximum =
    253402300799999;  // the last of the year 9999: what is reckoned with it stays whole

static bool read_rows(const struct line_field *rows, const json_t *object, void *base);

static void json_release(json_t **json)
{
	json_decref(*json);
}

static uint64_t maximum_of(enum line_kind kind)
{
	switch (kind) {
	case LINE_PORT:
		return UINT16_MAX;
	case LINE_BYTE:
		return UINT8_MAX;
	case LINE_UNSIGNED:
		return UINT32_MAX;
	case LINE_INTEGER:
		return INT32_MAX;
	case LINE_SIGNED:
		return time_maximum;
	case LINE_COUNT:
	case LINE_END:
	case LINE_TEXT:
	case LINE_BOOL:
	case LINE_ADDRESS:
	case LINE_LAYER:
	case LINE_WORD:
	case LINE_PROTOCOL:
	case LINE_TEXTS:
	case LINE_HEX:
	case LINE_PARENTS:
	case LINE_UID:
	case LINE_OBJECT:
		break;
	}
	return INT64_MAX;
}

static bool read_number(enum line_kind kind, const json_t *value, void *at)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || (uint64_t)number > maximum_of(kind))
		return false;
	if (kind == LINE_PORT)
		*(uint16_t *)at = (uint16_t)number;
	else if (kind == LINE_BYTE)
		*(uint8_t *)at = (uint8_t)number;
	else if (kind == LINE_UNSIGNED)
		*(uint32_t *)at = (uint32_t)number;
	else if (kind == LINE_INTEGER)
		*(int *)at = (int)number;
	else
		*(uint64_t *)at = (uint64_t)number;
	return true;
}

static bool read_protocol(const char *text, int *out)
{
	static const struct {
		const char *word;
		int protocol;
	} rows[] = {
		{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "icmp", IPPROTO_ICMP }, { "icmpv6", IPPROTO_ICMPV6 }
	};
	uint64_t number;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].word, text) == 0) {
			*out = rows[i].protocol;
			return true;
		}
	if (number_parse(text, UINT8_MAX, &number) < 0)
		return false;
	*out = (int)number;
	return true;
}

static bool read_word(const struct line_field *row, const char *text, unsigned *out)
{
	for (size_t i = 0; i < row->word_count; i++)
		if (strcmp(row->words[i], text) == 0) {
			*out = (unsigned)i;
			return true;
		}
	return false;
}

static bool read_text(const struct line_field *row, const json_t *value, void *at)
{
	const char *text = json_string_value(value);

	if (!text)
		return false;
	switch (row->kind) {
	case LINE_TEXT:
		*(char **)at = memory_copy_text(text);
		return true;
	case LINE_LAYER:
		return (size_t)snprintf(at, LAYER_SIZE, "%s", text) < LAYER_SIZE;
	case LINE_ADDRESS:
		return address_parse(text, at, NULL) == 0;
	case LINE_WORD:
		return read_word(row, text, at);
	case LINE_PROTOCOL:
		return read_protocol(text, at);
	case LINE_SIGNED:
	case LINE_INTEGER:
	case LINE_COUNT:
	case LINE_UNSIGNED:
	case LINE_PORT:
	case LINE_BYTE:
	case LINE_BOOL:
	case LINE_TEXTS:
	case LINE_HEX:
	case LINE_PARENTS:
	case LINE_UID:
	case LINE_OBJECT:
	case LINE_END:
		break;
	}
	return false;
}

static bool read_texts(const json_t *value, void *at)
{
	VEC(char *) *texts = at;

	if (!json_is_array(value) || json_array_size(value) > TEXTS_MAXIMUM)
		return false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		const char *text = json_string_value(json_array_get(value, i));
		if (!text)
			return false;
		vec_push(texts, memory_copy_text(text));
	}
	return true;
}

static bool read_hex(const json_t *value, uint64_t *out)
{
	for (size_t i = 0; i < EVENT_ARGUMENTS; i++) {
		const char *text = json_string_value(json_array_get(value, i));
		if (!text || strncmp(text, "0x", 2) != 0 || strlen(text) > 18 || !text[2] ||
		    strspn(text + 2, "0123456789abcdef") != strlen(text + 2))
			return false;
		out[i] = strtoull(text, NULL, 16);
	}
	return true;
}

static bool read_parents(const json_t *value, struct event_process *process)
{
	if (!json_is_array(value) || json_array_size(value) > TEXTS_MAXIMUM)
		return false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *item = json_array_get(value, i);
		const char *name = json_string_value(json_object_get(item, "name"));
		int pid = 0;
		if (!name || !read_number(LINE_INTEGER, json_object_get(item, "pid"), &pid))
			return false;
		vec_push(&process->parents, (struct event_parent){ .pid = pid, .name = memory_copy_text(name) });
	}
	return true;
}

static bool read_value(const struct line_field *row, const json_t *value, void *base)
{
	void *at = (char *)base + row->offset;

	switch (row->kind) {
	case LINE_TEXT:
	case LINE_LAYER:
	case LINE_ADDRESS:
	case LINE_WORD:
	case LINE_PROTOCOL:
		return read_text(row, value, at);
	case LINE_SIGNED:
	case LINE_INTEGER:
	case LINE_COUNT:
	case LINE_UNSIGNED:
	case LINE_PORT:
	case LINE_BYTE:
		return read_number(row->kind, value, at);
	case LINE_BOOL:
		*(bool *)at = json_is_true(value);
		return json_is_boolean(value);
	case LINE_TEXTS:
		return read_texts(value, at);
	case LINE_HEX:
		return read_hex(value, at);
	case LINE_PARENTS:
		return read_parents(value, base);
	case LINE_UID:
		*(bool *)at = true;
		return read_number(LINE_UNSIGNED, value, &((struct event *)base)->uid);
	case LINE_OBJECT:
		return json_is_object(value) && read_rows(row->rows, value, at);
	case LINE_END:
		break;
	}
	return false;
}

static bool read_rows(const struct line_field *rows, const json_t *object, void *base)
{
	for (; rows->kind != LINE_END; rows++) {
		const json_t *value = json_object_get(object, rows->key);

		if (!value ? rows->always : !read_value(rows, value, base))
			return false;
	}
	return true;
}

// Ids ascend in the order they are first written.
static struct event *find_event(const struct run_record *record, uint64_t id)
{
	size_t low = 0, high = record->events.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (record->events.items[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < record->events.count && record->events.items[low].id == id ? &record->events.items[low] : NULL;
}

static void keep_sample(struct run_record *record, const struct event *event)
{
	const struct flow_sample sample = { event->id,    event->last,          event->count,
					    event->bytes, event->reply_packets, event->reply_bytes };

	if (event->kind == EVENT_PACKET || event->kind == EVENT_FLOW)
		vec_push(&record->samples, sample);
}

static bool read_event(struct run_record *record, enum event_kind kind, const json_t *object)
{
	struct event event = { .kind = kind };
	size_t count = record->events.count;

	if (!read_rows(event_fields(kind), object, &event) ||
	    event.id <= (count ? record->events.items[count - 1].id : 0)) {
		event_release(&event);
		return false;
	}
	vec_push(&record->events, event);
	keep_sample(record, &event);
	return true;
}

// Nothing ever shrinks.
static bool read_more(struct run_record *record, const json_t *object)
{
	struct event more = { 0 };
	struct event *event = read_rows(more_fields, object, &more) ? find_event(record, more.id) : NULL;

	if (!event || more.last < event->last || more.count < event->count || more.bytes < event->bytes ||
	    more.reply_packets < event->reply_packets || more.reply_bytes < event->reply_bytes)
		return false;
	event->last = more.last;
	event->count = more.count;
	event->bytes = more.bytes;
	event->reply_packets = more.reply_packets;
	event->reply_bytes = more.reply_bytes;
	keep_sample(record, event);
	return true;
}

static bool read_counter(struct run_record *record, const json_t *object)
{
	struct record_counter counter = { 0 };

	if (!read_rows(counter_fields, object, &counter))
		return false;
	vec_push(&record->counters, counter);
	return true;
}

static bool read_end(struct run_record *record, const json_t *object)
{
	struct record_end end = { .given = true };

	if (record->end.given || !read_rows(end_fields, object, &end)) {
		free(end.failure);
		return false;
	}
	record->end = end;
	return true;
}

static bool read_line(struct run_record *record, const json_t *object)
{
	const char *kind = json_string_value(json_object_get(object, "record"));

	if (!kind)
		return false;
	if (strcmp(kind, "more") == 0)
		return read_more(record, object);
	if (strcmp(kind, "counter") == 0)
		return read_counter(record, object);
	if (strcmp(kind, "end") == 0)
		return read_end(record, object);
	for (unsigned i = 0; i < EVENT_KINDS; i++)
		if (strcmp(kind, event_kind_word(i)) == 0)
			return read_event(record, i, object);
	return false;
}

static bool read_start(struct run_record *record, const json_t *object)
{
	const char *kind = json_string_value(json_object_get(object, "record"));

	return kind && strcmp(kind, "start") == 0 &&
	       json_integer_value(json_object_get(object, "format")) == RECORD_FORMAT &&
	       read_rows(start_fields, object, &record->start);
}

int run_record_read(const char *text, size_t length, struct run_record *record, struct error *err)
{
	const char *end = text + length;

	for (const char *at = text, *newline; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		if (!newline) {
			record->missing_bytes = (uint64_t)(end - at);
			break;
		}
		json_error_t ignored;
		CLEANUP(json_release)
		json_t *object = json_loadb(at, (size_t)(newline - at), JSON_REJECT_DUPLICATES, &ignored);
		record->lines++;
		if (record->lines == 1 && !read_start(record, object))
			return error_set(err, -EBADMSG, "no record of a run begins like this (format %d is known)",
					 RECORD_FORMAT);
		if (record->lines > 1 && !read_line(record, object))
			record->broken++;
	}
	if (!record->lines)
		return error_set(err, -EBADMSG, "not even the first line of a record of a run is there");
	return 0;
}

static void free_texts(void *at)
{
	VEC(char *) *texts = at;

	vec_for_each (text, texts)
		free(*text);
	vec_release(texts);
}

void record_start_release(struct record_start *start)
{
	char *const texts[] = {
		start->run, start->version, start->profile, start->digest, start->directory, start->link
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		free(texts[i]);
	free_texts(&start->command);
	*start = (struct record_start){ 0 };
}

void run_record_release(struct run_record *record)
{
	record_start_release(&record->start);
	events_release(&record->events);
	vec_release(&record->samples);
	vec_release(&record->counters);
	free(record->end.failure);
	*record = (struct run_record){ 0 };
}
