// SPDX-License-Identifier: GPL-2.0-or-later
// Questions about flows and lines of a file of them, read.
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "policy/flow_line.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void reads(void **state)
{
	static const struct {
		const char *text, *from, *printed;
		bool loopback;
	} rows[] = {
		{ "tcp 52.216.1.1:443", NULL, "tcp 52.216.1.1:443", false },
		{ "52.216.1.1:443", NULL, "tcp 52.216.1.1:443", false },
		{ "[2001:db8::1]:53", NULL, "tcp [2001:db8::1]:53", false },
		{ "udp [2001:db8::1]:53", NULL, "udp [2001:db8::1]:53", false },
		{ "icmp 10.0.0.9 type 8 code 0", NULL, "icmp 10.0.0.9", false },
		{ "47 10.0.0.9", NULL, "47 10.0.0.9", false },
		{ "S3.eu-west-1.Amazonaws.com.:443", NULL, "tcp s3.eu-west-1.amazonaws.com:443", false },
		{ "udp ntp.corp.example:123", NULL, "udp ntp.corp.example:123", false },
		{ "icmp gpu02", NULL, "icmp gpu02", false },
		{ "icmpv6 gpu02 type 1 code 4", NULL, "icmpv6 gpu02 type 1 code 4", false },
		{ "127.0.0.1:80", NULL, "tcp 127.0.0.1:80", true },
		{ "128.0.0.1:80", NULL, "tcp 128.0.0.1:80", false },
		{ "udp [::1]:80", NULL, "udp [::1]:80", true },
		{ "udp [::2]:80", NULL, "udp [::2]:80", false },
		{ "tcp 22", "10.20.1.9", "tcp 22 from 10.20.1.9", false },
		{ "tcp :22", "10.20.1.9", "tcp 22 from 10.20.1.9", false },
		{ "tcp 10.20.1.5:22", "2001:db8::9", "tcp 22 from 2001:db8::9", false },
		{ "icmp", "10.20.1.9", "icmp type 8 code 0 from 10.20.1.9", false },
		{ "icmp 10.20.1.5 type 3 code 4", "10.20.1.9", "icmp type 3 code 4 from 10.20.1.9", false },
		{ "icmp type 3 code 4", "10.20.1.9", "icmp type 3 code 4 from 10.20.1.9", false },
		{ "47", "10.20.1.9", "47 from 10.20.1.9", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char printed[FLOW_QUESTION_TEXT_SIZE];
		struct flow_question question;
		struct address from;
		struct error err = { 0 };

		if (rows[i].from)
			assert_int_equal(address_parse(rows[i].from, &from, NULL), 0);
		if (flow_question_parse(rows[i].text, rows[i].from ? &from : NULL, &question, &err) < 0)
			fail_msg("%s: %s", rows[i].text, err.message);
		assert_string_equal(flow_question_print(&question, printed), rows[i].printed);
		assert_int_equal(question.flow.loopback, rows[i].loopback);
		assert_int_equal(question.flow.direction, rows[i].from ? INGRESS : EGRESS);
		assert_int_equal(question.flow.state, FLOW_NEW);
		assert_false(question.reply);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text, *from, *message;
	} rows[] = {
		{ "", NULL, "write for example \"tcp 52.216.1.1:443\"" },
		{ "tcp", NULL, "s3.eu-west-1.amazonaws.com:443" },
		{ "pypi.org", NULL, "\"pypi.org\" is not a flow" },
		{ "tcp pypi.org", NULL, "is not a flow" },
		{ "tcp pypi.org:https", NULL, "not a port" },
		{ "tcp pypi.org:443-444", NULL, "is not a flow" },
		{ "tcp pypi.org:443 more", NULL, "\"tcp pypi.org:443 more\" is not a flow" },
		{ "icmp pypi.org type 300", NULL, "\"icmp pypi.org type 300\" is not a flow" },
		{ "tpc pypi.org:443", NULL, "did you mean \"tcp\"" },
		{ "tcp a..b:443", NULL, "a label has no letter" },
		{ "tcp 10.1:443", NULL, "2 of 4 parts" },
		{ "tcp 10.0.0.1:443", NULL, NULL },
		{ "tcp", "10.20.1.9", "write for example \"tcp 22\"" },
		{ "tcp 22 23", "10.20.1.9", "does not say what" },
		{ "tcp 99999", "10.20.1.9", "out of range" },
		{ "icmp", "2001:db8::9", "write icmpv6" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow_question question;
		struct address from;
		struct error err = { 0 };

		if (rows[i].from)
			assert_int_equal(address_parse(rows[i].from, &from, NULL), 0);
		int result = flow_question_parse(rows[i].text, rows[i].from ? &from : NULL, &question, &err);
		assert_int_equal(result, rows[i].message ? -EINVAL : 0);
		if (rows[i].message && !strstr(err.message, rows[i].message))
			fail_msg("%s: %s", rows[i].text, err.message);
	}
}

static void long_names(void **state)
{
	char text[400] = "";
	struct flow_question question;
	struct error err = { 0 };

	(void)state;
	memset(text, 'a', 64);
	strcpy(text + 64, ":80");
	assert_int_equal(flow_question_parse(text, NULL, &question, &err), -EINVAL);
	assert_non_null(strstr(err.message, "more than 63"));
	for (int i = 0; i < 127; i++)
		memcpy(text + 2L * i, "a.", 2);
	strcpy(text + 253, ":80");  // 253 bytes
	assert_int_equal(flow_question_parse(text, NULL, &question, &err), 0);
	assert_int_equal(strlen(question.name), 253);
	strcpy(text + 253, ".bc:80");
	assert_int_equal(flow_question_parse(text, NULL, &question, &err), -EINVAL);
}

static void words(void **state)
{
	static const struct {
		const char *words[9];
		size_t counts[4];
	} rows[] = {
		{ { "tcp", "10.0.0.1:80", "udp", "10.0.0.1:53" }, { 2, 2 } },
		{ { "a.b:80", "tcp", "c.d:80", "e.f:1" }, { 1, 2, 1 } },
		{ { "icmp", "10.0.0.1", "type", "8", "code", "0", "tcp", "22" }, { 6, 2 } },
		{ { "icmp", "type", "8", "udp", "53" }, { 3, 2 } },
		{ { "tcp 10.0.0.1:80", "udp 10.0.0.1:53" }, { 1, 1 } },
		{ { "icmp" }, { 1 } },
		{ { "icmp", "10.0.0.1", "type" }, { 3 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *const *at = (char *const *)(uintptr_t)rows[i].words;
		size_t left = 0;

		while (rows[i].words[left])
			left++;
		for (size_t j = 0; left; j++) {
			size_t taken = flow_question_words(at, left);
			assert_int_equal(taken, rows[i].counts[j]);
			at += taken;
			left -= taken;
		}
	}
}

static void lines(void **state)
{
	static const struct {
		const char *line;
		const char *said;  // the flow, or a part of the message; NULL: neither
		bool flow;
	} rows[] = {
		{ "tcp\t52.216.1.1\t443", "tcp 52.216.1.1:443", true },
		{ "tcp\t52.216.1.1\t443\tegress", "tcp 52.216.1.1:443", true },
		{ "udp\t10.0.0.1\t53\tin", "udp 53 from 10.0.0.1", true },
		{ "tcp\t10.0.0.1\t22\treply-in", "reply to tcp 22 from 10.0.0.1", true },
		{ "tcp\t10.0.0.1\t22\treply-out", "reply to tcp 10.0.0.1:22", true },
		{ "icmp\t10.0.0.1\t-", "icmp 10.0.0.1", true },
		{ "icmp\t10.0.0.1\t", "icmp 10.0.0.1", true },
		{ "icmp\t10.0.0.1\t3/4", "icmp 10.0.0.1 type 3 code 4", true },
		{ "icmpv6\t2001:db8::1\t1", "icmpv6 2001:db8::1 type 1 code 0", true },
		{ "47\t10.0.0.1\t-", "47 10.0.0.1", true },
		{ "tcp\tpypi.org\t443\r", "tcp pypi.org:443", true },
		{ "tcp pypi.org:443", "tcp pypi.org:443", true },
		{ "{\"protocol\":\"tcp\",\"remote\":\"52.216.1.1\",\"port\":443,\"direction\":\"egress\"}",
		  "tcp 52.216.1.1:443", true },
		{ "{\"protocol\":\"icmp\",\"remote\":\"10.0.0.1\",\"type\":3,\"code\":4,\"direction\":\"in\"}",
		  "icmp type 3 code 4 from 10.0.0.1", true },
		{ "", NULL, false },
		{ " \t", NULL, false },
		{ "# tcp\t52.216.1.1\t443", NULL, false },
		{ "tcp\t52.216.1.1", "needs a port", false },
		{ "tcp\t52.216.1.1\t-", "not a port", false },
		{ "tcp\t52.216.1.1\t1-2", "is a range", false },
		{ "tcp\t\t443", "needs a protocol and a remote", false },
		{ "all\t52.216.1.1\t443", "one protocol", false },
		{ "tcp\t52.216.1.1\t443\tot", "did you mean \"out\"", false },
		{ "tcp\t52.216.1.1\t443\tsideways", "write out, in", false },
		{ "tcp\t52.216.1.1\t443\tout\t", "more than 4 fields", false },
		{ "tcp\tpypi.org\t443\tin", "not a name", false },
		{ "47\t10.0.0.1\t443", "has no ports", false },
		{ "icmp\t2001:db8::1\t-", "write icmpv6", false },
		{ "icmp\t10.0.0.1\t256", "from 0 to 255", false },
		{ "icmp\t10.0.0.1\t8/x", "ICMP code", false },
		{ "{\"protocol\":\"tcp\",\"remote\":\"10.0.0.1\"}", "needs a port", false },
		{ "{\"protocol\":\"tcp\",\"remote\":\"10.0.0.1\",\"port\":0}", "from 1 to 65535", false },
		{ "{\"protocol\":\"tcp\",\"remote\":\"10.0.0.1\",\"port\":65536}", "from 0 to 65535", false },
		{ "{\"protocol\":\"tcp\",\"remote\":\"10.0.0.1\",\"port\":\"443\"}", "must be a number", false },
		{ "{\"protocol\":6}", "must be a text", false },
		{ "{\"remot\":\"10.0.0.1\"}", "did you mean \"remote\"", false },
		{ "{\"protocol\":\"tcp\",\"protocol\":\"udp\"}", "not a JSON object", false },
		{ "{\"protocol\":\"tcp\"} x", "not a JSON object", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_FREE char *line = memory_copy_text(rows[i].line);
		char printed[FLOW_QUESTION_TEXT_SIZE];
		struct flow_question question = { 0 };
		struct error err = { 0 };
		int result = flow_line_read(line, strlen(line), &question, &err);

		assert_int_equal(result, rows[i].flow ? 1 : rows[i].said ? -EINVAL : 0);
		if (rows[i].flow)
			assert_string_equal(flow_question_print(&question, printed), rows[i].said);
		else if (rows[i].said && !strstr(err.message, rows[i].said))
			fail_msg("%s: %s", rows[i].line, err.message);
	}
}

// A text that ends early is not what the line says.
static void zero(void **state)
{
	char line[] = "tcp 10.0.0.1:80\0x";
	struct flow_question question;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(flow_line_read(line, sizeof(line) - 1, &question, &err), -EINVAL);
	assert_non_null(strstr(err.message, "byte 0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads), cmocka_unit_test(refuses), cmocka_unit_test(long_names),
		cmocka_unit_test(words), cmocka_unit_test(lines),   cmocka_unit_test(zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
