// SPDX-License-Identifier: GPL-2.0-or-later
// The forms of a report: text for a terminal, one JSON document, one HTML page. All of them pure and inert whatever the
// record holds.
#ifndef VPCJAIL_AUDIT_REPORT_PRINT_H
#define VPCJAIL_AUDIT_REPORT_PRINT_H

#include "audit/report/report.h"

// Made for that many columns, at least REPORT_NARROWEST; 0: as wide as the longest name needs.
enum { REPORT_NARROWEST = 72, REPORT_USUAL = 80 };

void report_print_text(const struct report *report, size_t columns, struct strbuf *out);

// One document, described in vpcjail(1): everything, however much it is.
void report_print_json(const struct report *report, struct strbuf *out);

// One self-contained page without scripts: at most about 2 MB, whatever the record holds; it says what it leaves out.
void report_print_html(const struct report *report, struct strbuf *out);

#endif
