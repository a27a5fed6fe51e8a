// SPDX-License-Identifier: GPL-2.0-or-later
// Distinct events: what makes two the same, and how many of a kind there may be.
#include <string.h>

#include "audit/record/destination.h"
#include "audit/record/event_table.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "test.h"

static struct event packet(const char *flow)
{
	struct event event = { .kind = EVENT_PACKET, .rule = 3, .process = { .pid = 7, .started = 9 } };

	assert_int_equal(flow_parse(flow, &event.flow, NULL), 0);
	strcpy(event.layer, "route_egress");
	return event;
}

// Counts one, and gives back its id.
static uint64_t take(struct event_table *table, const struct event *event)
{
	struct event *taken = event_table_take(table, event);

	assert_non_null(taken);
	taken->count++;
	return taken->id;
}

static void what_differs(void **state)
{
	CLEANUP(event_table_release) struct event_table table = { 0 };
	struct event first = packet("tcp 192.0.2.1:443");
	struct event others[] = {
		packet("udp 192.0.2.1:443"),
		packet("tcp 192.0.2.2:443"),
		packet("tcp 192.0.2.1:444"),
		packet("tcp 192.0.2.1:443"),
		packet("tcp 192.0.2.1:443"),
		packet("tcp 192.0.2.1:443"),
		packet("tcp 192.0.2.1:443"),
		packet("tcp 192.0.2.1:443"),
		packet("tcp 192.0.2.1:443"),
		packet("icmp 192.0.2.1 type 8 code 0"),
		packet("icmp 192.0.2.1 type 8 code 1"),
		packet("tcp [2001:db8::1]:443"),
	};

	(void)state;
	others[3].rule = 4;
	others[4].policy = 1;
	others[5].process.pid = 8;
	others[6].process.started = 10;
	others[7].flow.direction = INGRESS;
	strcpy(others[8].layer, "sg_egress");
	assert_int_equal(take(&table, &first), 1);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(take(&table, &others[i]), i + 2);
	// The port that a program happened to get, what it is called and the user make no other.
	first.flow.source_port = 40000;
	first.has_uid = true;
	first.uid = 1000;
	assert_int_equal(take(&table, &first), 1);
	assert_int_equal(table.events.items[0].count, 2);
}

static void names_and_calls(void **state)
{
	CLEANUP(event_table_release) struct event_table table = { 0 };
	char a[] = "a", b[] = "b";
	struct event name = { .kind = EVENT_NAME, .name = a }, call = { .kind = EVENT_CALL, .call = a };

	(void)state;
	assert_int_equal(take(&table, &name), 1);
	assert_int_equal(take(&table, &call), 2);
	name.name = call.call = b;
	assert_int_equal(take(&table, &name), 3);
	assert_int_equal(take(&table, &call), 4);
	call.arguments[0] = 5;
	assert_int_equal(take(&table, &call), 4);
	// What was given is copied.
	b[0] = 'x';
	assert_string_equal(table.events.items[2].name, "b");
}

// A flood of names leaves room for a packet.
static void floods(void **state)
{
	CLEANUP(event_table_release) struct event_table table = { 0 };
	struct event one = packet("tcp 192.0.2.1:443");
	char text[16];
	unsigned kept = 0;

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		(void)snprintf(text, sizeof(text), "n%u", i);
		struct event name = { .kind = EVENT_NAME, .name = text };
		kept += event_table_take(&table, &name) != NULL;
	}
	assert_int_equal(kept, 5000);
	assert_int_equal(table.beyond, 15000);
	assert_int_equal(take(&table, &one), 5001);
	(void)snprintf(text, sizeof(text), "n%u", 4999U);
	struct event known = { .kind = EVENT_NAME, .name = text };
	assert_int_equal(take(&table, &known), 5000);
}

static void destinations(void **state)
{
	CLEANUP(event_table_release) struct event_table table = { 0 };
	struct event events[] = { packet("tcp 192.0.2.1:443"),
				  packet("tcp 192.0.2.1:443"),
				  packet("tcp 192.0.2.1:80"),
				  packet("tcp [2001:db8::1]:443"),
				  { .kind = EVENT_NAME } };

	(void)state;
	events[1].process.pid = 8;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		take(&table, &events[i]);
	assert_int_equal(table.events.count, 5);
	assert_int_equal(destinations_denied(&table.events), 3);
}

// A job's command lines are as long as it likes; of one kind they hide none of another.
static void long_command_lines(void **state)
{
	enum { LENGTH = EVENT_COMMAND_MAXIMUM - 1, FIT = PROCESS_BYTES_MAXIMUM / (LENGTH + 32) };
	CLEANUP(event_table_release) struct event_table table = { 0 };
	AUTO_FREE char *text = memory_new(1, LENGTH + 1);
	struct event event = packet("tcp 192.0.2.1:443"), call = { .kind = EVENT_CALL, .call = text };

	(void)state;
	memset(text, 'x', LENGTH);
	vec_push(&event.process.arguments, text);
	call.process = event.process;
	for (int pid = 1; pid <= FIT + 10; pid++) {
		event.process.pid = pid;
		const struct event_process *kept = &event_table_take(&table, &event)->process;
		assert_int_equal(kept->pid, pid);
		assert_int_equal(kept->cut, pid > FIT);
		assert_int_equal(strlen(kept->arguments.items[0]), pid > FIT ? PROCESS_BEGINNING : LENGTH);
	}
	assert_int_equal(strlen(event_table_take(&table, &call)->process.arguments.items[0]), LENGTH);
	vec_release(&event.process.arguments);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_differs), cmocka_unit_test(names_and_calls),
					    cmocka_unit_test(floods), cmocka_unit_test(destinations),
					    cmocka_unit_test(long_command_lines) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
