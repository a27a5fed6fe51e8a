// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the HTML page of a report. Inside src/audit only.
//
// Sizes are bounded part by part: every list has a maximum, every cell is cut, so that the page is.
#ifndef VPCJAIL_AUDIT_REPORT_HTML_H
#define VPCJAIL_AUDIT_REPORT_HTML_H

#include "audit/report/report.h"

enum {
	HTML_PLACE = 80,  // columns of a cell
	HTML_REASON = 160,
	HTML_PROCESS = 60,
	HTML_GROUPS = 60,  // of the fix list
	HTML_GROUP_ROWS = 10,
	HTML_ROWS_SHOWN = 100,  // of the table of destinations, and how many it has at most
	HTML_ROWS = 300,
};

// The style sheet.
extern const char html_style[];

// Adds foreign text as text of an element or an attribute's value in quotation marks: inert (report_add_visible), cut,
// and with entities for what markup is made of.
void html_add(const char *text, size_t columns, struct strbuf *out);

// Likewise the text of a buffer, which is emptied.
void html_add_from(struct strbuf *text, size_t columns, struct strbuf *out);

// A bar for each of some equal spans of time, as high as what was denied in it.
void html_add_timeline(const struct report *report, struct strbuf *out);

// Process → layer → destination: the largest of each, the others together.
void html_add_diagram(const struct report *report, struct strbuf *out);

// What to change, group by group, and the table of all destinations of a fate.
void html_add_fixes(const struct report *report, struct strbuf *out);
void html_add_destinations(const struct report *report, enum report_fate fate, struct strbuf *out);

#endif
