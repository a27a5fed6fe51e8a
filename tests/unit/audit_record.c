// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of a recorded run: what is written is read back, what is cut or damaged costs its line and no other.
#include <errno.h>
#include <string.h>

#include "audit/record/run_record.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "test.h"

static struct event packet(uint64_t id)
{
	struct event event = { .kind = EVENT_PACKET,
			       .id = id,
			       .first = 1764288000123,
			       .last = 1764288000456,
			       .count = 7,
			       .passed = true,
			       .evidence = EVIDENCE_CALL,
			       .has_uid = true,
			       .uid = 1000,
			       .rule = 3,
			       .policy = 2,
			       .bytes = 420 };
	struct error err;

	assert_int_equal(flow_parse("tcp 151.101.0.223:443", &event.flow, &err), 0);
	assert_int_equal(address_parse("10.20.1.9", &event.local, &err), 0);
	event.flow.source_port = 40312;
	strcpy(event.layer, "route_egress");
	event.name = memory_copy_text("pypi.org");
	event.layer_title = memory_copy_text("route table");
	event.reason = memory_copy_text("no route \"out\" of the VPC\x1b[2J\xff");
	event.aws = memory_copy_text("allowed");
	event.process = (struct event_process){ .pid = 812, .started = 99, .script = memory_copy_text("pip") };
	vec_push(&event.process.arguments, memory_copy_text("python3"));
	vec_push(&event.process.arguments, memory_copy_text("/usr/bin/pip"));
	vec_push(&event.process.parents, (struct event_parent){ .pid = 811, .name = memory_copy_text("sh") });
	return event;
}

static void write_start(struct strbuf *out)
{
	struct record_start start = { .run = (char *)(uintptr_t) "20261128-001622-3f2a",
				      .at = 1764288000000,
				      .mode = RECORD_OFFLINE,
				      .uid = 4242,
				      .made_up = 15 };
	vec_push(&start.command, (char *)(uintptr_t) "true");
	record_write_start(&start, out);
	vec_release(&start.command);
}

static void write_event(const struct event *event, struct strbuf *out)
{
	record_write_event(event, out);
}

static void read_all(const struct strbuf *text, struct run_record *record)
{
	struct error err;

	assert_int_equal(run_record_read(text->text, text->length, record, &err), 0);
}

static void round_trip(void **state)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 }, again = { 0 };
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(event_release) struct event event = packet(1);
	CLEANUP(event_release)
	struct event call = { .kind = EVENT_CALL, .id = 2, .count = 1, .arguments = { 0, UINT64_MAX } };
	CLEANUP(event_release) struct event name = { .kind = EVENT_NAME, .id = 3, .count = 1 };
	struct record_counter counter = { .layer = "route_egress", .rule = 3, .packets = 9, .bytes = 540 };
	struct record_end end = { .status = 1, .swallowed = 2, .failure = (char *)(uintptr_t) "No space left" };

	(void)state;
	call.call = memory_copy_text("unshare");
	call.error = memory_copy_text("EPERM");
	name.name = memory_copy_text("pypi.org");
	assert_int_equal(address_parse("198.18.0.1", &name.stand_in, NULL), 0);
	write_start(&text);
	write_event(&event, &text);
	write_event(&call, &text);
	write_event(&name, &text);
	record_write_counter(&counter, &text);
	record_write_end(&end, &text);
	read_all(&text, &record);
	assert_int_equal(record.lines, 6);
	assert_int_equal(record.broken, 0);
	assert_int_equal(record.missing_bytes, 0);
	assert_int_equal(record.start.made_up, 15);
	assert_int_equal(record.start.mode, RECORD_OFFLINE);
	assert_int_equal(record.events.count, 3);
	const struct event *first = &record.events.items[0];
	assert_string_equal(first->reason, "no route \"out\" of the VPC\x1b[2J\xef\xbf\xbd");
	assert_string_equal(first->process.arguments.items[1], "/usr/bin/pip");
	assert_string_equal(first->process.parents.items[0].name, "sh");
	assert_true(record.events.items[1].arguments[1] == UINT64_MAX);
	assert_int_equal(record.counters.items[0].packets, 9);
	assert_true(record.end.given && record.end.swallowed == 2);
	record_write_start(&record.start, &again);
	vec_for_each (each, &record.events)
		write_event(each, &again);
	record_write_counter(&record.counters.items[0], &again);
	record_write_end(&record.end, &again);
	// The broken byte of the reason was replaced when it was first written.
	assert_string_equal(again.text, text.text);
}

static void last_state_counts(void **state)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(event_release) struct event one = packet(1), two = packet(2);

	(void)state;
	write_start(&text);
	write_event(&one, &text);
	write_event(&two, &text);
	one.count = 100;
	one.last += 5;
	record_write_more(&one, &text);
	read_all(&text, &record);
	assert_int_equal(record.events.count, 2);
	assert_int_equal(record.broken, 0);
	assert_int_equal(record.events.items[0].count, 100);
	assert_int_equal(record.events.items[0].last, one.last);
	assert_int_equal(record.events.items[1].count, 7);
}

// Wherever the file ends, whole lines are there, and the rest is told of.
static void cut_anywhere(void **state)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	CLEANUP(event_release) struct event one = packet(1), two = packet(2);
	struct error err;

	(void)state;
	write_start(&text);
	size_t start = text.length;
	write_event(&one, &text);
	size_t first = text.length;
	write_event(&two, &text);
	for (size_t length = 0; length <= text.length; length++) {
		CLEANUP(run_record_release) struct run_record record = { 0 };
		int result = run_record_read(text.text, length, &record, &err);

		assert_int_equal(result, length < start ? -EBADMSG : 0);
		assert_int_equal(record.events.count, (length >= first) + (length >= text.length));
		assert_int_equal(record.broken, 0);
		if (result == 0)
			assert_int_equal(record.missing_bytes, length - (length >= text.length ? text.length
									 : length >= first     ? first
											       : start));
	}
}

static void damaged_lines(void **state)
{
	static const char *const lines[] = {
		"",
		"{",
		"[]",
		"{\"record\":\"denied\"}",
		"{\"record\":\"what\"}",
		"{\"record\":\"more\",\"id\":7,\"last\":2,\"count\":9}",
		"{\"record\":\"end\",\"at\":1,\"status\":\"x\",\"swallowed\":0}",
		"{\"record\":\"counter\",\"layer\":\"a-name-that-is-far-too-long-for-a-layer\",\"rule\":1,\"packets\":"
		"1,"
		"\"bytes\":1}",
		"{\"record\":\"name\",\"id\":0,\"first\":1,\"last\":1,\"count\":1,\"name\":\"a\"}",
		"{\"record\":\"name\",\"id\":9,\"first\":1,\"last\":253402300800000,\"count\":1,\"name\":\"a\"}",
		"{\"record\":\"name\",\"id\":9,\"first\":1,\"last\":1,\"count\":-1,\"name\":\"a\"}",
		"{\"record\":\"name\",\"id\":9,\"first\":1,\"last\":1,\"count\":1,\"name\":7}",
		"{\"record\":\"name\",\"id\":9,\"first\":1,\"last\":1,\"count\":1,\"name\":\"a\",\"name\":\"b\"}",
		"{\"record\":\"name\",\"id\":9,\"first\":1,\"last\":1,\"count\":1,\"name\":\"a\\u0000b\"}",
		"{\"record\":\"name\",\"id\":9,\"first\":1,\"last\":1,\"count\":1,\"stand_in\":\"1.2\"}",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		CLEANUP(strbuf_release) struct strbuf text = { 0 };
		CLEANUP(run_record_release) struct run_record record = { 0 };
		CLEANUP(event_release) struct event one = packet(1);

		write_start(&text);
		strbuf_format(&text, "%s\n", lines[i]);
		write_event(&one, &text);
		read_all(&text, &record);
		assert_int_equal(record.broken, 1);
		assert_int_equal(record.events.count, 1);
	}
}

static void later_keys(void **state)
{
	static const char text[] =
	    "{\"record\":\"start\",\"format\":1,\"run\":\"r\",\"at\":1,\"mode\":\"run\",\"command\":[],\"uid\":0,"
	    "\"new\":[1]}\n"
	    "{\"record\":\"name\",\"id\":9,\"first\":1,\"last\":1,\"count\":1,\"name\":\"a\",\"new\":{}}\n";
	CLEANUP(run_record_release) struct run_record record = { 0 };
	struct error err;

	(void)state;
	assert_int_equal(run_record_read(text, sizeof(text) - 1, &record, &err), 0);
	assert_int_equal(record.broken, 0);
	assert_string_equal(record.events.items[0].name, "a");
}

// Of a later form.
#define OTHER_FORMAT                                                                                                   \
	"{\"record\":\"start\",\"format\":2,\"run\":\"r\",\"at\":1,\"mode\":\"run\",\"command\":[],\"uid\":0}\n"

static void no_record(void **state)
{
	static const char *const texts[] = { "", "\n", "{}\n", "hello\n", OTHER_FORMAT };
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		CLEANUP(run_record_release) struct run_record record = { 0 };
		struct error err = { 0 };

		assert_int_equal(run_record_read(texts[i], strlen(texts[i]), &record, &err), -EBADMSG);
		assert_true(err.message[0]);
	}
}

static void process_names(void **state)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	CLEANUP(event_release) struct event one = packet(1);

	(void)state;
	event_process_format(&one.process, &text);
	assert_string_equal(text.text, "python3 pip[812]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),    cmocka_unit_test(last_state_counts), cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(damaged_lines), cmocka_unit_test(later_keys),        cmocka_unit_test(no_record),
		cmocka_unit_test(process_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
