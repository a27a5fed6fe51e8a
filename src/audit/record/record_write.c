// SPDX-License-Identifier: GPL-2.0-or-later
// The lines of a recorded run, written: see run_record.h.
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>

#include "audit/record/line.h"
#include "base/json.h"

static void write_rows(struct json *json, const struct line_field *rows, const void *base);

static uint64_t number_at(const struct line_field *row, const void *at)
{
	switch (row->kind) {
	case LINE_COUNT:
		return *(const uint64_t *)at;
	case LINE_UNSIGNED:
	case LINE_WORD:
		return *(const unsigned *)at;
	case LINE_PORT:
		return *(const uint16_t *)at;
	case LINE_BYTE:
		return *(const uint8_t *)at;
	case LINE_BOOL:
	case LINE_UID:
		return *(const bool *)at;
	case LINE_SIGNED:
		return (uint64_t) * (const int64_t *)at;
	case LINE_INTEGER:
	case LINE_PROTOCOL:
		return (uint64_t) * (const int *)at;
	case LINE_ADDRESS:
		return ((const struct address *)at)->family;
	case LINE_TEXT:
		return *(char *const *)at != NULL;
	case LINE_LAYER:
		return *(const char *)at != '\0';
	case LINE_OBJECT:
		return (uint64_t)((const struct event_process *)at)->pid;
	case LINE_TEXTS:
	case LINE_HEX:
	case LINE_PARENTS:
	case LINE_END:
		break;
	}
	return 1;
}

static void write_protocol(struct json *json, int protocol)
{
	char digits[16];

	(void)snprintf(digits, sizeof(digits), "%d", protocol);
	json_text(json, protocol == IPPROTO_TCP      ? "tcp"
			: protocol == IPPROTO_UDP    ? "udp"
			: protocol == IPPROTO_ICMP   ? "icmp"
			: protocol == IPPROTO_ICMPV6 ? "icmpv6"
						     : digits);
}

static void write_texts(struct json *json, const void *at)
{
	const VEC(char *) *texts = at;

	json_array_begin(json);
	vec_for_each (text, texts)
		json_text(json, *text);
	json_array_end(json);
}

static void write_hex(struct json *json, const uint64_t *numbers)
{
	char text[24];

	json_array_begin(json);
	for (size_t i = 0; i < EVENT_ARGUMENTS; i++) {
		(void)snprintf(text, sizeof(text), "0x%" PRIx64, numbers[i]);
		json_text(json, text);
	}
	json_array_end(json);
}

static void write_parents(struct json *json, const struct event_process *process)
{
	json_array_begin(json);
	vec_for_each (parent, &process->parents) {
		json_object_begin(json);
		json_key_number(json, "pid", parent->pid);
		json_key_text(json, "name", parent->name);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_value(struct json *json, const struct line_field *row, const void *base, const void *at)
{
	char address[ADDRESS_TEXT_SIZE];

	switch (row->kind) {
	case LINE_TEXT:
		json_text(json, *(char *const *)at);
		break;
	case LINE_LAYER:
		json_text(json, at);
		break;
	case LINE_BOOL:
		json_bool(json, *(const bool *)at);
		break;
	case LINE_ADDRESS:
		json_text(json, address_print(at, address));
		break;
	case LINE_WORD:
		json_text(json, row->words[*(const unsigned *)at]);
		break;
	case LINE_PROTOCOL:
		write_protocol(json, *(const int *)at);
		break;
	case LINE_TEXTS:
		write_texts(json, at);
		break;
	case LINE_HEX:
		write_hex(json, at);
		break;
	case LINE_PARENTS:
		write_parents(json, base);
		break;
	case LINE_UID:
		json_number(json, ((const struct event *)base)->uid);
		break;
	case LINE_OBJECT:
		json_object_begin(json);
		write_rows(json, row->rows, at);
		json_object_end(json);
		break;
	case LINE_SIGNED:
	case LINE_INTEGER:
	case LINE_COUNT:
	case LINE_UNSIGNED:
	case LINE_PORT:
	case LINE_BYTE:
		json_number(json, (int64_t)number_at(row, at));
		break;
	case LINE_END:
		break;
	}
}

static void write_rows(struct json *json, const struct line_field *rows, const void *base)
{
	for (; rows->kind != LINE_END; rows++) {
		const void *at = (const char *)base + rows->offset;

		if (!rows->always && !number_at(rows, at))
			continue;
		json_key(json, rows->key);
		write_value(json, rows, base, at);
	}
}

static void write_line(const char *kind, const struct line_field *rows, const void *base, struct strbuf *out)
{
	struct json json = { .out = out, .compact = true };

	json_object_begin(&json);
	json_key_text(&json, "record", kind);
	write_rows(&json, rows, base);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}

void record_write_start(const struct record_start *start, struct strbuf *out)
{
	struct json json = { .out = out, .compact = true };

	json_object_begin(&json);
	json_key_text(&json, "record", "start");
	json_key_number(&json, "format", RECORD_FORMAT);
	write_rows(&json, start_fields, start);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}

void record_write_event(const struct event *event, struct strbuf *out)
{
	write_line(event_kind_word(event->kind), event_fields(event->kind), event, out);
}

void record_write_more(const struct event *event, struct strbuf *out)
{
	write_line("more", more_fields, event, out);
}

void record_write_counter(const struct record_counter *counter, struct strbuf *out)
{
	write_line("counter", counter_fields, counter, out);
}

void record_write_end(const struct record_end *end, struct strbuf *out)
{
	write_line("end", end_fields, end, out);
}
