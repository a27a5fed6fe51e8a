// SPDX-License-Identifier: GPL-2.0-or-later
// audit: events → destinations → groups, and the three forms, also of a record that is hostile.
#include "test.h"

#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/report/print.h"
#include "audit/report/words.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "base/utf8.h"

enum { START = 1000000 };

static struct address address_of(const char *text)
{
	struct address address = { 0 };

	assert_int_equal(address_parse(text, &address, NULL), 0);
	return address;
}

static char *copy(const char *text)
{
	return text ? memory_copy_text(text) : NULL;
}

static struct event *add(struct run_record *record, enum event_kind kind, const char *name, const char *address,
			 uint64_t count)
{
	struct event event = { .kind = kind,
			       .id = record->events.count + 1,
			       .first = START + (int64_t)record->events.count * 1000,
			       .last = START + (int64_t)record->events.count * 1000 + 500,
			       .count = count,
			       .name = copy(name) };

	event.flow = (struct flow){ .protocol = IPPROTO_TCP, .destination_port = 443 };
	if (address)
		event.flow.remote = address_of(address);
	if (kind == EVENT_PACKET) {
		(void)snprintf(event.layer, sizeof(event.layer), "route_egress");
		event.layer_title = copy("route table, egress");
		event.rule = 3;
		event.reason = copy("no route leads there");
		event.origin = copy("p.yaml:3:5");
	}
	vec_push(&record->events, event);
	return &record->events.items[record->events.count - 1];
}

static void give_process(struct event *event, int pid, const char *program, const char *script)
{
	event->process.pid = pid;
	event->process.started = (uint64_t)pid * 10;
	vec_push(&event->process.arguments, copy(program));
	event->process.script = copy(script);
}

static const struct report_destination *only(const struct report *report, const char *name)
{
	const struct report_destination *found = NULL;

	vec_for_each (destination, &report->destinations)
		if (destination->event->name && strcmp(destination->event->name, name) == 0) {
			assert_null(found);
			found = destination;
		}
	assert_non_null(found);
	return found;
}

static void test_destinations(void **state)
{
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	(void)state;

	give_process(add(&record, EVENT_PACKET, "pypi.org", "198.51.100.1", 2), 10, "/usr/bin/pip", NULL);
	give_process(add(&record, EVENT_PACKET, "pypi.org", "198.51.100.2", 3), 11, "/usr/bin/pip", NULL);
	give_process(add(&record, EVENT_PACKET, "pypi.org", "198.51.100.2", 4), 11, "/usr/bin/pip", NULL);
	give_process(add(&record, EVENT_PACKET, "pypi.org", "198.51.100.2", 7), 12, "/usr/bin/curl", NULL);
	add(&record, EVENT_PACKET, NULL, "198.51.100.1", 1);
	report_build(&record, &(struct report_options){ 0 }, &report);

	assert_int_equal(report.destinations.count, 2);
	const struct report_destination *pypi = only(&report, "pypi.org");
	assert_int_equal(pypi->count, 16);
	assert_int_equal(pypi->events, 4);
	assert_int_equal(pypi->addresses.count, 2);
	assert_int_equal(pypi->first, START);
	assert_int_equal(pypi->last, START + 3500);
	// curl did less often than pip's two processes together.
	assert_int_equal(pypi->shares.count, 2);
	assert_int_equal(pypi->shares.items[0].count, 9);
	assert_int_equal(pypi->shares.items[0].processes, 2);
	assert_int_equal(pypi->shares.items[1].count, 7);
	assert_int_equal(pypi->shares.items[1].pid, 12);
	assert_int_equal(report.total[FATE_DENIED].destinations, 2);
	assert_int_equal(report.total[FATE_DENIED].packets, 17);
	assert_int_equal(report.processes.count, 3);
	assert_int_equal(report.first, START);
	assert_int_equal(report.last, START + 4500);
}

// Each difference of these makes another destination.
static void test_what_differs(void **state)
{
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	enum { CASES = 8 };
	(void)state;

	for (int i = 0; i < CASES; i++)
		add(&record, EVENT_PACKET, "a.example", "198.51.100.1", 1);
	record.events.items[1].flow.destination_port = 444;
	record.events.items[2].flow.protocol = IPPROTO_UDP;
	record.events.items[3].flow.direction = INGRESS;
	record.events.items[4].rule = 4;
	record.events.items[5].policy = 1;
	record.events.items[6].passed = true;
	record.events.items[7].layer[0] = 'R';
	record.events.items[0].flow.source_port = 1;  // makes none: there is one for each
	report_build(&record, &(struct report_options){ 0 }, &report);
	assert_int_equal(report.destinations.count, CASES);
}

static void test_widest_first(void **state)
{
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	(void)state;

	add(&record, EVENT_PACKET, "huggingface.co", "198.51.100.9", 1000);
	add(&record, EVENT_PACKET, "pypi.org", "198.51.100.1", 1);
	add(&record, EVENT_PACKET, "files.pythonhosted.org", "198.51.100.2", 5);
	struct event *time = add(&record, EVENT_PACKET, NULL, "198.51.100.3", 9);
	time->flow.protocol = IPPROTO_UDP;
	time->flow.destination_port = 123;
	add(&record, EVENT_FLOW, "s3.example", "198.51.100.4", 8)->bytes = 77;
	struct profile profile = { 0 };
	vec_push(&profile.tolerate, (struct toleration){ .destination = copy("*:123"), .reason = copy("known") });
	const struct report_options options = { .tolerations = &profile };
	report_build(&record, &options, &report);

	assert_int_equal(report.groups.count, 4);
	const struct report_group *groups = report.groups.items;
	assert_string_equal(groups[0].advice.group, "pypi");
	assert_int_equal(groups[0].destinations.count, 2);
	assert_string_equal(report.destinations.items[groups[0].destinations.items[0]].event->name,
			    "files.pythonhosted.org");
	assert_int_equal(groups[0].count, 6);
	assert_int_equal(groups[1].count, 1000);
	assert_int_equal(groups[2].fate, FATE_TOLERATED);
	assert_string_equal(report.destinations.items[groups[2].destinations.items[0]].tolerated->reason, "known");
	assert_int_equal(groups[3].fate, FATE_CARRIED);
	assert_int_equal(report.total[FATE_DENIED].destinations, 3);
	assert_int_equal(report.total[FATE_TOLERATED].packets, 9);
	assert_int_equal(report.total[FATE_CARRIED].bytes, 77);
	// What is tolerated or was carried is in no layer.
	assert_int_equal(report.layers.count, 1);
	assert_int_equal(report.layers.items[0].count, 1006);
	profile_release(&profile);
}

// A made-up address stands for a name: the packets to it tell of the name, and alone the question does.
static void test_followed(void **state)
{
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	(void)state;

	add(&record, EVENT_NAME, "a.example", NULL, 1)->stand_in = address_of("198.18.0.1");
	add(&record, EVENT_NAME, "b.example", NULL, 2)->stand_in = address_of("198.18.0.2");
	add(&record, EVENT_NAME, "a.example", NULL, 4);  // refused, once
	add(&record, EVENT_PACKET, "a.example", "198.18.0.1", 8);
	report_build(&record, &(struct report_options){ 0 }, &report);
	assert_int_equal(report.followed, 1);
	assert_int_equal(report.total[FATE_DENIED].destinations, 3);
	assert_int_equal(report.total[FATE_DENIED].questions, 6);
	assert_int_equal(report.total[FATE_DENIED].packets, 8);
}

static const char *shown(const char *text, size_t columns)
{
	static struct strbuf buf;

	strbuf_clear(&buf);
	report_add_visible(text, columns, &buf);
	return strbuf_text(&buf);
}

static void test_visible(void **state)
{
	(void)state;

	assert_string_equal(shown("a\x1b[31mb\r\n\x7f", 0), "a\\x1b[31mb\\x0d\\x0a\\x7f");
	assert_string_equal(shown("\xc2\x9b", 0), "\\x9b");
	assert_string_equal(shown("\xff\xfe", 0), "\xef\xbf\xbd\xef\xbf\xbd");
	assert_string_equal(shown("x\xe2\x80\xaey\xe2\x81\xa6", 0), "x\\u202ey\\u2066");
	assert_string_equal(shown("\xe2\x80\xaa\xe2\x81\xa9\xe2\x80\x8b\xef\xbb\xbf", 0),
			    "\\u202a\\u2069\\u200b\\ufeff");
	assert_string_equal(shown("\xf3\xa0\x81\x81", 0), "\\ue0041");
	assert_string_equal(shown("Gr\xc3\xbc\xc3\x9f"
				  "e \xe6\x97\xa5",
				  0),
			    "Gr\xc3\xbc\xc3\x9f"
			    "e \xe6\x97\xa5");
	assert_string_equal(shown("abcdef", 6), "abcdef");
	assert_string_equal(shown("abcdefg", 6), "abcde\xe2\x80\xa6");
	// An escape is shown whole or not at all.
	assert_string_equal(shown("abc\x1b"
				  "def",
				  6),
			    "abc\xe2\x80\xa6");
	assert_int_equal(report_columns("\xc3\xbc"
					"b\xe2\x80\xa6"),
			 3);
}

static const char *made(void (*add_it)(int64_t, struct strbuf *), int64_t value)
{
	static struct strbuf buf;

	strbuf_clear(&buf);
	add_it(value, &buf);
	return strbuf_text(&buf);
}

static void test_times(void **state)
{
	CLEANUP(strbuf_release) struct strbuf number = { 0 };
	(void)state;

	assert_string_equal(made(report_add_time, 0), "1970-01-01 00:00:00 UTC");
	assert_string_equal(made(report_add_time, -1), "1969-12-31 23:59:59 UTC");
	assert_string_equal(made(report_add_time, 951825599999), "2000-02-29 11:59:59 UTC");
	assert_string_equal(made(report_add_time, 1709164800000), "2024-02-29 00:00:00 UTC");
	assert_string_equal(made(report_add_time, 1795824982000), "2026-11-28 00:16:22 UTC");
	assert_string_equal(made(report_add_time, 4107542400000), "2100-03-01 00:00:00 UTC");
	assert_string_equal(made(report_add_clock, 1795824982999), "00:16:22");
	assert_string_equal(made(report_add_duration, 12345), "12.3 s");
	assert_string_equal(made(report_add_duration, 182000), "3 min 2 s");
	assert_string_equal(made(report_add_duration, 7384000), "2 h 3 min");
	assert_string_equal(made(report_add_duration, -5), "0 ms");
	assert_string_equal(made(report_add_duration, 99), "99 ms");
	report_add_number(UINT64_MAX, &number);
	report_add_count(1, " packet", &number);
	report_add_count(1000, " packet", &number);
	assert_string_equal(strbuf_text(&number), "18,446,744,073,709,551,6151  packet1,000  packets");
}

// Nothing but printable, well-formed text and line ends.
static void check_plain(const struct strbuf *text)
{
	assert_int_equal(strlen(strbuf_text(text)), text->length);
	for (const char *c = strbuf_text(text); *c;) {
		size_t length = utf8_length(c);
		assert_int_not_equal(length, 0);
		assert_true(*c == '\n' || ((unsigned char)*c >= 0x20 && *c != 0x7f));
		assert_false(length == 2 && memcmp(c, "\xc2\xa0", 2) < 0);  // C1
		assert_false(length == 3 && memcmp(c, "\xe2\x80\xa8", 3) >= 0 && memcmp(c, "\xe2\x80\xae", 3) <= 0);
		assert_false(length == 3 && memcmp(c, "\xe2\x81\xa6", 3) >= 0 && memcmp(c, "\xe2\x81\xa9", 3) <= 0);
		c += length;
	}
}

static void check_widths(const struct strbuf *text, size_t columns)
{
	for (const char *line = strbuf_text(text); *line;) {
		size_t length = strcspn(line, "\n");
		AUTO_FREE char *copied = memory_copy_bytes(line, length);
		if (report_columns(copied) > columns)
			fail_msg("%zu columns, not %zu: %s", report_columns(copied), columns, copied);
		line += length + 1;
	}
}

enum { LONG = 65536 };

// What somebody who chooses names, arguments and paths would try.
static const char *const nasty[] = {
	"</script><img src=x onerror=alert(1)>",
	"\"><svg onload=alert(1)>",
	"' onmouseover='alert(1)",
	"<!-- --><style>*{display:none}</style>",
	"\x1b]0;title\x07\x1b[2J\x1b[31m",
	"\xc2\x9b"
	"31m\xc2\x85",
	"a\xff\xc3(\xe2\x82",
	"\xe2\x80\xae"
	"gro.ipyp\xe2\x81\xa6x\xe2\x81\xa9\xe2\x80\xaa",
	"line\nvpcjail: fake line\r\nother",
	"&lt;b&gt;&#60;&amp;",
	"%s%n%d",
	"\xf0\x9f\x92\xa9\xf3\xa0\x80\xa0",
	"",
	NULL,  // 64 KiB
};
enum { NASTY = sizeof(nasty) / sizeof(nasty[0]) };

static char *nasty_text(size_t index)
{
	if (nasty[index])
		return memory_copy_text(nasty[index]);
	char *text = memory_new(LONG + 1, 1);
	for (size_t i = 0; i < LONG; i++)
		text[i] = "<\x1b&x"[i % 4];
	return text;
}

static void add_nasty(struct run_record *record, size_t index, enum event_kind kind)
{
	struct event *event = add(record, kind, NULL, "198.51.100.1", 1 + index);

	event->name = nasty_text(index);
	free(event->layer_title);
	free(event->reason);
	free(event->origin);
	event->layer_title = nasty_text(index);
	event->reason = nasty_text(index);
	event->origin = nasty_text(index);
	event->aws = nasty_text(index);
	(void)snprintf(event->layer, sizeof(event->layer), "%.31s", nasty[index] ? nasty[index] : "long");
	if (kind == EVENT_CALL) {
		event->call = nasty_text(index);
		event->error = nasty_text(index);
	}
	event->process.pid = 1 + (int)index;
	vec_push(&event->process.arguments, nasty_text(index));
	event->process.script = nasty_text(index);
}

static void hostile_record(struct run_record *record)
{
	struct record_start *start = &record->start;

	*start = (struct record_start){ .run = nasty_text(0), .at = START, .version = nasty_text(1) };
	start->profile = nasty_text(2);
	start->digest = nasty_text(3);
	start->directory = nasty_text(NASTY - 1);
	for (size_t i = 0; i < NASTY; i++) {
		vec_push(&start->command, nasty_text(i));
		for (unsigned kind = 0; kind < EVENT_KINDS; kind++)
			add_nasty(record, i, kind);
	}
	record->end = (struct record_end){ .given = true, .at = START - 5, .failure = nasty_text(4) };
}

static void test_hostile_text(void **state)
{
	static const size_t widths[] = { 1, 72, 80, 100, 200 };
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	(void)state;

	hostile_record(&record);
	report_build(&record, &(struct report_options){ 0 }, &report);
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		CLEANUP(strbuf_release) struct strbuf out = { 0 };
		report_print_text(&report, widths[i], &out);
		check_plain(&out);
		check_widths(&out, widths[i] < REPORT_NARROWEST ? REPORT_NARROWEST : widths[i]);
		assert_null(strstr(strbuf_text(&out), "\nvpcjail: fake"));
	}
}

static void json_release(json_t **json)
{
	json_decref(*json);
}

static void test_hostile_json(void **state)
{
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	bool found = false;
	(void)state;

	hostile_record(&record);
	report_build(&record, &(struct report_options){ 0 }, &report);
	report_print_json(&report, &out);
	check_plain(&out);
	CLEANUP(json_release) json_t *json = json_loads(strbuf_text(&out), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	// Nothing is lost: the turned name is there as it was.
	json_t *groups = json_object_get(json_object_get(json, "denied"), "groups");
	for (size_t i = 0; i < json_array_size(groups); i++) {
		json_t *rows = json_object_get(json_array_get(groups, i), "destinations");
		for (size_t row = 0; row < json_array_size(rows); row++) {
			const char *name = json_string_value(json_object_get(json_array_get(rows, row), "name"));
			found = found || (name && strcmp(name, nasty[7]) == 0);
		}
	}
	assert_true(found);
}

// Every "<" begins an element of the page's own, every attribute is one of these, and nothing names another place.
static const char *const elements[] = {
	"!DOCTYPE", "html",    "head", "meta",  "title",   "style", "body",  "header", "main", "section",
	"article",  "h1",      "h2",   "h3",    "p",       "dl",    "dt",    "dd",     "ul",   "li",
	"code",     "span",    "div",  "table", "caption", "thead", "tbody", "tr",     "th",   "td",
	"details",  "summary", "svg",  "desc",  "g",       "rect",  "path",  "text",   "b",
};
static const char *const attributes[] = {
	"html",  "lang",        "charset",      "http-equiv",      "content", "name",
	"class", "scope",       "role",         "aria-labelledby", "viewBox", "id",
	"x",     "y",           "width",        "height",          "rx",      "d",
	"fill",  "text-anchor", "stroke-width",
};

static bool is_among(const char *word, size_t length, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == length && strncmp(list[i], word, length) == 0)
			return true;
	return false;
}

// From behind the name of an element to its ">".
static const char *check_attributes(const char *at)
{
	for (;;) {
		at += strspn(at, " /");
		if (*at == '>')
			return at;
		size_t length = strcspn(at, "= >");
		if (!is_among(at, length, attributes, sizeof(attributes) / sizeof(attributes[0])))
			fail_msg("attribute: %.40s", at);
		at += length;
		if (*at != '=')
			continue;
		assert_int_equal(at[1], '"');
		at += 2;
		size_t value = strcspn(at, "\"<>");
		assert_int_equal(at[value], '"');
		at += value + 1;
	}
}

static void check_page(const struct strbuf *out)
{
	const char *text = strbuf_text(out);

	check_plain(out);
	for (const char *at = text; (at = strchr(at, '<'));) {
		at += 1 + (at[1] == '/');
		size_t length = strcspn(at, " />");
		if (!is_among(at, length, elements, sizeof(elements) / sizeof(elements[0])))
			fail_msg("element: %.40s", at);
		at = check_attributes(at + length);
	}
	static const char *const never[] = { "url(", "@import", "href", "src=", "<script", "http://", "javascript:" };
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		// "src=" is in what is hostile, as text.
		const char *found = strstr(text, never[i]);
		if (found && strcmp(never[i], "src=") != 0)
			fail_msg("%.60s", found);
	}
	assert_non_null(strstr(text, "content=\"default-src 'none'; style-src 'sha256-"));
}

static void test_hostile_html(void **state)
{
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	(void)state;

	hostile_record(&record);
	report_build(&record, &(struct report_options){ 0 }, &report);
	report_print_html(&report, &out);
	check_page(&out);
	assert_non_null(strstr(strbuf_text(&out), "&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;"));
	assert_non_null(strstr(strbuf_text(&out), "\\u202egro.ipyp"));
	assert_true(out.length < 2000000);
}

// However much a run was denied, a page stays a page and says what it leaves out.
static void test_many(void **state)
{
	enum { EVENTS = 3000, PAGE = 2000000 };
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	CLEANUP(strbuf_release) struct strbuf page = { 0 };
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	char name[600];
	(void)state;

	for (int i = 0; i < EVENTS; i++) {
		memset(name, '"', sizeof(name));
		(void)snprintf(name, sizeof(name), "%d", i);
		name[strlen(name)] = '"';
		name[sizeof(name) - 1] = '\0';
		struct event *event = add(&record, EVENT_PACKET, name, "198.51.100.1", 1);
		free(event->reason);
		event->reason = memory_copy_text(name);
		give_process(event, i + 1, name, NULL);
	}
	report_build(&record, &(struct report_options){ 0 }, &report);
	assert_int_equal(report.total[FATE_DENIED].destinations, EVENTS);
	report_print_html(&report, &page);
	check_page(&page);
	assert_true(page.length < PAGE);
	assert_non_null(strstr(strbuf_text(&page), "2,700 destinations more are left out here"));
	report_print_text(&report, 80, &text);
	assert_non_null(strstr(strbuf_text(&text), "and 2,975 more, which --json names"));
}

static void test_empty(void **state)
{
	CLEANUP(run_record_release) struct run_record record = { .end.given = true };
	CLEANUP(report_release) struct report report = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	(void)state;

	report_build(&record, &(struct report_options){ 0 }, &report);
	report_print_text(&report, 80, &out);
	assert_non_null(strstr(strbuf_text(&out), "nothing was denied\n"));
	strbuf_clear(&out);
	report_print_html(&report, &out);
	check_page(&out);
	assert_null(strstr(strbuf_text(&out), "<svg"));
	assert_non_null(strstr(strbuf_text(&out), "nothing was denied"));
}

static void test_gaps(void **state)
{
	static const char *const wanted[] = { "no end",        "7 denied packets", "full 1 time.", "3 events",
					      "No space left", "2 of 9 lines",     "41 bytes",     "no resolver" };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	char failure[] = "No space left on device";
	const struct run_record record = {
		.end = { .swallowed = 7, .overruns = 1, .beyond = 3, .failure = failure },
		.lines = 9,
		.broken = 2,
		.missing_bytes = 41,
	};
	(void)state;

	report_add_gaps(&(struct report){ .record = &record, .names_unseen = true }, &out);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_non_null(strstr(strbuf_text(&out), wanted[i]));
	strbuf_clear(&out);
	const struct run_record whole = { .end.given = true };
	report_add_gaps(&(struct report){ .record = &whole }, &out);
	assert_int_equal(out.length, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_destinations), cmocka_unit_test(test_what_differs),
		cmocka_unit_test(test_widest_first), cmocka_unit_test(test_followed),
		cmocka_unit_test(test_visible),      cmocka_unit_test(test_times),
		cmocka_unit_test(test_hostile_text), cmocka_unit_test(test_hostile_json),
		cmocka_unit_test(test_hostile_html), cmocka_unit_test(test_many),
		cmocka_unit_test(test_empty),        cmocka_unit_test(test_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
