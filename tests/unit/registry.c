// SPDX-License-Identifier: GPL-2.0-or-later
// What is kept about a running jail: lines that come back as they were, names, and relays between two sockets.
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/control/record.h"
#include "kernel/control/registry.h"
#include "kernel/control/relay.h"
#include "test.h"

static void records(void **state)
{
	static const char *const values[] = {
		"", "plain", " blanks ", "two\nlines", "back\\slash \\x41", "\x01\x7f\xff\xc3\xa9"
	};
	AUTO_STRBUF struct strbuf text = { 0 };
	char *key, *value;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		record_add(&text, "a-Key1", values[i]);
	for (const char *at = text.text; *at; at++)
		assert_true(*at == '\n' || (*at >= 0x20 && *at < 0x7f));
	const char *at = text.text;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_int_equal(record_next(&at, &key, &value), 1);
		assert_string_equal(key, "a-Key1");
		assert_string_equal(value, values[i]);
		free(key);
		free(value);
	}
	assert_int_equal(record_next(&at, &key, &value), 0);
}

static void broken_records(void **state)
{
	static const char *const rows[] = { "key value",   "\n",        " value\n",   "key\n",
					    "k_y value\n", "key \\\n",  "key \\x4\n", "key \\xGG\n",
					    "key \\x00\n", "key \\n\n", "key \t\n",   "key \xc3\xa9\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *at = rows[i];
		char *key, *value;
		assert_int_equal(record_next(&at, &key, &value), -EBADMSG);
	}
}

static void names(void **state)
{
	static const char *const good[] = { "a", "train1", "A.b_c-d", "x0123456789" };
	static const char *const bad[] = { "", "1", "-a", ".a", "_a", "a b", "a/b", "a\n", "\xc3\xa9", "a$(b)", "a;b" };
	char name[REGISTRY_NAME_MAXIMUM + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(registry_check_name(good[i], NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(registry_check_name(bad[i], NULL), -EINVAL);
	memset(name, 'a', sizeof(name));
	name[REGISTRY_NAME_MAXIMUM + 1] = '\0';
	assert_int_equal(registry_check_name(name, NULL), -EINVAL);
	name[REGISTRY_NAME_MAXIMUM] = '\0';
	assert_int_equal(registry_check_name(name, NULL), 0);
}

// Turns until nothing is ready; whether the relay is still wanted.
static bool settle(struct relay *relay)
{
	struct pollfd ends[2];

	for (;;) {
		relay_watch(relay, ends);
		if (poll(ends, 2, 0) <= 0)
			return true;
		if (!relay_turn(relay, ends))
			return false;
	}
}

// Each direction ends by itself, and what was in flight arrives before the end.
static void half_closed(void **state)
{
	struct relay *relay = NEW(struct relay);
	int left[2], right[2];
	char got[16];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, left), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, right), 0);
	relay->fds[0] = left[1];
	relay->fds[1] = right[1];
	assert_int_equal(write(left[0], "question", 8), 8);
	assert_int_equal(shutdown(left[0], SHUT_WR), 0);
	assert_true(settle(relay));
	assert_int_equal(read(right[0], got, sizeof(got)), 8);
	assert_int_equal(read(right[0], got, sizeof(got)), 0);
	assert_int_equal(write(right[0], "answer", 6), 6);
	assert_true(settle(relay));
	assert_int_equal(read(left[0], got, sizeof(got)), 6);
	close(right[0]);
	assert_false(settle(relay));
	assert_int_equal(read(left[0], got, sizeof(got)), 0);
	relay_release(relay);
	free(relay);
	close(left[0]);
}

// A side that does not read stops the other one, and only that direction.
static void backpressure(void **state)
{
	struct relay *relay = NEW(struct relay);
	char chunk[4096] = { 0 };
	size_t sent = 0, received = 0;
	int left[2], right[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, left), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, right), 0);
	relay->fds[0] = left[1];
	relay->fds[1] = right[1];
	for (ssize_t put; (put = write(left[0], chunk, sizeof(chunk))) > 0; sent += (size_t)put)
		assert_true(settle(relay));
	assert_true(sent > sizeof(relay->streams[0].bytes));
	assert_int_equal(write(right[0], "back", 4), 4);
	assert_true(settle(relay));
	assert_int_equal(read(left[0], chunk, sizeof(chunk)), 4);
	assert_int_equal(shutdown(left[0], SHUT_WR), 0);
	do {
		ssize_t got = read(right[0], chunk, sizeof(chunk));
		if (got == 0)
			break;
		received += got > 0 ? (size_t)got : 0;
	} while (settle(relay));
	assert_int_equal(received, sent);
	relay_release(relay);
	free(relay);
	close(left[0]);
	close(right[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records),     cmocka_unit_test(broken_records), cmocka_unit_test(names),
		cmocka_unit_test(half_closed), cmocka_unit_test(backpressure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
