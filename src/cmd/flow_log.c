// SPDX-License-Identifier: GPL-2.0-or-later
// Flow logs on the command line: see flow_log.h.
#include "cmd/flow_log.h"

#include "base/cleanup.h"
#include "cmd/load_record.h"
#include "kernel/record/runs.h"

int flow_log_text(const struct invocation *invocation, const struct run_record *record, struct strbuf *out,
		  struct error *err)
{
	struct flow_log_format format = flow_log_default;

	if (invocation->flow_format && flow_log_format_parse(invocation->flow_format, &format, err) < 0)
		return error_prefix(err, "--format");
	if (record)
		flow_log_print(record, &format, invocation->flow_interval ? invocation->flow_interval : FLOW_WINDOW,
			       out);
	return 0;
}

int flow_log_write(const struct invocation *invocation, const struct run_record *record, const struct result_file *file,
		   struct error *err)
{
	CLEANUP(run_record_release) struct run_record read = { 0 };
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	AUTO_FREE char *events = NULL;
	AUTO_FREE char *profile = NULL;
	struct error ignored;
	const char *run = record->start.run;

	if (file->fd < 0)
		return 0;
	if (run && *run && runs_paths(run, &events, &profile, &ignored) == 0 &&
	    load_record(events, &read, &ignored) == 0)
		record = &read;
	if (flow_log_text(invocation, record, &text, err) < 0)
		return err->code;
	return result_file_write(file, &text, err);
}
