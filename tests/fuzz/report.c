// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: a recorded run in the three forms of a report. Nothing in the text acts on a terminal, the JSON parses,
// in the page every "<" is one of ours, and all say the same number of destinations.
#include "fuzz.h"

#include <jansson.h>
#include <string.h>

#include "audit/report/print.h"
#include "base/cleanup.h"
#include "base/utf8.h"

enum { NARROW = 80 };

// Well-formed, and without control characters but the end of a line.
static void require_plain(const struct strbuf *out)
{
	for (const char *at = strbuf_text(out); *at;) {
		size_t length = utf8_length(at);
		require(length && at + length <= out->text + out->length);
		require(*at == '\n' || (unsigned char)*at >= 0x20);
		require(*at != 0x7f && !(*at == '\xc2' && (unsigned char)at[1] < 0xa0));
		at += length;
	}
}

// Whoever gets markup in begins an element that the page has not, or an attribute that names something to load.
static void require_own_markup(const char *page)
{
	static const char *const elements[] = {
		"!DOCTYPE", "html",    "head",    "meta", "title", "style", "body",    "header", "main", "section",
		"article",  "h1",      "h2",      "h3",   "p",     "dl",    "dt",      "dd",     "ul",   "li",
		"code",     "span",    "b",       "div",  "table", "thead", "caption", "tbody",  "tr",   "th",
		"td",       "details", "summary", "svg",  "desc",  "g",     "rect",    "path",   "text",
	};

	for (const char *at = page; (at = strchr(at, '<'));) {
		at += 1 + (at[1] == '/');
		size_t length = strcspn(at, " />"), i = 0;
		while (i < sizeof(elements) / sizeof(elements[0]) &&
		       (strlen(elements[i]) != length || strncmp(elements[i], at, length) != 0))
			i++;
		require(i < sizeof(elements) / sizeof(elements[0]));
		size_t rest = strcspn(at, "<>");
		require(at[rest] == '>' && !memmem(at, rest, " on", 3) && !memmem(at, rest, "href", 4));
	}
}

static size_t number_of(const json_t *root, const char *fate)
{
	static const char *const keys[] = { "destinations", "names", "system_calls" };
	size_t sum = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		sum += (size_t)json_integer_value(json_object_get(json_object_get(root, fate), keys[i]));
	return sum;
}

static void print(const struct report *report)
{
	AUTO_STRBUF struct strbuf text = { 0 }, wide = { 0 }, json = { 0 }, page = { 0 };
	json_error_t where;

	report_print_text(report, NARROW, &text);
	report_print_text(report, 0, &wide);
	require_plain(&text);
	require_plain(&wide);
	report_print_json(report, &json);
	json_t *root = json_loadb(json.text, json.length, JSON_REJECT_DUPLICATES, &where);
	require(root);
	require(number_of(root, "denied") == report->total[FATE_DENIED].destinations);
	require(number_of(root, "carried") == report->total[FATE_CARRIED].destinations);
	json_decref(root);
	report_print_html(report, &page);
	require_plain(&page);
	require_own_markup(page.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(run_record_release) struct run_record record = { 0 };
	CLEANUP(report_release) struct report report = { 0 };
	const struct report_options options = { 0 };
	struct error err = { 0 };

	if (run_record_read((const char *)data, size, &record, &err) < 0)
		return 0;
	report_build(&record, &options, &report);
	require(report.destinations.count <= record.events.count);
	print(&report);
	return 0;
}
