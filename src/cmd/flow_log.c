// SPDX-License-Identifier: GPL-2.0-or-later
// Flow logs on the command line: see flow_log.h.
#include "cmd/flow_log.h"

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
