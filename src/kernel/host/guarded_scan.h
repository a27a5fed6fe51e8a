// SPDX-License-Identifier: GPL-2.0-or-later
// Which rows of the tables of guarded files name something in a folder. Private to src/kernel.
#ifndef VPCJAIL_KERNEL_HOST_GUARDED_SCAN_H
#define VPCJAIL_KERNEL_HOST_GUARDED_SCAN_H

#include <stdbool.h>

#include "plan/guarded.h"
#include "plan/launch_plan.h"

enum guarded_found {
	FOUND_NOTHING,
	FOUND_FOLDER,
	FOUND_FILE,  // and no symbolic link on the way, as above
	FOUND_NAME,  // of unknown kind, or by way of a symbolic link
};

// The rows that were looked for, and which of them were found.
struct guarded_scan {
	const struct guarded_row **rows;
	enum guarded_found *found;
	unsigned links;  // on the way to where the scan is
	size_t count;
	const struct identity *who;  // whose ids do where root's do not; NULL: nobody's
};

// Looks for the rows of base in folder: those of later_rows, and credential_rows where `covers`. Rows with `*` are not
// looked for. Zeroed is empty; release it.
void guarded_scan(struct guarded_scan *scan, enum guarded_base base, bool covers, const char *folder);
void guarded_scan_release(struct guarded_scan *scan);

#endif
