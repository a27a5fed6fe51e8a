// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: what a client says over the control socket, and what a user's supervisor wrote for root to read.
//
// The first byte of an input: 'r' a record; 'h' what a supervisor knows of its host; anything else, a message that came
// with that many descriptors, less '0'.
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/control/control_message.h"
#include "kernel/control/record.h"
#include "plan/settled.h"

static void read_message(const uint8_t *data, size_t size, size_t fds)
{
	CLEANUP(control_message_release) struct control_message message = { 0 };
	AUTO_STRBUF struct strbuf again = { 0 };
	struct error err = { 0 };
	int result = control_message_parse(data, size, fds, &message, &err);

	require(result == 0 || ((result == -EBADMSG || result == -EPROTO) && err.message[0] && !message.words.items));
	if (result < 0)
		return;
	require(message.words.count <= CONTROL_WORDS_MAXIMUM && message.kind < CONTROL_KINDS);
	require(message.kind != CONTROL_EXEC || message.variables < message.words.count);
	// There is one way to say it.
	require(control_message_format(&message, &again, &err) == 0);
	require(again.length == size && memcmp(again.text, data, size) == 0);
}

static void read_records(const char *text)
{
	AUTO_STRBUF struct strbuf again = { 0 };
	const char *at = text;
	char *key, *value;

	while (record_next(&at, &key, &value) > 0) {
		require(*key && at > text);
		record_add(&again, key, value);
		free(key);
		free(value);
	}
	// What is read and written again reads the same.
	AUTO_STRBUF struct strbuf third = { 0 };
	for (const char *next = strbuf_text(&again); record_next(&next, &key, &value) > 0;) {
		record_add(&third, key, value);
		free(key);
		free(value);
	}
	require(strcmp(strbuf_text(&again), strbuf_text(&third)) == 0);
}

static void read_host(const char *text)
{
	CLEANUP(profile_release) struct profile profile = { .vpc.subnets_of_host = true };
	CLEANUP(profile_release) struct profile second = { .vpc.subnets_of_host = true };
	AUTO_STRBUF struct strbuf again = { 0 };
	AUTO_STRBUF struct strbuf third = { 0 };
	struct error err = { 0 };
	int result = settled_read(text, &profile, &err);

	require(result == 0 || (result == -EBADMSG && err.message[0]));
	if (result < 0)
		return;
	settled_print(&profile, &again);
	require(settled_read(strbuf_text(&again), &second, &err) == 0);
	settled_print(&second, &third);
	require(strcmp(strbuf_text(&again), strbuf_text(&third)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] != 'r' && data[0] != 'h') {
		read_message(data + 1, size - 1, (size_t)(uint8_t)(data[0] - '0'));
		return 0;
	}
	AUTO_FREE char *text = memory_copy_bytes((const char *)data + 1, size - 1);
	if (data[0] == 'h')
		read_host(text);
	else
		read_records(text);
	return 0;
}
