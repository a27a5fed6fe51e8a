// SPDX-License-Identifier: GPL-2.0-or-later
// audit: fields, formats and records of VPC Flow Logs.
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/flow/flow_log.h"
#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"

static void test_rows(void **state)
{
	unsigned version = 2;

	(void)state;
	for (size_t i = 0; i < FLOW_LOG_FIELDS; i++) {
		const struct flow_log_row *row = &flow_log_rows[i];

		assert_non_null(row->name);
		assert_true(row->version >= version);
		version = row->version;
		assert_int_equal(row->kind == FLOW_LOG_NUMBER, row->maximum != 0);
		assert_int_equal(row->kind == FLOW_LOG_WORD, row->words != NULL);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(row->name, flow_log_rows[j].name);
	}
	for (size_t i = 0; i < flow_log_default.count; i++)
		assert_int_equal(flow_log_rows[flow_log_default.fields[i]].version, 2);
	assert_int_equal(flow_log_default.count, 14);
	assert_int_equal(flow_log_format_version(&flow_log_default), 2);
}

static void test_formats(void **state)
{
	static const struct {
		const char *text, *printed;  // printed: of the record whose values are the fields' numbers
		unsigned version;
	} rows[] = {
		{ "${srcaddr}", "3", 2 },
		{ " ${version}  ${srcaddr}\t${log-status} ", "0 3 13", 2 },
		{ "version account-id", "0 1", 2 },
		{ "${tcp-flags}", "17", 3 },
		{ "${sublocation-id} ${version}", "24 0", 4 },
		{ "${traffic-path} ${version}", "28 0", 5 },
		{ "${ecs-task-id}", "38", 7 },
		{ "reject-reason ${version} type", "39 0 18", 8 },
		{ "interface-type encryption-status resource-id", "42 41 40", 11 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow_log_format format;
		struct flow_log_record record = { 0 };
		char numbers[FLOW_LOG_FIELDS][4];
		AUTO_STRBUF struct strbuf out = { 0 };

		assert_int_equal(flow_log_format_parse(rows[i].text, &format, NULL), 0);
		assert_int_equal(flow_log_format_version(&format), rows[i].version);
		for (size_t j = 0; j < FLOW_LOG_FIELDS; j++) {
			(void)snprintf(numbers[j], sizeof(numbers[j]), "%zu", j);
			record.values[j] = (struct flow_log_value){ numbers[j], strlen(numbers[j]) };
		}
		flow_log_record_format(&format, &record, &out);
		assert_string_equal(strbuf_text(&out), rows[i].printed);
	}
}

static void test_bad_formats(void **state)
{
	static const struct {
		const char *text, *said;
	} rows[] = {
		{ "", "names no field" },
		{ "  \t", "names no field" },
		{ "${srcaddr} ${dstadr}", "column 12: 'dstadr' is no field of VPC Flow Logs; did you mean 'dstaddr'?" },
		{ "${srcaddr", "column 10: a '}' is missing" },
		{ "$srcaddr", "column 1: '$srcaddr' is no field" },
		{ "${}", "column 1: '' is no field" },
		{ "${", "a '}' is missing" },
		{ "zzzzzzzz", "'zzzzzzzz' is no field of VPC Flow Logs; the fields are listed" },
		{ "srcaddr ${srcaddr}", "column 9: 'srcaddr' is there twice" },
		{ "\033[2J", "'\\x1b[2J' is no field" },
		{ "srcaddr,dstaddr", "'srcaddr,dstaddr' is no field" },
		{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "xxx…' is no field" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow_log_format format = { .count = 77 };
		struct error err = { 0 };

		assert_int_equal(flow_log_format_parse(rows[i].text, &format, &err), -EINVAL);
		if (!strstr(err.message, rows[i].said))
			fail_msg("row %zu: %s", i, err.message);
		assert_int_equal(format.count, 77);
	}
}

static void test_records(void **state)
{
	static const struct {
		const char *format, *line;
	} rows[] = {
		{ NULL,
		  "2 123456789012 eni-0123456789abcdef0 10.0.0.9 192.0.2.7 40000 443 6 7 4200 1700000000 1700000059 "
		  "ACCEPT OK" },
		{ NULL, "2 unknown eni-1 - - - - - - - 1700000000 1700000059 - NODATA" },
		{ NULL, "2 unknown eni-1 - - - - - 5 300 1700000000 1700000059 REJECT SKIPDATA" },
		{ "account-id srcaddr type", "000000000000 2001:db8::7 IPv6" },
		{ "srcaddr", "0:0::1" },  // another form of an address stays
		{ "sublocation-type flow-direction traffic-path encryption-status", "outpost egress 8 0" },
		{ "packets", "9223372036854775807" },
		{ "ecs-cluster-arn", "arn:aws:ecs:us-east-1:123456789012:cluster/one" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow_log_format format = flow_log_default;
		struct flow_log_record record;
		struct error err = { 0 };
		AUTO_STRBUF struct strbuf out = { 0 };

		if (rows[i].format)
			assert_int_equal(flow_log_format_parse(rows[i].format, &format, NULL), 0);
		if (flow_log_record_parse(&format, rows[i].line, strlen(rows[i].line), &record, &err) < 0)
			fail_msg("row %zu: %s", i, err.message);
		flow_log_record_format(&format, &record, &out);
		assert_string_equal(strbuf_text(&out), rows[i].line);
	}
}

static void test_bad_records(void **state)
{
	static const struct {
		const char *format, *line, *said;
	} rows[] = {
		{ "version", "", "column 1: the value of version is missing" },
		{ "version srcaddr", "2", "column 3: the value of srcaddr is missing (2 fields are wanted)" },
		{ "version srcaddr", "2 ", "column 3: the value of srcaddr is missing" },
		{ "version srcaddr", "2  10.0.0.1", "column 3: the value of srcaddr is missing" },
		{ "version", "2 ", "column 2: there is more than the format's 1 fields" },
		{ "version", "2 3", "column 2: there is more" },
		{ "version", "256", "version '256' is no number that it can have" },
		{ "srcport dstport", "65535 65536", "column 7: dstport '65536'" },
		{ "packets", "9223372036854775808", "packets" },
		{ "packets", "-1", "packets '-1'" },
		{ "packets", "07", "packets '07'" },
		{ "packets", "11111111111111111111111111111111111111111111111", "is no number" },
		{ "action", "ACCEP", "action 'ACCEP' is none of its words: ACCEPT REJECT" },
		{ "action", "ACCEPTED", "is none of its words" },
		{ "log-status", "ok", "log-status 'ok' is none of its words" },
		{ "srcaddr", "10.0.0", "srcaddr '10.0.0' is no address" },
		{ "srcaddr", "1111111111111111111111111111111111111111111111111", "is no address" },
		{ "region", "eu\tx", "region 'eu\\x09x' is no text" },
		{ "region", "eu\x80", "is no text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow_log_format format;
		struct flow_log_record record = { { { "kept", 4 } } };
		struct error err = { 0 };

		assert_int_equal(flow_log_format_parse(rows[i].format, &format, NULL), 0);
		if (flow_log_record_parse(&format, rows[i].line, strlen(rows[i].line), &record, &err) != -EINVAL)
			fail_msg("row %zu passed", i);
		if (!strstr(err.message, rows[i].said))
			fail_msg("row %zu: %s", i, err.message);
		assert_string_equal(record.values[0].text, "kept");
	}
}

// The manual lists each field.
static void test_documented(void **state)
{
	const char *root = getenv("VPCJAIL_SOURCE");
	AUTO_FREE char *path = memory_format("%s/man/vpcjail.1", root ? root : ".");
	AUTO_FREE char *text = NULL;
	size_t length = 0;

	(void)state;
	assert_int_equal(io_read_file(path, 1 << 22, &text, &length, NULL), 0);
	char *section = strstr(text, ".Sh FLOW LOGS\n");
	assert_non_null(section);
	char *behind = strstr(section + 1, "\n.Sh ");
	assert_non_null(behind);
	*behind = 0;
	for (size_t i = 0; i < FLOW_LOG_FIELDS; i++) {
		AUTO_FREE char *middle = memory_format(" %s ,", flow_log_rows[i].name);
		AUTO_FREE char *last = memory_format(" %s\n", flow_log_rows[i].name);

		if (!strstr(section, middle) && !strstr(section, last))
			fail_msg("%s", flow_log_rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_documented),  cmocka_unit_test(test_rows),    cmocka_unit_test(test_formats),
		cmocka_unit_test(test_bad_formats), cmocka_unit_test(test_records), cmocka_unit_test(test_bad_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
