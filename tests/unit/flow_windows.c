// SPDX-License-Identifier: GPL-2.0-or-later
// audit: a recorded run as records of VPC Flow Logs, from lines to lines.
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "audit/flow/flow_windows.h"
#include "base/cleanup.h"

// The run begins at second 1000.
#define START                                                                                                          \
	"{\"record\":\"start\",\"format\":1,\"run\":\"r\",\"at\":1000500,\"mode\":\"run\",\"command\":[],\"uid\":0}\n"
#define END(at) "{\"record\":\"end\",\"at\":" at ",\"status\":0,\"swallowed\":0}\n"
#define EVENT(kind, id, first, last, count, rest)                                                                      \
	"{\"record\":\"" kind "\",\"id\":" id ",\"first\":" first ",\"last\":" last ",\"count\":" count                \
	",\"process\":{\"pid\":0,\"command\":[]}," rest "}\n"
#define TO(direction, protocol, local, source_port, remote, port)                                                      \
	"\"direction\":\"" direction "\",\"protocol\":\"" protocol "\",\"local\":\"" local                             \
	"\",\"source_port\":" source_port ",\"address\":\"" remote "\",\"port\":" port
#define HTTPS TO("egress", "tcp", "10.0.0.9", "40000", "192.0.2.7", "443")
#define ANSWER TO("ingress", "tcp", "10.0.0.9", "443", "192.0.2.7", "40000")
#define FLOW(id, first, last, count, bytes, back, back_bytes, tuple)                                                   \
	EVENT("flow", id, first, last, count,                                                                          \
	      tuple ",\"bytes\":" bytes ",\"reply_packets\":" back ",\"reply_bytes\":" back_bytes)
#define DENIED(id, first, last, count, bytes, rule, policy, tuple)                                                     \
	EVENT("denied", id, first, last, count,                                                                        \
	      tuple ",\"bytes\":" bytes ",\"layer\":\"sg_egress\",\"rule\":" rule ",\"policy\":" policy)
#define MORE(id, last, count, bytes, back, back_bytes)                                                                 \
	"{\"record\":\"more\",\"id\":" id ",\"last\":" last ",\"count\":" count ",\"bytes\":" bytes                    \
	",\"reply_packets\":" back ",\"reply_bytes\":" back_bytes "}\n"
#define COUNTER(rule, packets, bytes)                                                                                  \
	"{\"record\":\"counter\",\"layer\":\"sg_egress\",\"rule\":" rule ",\"policy\":0,\"packets\":" packets          \
	",\"bytes\":" bytes "}\n"

#define FORMAT                                                                                                         \
	"${srcaddr} ${srcport} ${dstaddr} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} "       \
	"${flow-direction} ${log-status}"

static const struct {
	const char *what;
	unsigned interval;
	const char *lines, *said;
} rows[] = {
	{ "nothing happened", 60, START END("1130000"),
	  "- - - - - - - 1000 1059 - - NODATA\n"
	  "- - - - - - - 1060 1119 - - NODATA\n"
	  "- - - - - - - 1120 1130 - - NODATA\n" },
	{ "a conversation and its answers", 60,
	  START FLOW("1", "1001000", "1009000", "5", "500", "4", "4000", HTTPS) END("1020000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 5 500 1001 1009 ACCEPT egress OK\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 4 4000 1001 1009 ACCEPT ingress OK\n" },
	{ "one that others began", 60,
	  START FLOW("1", "1001000", "1009000", "5", "500", "4", "4000",
		     TO("ingress", "tcp", "fd00::9", "50000", "fd00::7", "22")) END("1020000"),
	  "fd00::9 22 fd00::7 50000 6 5 500 1001 1009 ACCEPT egress OK\n"
	  "fd00::7 50000 fd00::9 22 6 4 4000 1001 1009 ACCEPT ingress OK\n" },
	{ "no answer, no record", 60, START FLOW("1", "1001000", "1009000", "5", "500", "0", "0", HTTPS) END("1020000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 5 500 1001 1009 ACCEPT egress OK\n" },
	{ "samples: what is new, in its window", 60,
	  START FLOW("1", "1001000", "1060600", "5", "500", "0", "0", HTTPS) MORE("1", "1120600", "5", "500", "0", "0")
	      MORE("1", "1180600", "9", "800", "1", "60") END("1190000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 5 500 1001 1059 ACCEPT egress OK\n"
	  "- - - - - - - 1060 1119 - - NODATA\n"
	  "10.0.0.9 40000 192.0.2.7 443 6 4 300 1120 1179 ACCEPT egress OK\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 1 60 1120 1179 ACCEPT ingress OK\n"
	  "- - - - - - - 1180 1190 - - NODATA\n" },
	{ "a quiet hour: what is new happened within the last minute", 60,
	  START FLOW("1", "1001000", "1002000", "5", "500", "0", "0", HTTPS) MORE("1", "1179000", "6", "600", "0", "0")
	      END("1179000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 5 500 1001 1002 ACCEPT egress OK\n"
	  "- - - - - - - 1060 1119 - - NODATA\n"
	  "10.0.0.9 40000 192.0.2.7 443 6 1 100 1120 1179 ACCEPT egress OK\n" },
	{ "denied ones of one conversation are one record a window", 60,
	  START DENIED("1", "1001000", "1001000", "1", "60", "1", "0", HTTPS)
	      DENIED("2", "1003000", "1003000", "2", "120", "2", "0", HTTPS) MORE("1", "1061000", "4", "240", "0", "0")
		  END("1062000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 3 180 1001 1003 REJECT egress OK\n"
	  "10.0.0.9 40000 192.0.2.7 443 6 3 180 1061 1061 REJECT egress OK\n" },
	{ "another interval", 10, START DENIED("1", "1001000", "1001000", "1", "60", "1", "0", HTTPS) END("1012000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 1 60 1001 1001 REJECT egress OK\n"
	  "- - - - - - - 1010 1012 - - NODATA\n" },
	{ "an answer that was denied was counted as carried", 60,
	  START FLOW("1", "1001000", "1009000", "1", "60", "5", "300", HTTPS)
	      DENIED("2", "1002000", "1008000", "3", "180", "1", "0",
		     TO("ingress", "tcp", "10.0.0.9", "443", "192.0.2.7", "40000")) END("1020000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 1 60 1001 1009 ACCEPT egress OK\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 2 120 1001 1009 ACCEPT ingress OK\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 3 180 1002 1008 REJECT ingress OK\n" },
	{ "all answers were denied", 60,
	  START FLOW("1", "1001000", "1009000", "1", "60", "3", "180", HTTPS)
	      DENIED("2", "1002000", "1008000", "3", "180", "1", "0", ANSWER) END("1020000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 1 60 1001 1009 ACCEPT egress OK\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 3 180 1002 1008 REJECT ingress OK\n" },
	{ "of another window, when the own one has too few", 60,
	  START FLOW("1", "1001000", "1009000", "0", "0", "2", "120", HTTPS) MORE("1", "1069000", "0", "0", "4", "240")
	      DENIED("2", "1069000", "1069000", "3", "180", "1", "0", ANSWER) END("1070000"),
	  "192.0.2.7 443 10.0.0.9 40000 6 1 60 1001 1059 ACCEPT ingress OK\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 3 180 1069 1069 REJECT ingress OK\n" },
	{ "an invalid packet is of no conversation", 60,
	  START FLOW("1", "1001000", "1009000", "0", "0", "5", "300", HTTPS)
	      DENIED("2", "1002000", "1008000", "3", "180", "1001", "0", ANSWER) END("1020000"),
	  "192.0.2.7 443 10.0.0.9 40000 6 5 300 1001 1009 ACCEPT ingress OK\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 3 180 1002 1008 REJECT ingress OK\n" },
	{ "denied first and allowed later: no conversation counted it", 60,
	  START DENIED("1", "1001000", "1001000", "2", "120", "1", "0", HTTPS)
	      FLOW("2", "1005000", "1009000", "5", "500", "0", "0", HTTPS) END("1020000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 2 120 1001 1001 REJECT egress OK\n"
	  "10.0.0.9 40000 192.0.2.7 443 6 5 500 1005 1009 ACCEPT egress OK\n" },
	{ "allowed first and denied by the next policy: its conversation counted it", 60,
	  START FLOW("1", "1001000", "1009000", "5", "500", "0", "0", HTTPS)
	      DENIED("2", "1007000", "1008000", "2", "120", "1", "1", HTTPS) END("1020000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 3 380 1001 1009 ACCEPT egress OK\n"
	  "10.0.0.9 40000 192.0.2.7 443 6 2 120 1007 1008 REJECT egress OK\n" },
	{ "denied by an exchanged policy, allowed by the next one", 60,
	  START DENIED("1", "1001000", "1001000", "2", "120", "1", "1", HTTPS)
	      FLOW("2", "1005000", "1009000", "5", "500", "0", "0", HTTPS) END("1020000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 2 120 1001 1001 REJECT egress OK\n"
	  "10.0.0.9 40000 192.0.2.7 443 6 5 500 1005 1009 ACCEPT egress OK\n" },
	{ "the same ports again under the first policy: none that was carried", 60,
	  START FLOW("1", "1001000", "1003000", "5", "500", "0", "0", HTTPS)
	      DENIED("2", "1007000", "1008000", "2", "120", "1", "0", HTTPS) END("1020000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 5 500 1001 1003 ACCEPT egress OK\n"
	  "10.0.0.9 40000 192.0.2.7 443 6 2 120 1007 1008 REJECT egress OK\n" },
	{ "of its own window first, and once", 60,
	  START FLOW("1", "1001000", "1009000", "0", "0", "2", "120", HTTPS) MORE("1", "1179000", "0", "0", "4", "240")
	      DENIED("2", "1169000", "1169000", "1", "60", "1", "0", ANSWER) END("1179000"),
	  "192.0.2.7 443 10.0.0.9 40000 6 2 120 1001 1009 ACCEPT ingress OK\n"
	  "- - - - - - - 1060 1119 - - NODATA\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 1 60 1120 1179 ACCEPT ingress OK\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 1 60 1169 1169 REJECT ingress OK\n" },
	{ "the earliest start and the latest end", 60,
	  START DENIED("1", "1003000", "1003000", "1", "60", "1", "0", HTTPS)
	      DENIED("2", "1001000", "1001000", "1", "60", "2", "0", HTTPS)
		  DENIED("3", "1002000", "1002000", "1", "60", "3", "0", HTTPS) END("1010000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 3 180 1001 1003 REJECT egress OK\n" },
	{ "answers alone leave the record of what was sent as it was", 60,
	  START FLOW("1", "1001000", "1009000", "5", "500", "0", "0", HTTPS) MORE("1", "1020000", "5", "500", "1", "60")
	      END("1020000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 5 500 1001 1009 ACCEPT egress OK\n"
	  "192.0.2.7 443 10.0.0.9 40000 6 1 60 1009 1020 ACCEPT ingress OK\n" },
	{ "what no event of that policy has", 60,
	  START DENIED("1", "1001000", "1001000", "2", "120", "1", "0", HTTPS)
	      DENIED("2", "1001000", "1001000", "4", "240", "1", "1", HTTPS) COUNTER("1", "10", "600") END("1010000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 6 360 1001 1001 REJECT egress OK\n"
	  "- - - - - 8 480 1000 1010 REJECT - SKIPDATA\n" },
	{ "what no event has", 60,
	  START DENIED("1", "1001000", "1001000", "2", "120", "1", "0", HTTPS)
	      DENIED("2", "1001000", "1001000", "4", "240", "2", "0", HTTPS) COUNTER("1", "10", "600")
		  COUNTER("2", "4", "240") COUNTER("3", "1", "60") END("1070000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 6 360 1001 1001 REJECT egress OK\n"
	  "- - - - - 9 540 1060 1070 REJECT - SKIPDATA\n" },
	{ "a run that was killed", 60, START DENIED("1", "1001000", "1001000", "2", "120", "1", "0", HTTPS),
	  "10.0.0.9 40000 192.0.2.7 443 6 2 120 1001 1001 REJECT egress OK\n"
	  "- - - - - - - 1000 1001 - - SKIPDATA\n" },
	{ "a full buffer", 60,
	  START "{\"record\":\"end\",\"at\":1020000,\"status\":0,\"swallowed\":0,\"overruns\":1}\n",
	  "- - - - - - - 1000 1020 - - SKIPDATA\n" },
	{ "a clock that was set back", 60,
	  START DENIED("1", "900000", "900000", "2", "120", "1", "0", HTTPS) END("1001000"),
	  "10.0.0.9 40000 192.0.2.7 443 6 2 120 1000 1000 REJECT egress OK\n" },
	{ "names and calls are no packets", 60,
	  START EVENT("name", "1", "1001000", "1001000", "1", "\"name\":\"x\"") EVENT(
	      "call", "2", "1001000", "1001000", "1",
	      "\"call\":\"socket\",\"error\":\"EPERM\",\"arguments\":[\"0x0\",\"0x0\",\"0x0\",\"0x0\",\"0x0\",\"0x0\"]")
	      END("1002000"),
	  "- - - - - - - 1000 1002 - - NODATA\n" },
};

static void print(const char *lines, const struct flow_log_format *format, unsigned interval, struct strbuf *out)
{
	struct run_record record = { 0 };

	assert_int_equal(run_record_read(lines, strlen(lines), &record, NULL), 0);
	assert_int_equal(record.broken, 0);
	flow_log_print(&record, format, interval, out);
	run_record_release(&record);
}

static void test_windows(void **state)
{
	struct flow_log_format format;

	(void)state;
	assert_int_equal(flow_log_format_parse(FORMAT, &format, NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STRBUF struct strbuf out = { 0 };

		print(rows[i].lines, &format, rows[i].interval, &out);
		if (strcmp(strbuf_text(&out), rows[i].said) != 0)
			fail_msg("%s:\n%swanted:\n%s", rows[i].what, strbuf_text(&out), rows[i].said);
	}
}

// Every line of every run reads as a record, also with all fields.
static void test_reads(void **state)
{
	struct flow_log_format every = { .count = FLOW_LOG_FIELDS };

	(void)state;
	for (size_t i = 0; i < FLOW_LOG_FIELDS; i++)
		every.fields[i] = (enum flow_log_field)i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STRBUF struct strbuf out = { 0 };

		print(rows[i].lines, &every, rows[i].interval, &out);
		for (const char *at = strbuf_text(&out), *end; *at; at = end + 1) {
			AUTO_STRBUF struct strbuf again = { 0 };
			struct flow_log_record record;
			struct error err = { 0 };

			end = strchr(at, '\n');
			assert_non_null(end);
			if (flow_log_record_parse(&every, at, (size_t)(end - at), &record, &err) < 0)
				fail_msg("%s: %s", rows[i].what, err.message);
			flow_log_record_format(&every, &record, &again);
			assert_int_equal(again.length, end - at);
			assert_memory_equal(again.text, at, again.length);
			assert_memory_equal(record.values[FLOW_LOG_VERSION].text, "11", 2);
		}
	}
}

static void test_default(void **state)
{
	AUTO_STRBUF struct strbuf out = { 0 };

	(void)state;
	print(rows[3].lines, &flow_log_default, 60, &out);
	assert_string_equal(strbuf_text(&out),
			    "2 unknown eni-454349e422f052971 10.0.0.9 192.0.2.7 40000 443 6 5 500 1001 "
			    "1009 ACCEPT OK\n");
}

// Times from nowhere: an end.
static void test_far(void **state)
{
	static const char lines[] =
	    START DENIED("1", "1001000", "253402300799999", "2", "9223372036854775807", "1", "0", HTTPS)
		FLOW("2", "253402300799999", "1", "2", "9223372036854775807", "9223372036854775807", "1", HTTPS)
		    END("253402300799999");
	struct run_record record = { 0 };
	flow_row_vec found = { 0 };

	(void)state;
	assert_int_equal(run_record_read(lines, sizeof(lines) - 1, &record, NULL), 0);
	assert_int_equal(record.broken, 0);
	flow_windows(&record, 1, &found);
	assert_in_range(found.count, 3, 2 * FLOW_WINDOWS_EMPTY + 3);
	vec_for_each (row, &found)
		assert_true(row->end >= row->start);
	vec_release(&found);
	run_record_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_windows), cmocka_unit_test(test_reads),
					    cmocka_unit_test(test_default), cmocka_unit_test(test_far) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
