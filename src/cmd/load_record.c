// SPDX-License-Identifier: GPL-2.0-or-later
// The record of a run from its file: see load_record.h.
#include "cmd/load_record.h"

#include "base/cleanup.h"
#include "base/io.h"

// A record is as long as its run had distinct events, which are limited.
enum { RECORD_MAXIMUM = 1 << 30 };

int load_record(const char *path, struct run_record *record, struct error *err)
{
	AUTO_FREE char *text = NULL;
	size_t length = 0;
	int result = io_read_file(path, RECORD_MAXIMUM, &text, &length, err);

	if (result == 0 && (result = run_record_read(text, length, record, err)) < 0)
		error_prefix(err, "%s", path);
	return result;
}
