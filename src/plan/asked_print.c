// SPDX-License-Identifier: GPL-2.0-or-later
// Answers as text: the verdict, each layer in order, what would change it, what a program sees.
#include "base/cleanup.h"
#include "plan/asked.h"

enum { HEADING_WIDTH = 12 };

static void add_heading(struct strbuf *out, const char *heading)
{
	strbuf_format(out, "  %-*s ", HEADING_WIDTH, heading);
}

static void add_sentence(struct strbuf *out, const char *heading, const char *text)
{
	if (!text)
		return;
	add_heading(out, heading);
	strbuf_add_safe(out, text);
	strbuf_add_char(out, '\n');
}

// "…  [sagemaker.yaml:20:16]", without the brackets where nothing was written.
static void add_rule(struct strbuf *out, const struct policy_rule *rule)
{
	strbuf_format(out, "rule %u: ", rule->number);
	strbuf_add_safe(out, rule->reason);
	strbuf_add(out, " [");
	strbuf_add_safe(out, rule->origin);
	strbuf_add(out, "]\n");
}

static void add_near(struct strbuf *out, const struct near_rule *near, const struct explanation *explanation)
{
	AUTO_STRBUF struct strbuf lacks = { 0 };

	strbuf_add(out, "         near ");
	strbuf_format(out, "rule %u: ", near->rule->number);
	strbuf_add_safe(out, near->rule->reason);
	near_rule_describe(near, &explanation->flow, explanation->judgement.rule, &lacks);
	strbuf_format(out, "; %s [", strbuf_text(&lacks));
	strbuf_add_safe(out, near->rule->origin);
	strbuf_add(out, "]\n");
}

static void add_layer(struct strbuf *out, unsigned number, const struct met_layer *met,
		      const struct explanation *explanation)
{
	strbuf_format(out, "  %u. %s: ", number, layer_title(met->layer->kind, explanation->flow.direction));
	switch (met->met) {
	case MET_PASSED:
		strbuf_add(out, "passes, ");
		add_rule(out, met->rule);
		return;
	case MET_DECIDED:
		strbuf_add(out, met->rule->verdict == VERDICT_DENY ? "denies, " : "allows, ");
		add_rule(out, met->rule);
		vec_for_each (near, &met->near)
			add_near(out, near, explanation);
		return;
	case MET_EXEMPT:
		strbuf_add(out, "passes, stateful: part of an accepted conversation\n");
		return;
	case MET_NOT:
		strbuf_add(out, "not reached\n");
		return;
	}
}

static void add_ports(struct strbuf *out, const struct explanation *explanation)
{
	char text[12];

	if (!explanation->ports.first)
		return;
	add_heading(out, "ports");
	strbuf_format(out, "%s, as Linux chooses them; ", port_range_print(&explanation->ports, text));
	if (!explanation->refused.count)
		strbuf_add(out, "all are allowed\n");
	else
		strbuf_add(out, "denied are ");
	vec_for_each (range, &explanation->refused)
		strbuf_format(out, "%s%s", range == explanation->refused.items ? "" : ",",
			      port_range_print(range, text));
	strbuf_add(out, explanation->refused.count ? "\n" : "");
}

static void add_edit(struct strbuf *out, const struct edit *edit)
{
	strbuf_add(out, edit->add ? "    add to " : "    write at ");
	edit_path_print(edit, out);
	if (edit->place) {
		strbuf_add(out, " [");
		strbuf_add_safe(out, edit->place);
		strbuf_add(out, "]");
	}
	strbuf_add(out, edit->add ? ":  - " : ":  ");
	strbuf_add_safe(out, edit->value);
	strbuf_add_char(out, '\n');
}

static void add_edits(struct strbuf *out, const struct edits *edits)
{
	vec_for_each (way, &edits->ways) {
		strbuf_add(out, way == edits->ways.items ? "  to allow it\n" : "  or\n");
		vec_for_each (edit, way)
			add_edit(out, edit);
	}
	add_sentence(out, "to allow it", edits->why_none);
}

static void add_verdict(struct strbuf *out, const struct asked *asked)
{
	strbuf_format(out, "%s: ", answer_name(asked->given.answer));
	strbuf_add_safe(out, verdict_given_reason(&asked->given));
	strbuf_add_char(out, '\n');
}

void asked_observed(const struct asked_rules *rules, const struct asked *asked, struct strbuf *out)
{
	bool somewhere = asked->explained || (asked->kind == NAME_ANYWHERE && asked->given.answer == ANSWER_DENIED);

	if (somewhere)
		explain_observed(rules->policy, &asked->given.flow, &asked->given.judgement, out);
	else if (asked->kind == NAME_NOWHERE)
		strbuf_add(out, "getaddrinfo() fails at once: the name is not known");
	else if (asked->kind != NAME_ANYWHERE)
		strbuf_add(out, "getaddrinfo() fails at once: the name has no address of that family");
}

void asked_print(const struct asked_rules *rules, const struct asked *asked, struct strbuf *out)
{
	const struct explanation *explanation = &asked->explanation;
	char flow[FLOW_QUESTION_TEXT_SIZE], remote[ADDRESS_TEXT_SIZE];
	AUTO_STRBUF struct strbuf observed = { 0 };
	unsigned number = 0;

	add_verdict(out, asked);
	add_sentence(out, "flow", flow_question_print(&asked->question, flow));
	add_sentence(out, "name", asked->resolved);
	if (asked->nearest) {
		add_heading(out, "");
		strbuf_format(out, "did you mean \"%s\"?\n", asked->nearest);
	}
	if (asked->resolved && asked->explained)
		add_sentence(out, "judged", address_print(&asked->given.flow.remote, remote));
	add_ports(out, explanation);
	vec_for_each (met, &explanation->layers)
		add_layer(out, ++number, met, explanation);
	add_edits(out, &asked->edits);
	asked_observed(rules, asked, &observed);
	add_sentence(out, "observed", observed.text);
	if (asked->given.judgement.rule)
		add_sentence(out, "aws", asked->given.judgement.rule->aws);
	add_sentence(out, "note", asked->note);
}

void verdict_given_print(const struct flow_question *question, const struct verdict_given *given, struct strbuf *out)
{
	const struct judgement *judgement = &given->judgement;
	char flow[FLOW_QUESTION_TEXT_SIZE];

	strbuf_add(out, flow_question_print(question, flow));
	strbuf_add_char(out, '\t');
	strbuf_add(out, answer_name(given->answer));
	strbuf_add_char(out, '\t');
	strbuf_add(out, judgement->layer ? layer_name(judgement->layer->kind, given->flow.direction) : "-");
	if (judgement->rule)
		strbuf_format(out, "\t%u\t", judgement->rule->number);
	else
		strbuf_add(out, "\t-\t");
	strbuf_add_safe(out, verdict_given_reason(given));
	strbuf_add_char(out, '\n');
}
