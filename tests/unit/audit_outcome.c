// SPDX-License-Identifier: GPL-2.0-or-later
// The verdict of the four combinations: what each would deny of a run that another one let through or denied.
#include "audit_fixture.h"

#include "audit/outcome/outcome.h"
#include "audit/record/destination.h"

#define FULL "vpcjail: 1\nnetwork: {isolation: full}\n"
#define FULL_PEERS "vpcjail: 1\nnetwork: {isolation: full, peers: [10.9.1.21]}\n"
#define VPC(network, rest)                                                                                             \
	"vpcjail: 1\nnetwork: {" network "}\n"                                                                         \
	"vpc: {region: eu-west-1, subnets: [10.9.1.0/24], cidrs: [10.9.0.0/16]}\n"                                     \
	"process: {credentials: scrub}\n"                                                                              \
	"prefix-lists: {pl-1: {entries: [52.218.0.0/17]}}\n"                                                           \
	"endpoints:\n"                                                                                                 \
	"  - {service: s3, type: gateway, prefix-list: pl-1}\n"                                                        \
	"  - {service: sts, type: interface, addresses: [10.9.1.40]}\n" rest
#define ONLY VPC("isolation: vpc", "")
#define ELSEWHERE                                                                                                      \
	"vpcjail: 1\nnetwork: {isolation: vpc, peers: [10.9.1.21]}\n"                                                  \
	"vpc: {region: eu-west-1, located: elsewhere, subnets: [10.9.1.0/24], cidrs: [10.9.0.0/16]}\n"                 \
	"process: {credentials: scrub}\nendpoints: [{service: sts, type: interface, addresses: [10.9.1.40]}]\n"

// Its lines, with "; " between.
static void join_lines(const struct outcomes *outcomes, struct strbuf *out)
{
	CLEANUP(outcome_lines_release) outcome_line_vec lines = { 0 };

	outcomes_format(outcomes, &lines);
	vec_for_each (line, &lines)
		strbuf_format(out, "%s%s", line == lines.items ? "" : "; ", *line);
}

static void judge(const char *profile_text, const char *const *lines, struct strbuf *sentence, struct strbuf *words)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };
	CLEANUP(outcomes_release) struct outcomes outcomes = { 0 };

	fixture_load(profile_text, &profile);
	fixture_events(lines, &events);
	outcomes_find(&profile, &events, NULL, &outcomes);
	join_lines(&outcomes, sentence);
	for (int i = 0; i < COMBINATIONS; i++)
		strbuf_format(words, "%s%s", i ? " " : "", outcome_verdict_word(outcomes.of[i].verdict));
}

// In the order of the columns: isolation, isolation with peers, VPC only, both.
static void columns(void **state)
{
	static const struct {
		const char *profile, *event, *words;
	} rows[] = {
		{ FULL, "packet - 127.0.0.1 tcp 80 x", "passes passes unknown passes" },
		{ FULL, "packet pypi.org 151.101.0.223 tcp 443 x", "fails fails unknown fails" },
		{ FULL, "packet - 10.9.1.21 tcp 29500 x", "fails unknown unknown fails" },
		{ FULL_PEERS, "packet - 10.9.1.21 tcp 29500 x", "fails passes unknown passes" },
		{ FULL_PEERS, "packet - 10.9.1.22 tcp 29500 x", "fails fails unknown fails" },
		{ FULL, "call unshare podman", "passes passes unknown passes" },
		{ FULL, "name pypi.org", "fails fails unknown fails" },
		{ ONLY, "packet - 10.9.1.9 tcp 80 x", "fails unknown passes fails" },
		{ ONLY, "flow s3.eu-west-1.amazonaws.com 52.218.0.1 tcp 443 -", "fails fails passes fails" },
		{ ONLY, "packet s3.eu-west-1.amazonaws.com 52.218.0.1 tcp 80 x", "fails fails fails fails" },
		{ ONLY, "flow - 10.9.1.40 tcp 443 -", "fails unknown passes fails" },
		{ ONLY, "packet - 52.95.1.1 tcp 443 x", "fails fails fails fails" },
		{ ONLY, "packet - 169.254.169.254 tcp 80 x", "fails fails passes fails" },
		{ ONLY, "packet - 10.9.0.53 udp 53 x", "fails unknown fails fails" },
		{ ONLY, "name sts.eu-west-1.amazonaws.com", "fails fails passes fails" },
		{ ONLY, "name pypi.org", "fails fails fails fails" },
		{ ELSEWHERE, "packet - 10.9.1.40 tcp 443 uplink_egress", "fails fails passes fails" },
		{ ELSEWHERE, "packet - 10.9.1.9 tcp 80 uplink_egress", "fails fails passes fails" },
		{ ELSEWHERE, "packet - 10.9.1.21 tcp 29500 uplink_egress", "fails passes passes passes" },
		{ ELSEWHERE, "packet - 52.95.1.1 tcp 443 x", "fails fails fails fails" },
		{ VPC("isolation: vpc, uplink: none", ""), "packet - 10.9.1.9 tcp 80 uplink_egress",
		  "fails unknown passes fails" },
		{ VPC("isolation: full", ""), "packet sts.eu-west-1.amazonaws.com 198.18.0.1 tcp 443 x",
		  "fails fails passes fails" },
		{ VPC("isolation: full", ""), "packet s3.eu-west-1.amazonaws.com 198.18.0.1 tcp 443 x",
		  "fails fails passes fails" },
		{ VPC("isolation: full", ""), "packet pypi.org 198.18.0.1 tcp 443 x", "fails fails fails fails" },
		{ VPC("isolation: full", ""), "name sts.eu-west-1.amazonaws.com", "fails fails passes fails" },
		{ VPC("isolation: full", "hosts: {gpu2: 10.9.1.21}\n"), "name gpu2", "passes passes passes passes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STRBUF struct strbuf sentence = { 0 };
		AUTO_STRBUF struct strbuf words = { 0 };

		judge(rows[i].profile, EVENTS(rows[i].event), &sentence, &words);
		if (strcmp(strbuf_text(&words), rows[i].words) != 0)
			fail_msg("%zu: %s: %s (%s)", i, rows[i].event, strbuf_text(&words), strbuf_text(&sentence));
	}
}

static void sentences(void **state)
{
	const struct {
		const char *profile, *const *events, *sentence;
	} rows[] = {
		{ ONLY, EVENTS("flow - 10.9.1.9 tcp 80 -"),
		  "passes VPC-only; would fail network isolation on one host and network isolation in a VPC because "
		  "10.9.1.9:80 (tcp) is not reached (network isolation: only loopback and the job's peers); network "
		  "isolation on "
		  "several hosts is not known: the profile names no peers (network.peers)" },
		{ ONLY, EVENTS("flow s3.eu-west-1.amazonaws.com 52.218.0.1 tcp 443 -"),
		  "passes VPC-only; would fail network isolation because s3.eu-west-1.amazonaws.com "
		  "(52.218.0.1:443/tcp) is not reached (network isolation: only loopback and the job's peers)" },
		{ FULL, (const char *const[]){ NULL },
		  "passes network isolation; VPC-only is not known: the profile says nothing of a VPC" },
		{ ONLY, (const char *const[]){ NULL }, "passes VPC-only and network isolation" },
		{ ONLY,
		  EVENTS("name a.example", "name b.example", "name c.example", "name d.example", "name a.example"),
		  "would fail VPC-only and network isolation because a.example (name) is not reached (its name does "
		  "not "
		  "resolve), and b.example (name) is not reached (its name does not resolve), and 2 more" },
		{ ONLY, EVENTS("packet - 169.254.169.254 tcp 80 x"),
		  "passes VPC-only; would fail network isolation because 169.254.169.254:80 (tcp) is not reached "
		  "(network isolation: only loopback and the job's peers); not counted: 1 that is denied here and not "
		  "on AWS" },
		// What this host's link does not carry, the VPC's does.
		{ ELSEWHERE, EVENTS("packet sts.eu-west-1.amazonaws.com 10.9.1.40 tcp 443 uplink_egress"),
		  "passes VPC-only; would fail network isolation because sts.eu-west-1.amazonaws.com "
		  "(10.9.1.40:443/tcp) "
		  "is not reached (network isolation: only loopback and the job's peers); not counted: 1 that is "
		  "denied here and not on AWS" },
		{ ELSEWHERE, EVENTS("packet sts.eu-west-1.amazonaws.com 10.9.1.40 tcp 80 endpoint_egress"),
		  "would fail VPC-only and network isolation because sts.eu-west-1.amazonaws.com (10.9.1.40:80/tcp) is "
		  "not reached (an interface endpoint carries its own ports only)" },
		// Of a name with several addresses, one.
		{ ONLY,
		  EVENTS("packet a.example 198.51.100.1 tcp 443 x", "packet b.example 198.51.100.9 tcp 443 x",
			 "packet a.example 198.51.100.2 tcp 443 x", "packet a.example 198.51.100.2 tcp 80 x"),
		  "would fail VPC-only and network isolation because a.example (198.51.100.1:443/tcp) is not reached "
		  "(without security groups, only the VPC's subnets and endpoints are reached), and b.example "
		  "(198.51.100.9:443/tcp) is not reached (without security groups, only the VPC's subnets and "
		  "endpoints are "
		  "reached), and 1 more" },
		{ VPC("isolation: vpc", "tolerate: [{destination: pypi.org, reason: x}]\n"), EVENTS("name pypi.org"),
		  "passes VPC-only and network isolation; tolerated: 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_STRBUF struct strbuf sentence = { 0 };
		AUTO_STRBUF struct strbuf words = { 0 };

		judge(rows[i].profile, rows[i].events, &sentence, &words);
		assert_string_equal(strbuf_text(&sentence), rows[i].sentence);
	}
}

// A server of this host is on no other; the job's own address is its loopback.
static void the_host_itself(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };
	CLEANUP(outcomes_release) struct outcomes outcomes = { 0 };
	struct record_start start = { 0 };

	(void)state;
	fixture_load(ONLY, &profile);
	fixture_events(EVENTS("packet - 127.0.0.1 tcp 5432 x", "flow - 10.88.0.5 tcp 80 -"), &events);
	events.items[0].hint = memory_copy_text("host-ports");
	assert_int_equal(address_parse("10.88.0.5", &start.own[0], NULL), 0);
	outcomes_find(&profile, &events, &start, &outcomes);
	for (int i = 0; i < COMBINATIONS; i++) {
		assert_int_equal(outcomes.of[i].verdict, OUTCOME_FAILS);
		assert_int_equal(outcomes.of[i].causes.count, 1);
	}
}

// Thousands are counted; a hundred are told, in the sentence and in JSON.
static void many(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };
	CLEANUP(outcomes_release) struct outcomes outcomes = { 0 };
	AUTO_STRBUF struct strbuf sentence = { 0 };
	AUTO_STRBUF struct strbuf text = { 0 };
	struct json json = { .out = &text };

	(void)state;
	fixture_load(ONLY, &profile);
	for (unsigned i = 0; i < 2000; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "packet - 198.51.%u.%u tcp 443 x", i / 250, 1 + i % 250);
		fixture_events(EVENTS(line), &events);
	}
	outcomes_find(&profile, &events, NULL, &outcomes);
	assert_int_equal(outcomes.of[ISOLATED_ALONE].causes.count, 2000);
	join_lines(&outcomes, &sentence);
	assert_non_null(strstr(strbuf_text(&sentence), ", and 1998 more"));
	outcomes_print_json(&outcomes, &json);
	assert_non_null(strstr(strbuf_text(&text), "\"failing\": 2000"));
	assert_non_null(strstr(strbuf_text(&text), "198.51.0.100:443"));
	assert_null(strstr(strbuf_text(&text), "198.51.0.101:443"));
}

// What a template made up makes nothing pass; what fails by it fails by any.
static void templates(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };
	CLEANUP(outcomes_release) struct outcomes outcomes = { 0 };

	(void)state;
	fixture_load("vpcjail: 1\ntemplate: yes\nnetwork: {isolation: vpc}\n"
		     "vpc:\n  subnets: [10.9.1.0/24] # REPLACE\nprocess: {credentials: scrub}\n",
		     &profile);
	outcomes_find(&profile, &events, NULL, &outcomes);
	assert_int_equal(outcomes.of[VPC_ONLY].verdict, OUTCOME_UNKNOWN);
	assert_string_equal(outcomes.of[VPC_ONLY].unknown, "1 of the profile's values is the template's, made up");
	assert_int_equal(outcomes.of[ISOLATED_ALONE].verdict, OUTCOME_PASSES);
	outcomes_release(&outcomes);
	fixture_events(EVENTS("packet - 151.101.0.223 tcp 443 x"), &events);
	outcomes_find(&profile, &events, NULL, &outcomes);
	assert_int_equal(outcomes.of[VPC_ONLY].verdict, OUTCOME_FAILS);
}

// The profile that is kept with a run has no marks.
static void templates_that_were_recorded(void **state)
{
	const struct record_start start = { .made_up = 15 };
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };
	CLEANUP(outcomes_release) struct outcomes outcomes = { 0 };

	(void)state;
	fixture_load(ONLY, &profile);
	outcomes_find(&profile, &events, &start, &outcomes);
	assert_int_equal(outcomes.of[VPC_ONLY].verdict, OUTCOME_UNKNOWN);
	assert_string_equal(outcomes.of[VPC_ONLY].unknown, "15 of the profile's values are the template's, made up");
	assert_int_equal(outcomes.of[ISOLATED_ALONE].verdict, OUTCOME_PASSES);
}

static void json_has_all(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(events_release) event_vec events = { 0 };
	CLEANUP(outcomes_release) struct outcomes outcomes = { 0 };
	AUTO_STRBUF struct strbuf out = { 0 };
	struct json json = { .out = &out };

	(void)state;
	fixture_load(FULL, &profile);
	fixture_events(EVENTS("packet x\x1b<b>.example 151.101.0.223 tcp 443 x"), &events);
	outcomes_find(&profile, &events, NULL, &outcomes);
	outcomes_print_json(&outcomes, &json);
	assert_non_null(strstr(strbuf_text(&out), "\"combination\": \"isolation\""));
	assert_non_null(strstr(strbuf_text(&out), "\"verdict\": \"fails\""));
	assert_non_null(strstr(strbuf_text(&out), "x\\u001b<b>.example (151.101.0.223:443/tcp)"));
	assert_non_null(strstr(strbuf_text(&out), "\"unknown\": \"the profile says nothing of a VPC\""));
}

static void what_counts(void **state)
{
	static const struct {
		const char *event;
		bool counts;
	} rows[] = {
		{ "packet - 9.9.9.9 tcp 80 x", true },
		{ "flow - 9.9.9.9 tcp 80 -", false },
		{ "name pypi.org", true },
		{ "name known.example", false },
		{ "packet - 10.0.0.1 tcp 80 x", false },
		{ "call unshare podman", true },
		{ "call io_uring_setup node", false },
		{ "call mount x", false },
	};
	CLEANUP(profile_release) struct profile profile = { 0 };

	(void)state;
	fixture_load(FULL "tolerate: [{destination: known.example, reason: x}, {destination: 10.0.0.0/8, reason: x},"
			  " {destination: \"call:mount\", reason: x}]\n",
		     &profile);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(event_release) struct event event = { 0 };

		assert_int_equal(hint_example_read(rows[i].event, &event, NULL), 0);
		if (outcome_event_counts(&profile, &event) != rows[i].counts)
			fail_msg("%s", rows[i].event);
	}
	struct event stricter = { .kind = EVENT_PACKET };
	char aws[] = "allowed";
	stricter.aws = aws;
	assert_false(outcome_event_counts(&profile, &stricter));
}

static void groups(void **state)
{
	CLEANUP(events_release) event_vec events = { 0 };
	event_group_vec out = { 0 };

	(void)state;
	fixture_events(EVENTS("name b.example", "packet b.example 1.2.3.4 tcp 443 x curl", "name c.example",
			      "packet - 1.2.3.4 tcp 443 x", "packet b.example 1.2.3.4 tcp 443 y python3",
			      "packet b.example 1.2.3.4 udp 443 x", "flow b.example 1.2.3.4 tcp 443 -", "call a x",
			      "call a y", "call b y"),
		       &events);
	event_groups_make(&events, &out);
	assert_int_equal(out.count, 6);
	assert_ptr_equal(out.items[0].event, &events.items[1]);
	assert_int_equal(out.items[0].events, 3);
	assert_ptr_equal(out.items[1].event, &events.items[2]);
	assert_int_equal(out.items[4].events, 2);
	vec_release(&out);
}

static void destinations(void **state)
{
	static const struct {
		const char *event, *text;
	} rows[] = {
		{ "packet pypi.org 151.101.0.223 tcp 443 x", "pypi.org (151.101.0.223:443/tcp)" },
		{ "packet - 2001:db8::1 udp 53 x", "[2001:db8::1]:53 (udp)" },
		{ "packet a 10.0.0.9 icmp 0 x", "a (10.0.0.9/icmp)" },
		{ "packet - 10.0.0.9 tcp 8000 sg_ingress", "10.0.0.9 (tcp to port 8000)" },
		{ "name pypi.org", "pypi.org (name)" },
		{ "call unshare x", "unshare (system call)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(event_release) struct event event = { 0 };
		AUTO_STRBUF struct strbuf out = { 0 };

		assert_int_equal(hint_example_read(rows[i].event, &event, NULL), 0);
		destination_format(&event, &out);
		assert_string_equal(strbuf_text(&out), rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns),         cmocka_unit_test(sentences),
		cmocka_unit_test(the_host_itself), cmocka_unit_test(many),
		cmocka_unit_test(templates),       cmocka_unit_test(templates_that_were_recorded),
		cmocka_unit_test(json_has_all),    cmocka_unit_test(what_counts),
		cmocka_unit_test(groups),          cmocka_unit_test(destinations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
