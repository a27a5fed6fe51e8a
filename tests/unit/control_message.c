// SPDX-License-Identifier: GPL-2.0-or-later
// Messages of the control socket: what is said comes back, and nothing else is taken.
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/control/control_message.h"
#include "test.h"

static void expect_same(const struct control_message *said)
{
	AUTO_STRBUF struct strbuf text = { 0 };
	CLEANUP(control_message_release) struct control_message heard = { 0 };
	struct error err = { 0 };

	assert_int_equal(control_message_format(said, &text, &err), 0);
	assert_int_equal(control_message_parse(text.text, text.length, said->fd_count, &heard, &err), 0);
	assert_int_equal(heard.kind, said->kind);
	assert_int_equal(heard.value, said->value);
	assert_int_equal(heard.variables, said->variables);
	assert_int_equal(heard.terminals, said->terminals);
	assert_int_equal(heard.rows, said->rows);
	assert_int_equal(heard.columns, said->columns);
	assert_int_equal(heard.words.count, said->words.count);
	for (size_t i = 0; i < said->words.count; i++)
		assert_string_equal(heard.words.items[i], said->words.items[i]);
	// Not a byte less, not a byte more, and not with other descriptors.
	for (size_t length = 0; length < text.length; length++)
		assert_int_equal(control_message_parse(text.text, length, said->fd_count, &heard, &err), -EBADMSG);
	strbuf_add_char(&text, '\0');
	assert_int_equal(control_message_parse(text.text, text.length, said->fd_count, &heard, &err), -EBADMSG);
	assert_int_equal(control_message_parse(text.text, text.length - 1, said->fd_count + 1, &heard, &err), -EBADMSG);
}

static void every_kind(void **state)
{
	struct control_message exec = {
		.kind = CONTROL_EXEC, .terminals = 5, .fd_count = 1, .rows = 33, .columns = 101
	};
	struct control_message update = { .kind = CONTROL_UPDATE, .fd_count = 1 };
	struct control_message error = { .kind = CONTROL_ERROR, .value = -EPERM };
	struct control_message enforced = { .kind = CONTROL_ENFORCED, .fd_count = 2 };
	const struct control_message rest[] = {
		{ .kind = CONTROL_SIGNAL, .value = 15 },
		{ .kind = CONTROL_CONNECT, .value = 65535 },
		{ .kind = CONTROL_FORWARD },
		{ .kind = CONTROL_TERMINAL, .fd_count = 1 },
		{ .kind = CONTROL_STARTED },
		{ .kind = CONTROL_STATUS, .value = 256 },
		{ .kind = CONTROL_CONNECTED, .fd_count = 1 },
		{ .kind = CONTROL_ALLOWED },
		{ .kind = CONTROL_UPDATED },
		{ .kind = CONTROL_POLICY },
	};

	(void)state;
	control_message_add(&exec, "sh");
	control_message_add(&exec, "");
	control_message_add(&exec, "two words\n");
	control_message_add(&exec, "TERM=dumb");
	exec.variables = 1;
	expect_same(&exec);
	control_message_add(&update, "./mine.yaml");
	expect_same(&update);
	control_message_add(&error, "execute");
	control_message_add(&error, "cannot");
	expect_same(&error);
	control_message_add(&enforced, "mine");
	control_message_add(&enforced, "");
	expect_same(&enforced);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
		expect_same(&rest[i]);
	exec.fd_count = update.fd_count = enforced.fd_count = 0;  // there are none behind the numbers
	control_message_release(&exec);
	control_message_release(&update);
	control_message_release(&error);
	control_message_release(&enforced);
}

// Well formed, and not what such a message says.
static void wrong_values(void **state)
{
	struct control_message rows[] = {
		{ .kind = CONTROL_SIGNAL, .value = 0 },
		{ .kind = CONTROL_SIGNAL, .value = 65 },
		{ .kind = CONTROL_SIGNAL, .value = -9 },
		{ .kind = CONTROL_CONNECT, .value = 0 },
		{ .kind = CONTROL_CONNECT, .value = 65536 },
		{ .kind = CONTROL_CONNECT, .value = 80, .rows = 1 },
		{ .kind = CONTROL_EXEC, .terminals = 7 },
		{ .kind = CONTROL_STARTED, .value = 1 },
		{ .kind = CONTROL_ERROR, .value = -1 },
		{ .kind = CONTROL_KINDS },
		{ .kind = CONTROL_TERMINAL },
		{ .kind = CONTROL_UPDATE, .fd_count = 1 },
		{ .kind = CONTROL_ENFORCED, .fd_count = 2 },
		{ .kind = CONTROL_POLICY, .fd_count = 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STRBUF struct strbuf text = { 0 };
		struct control_message heard = { 0 };
		struct error err = { 0 };
		assert_int_equal(control_message_format(&rows[i], &text, &err), 0);
		assert_int_equal(control_message_parse(text.text, text.length, rows[i].fd_count, &heard, &err),
				 -EBADMSG);
		assert_true(err.message[0]);
	}
}

// As many streams as terminals and descriptors together; a command besides the variables.
static void wrong_commands(void **state)
{
	static const struct {
		uint16_t terminals, variables;
		size_t fds;
	} rows[] = { { 7, 0, 1 }, { 0, 0, 2 }, { 8, 0, 2 }, { 1, 0, 3 }, { 7, 1, 0 }, { 7, 2, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STRBUF struct strbuf text = { 0 };
		struct control_message said = { .kind = CONTROL_EXEC,
						.terminals = rows[i].terminals,
						.variables = rows[i].variables };
		struct control_message heard = { 0 };
		control_message_add(&said, "true");
		assert_int_equal(control_message_format(&said, &text, NULL), 0);
		assert_int_equal(control_message_parse(text.text, text.length, rows[i].fds, &heard, NULL), -EBADMSG);
		control_message_release(&said);
	}
}

static void too_much(void **state)
{
	struct control_message said = { .kind = CONTROL_EXEC, .terminals = 7 };
	AUTO_STRBUF struct strbuf text = { 0 };
	struct error err = { 0 };

	(void)state;
	for (unsigned i = 0; i <= CONTROL_WORDS_MAXIMUM; i++)
		control_message_add(&said, "x");
	assert_int_equal(control_message_format(&said, &text, &err), -E2BIG);
	control_message_release(&said);
	said = (struct control_message){ .kind = CONTROL_EXEC };
	AUTO_FREE char *word = memory_new(CONTROL_TEXT_MAXIMUM + 1, 1);
	memset(word, 'x', CONTROL_TEXT_MAXIMUM);
	control_message_add(&said, word);
	assert_int_equal(control_message_format(&said, &text, &err), -E2BIG);
	assert_true(strstr(err.message, "too long"));
	control_message_release(&said);
}

static void other_version(void **state)
{
	AUTO_STRBUF struct strbuf text = { 0 };
	struct control_message heard = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(control_message_format(&(struct control_message){ .kind = CONTROL_STARTED }, &text, &err), 0);
	text.text[4]++;
	assert_int_equal(control_message_parse(text.text, text.length, 0, &heard, &err), -EPROTO);
	assert_true(strstr(err.message, "the same vpcjail"));
	text.text[0]++;
	assert_int_equal(control_message_parse(text.text, text.length, 0, &heard, &err), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind), cmocka_unit_test(wrong_values),  cmocka_unit_test(wrong_commands),
		cmocka_unit_test(too_much),   cmocka_unit_test(other_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
