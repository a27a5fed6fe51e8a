// SPDX-License-Identifier: GPL-2.0-or-later
// Prints a recorded run as VPC Flow Logs.
//
//	flow_log_print EVENTS INTERVAL [FORMAT]
#include <stdio.h>
#include <stdlib.h>

#include "audit/flow/flow_windows.h"
#include "base/cleanup.h"
#include "base/io.h"

enum { SIZE = 256 << 20 };

static void release(struct run_record *record)
{
	run_record_release(record);
}

int main(int count, char **words)
{
	CLEANUP(release) struct run_record record = { 0 };
	AUTO_STRBUF struct strbuf out = { 0 };
	AUTO_FREE char *text = NULL;
	struct flow_log_format format = flow_log_default;
	struct error err = { 0 };
	size_t length = 0;

	if (count < 3 || count > 4) {
		fprintf(stderr, "usage: flow_log_print EVENTS INTERVAL [FORMAT]\n");
		return 2;
	}
	if (io_read_file(words[1], SIZE, &text, &length, &err) < 0 ||
	    run_record_read(text, length, &record, &err) < 0 ||
	    (count == 4 && flow_log_format_parse(words[3], &format, &err) < 0)) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	flow_log_print(&record, &format, (unsigned)strtoul(words[2], NULL, 10), &out);
	fputs(strbuf_text(&out), stdout);
	return record.broken != 0;
}
