// SPDX-License-Identifier: GPL-2.0-or-later
// A record in one of the forms of a report: for `vpcjail report`, and for the end of an audit.
#ifndef VPCJAIL_CMD_REPORT_SHOW_H
#define VPCJAIL_CMD_REPORT_SHOW_H

#include "audit/report/report.h"
#include "profile/profile.h"

enum report_form { SHOW_TEXT, SHOW_JSON, SHOW_HTML };

// What a report is made of, all borrowed.
struct report_sources {
	const struct run_record *record;
	const struct profile *profile;      // that the run was under; NULL: not known
	const struct profile *tolerations;  // whose `tolerate` counts; NULL: none
};

// Adds the form to out; text is made as wide as the terminal that fd is (COLUMNS before that), or as it needs where fd
// is none. Returns how many destinations were denied and are not tolerated.
size_t report_show(const struct report_sources *sources, enum report_form form, int fd, struct strbuf *out);

// The number alone; profile: that the run was under, or NULL.
size_t report_denied(const struct run_record *record, const struct profile *profile);

// The end of an audit: the text on standard error. Returns likewise.
size_t report_print_audit(const struct report_sources *sources);

#endif
