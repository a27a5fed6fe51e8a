// SPDX-License-Identifier: GPL-2.0-or-later
// What is said after a job of which something was denied: see breadcrumb.h.
#include "cmd/breadcrumb.h"

#include <inttypes.h>

#include "base/cleanup.h"
#include "cmd/output.h"
#include "nft/ruleset.h"

// In the words of the policy that denied it: the launch's, or one that took its place.
static const char *reason_of(const struct denial *denial, const struct launch_result *result,
			     const struct policy *policy)
{
	const struct policy *denied_by = denial->policy && denial->policy <= result->exchanged.count
					     ? &result->exchanged.items[denial->policy - 1]
					     : policy;
	const struct policy_rule *rule = policy_find(denied_by, denial->layer, denial->rule, NULL);
	const char *wall = ruleset_wall_reason(denial->rule);

	return rule ? rule->reason : wall ? wall : "denied";
}

static void add_first(const struct denial *denial, const char *reason, struct strbuf *line)
{
	char flow[FLOW_TEXT_SIZE];

	strbuf_format(line, "first: %s", flow_print(&denial->flow, flow));
	if (denial->flow.direction == INGRESS)
		strbuf_add(line, ", inbound");
	strbuf_add(line, ", ");
	strbuf_add_safe(line, reason);
	strbuf_add(line, " (");
	strbuf_add_safe(line, denial->layer);
	strbuf_format(line, " rule %u)", denial->rule);
}

static void add_names(const struct launch_result *result, struct strbuf *line)
{
	size_t count = result->names_refused.count;

	if (!count)
		return;
	strbuf_format(line, "%s%zu%s name%s refused; first: ", line->length ? "; " : "", count,
		      result->names_refused_beyond ? " and more" : "", count == 1 ? "" : "s");
	strbuf_add_safe(line, result->names_refused.items[0].name);
}

void breadcrumb_format(const struct launch_result *result, const struct policy *policy, struct strbuf *line)
{
	size_t count = result->denials.count;

	if (count) {
		strbuf_format(line, "%zu destination%s denied; ", count, count == 1 ? "" : "s");
		add_first(&result->denials.items[0], reason_of(&result->denials.items[0], result, policy), line);
	}
	if (result->denials_beyond)
		strbuf_format(line, "%s%" PRIu64 " more denials could not be recorded", count ? "; " : "",
			      result->denials_beyond);
	add_names(result, line);
}

static void print_block(const struct host_block *block)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	strbuf_add(&line, "this host's own firewall stopped packets of the job: table ");
	strbuf_format(&line, "%s ", block->family);
	strbuf_add_safe(&line, block->table);
	strbuf_add(&line, ", chain ");
	strbuf_add_safe(&line, block->chain);
	if (block->rule)
		strbuf_format(&line, ", rule with handle %" PRIu64, block->rule);
	else
		strbuf_add(&line, ", by its policy");
	strbuf_format(&line, "; let it pass what comes from and goes to \"%s*\" (nft -a list chain %s ",
		      RULESET_HOST_LINKS, block->family);
	strbuf_add_safe(&line, block->table);
	strbuf_add_char(&line, ' ');
	strbuf_add_safe(&line, block->chain);
	strbuf_add(&line, " shows it)");
	output_message("%s", strbuf_text(&line));
}

void breadcrumb_print(const struct launch_result *result, const struct policy *policy)
{
	CLEANUP(strbuf_release) struct strbuf line = { 0 };

	breadcrumb_format(result, policy, &line);
	if (line.length)
		output_message("%s", strbuf_text(&line));
	vec_for_each (block, &result->blocks)
		print_block(block);
}

void breadcrumb_print_forwarded(const struct launch_result *result)
{
	vec_for_each (row, &result->forwarded)
		output_message("forwarded %u: %" PRIu64 " connection%s", row->port, row->connections,
			       row->connections == 1 ? "" : "s");
}
