// SPDX-License-Identifier: GPL-2.0-or-later
// The second half of report_build: what destinations add up to, and their order. Inside src/audit only.
#ifndef VPCJAIL_AUDIT_REPORT_SUM_H
#define VPCJAIL_AUDIT_REPORT_SUM_H

#include "audit/report/report.h"

// Fills in totals, layers and times, and orders groups and their destinations: the widest first.
void report_sum(struct report *report);

// What people call one destination, whichever process wanted it and whichever rule it met: 0 for the same.
int report_place_compare(const struct event *one, const struct event *other);

#endif
