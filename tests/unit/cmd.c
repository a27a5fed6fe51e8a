// SPDX-License-Identifier: GPL-2.0-or-later
// The parser of command lines, and the line that names what was denied.
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "cmd/arguments.h"
#include "cmd/breadcrumb.h"
#include "test.h"

static const struct command run = { "run", "COMMAND",   1,           ANY_NUMBER,          NULL,
				    "",    run_options, &run_manual, .runs_command = true };
static const struct command show = { "show", "[PROFILE]", 0, 1, NULL, "", show_options, &show_manual };

#define PARSE(command_row, ...)                                                                                        \
	struct error err = { 0 };                                                                                      \
	CLEANUP(invocation_release)                                                                                    \
	struct invocation invocation = { .command = &(command_row), .stop_timeout = 120 };                             \
	const char *const words[] = { __VA_ARGS__, NULL };                                                             \
	int result = arguments_parse((char *const *)(uintptr_t)words, &invocation, &err)

static void forms_of_a_value(void **state)
{
	(void)state;
	{
		PARSE(run, "-p", "one", "true");
		assert_int_equal(result, 0);
		assert_string_equal(invocation.profile, "one");
	}
	{
		PARSE(run, "-pone", "true");
		assert_int_equal(result, 0);
		assert_string_equal(invocation.profile, "one");
	}
	{
		PARSE(run, "--profile=one=two", "true");
		assert_int_equal(result, 0);
		assert_string_equal(invocation.profile, "one=two");
	}
	{
		PARSE(run, "--profile=", "true");
		assert_int_equal(result, 0);
		assert_string_equal(invocation.profile, "");
	}
	{
		PARSE(run, "-qpone", "true");
		assert_int_equal(result, 0);
		assert_true(invocation.quiet);
		assert_string_equal(invocation.profile, "one");
	}
}

static void the_last_counts_unless_repeated(void **state)
{
	(void)state;
	PARSE(run, "-p", "one", "-p", "two", "-s", "/a", "--share=/b", "--keep-fd", "7", "--stop-timeout", "0", "true");
	assert_int_equal(result, 0);
	assert_string_equal(invocation.profile, "two");
	assert_int_equal(invocation.share.count, 2);
	assert_string_equal(invocation.share.items[1], "/b");
	assert_int_equal(invocation.keep_fds.items[0], 7);
	assert_int_equal(invocation.stop_timeout, 0);
}

static void where_options_end(void **state)
{
	(void)state;
	{
		PARSE(run, "sh", "-p", "--nonsense", "--");
		assert_int_equal(result, 0);
		assert_null(invocation.profile);
		assert_int_equal(invocation.operands.count, 4);
		assert_string_equal(invocation.operands.items[3], "--");
		assert_null(invocation.operands.items[4]);
	}
	{
		PARSE(run, "--", "-p", "x");
		assert_int_equal(result, 0);
		assert_string_equal(invocation.operands.items[0], "-p");
	}
	{
		PARSE(show, "one", "--json");  // its operand is no command: options may follow
		assert_int_equal(result, 0);
		assert_true(invocation.json);
	}
	{
		PARSE(show, "-");
		assert_int_equal(result, 0);
		assert_string_equal(invocation.operands.items[0], "-");
	}
}

static void mistakes(void **state)
{
	(void)state;
	static const struct {
		const struct command *command;
		const char *words[4];
		const char *message;
	} rows[] = {
		{ &run, { "--profil", "x" }, "did you mean \"--profile\"" },
		{ &run, { "-z" }, "unknown option \"-z\"" },
		{ &run, { "-p" }, "--profile needs PROFILE" },
		{ &run, { "-p", "x" }, "COMMAND is missing" },
		{ &run, { "--quiet=yes" }, "--quiet takes no value" },
		{ &run, { "--keep-fd", "01", "true" }, "must be a number from 0" },
		{ &show, { "--as", "nf" }, "did you mean \"nft\"" },
		{ &show, { "--as", "xyzzy" }, "must be one of profile, policy, nft, seccomp, plan" },
		{ &show, { "a", "b" }, "\"b\" is one word too many" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = { 0 };
		CLEANUP(invocation_release) struct invocation invocation = { .command = rows[i].command };
		assert_int_equal(arguments_parse((char *const *)(uintptr_t)rows[i].words, &invocation, &err), -EINVAL);
		assert_non_null(strstr(err.message, rows[i].message));
	}
}

static void help_needs_nothing_else(void **state)
{
	(void)state;
	PARSE(run, "-h");
	assert_int_equal(result, 0);
	assert_true(invocation.help);
}

static void add_denial(struct launch_result *result, const char *layer, const char *flow)
{
	struct event denial = { .kind = EVENT_PACKET, .rule = 1, .count = 1 };

	assert_int_equal(flow_parse(flow, &denial.flow, NULL), 0);
	(void)strncpy(denial.layer, layer, sizeof(denial.layer) - 1);
	denial.reason = memory_copy_text("denied");
	vec_push(&result->record.events, denial);
}

static void breadcrumbs(void **state)
{
	(void)state;
	struct launch_result result = { 0 };
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	breadcrumb_format(&result, NULL, &line);
	assert_int_equal(line.length, 0);

	add_denial(&result, "isolation_egress", "tcp 192.0.2.1:443");
	breadcrumb_format(&result, NULL, &line);
	assert_string_equal(strbuf_text(&line),
			    "1 destination denied; first: 192.0.2.1:443 (tcp), denied (isolation_egress rule 1)");

	// The same destination for another process is the same destination.
	strbuf_clear(&line);
	add_denial(&result, "isolation_egress", "tcp 192.0.2.1:443");
	struct event *first = &result.record.events.items[0];
	first->name = memory_copy_text("pypi.org\033");
	first[1].name = memory_copy_text("pypi.org\033");
	first->process = (struct event_process){ .pid = 7, .script = memory_copy_text("pip") };
	vec_push(&first->process.arguments, memory_copy_text("/usr/bin/python3"));
	result.record.start.run = memory_copy_text("20261128-001622-3f2a");
	breadcrumb_format(&result, NULL, &line);
	assert_string_equal(strbuf_text(&line),
			    "1 destination denied; first: pypi.org\\x1b (192.0.2.1:443/tcp), denied (isolation_egress "
			    "rule 1), python3 pip[7]; `vpcjail report 20261128-001622-3f2a` for all");

	strbuf_clear(&line);
	add_denial(&result, "isolation_egress", "udp 192.0.2.1:53");
	result.record.end.beyond = 12;
	breadcrumb_format(&result, NULL, &line);
	assert_non_null(strstr(strbuf_text(&line), "2 destinations denied; first: pypi.org"));
	assert_non_null(strstr(strbuf_text(&line), "; 12 more denials could not be recorded"));

	// A layer that no policy has: from a log event that was not ours, and not safe to print.
	strbuf_clear(&line);
	run_record_release(&result.record);
	add_denial(&result, "a\033[31m", "tcp 192.0.2.1:443");
	result.record.events.items[0].flow.direction = INGRESS;
	breadcrumb_format(&result, NULL, &line);
	assert_string_equal(strbuf_text(&line),
			    "1 destination denied; first: 192.0.2.1 (tcp to port 443), inbound, denied "
			    "(a\\x1b[31m rule 1)");

	strbuf_clear(&line);
	run_record_release(&result.record);
	struct event name = { .kind = EVENT_NAME, .name = memory_copy_text("pypi.org"), .count = 2 };
	vec_push(&result.record.events, name);
	breadcrumb_format(&result, NULL, &line);
	assert_string_equal(strbuf_text(&line), "1 name refused; first: pypi.org");
	strbuf_clear(&line);
	add_denial(&result, "isolation_egress", "tcp 192.0.2.1:443");
	name = (struct event){ .kind = EVENT_NAME, .name = memory_copy_text("b"), .count = 1 };
	vec_push(&result.record.events, name);
	breadcrumb_format(&result, NULL, &line);
	assert_non_null(strstr(strbuf_text(&line), "rule 1); 2 names refused; first: pypi.org"));

	strbuf_clear(&line);
	launch_result_release(&result);
	struct event call = { .kind = EVENT_CALL, .call = memory_copy_text("unshare"), .count = 3 };
	call.process.pid = 812;
	vec_push(&call.process.arguments, memory_copy_text("/bin/unshare"));
	vec_push(&result.record.events, call);
	result.record.end.failure = memory_copy_text("/x: No space left on device");
	breadcrumb_format(&result, NULL, &line);
	assert_string_equal(strbuf_text(&line),
			    "1 system call denied; first: unshare, unshare[812]; the record of this run is not whole: "
			    "/x: No space left on device");
	launch_result_release(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_of_a_value),        cmocka_unit_test(the_last_counts_unless_repeated),
		cmocka_unit_test(where_options_end),       cmocka_unit_test(mistakes),
		cmocka_unit_test(help_needs_nothing_else), cmocka_unit_test(breadcrumbs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
