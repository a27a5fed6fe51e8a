// SPDX-License-Identifier: GPL-2.0-or-later
// A recorded run as VPC Flow Logs: what `report --flow-log` and `run --flow-log FILE` print.
#ifndef VPCJAIL_CMD_FLOW_LOG_H
#define VPCJAIL_CMD_FLOW_LOG_H

#include "audit/flow/flow_windows.h"
#include "cmd/command.h"
#include "cmd/result_file.h"

// Rows of struct option_row: how records are made. Understood by flow_log_text.
#define OPTIONS_FLOW_LOG                                                                                               \
	{ "format",                                                                                                    \
	  '\0',                                                                                                        \
	  "FIELDS",                                                                                                    \
	  OPTION_TEXT,                                                                                                 \
	  OPTION_OF(flow_format),                                                                                      \
	  .help = "of flow log records, as AWS writes it: '${version} ${srcaddr} …' (default: version 2)" },           \
	{                                                                                                              \
		"interval", '\0', "SECONDS", OPTION_NUMBER, OPTION_OF(flow_interval),                                  \
		    .maximum = FLOW_WINDOW_MAXIMUM, .help = "of one flow log record at most (default: 60)"             \
	}

// Appends the records. A record of a run must have been read from its file (run_record_read): the lines say when what
// happened. -EINVAL for a format that is none: before anything else is done, where record is NULL.
int flow_log_text(const struct invocation *invocation, const struct run_record *record, struct strbuf *out,
		  struct error *err);

// Of a run that has just ended, into the file. Its own record lacks when what happened: it is read from the store of
// runs, where it is there.
int flow_log_write(const struct invocation *invocation, const struct run_record *record, const struct result_file *file,
		   struct error *err);

#endif
