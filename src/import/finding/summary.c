// SPDX-License-Identifier: GPL-2.0-or-later
// What a job can reach, for people: the assembly in about ten lines, and the findings.
#include "base/cleanup.h"
#include "import/finding/summary_parts.h"

static void line_begin(struct strbuf *out, const char *title)
{
	strbuf_format(out, "%-17s", title);
}

void add_foreign(struct strbuf *out, const char *text)
{
	AUTO_STRBUF struct strbuf cut = { 0 };

	text_add_short(&cut, text);
	strbuf_add_safe(out, strbuf_text(&cut));
}

static void add_thing(struct strbuf *out, const struct aws_thing *thing)
{
	AUTO_FREE char *title = thing_title(thing);

	strbuf_add_safe(out, title);
}

static void add_blocks(struct strbuf *out, const prefix_vec *blocks)
{
	char text[PREFIX_TEXT_SIZE];

	vec_for_each (block, blocks) {
		strbuf_add(out, block == blocks->items ? " " : ", ");
		strbuf_add(out, prefix_print(block, text));
	}
}

static void print_place(const struct assembly *assembly, struct strbuf *out)
{
	line_begin(out, "subnet");
	if (!assembly->subnet) {
		strbuf_add(out, "none: the job has no VPC\n");
		return;
	}
	add_thing(out, &assembly->subnet->thing);
	add_blocks(out, &assembly->subnet->blocks);
	if (assembly->subnet->zone) {
		strbuf_add(out, ", ");
		add_foreign(out, assembly->subnet->zone);
	}
	strbuf_add(out, "; VPC ");
	if (assembly->vpc)
		add_thing(out, &assembly->vpc->thing);
	else
		add_foreign(out, assembly->subnet->vpc ? assembly->subnet->vpc : "not known");
	add_blocks(out, &assembly->cidrs);
	if (assembly->selection->region) {
		strbuf_add(out, ", ");
		add_foreign(out, assembly->selection->region);
	}
	strbuf_add_char(out, '\n');
}

static void print_groups(const struct assembly *assembly, struct strbuf *out)
{
	line_begin(out, "security groups");
	vec_for_each (group, &assembly->groups) {
		strbuf_add(out, group == assembly->groups.items ? "" : ", ");
		add_thing(out, &group->group->thing);
	}
	strbuf_add(out, assembly->groups.count ? "\n" : "none\n");
}

static void print_job(const struct assembly *assembly, struct strbuf *out)
{
	const struct aws_job *job = assembly->selection->job;

	line_begin(out, "job");
	if (job) {
		add_foreign(out, job->thing.id);
		if (job->hosts)
			strbuf_format(out, ", %u host%s", job->hosts, job->hosts == 1 ? "" : "s");
		else
			strbuf_add(out, ", its number of hosts is not said");
		if (job->instance_type) {
			strbuf_add_char(out, ' ');
			add_foreign(out, job->instance_type);
		}
		strbuf_add(out, "; ");
	}
	strbuf_format(out, "network isolation %s; encryption between containers %s\n",
		      assembly->isolated ? "on" : "off", assembly->encrypted ? "on" : "off");
}

static void print_parts(const struct summary *summary, struct strbuf *out)
{
	vec_for_each (part, &summary->parts) {
		line_begin(out, part->title);
		if (part->what) {
			strbuf_add(out, part->what);
			strbuf_add(out, ": ");
		}
		part_describe(part, out);
		if (part->unreached)
			strbuf_format(out, "; not reached: %s", part->unreached);
		strbuf_add_char(out, '\n');
	}
}

static void print_names(const struct profile *profile, struct strbuf *out)
{
	char text[ADDRESS_TEXT_SIZE];

	line_begin(out, "names");
	if (profile->network.isolation == ISOLATION_FULL) {
		strbuf_add(out, "none but the job's own hosts\n");
		return;
	}
	switch (profile->vpc.dns) {
	case DNS_NONE:
		strbuf_add(out, "none (dns: none)");
		break;
	case DNS_ENDPOINTS:
		strbuf_add(out, "those of endpoints and hosts (dns: endpoints)");
		break;
	case DNS_RESOLVER:
		strbuf_add(out, "all, by the resolver (dns: resolver): a way out that no group filters");
		break;
	}
	if (profile->vpc.resolver.address.family != FAMILY_NONE)
		strbuf_format(out, "; resolver %s", address_print(&profile->vpc.resolver.address, text));
	strbuf_add_char(out, '\n');
}

const char *finding_weight_word(enum finding_weight weight)
{
	switch (weight) {
	case FINDING_PROBLEM:
		return "problem";
	case FINDING_WARNING:
		return "warning";
	case FINDING_NOTE:
		return "note";
	}
	return "note";
}

static void print_finding(const struct finding *finding, struct strbuf *out)
{
	const char *remedy = finding->remedy_text ? finding->remedy_text : finding->remedy;

	strbuf_format(out, "%s: %s [%s]", finding_weight_word(finding->weight), finding->text, finding->code);
	if (finding->at.line) {
		strbuf_add(out, " at ");
		strbuf_add_safe(out, finding->at.file ? finding->at.file : "input");
		strbuf_format(out, ":%u:%u", finding->at.line, finding->at.column);
	}
	strbuf_add_char(out, '\n');
	if (remedy)
		strbuf_format(out, "    %s\n", remedy);
}

static void print_counts(const finding_vec *findings, struct strbuf *out)
{
	size_t counts[FINDING_NOTE + 1] = { 0 };

	vec_for_each (finding, findings)
		counts[finding->weight]++;
	for (enum finding_weight weight = FINDING_PROBLEM; weight <= FINDING_NOTE; weight++)
		strbuf_format(out, "%s%zu %s%s", weight ? ", " : "", counts[weight], finding_weight_word(weight),
			      counts[weight] == 1 ? "" : "s");
	strbuf_add_char(out, '\n');
}

void summary_print(const struct assembly *assembly, const struct profile *profile, const finding_vec *findings,
		   struct strbuf *out)
{
	CLEANUP(summary_release) struct summary summary = { 0 };

	print_place(assembly, out);
	print_groups(assembly, out);
	print_job(assembly, out);
	summary_make(profile, &summary);
	if (summary.error.message[0])
		strbuf_format(out, "%-17s%s\n", "reach", summary.error.message);
	print_parts(&summary, out);
	print_names(profile, out);
	vec_for_each (finding, findings)
		print_finding(finding, out);
	print_counts(findings, out);
}
