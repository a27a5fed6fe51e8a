// SPDX-License-Identifier: GPL-2.0-or-later
// What to change, and every destination: the lists of the page. See html.h.
#include <stdlib.h>
#include <string.h>

#include "audit/report/html.h"
#include "audit/report/words.h"
#include "base/cleanup.h"

static void add_labelled(const char *label, const char *text, struct strbuf *out)
{
	if (!text)
		return;
	strbuf_format(out, "<div><dt>%s</dt> <dd><code>", label);
	html_add(text, 0, out);
	strbuf_add(out, "</code></dd></div>\n");
}

// The hint's sentence, of which what stands before the colon is the name of the thing.
static void add_title(const char *what, struct strbuf *out)
{
	const char *colon = what ? strstr(what, ": ") : NULL;
	AUTO_FREE char *name =
	    memory_copy_bytes(what ? what : "?", colon ? (size_t)(colon - what) : strlen(what ? what : "?"));

	strbuf_add(out, "<h3>");
	html_add(name, 0, out);
	if (colon) {
		strbuf_add(out, "<span>");
		html_add(colon, 0, out);
		strbuf_add(out, "</span>");
	}
	strbuf_add(out, "</h3>\n");
}

static void add_advice(const struct hint_advice *advice, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf endpoint = { 0 };

	if (advice->fix) {
		strbuf_add(out, "<p>");
		html_add(advice->fix, 0, out);
		strbuf_add(out, "</p>\n");
	}
	if (advice->endpoint)
		strbuf_format(&endpoint, "%s (%s)", advice->endpoint, advice->endpoint_type);
	strbuf_add(out, "<dl class=\"do\">\n");
	add_labelled("set", advice->settings, out);
	add_labelled("endpoint", endpoint.length ? strbuf_text(&endpoint) : NULL, out);
	add_labelled("bring along", advice->channel, out);
	add_labelled("key of the profile", advice->key, out);
	strbuf_add(out, "</dl>\n");
}

static void add_more(size_t left, const char *noun, const struct report *report, struct strbuf *out)
{
	if (!left)
		return;
	strbuf_add(out, "<p class=\"soft\">");
	report_add_count(left, noun, out);
	strbuf_add(out, left == 1 ? " more is left out here; <code>vpcjail report "
				  : " more are left out here; <code>vpcjail report ");
	html_add(report->record->start.run ? report->record->start.run : "RUN", HTML_PLACE, out);
	strbuf_add(out, " --json</code> has all.</p>\n");
}

static void add_group_row(const struct report *report, const struct report_destination *destination, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf cell = { 0 };

	strbuf_add(out, "<li><span class=\"place\">");
	report_add_short_place(destination, &cell);
	html_add_from(&cell, HTML_PLACE, out);
	report_add_port(destination->event, &cell);
	if (strcmp(strbuf_text(&cell), "-") != 0) {
		strbuf_add(out, " ");
		html_add(strbuf_text(&cell), HTML_PLACE, out);
	}
	strbuf_clear(&cell);
	strbuf_add(out, "</span> <span class=\"small soft\">by ");
	report_add_processes(report, destination, &cell);
	html_add_from(&cell, HTML_PROCESS, out);
	strbuf_add(out, ", ");
	report_add_number(destination->count, out);
	strbuf_add(out, "×</span></li>\n");
}

static void add_group(const struct report *report, const struct report_group *group, struct strbuf *out)
{
	size_t count = group->destinations.count, shown = count < HTML_GROUP_ROWS ? count : HTML_GROUP_ROWS;

	strbuf_add(out, "<article>\n");
	add_title(group->advice.what, out);
	add_advice(&group->advice, out);
	strbuf_add(out, "<ul class=\"rows\">\n");
	for (size_t i = 0; i < shown; i++)
		add_group_row(report, &report->destinations.items[group->destinations.items[i]], out);
	strbuf_add(out, "</ul>\n");
	add_more(count - shown, "destination", report, out);
	if (group->advice.source) {
		strbuf_add(out, "<p class=\"small soft\">source: ");
		html_add(group->advice.source, 0, out);
		strbuf_add(out, "</p>\n");
	}
	strbuf_add(out, "</article>\n");
}

void html_add_fixes(const struct report *report, struct strbuf *out)
{
	size_t groups = 0;

	strbuf_add(out, "<section>\n<h2>What to change</h2>\n<div class=\"cards\">\n");
	vec_for_each (group, &report->groups)
		if (group->fate == FATE_DENIED && groups++ < HTML_GROUPS)
			add_group(report, group, out);
	strbuf_add(out, "</div>\n");
	add_more(groups > HTML_GROUPS ? groups - HTML_GROUPS : 0, "group", report, out);
	strbuf_add(out, "</section>\n");
}

static void add_cell(struct strbuf *cell, size_t columns, const char *class, struct strbuf *out)
{
	strbuf_format(out, "<td%s%s%s>", class ? " class=\"" : "", class ? class : "", class ? "\"" : "");
	html_add_from(cell, columns, out);
	strbuf_add(out, "</td>");
}

static void add_carried_cells(const struct report_destination *destination, struct strbuf *out)
{
	const uint64_t numbers[] = { destination->count, destination->bytes, destination->reply_packets,
				     destination->reply_bytes };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		strbuf_add(out, "<td class=\"number\">");
		report_add_number(numbers[i], out);
		strbuf_add(out, "</td>");
	}
}

static void add_denied_cells(const struct report_destination *destination, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf cell = { 0 };

	report_add_rule(destination->event, &cell);
	add_cell(&cell, HTML_PROCESS, "by", out);
	if (destination->tolerated && destination->tolerated->reason)
		strbuf_format(&cell, "tolerated: %s; ", destination->tolerated->reason);
	report_add_reason(destination->event, &cell);
	add_cell(&cell, HTML_REASON, "why", out);
	report_add_number(destination->count, &cell);
	add_cell(&cell, 0, "number", out);
	report_add_clock(destination->first, &cell);
	add_cell(&cell, 0, "number", out);
	report_add_clock(destination->last, &cell);
	add_cell(&cell, 0, "number", out);
}

static void add_row(const struct report *report, const struct report_destination *destination, struct strbuf *out)
{
	CLEANUP(strbuf_release) struct strbuf cell = { 0 };

	strbuf_add(out, "<tr><th scope=\"row\" class=\"place\">");
	report_add_place(destination, &cell);
	html_add_from(&cell, HTML_PLACE, out);
	strbuf_add(out, "</th>");
	report_add_port(destination->event, &cell);
	add_cell(&cell, HTML_PLACE, "port", out);
	report_add_processes(report, destination, &cell);
	add_cell(&cell, HTML_PROCESS, "by", out);
	if (destination->event->kind == EVENT_FLOW)
		add_carried_cells(destination, out);
	else
		add_denied_cells(destination, out);
	strbuf_add(out, "</tr>\n");
}

static void add_table_head(enum report_fate fate, const char *caption, struct strbuf *out)
{
	strbuf_format(
	    out,
	    "<div class=\"wide\"><table>\n<caption>%s</caption>\n<thead><tr><th scope=\"col\">Destination</th>"
	    "<th scope=\"col\">Port</th><th scope=\"col\">Process</th>",
	    caption);
	if (fate == FATE_CARRIED)
		strbuf_add(out,
			   "<th scope=\"col\" class=\"number\">Packets</th><th scope=\"col\" class=\"number\">Bytes"
			   "</th><th scope=\"col\" class=\"number\">Packets back</th>"
			   "<th scope=\"col\" class=\"number\">Bytes back</th>");
	else
		strbuf_add(out, "<th scope=\"col\">Denied by</th><th scope=\"col\">Why</th>"
				"<th scope=\"col\" class=\"number\">Count</th><th scope=\"col\" class=\"number\">First"
				"</th><th scope=\"col\" class=\"number\">Last</th>");
	strbuf_add(out, "</tr></thead>\n<tbody>\n");
}

static int by_count(const void *left, const void *right)
{
	const struct report_destination *a = *(const struct report_destination *const *)left,
					*b = *(const struct report_destination *const *)right;

	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return (a > b) - (a < b);
}

typedef VEC(const struct report_destination *) destination_list;

static void add_rows(const struct report *report, enum report_fate fate, const destination_list *list, size_t from,
		     size_t to, struct strbuf *out)
{
	add_table_head(fate, from ? "the others" : "the largest first", out);
	for (size_t i = from; i < to; i++)
		add_row(report, list->items[i], out);
	strbuf_add(out, "</tbody></table></div>\n");
}

static void add_list(const struct report *report, enum report_fate fate, const destination_list *list,
		     struct strbuf *out)
{
	size_t all = list->count < HTML_ROWS ? list->count : HTML_ROWS;
	size_t shown = all < HTML_ROWS_SHOWN ? all : HTML_ROWS_SHOWN;

	add_rows(report, fate, list, 0, shown, out);
	if (all > shown) {
		strbuf_add(out, "<details><summary>");
		report_add_number(all - shown, out);
		strbuf_add(out, " more</summary>\n");
		add_rows(report, fate, list, shown, all, out);
		strbuf_add(out, "</details>\n");
	}
	add_more(list->count - all, "destination", report, out);
}

void html_add_destinations(const struct report *report, enum report_fate fate, struct strbuf *out)
{
	static const char *const headings[FATES] = { "All destinations that were denied", "Tolerated",
						     "What was carried" };
	CLEANUP(strbuf_release) struct strbuf total = { 0 };
	destination_list list = { 0 };

	vec_for_each (group, &report->groups)
		if (group->fate == fate)
			vec_for_each (index, &group->destinations)
				vec_push(&list, &report->destinations.items[*index]);
	if (!list.count)
		return;
	qsort(list.items, list.count, sizeof(*list.items), by_count);
	strbuf_format(out, "<section>\n<h2>%s</h2>\n<p>", headings[fate]);
	report_add_total(report, fate, &total);
	html_add_from(&total, 0, out);
	strbuf_add(out, "</p>\n");
	add_list(report, fate, &list, out);
	strbuf_add(out, "</section>\n");
	vec_release(&list);
}
