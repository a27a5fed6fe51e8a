// SPDX-License-Identifier: GPL-2.0-or-later
// A report as one HTML page: its frame, its looks and its head. See report_print.h.
//
// Theory of operation: the page has no script and loads nothing; its policy (Content-Security-Policy) allows one thing,
// the style sheet with the digest of the one below, so that markup which got in by a mistake of ours could not act
// either. Foreign text gets in through html_add alone.
#include "audit/report_html.h"

#include <stdio.h>
#include <string.h>

#include "audit/report_print.h"
#include "audit/report_words.h"
#include "base/cleanup.h"
#include "base/sha256.h"

enum { TITLE_COLUMNS = 80, COMMAND_COLUMNS = 400, DIGEST_BYTES = 32 };

static const char style[] =
    ":root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--panel:#f6f8fa;"
    "--bad:#b42318;--good:#1a7f37;--link:#8250df}\n"
    "@media(prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--soft:#9198a1;--line:#30363d;"
    "--panel:#161b22;--bad:#ff7b72;--good:#3fb950;--link:#bc8cff}}\n"
    "body{margin:0 auto;max-width:75rem;padding:1rem 1.5rem;background:var(--paper);color:var(--ink);"
    "font:15px/1.5 system-ui,sans-serif}\n"
    "h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}\n"
    "h3{font-size:1rem;margin:0 0 .25rem}p{margin:.25rem 0}code,td,.facts dd{overflow-wrap:anywhere}\n"
    "code,.place{font-family:ui-monospace,monospace;font-size:.9em}.soft{color:var(--soft)}.bad{color:var(--bad)}\n"
    ".good{color:var(--good)}.verdict{font-size:1.1rem;font-weight:600}\n"
    ".facts{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.5rem 0}.facts dt{color:var(--"
    "soft)}\n"
    ".facts dd{margin:0}article{background:var(--panel);border:1px solid var(--line);border-radius:6px;margin:.75rem 0;"
    "padding:.75rem 1rem}\n"
    ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}caption{text-align:left;"
    "color:var(--soft)}\n"
    "th,td{text-align:left;vertical-align:top;padding:.2rem .6rem .2rem 0;border-top:1px solid var(--line)}\n"
    "th.number,td.number{text-align:right;font-variant-numeric:tabular-nums}summary{cursor:pointer;padding:.3rem 0}\n"
    "svg{width:100%;height:auto;display:block}svg text{fill:var(--ink);font:11px system-ui,sans-serif}\n"
    "svg .axis{stroke:var(--line)}svg .bar{fill:var(--bad)}svg .box{fill:var(--panel);stroke:var(--line)}\n"
    "svg .flow{fill:none;stroke:var(--link);stroke-opacity:.45}svg .soft{fill:var(--soft)}\n"
    "@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#999;--panel:#fff;--bad:#900;--good:#060;"
    "--link:#639}body{max-width:none;padding:0;font-size:10pt}\n"
    "article,svg,tr{break-inside:avoid}thead{display:table-header-group}.wide{overflow:visible}h2,h3{break-after:avoid}"
    "details::details-content{content-visibility:visible;block-size:auto}}\n";

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

	sha256_text(style, strlen(style), digest);
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
	strbuf_add(out, style);
	strbuf_add(out, "</style>\n</head>\n<body>\n");
}

static void add_fact(const char *name, const char *value, struct strbuf *out)
{
	if (!value || !*value)
		return;
	strbuf_format(out, "<dt>%s</dt><dd>", name);
	html_add(value, COMMAND_COLUMNS, out);
	strbuf_add(out, "</dd>\n");
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
	report_add_command(start, COMMAND_COLUMNS, &value);
	add_fact_from("command", &value, out);
	add_fact("folder", start->directory, out);
	add_fact("mode", report_mode(start->mode), out);
	add_fact("profile", start->profile, out);
	add_fact("digest", start->digest, out);
	report_add_time(start->at, &value);
	add_fact_from("started", &value, out);
	if (end->given) {
		report_add_duration(end->at - start->at, &value);
		strbuf_format(&value, ", exit status %d", end->status);
		add_fact_from("took", &value, out);
	}
	add_fact("vpcjail", start->version, out);
	strbuf_add(out, "</dl>\n");
}

static void add_header(const struct report *report, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf total = { 0 };

	strbuf_add(out, "<header>\n<h1>Run ");
	html_add(report->record->start.run ? report->record->start.run : "?", TITLE_COLUMNS, out);
	strbuf_format(out, "</h1>\n<p class=\"verdict %s\">", report->total[FATE_DENIED].destinations ? "bad" : "good");
	report_add_total(report, FATE_DENIED, &total);
	html_add_from(&total, 0, out);
	strbuf_add(out, "</p>\n<p>");
	report_add_outcome(report, &total);
	html_add_from(&total, 0, out);
	strbuf_add(out, "</p>\n");
	add_facts(report, out);
	strbuf_add(out, "</header>\n");
}

static void add_gaps(const struct report *report, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf gaps = { 0 };

	report_add_gaps(report->record, &gaps);
	if (!gaps.length)
		return;
	strbuf_add(out, "<section>\n<h2>What is missing</h2>\n<ul>\n");
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
	if (report->total[FATE_DENIED].destinations) {
		html_add_timeline(report, out);
		html_add_diagram(report, out);
		html_add_fixes(report, out);
	}
	for (unsigned fate = 0; fate < FATES; fate++)
		html_add_destinations(report, fate, out);
	strbuf_add(out, "</main>\n</body>\n</html>\n");
}
