// SPDX-License-Identifier: GPL-2.0-or-later
// A report as one HTML page: its frame and its head. See print.h.
//
// Theory of operation: the page has no script and loads nothing; its policy (Content-Security-Policy) allows one thing,
// the style sheet with the digest of ours, so that markup which got in by a mistake of ours could not act
// either. Foreign text gets in through html_add alone.
#include "audit/report/html.h"

#include <stdio.h>
#include <string.h>

#include "audit/report/print.h"
#include "audit/report/words.h"
#include "base/cleanup.h"
#include "base/sha256.h"

enum { TITLE_COLUMNS = 80, COMMAND_COLUMNS = 400, DIGEST_BYTES = 32 };

void html_add(const char *text, size_t columns, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf visible = { 0 };

	report_add_visible(text, columns, &visible);
	for (const char *c = strbuf_text(&visible); *c; c++) {
		switch (*c) {
		case '&':
			strbuf_add(out, "&amp;");
			break;
		case '<':
			strbuf_add(out, "&lt;");
			break;
		case '>':
			strbuf_add(out, "&gt;");
			break;
		case '"':
			strbuf_add(out, "&quot;");
			break;
		case '\'':
			strbuf_add(out, "&#39;");
			break;
		default:
			strbuf_add_char(out, *c);
		}
	}
}

void html_add_from(struct strbuf *text, size_t columns, struct strbuf *out)
{
	html_add(strbuf_text(text), columns, out);
	strbuf_clear(text);
}

// "sha256-" and the digest in base 64 (RFC 4648), as a policy names a style sheet.
static void add_style_source(struct strbuf *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char digest[SHA256_TEXT_SIZE];
	unsigned char bytes[DIGEST_BYTES + 1] = { 0 };

	sha256_text(html_style, strlen(html_style), digest);
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		unsigned byte = 0;
		(void)sscanf(digest + 2 * i, "%2x", &byte);
		bytes[i] = (unsigned char)byte;
	}
	strbuf_add(out, "sha256-");
	for (size_t i = 0; i < DIGEST_BYTES; i += 3) {
		unsigned group = (unsigned)bytes[i] << 16 | (unsigned)bytes[i + 1] << 8;
		group |= i + 2 < DIGEST_BYTES ? bytes[i + 2] : 0;
		strbuf_add_char(out, letters[group >> 18]);
		strbuf_add_char(out, letters[group >> 12 & 63]);
		strbuf_add_char(out, letters[group >> 6 & 63]);
		strbuf_add_char(out, i + 2 < DIGEST_BYTES ? letters[group & 63] : '=');
	}
}

static void add_document_head(const struct record_start *start, struct strbuf *out)
{
	strbuf_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '");
	add_style_source(out);
	strbuf_add(out, "'; base-uri 'none'; form-action 'none'\">\n"
			"<meta name=\"referrer\" content=\"no-referrer\">\n"
			"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n<title>vpcjail report: ");
	html_add(start->run ? start->run : "?", TITLE_COLUMNS, out);
	strbuf_add(out, "</title>\n<style>");
	strbuf_add(out, html_style);
	strbuf_add(out, "</style>\n</head>\n<body>\n");
}

static void add_fact(const char *name, const char *value, struct strbuf *out)
{
	if (!value || !*value)
		return;
	strbuf_format(out, "<div><dt>%s</dt> <dd>", name);
	html_add(value, COMMAND_COLUMNS, out);
	strbuf_add(out, "</dd></div>\n");
}

static void add_fact_from(const char *name, struct strbuf *value, struct strbuf *out)
{
	add_fact(name, strbuf_text(value), out);
	strbuf_clear(value);
}

static void add_facts(const struct report *report, struct strbuf *out)
{
	const struct record_start *start = &report->record->start;
	const struct record_end *end = &report->record->end;
	CLEANUP(strbuf_release) struct strbuf value = { 0 };

	strbuf_add(out, "<dl class=\"facts\">\n");
	add_fact("mode", report_mode(start->mode), out);
	add_fact("profile", start->profile, out);
	report_add_time(start->at, &value);
	add_fact_from("started", &value, out);
	if (end->given) {
		report_add_duration(end->at - start->at, &value);
		add_fact_from("took", &value, out);
		strbuf_format(&value, "%d", end->status);
		add_fact_from("exit status", &value, out);
	}
	add_fact("folder", start->directory, out);
	add_fact("vpcjail", start->version, out);
	add_fact("digest of the profile", start->digest, out);
	strbuf_add(out, "</dl>\n");
}

static void add_outcome(const struct outcome *outcome, enum combination combination, struct strbuf *out)
{
	static const struct {
		const char *class, *words;
	} verdicts[OUTCOME_VERDICTS] = {
		[OUTCOME_PASSES] = { "good", "passes" },
		[OUTCOME_FAILS] = { "bad", "would fail" },
		[OUTCOME_UNKNOWN] = { "soft", "not known" },
	};

	strbuf_format(out, "<li><span class=\"soft\">%s</span> <b class=\"%s\">%s</b>", combination_title(combination),
		      verdicts[outcome->verdict].class, verdicts[outcome->verdict].words);
	if (outcome->causes.count) {
		strbuf_add(out, " <span>");
		html_add(outcome->causes.items[0].destination, HTML_PLACE, out);
		strbuf_add(out, " is not reached");
		if (outcome->causes.count > 1) {
			strbuf_add(out, ", nor ");
			report_add_count(outcome->causes.count - 1, "other", out);
		}
		strbuf_add(out, "</span>");
	} else if (outcome->unknown) {
		strbuf_add(out, " <span>");
		html_add(outcome->unknown, HTML_REASON, out);
		strbuf_add(out, "</span>");
	}
	strbuf_add(out, "</li>\n");
}

static void add_outcomes(const struct outcomes *outcomes, struct strbuf *out)
{
	if (!outcomes)
		return;
	strbuf_add(out, "<section>\n<h2>In the cloud</h2>\n<ul class=\"outcomes\">\n");
	for (unsigned i = 0; i < COMBINATIONS; i++)
		add_outcome(&outcomes->of[i], i, out);
	strbuf_add(out, "</ul>\n</section>\n");
}

static void add_header(const struct report *report, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	strbuf_add(out, "<header>\n<h1>Run ");
	html_add(report->record->start.run ? report->record->start.run : "?", TITLE_COLUMNS, out);
	strbuf_format(out, "</h1>\n<p class=\"verdict %s\">", report->total[FATE_DENIED].destinations ? "bad" : "good");
	report_add_total(report, FATE_DENIED, &line);
	html_add_from(&line, 0, out);
	strbuf_add(out, "</p>\n<p><code>");
	report_add_command(&report->record->start, COMMAND_COLUMNS, &line);
	html_add_from(&line, 0, out);
	strbuf_add(out, "</code></p>\n");
	add_facts(report, out);
	strbuf_add(out, "</header>\n");
}

static void add_gaps(const struct report *report, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf gaps = { 0 };

	report_add_gaps(report, &gaps);
	if (!gaps.length)
		return;
	strbuf_add(out, "<section class=\"gaps\">\n<h2>What is missing</h2>\n<ul>\n");
	for (const char *line = gaps.text; *line;) {
		size_t length = strcspn(line, "\n");
		AUTO_FREE char *copy = memory_copy_bytes(line, length);
		strbuf_add(out, "<li>");
		html_add(copy, COMMAND_COLUMNS, out);
		strbuf_add(out, "</li>\n");
		line += length + 1;
	}
	strbuf_add(out, "</ul>\n</section>\n");
}

void report_print_html(const struct report *report, struct strbuf *out)
{
	add_document_head(&report->record->start, out);
	add_header(report, out);
	strbuf_add(out, "<main>\n");
	add_gaps(report, out);
	add_outcomes(report->outcomes, out);
	if (report->total[FATE_DENIED].destinations) {
		html_add_fixes(report, out);
		html_add_diagram(report, out);
		html_add_timeline(report, out);
	}
	for (unsigned fate = 0; fate < FATES; fate++)
		html_add_destinations(report, fate, out);
	strbuf_add(out, "</main>\n</body>\n</html>\n");
}
