// SPDX-License-Identifier: GPL-2.0-or-later
// The journal: when an event's lines are written, that a record of a long job stays small, and what a full file does.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/record/journal.h"
#include "test.h"

struct fixture {
	struct journal journal;
	char path[64];
	unsigned failures;
};

static void failed(void *data, const char *message)
{
	struct fixture *fixture = data;

	assert_non_null(strstr(message, "No space left"));
	fixture->failures++;
}

static int set_up(void **state)
{
	struct fixture *fixture = NEW(struct fixture);

	strcpy(fixture->path, "/tmp/vpcjail-journal.XXXXXX");
	int fd = mkstemp(fixture->path);
	assert_true(fd >= 0);
	fixture->journal =
	    (struct journal){ .files = { { .fd = fd, .path = memory_copy_text(fixture->path) }, EVENT_FILE_NONE },
			      .failed = failed,
			      .data = fixture };
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	journal_release(&fixture->journal);
	(void)unlink(fixture->path);
	free(fixture);
	return 0;
}

// One more packet to that port, at that time.
static void happens(struct fixture *fixture, uint16_t port, int64_t at)
{
	const struct event template = { .kind = EVENT_PACKET, .flow.destination_port = port };
	struct event *event = journal_take(&fixture->journal, &template);

	assert_non_null(event);
	event->count++;
	event->last = at;
	journal_grown(&fixture->journal, event, at);
}

// What the loop does: a turn when something is due. Returns the number of lines in the file.
static unsigned lines_at(struct fixture *fixture, int64_t at)
{
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	unsigned lines = 0;

	if (fixture->journal.due && fixture->journal.due <= at)
		journal_flush(&fixture->journal, at, false);
	assert_int_equal(io_read_file(fixture->path, 1 << 20, &text, &length, NULL), 0);
	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	return lines;
}

static void soon_and_then_ever_more_rarely(void **state)
{
	struct fixture *fixture = *state;

	happens(fixture, 443, 1000);
	assert_int_equal(lines_at(fixture, 1100), 0);
	assert_int_equal(lines_at(fixture, 1200), 1);
	happens(fixture, 443, 1300);
	assert_int_equal(lines_at(fixture, 1500), 1);
	assert_int_equal(lines_at(fixture, 2000), 2);
	// Nothing has happened: nothing is due.
	assert_int_equal(fixture->journal.due, 0);
	// Another event does not wait for the first one's time.
	happens(fixture, 443, 2100);
	happens(fixture, 80, 2200);
	assert_int_equal(lines_at(fixture, 2400), 3);
	assert_int_equal(lines_at(fixture, 3600), 4);
}

// A packet a second for a day.
static void a_day_is_few_lines(void **state)
{
	struct fixture *fixture = *state;
	unsigned lines = 0;

	for (int64_t second = 1; second <= 86400; second++) {
		happens(fixture, 443, second * 1000);
		if (fixture->journal.due <= second * 1000 + 500)
			journal_flush(&fixture->journal, second * 1000 + 500, false);
	}
	lines = lines_at(fixture, 86500000);
	assert_in_range(lines, 1000, 3000);
	assert_int_equal(fixture->journal.table.events.items[0].count, 86400);
}

// As before, of a record that is large already.
static void a_large_record_grows_hardly(void **state)
{
	struct fixture *fixture = *state;

	fixture->journal.bytes = 256 << 20;
	for (int64_t second = 1; second <= 86400; second++) {
		happens(fixture, 443, second * 1000);
		if (fixture->journal.due <= second * 1000 + 500)
			journal_flush(&fixture->journal, second * 1000 + 500, false);
	}
	assert_in_range(lines_at(fixture, 86500000), 10, 30);
	assert_true(fixture->journal.bytes > 256 << 20);
}

static void the_end_tells_all(void **state)
{
	struct fixture *fixture = *state;

	for (uint16_t port = 1; port <= 5; port++)
		happens(fixture, port, 1000);
	journal_flush(&fixture->journal, 1001, true);
	assert_int_equal(lines_at(fixture, 1001), 5);
	journal_flush(&fixture->journal, 1002, true);
	assert_int_equal(lines_at(fixture, 1002), 5);
	assert_int_equal(fixture->journal.due, 0);
}

// Told of once; the other file goes on.
static void one_file_is_full(void **state)
{
	struct fixture *fixture = *state;

	fixture->journal.files[1] =
	    (struct event_file){ .fd = open("/dev/full", O_WRONLY), .path = memory_copy_text("/dev/full") };
	for (uint16_t port = 1; port <= 3; port++) {
		happens(fixture, port, port * 1000);
		assert_int_equal(lines_at(fixture, port * 1000 + 200), port);
	}
	assert_int_equal(fixture->failures, 1);
	assert_int_equal(fixture->journal.files[1].fd, -1);
	assert_string_equal(fixture->journal.failure, "/dev/full: No space left on device");
	// Then the other one as well.
	close(fixture->journal.files[0].fd);
	fixture->journal.files[0].fd = open("/dev/full", O_WRONLY);
	happens(fixture, 9, 9000);
	journal_flush(&fixture->journal, 9200, true);
	assert_int_equal(fixture->failures, 2);
	assert_non_null(strstr(fixture->journal.failure, fixture->path));
	assert_non_null(strstr(fixture->journal.failure, "/dev/full"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(soon_and_then_ever_more_rarely, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_day_is_few_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_large_record_grows_hardly, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_tells_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_file_is_full, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
