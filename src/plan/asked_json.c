// SPDX-License-Identifier: GPL-2.0-or-later
// Answers as JSON.
#include "base/cleanup.h"
#include "plan/asked.h"

static const char *const direction_names[DIRECTIONS] = { [EGRESS] = "egress", [INGRESS] = "ingress" };

static const char *met_name(const struct met_layer *met)
{
	switch (met->met) {
	case MET_PASSED:
		return "passed";
	case MET_DECIDED:
		return met->rule->verdict == VERDICT_DENY ? "denied" : "allowed";
	case MET_EXEMPT:
		return "stateful";
	case MET_NOT:
		return "not-reached";
	}
	return NULL;
}

static void add_rule(struct json *json, const struct policy_rule *rule)
{
	json_key_number(json, "rule", rule->number);
	json_key_text(json, "reason", rule->reason);
	json_key_text(json, "origin", rule->origin);
}

static void add_lacks(struct json *json, unsigned lacks)
{
	static const struct {
		unsigned bit;
		const char *name;
	} rows[] = { { LACKS_PROTOCOL, "protocol" },
		     { LACKS_PORT, "port" },
		     { LACKS_TYPE, "icmp-type" },
		     { LACKS_REMOTE, "remote" } };

	json_key(json, "lacks");
	json_array_begin(json);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lacks & rows[i].bit)
			json_text(json, rows[i].name);
	json_array_end(json);
}

static void add_near(struct json *json, const struct met_layer *met, const struct explanation *explanation)
{
	json_key(json, "near");
	json_array_begin(json);
	vec_for_each (near, &met->near) {
		AUTO_STRBUF struct strbuf text = { 0 };
		char nearest[PREFIX_TEXT_SIZE];

		near_rule_describe(near, &explanation->flow, explanation->judgement.rule, &text);
		json_object_begin(json);
		add_rule(json, near->rule);
		add_lacks(json, near->lacks);
		if (near->nearest.base.family != FAMILY_NONE)
			json_key_text(json, "nearest", prefix_print(&near->nearest, nearest));
		json_key_text(json, "text", strbuf_text(&text));
		json_object_end(json);
	}
	json_array_end(json);
}

static void add_layers(struct json *json, const struct explanation *explanation)
{
	enum direction direction = explanation->flow.direction;

	json_key(json, "layers");
	json_array_begin(json);
	vec_for_each (met, &explanation->layers) {
		json_object_begin(json);
		json_key_text(json, "layer", layer_name(met->layer->kind, direction));
		json_key_text(json, "title", layer_title(met->layer->kind, direction));
		json_key_text(json, "result", met_name(met));
		if (met->rule)
			add_rule(json, met->rule);
		if (met->near.count)
			add_near(json, met, explanation);
		json_object_end(json);
	}
	json_array_end(json);
}

static void add_ports(struct json *json, const struct explanation *explanation)
{
	char text[12];

	if (!explanation->ports.first)
		return;
	json_key_text(json, "ports", port_range_print(&explanation->ports, text));
	json_key(json, "denied-ports");
	json_array_begin(json);
	vec_for_each (range, &explanation->refused)
		json_text(json, port_range_print(range, text));
	json_array_end(json);
}

static void add_edits(struct json *json, const struct edits *edits)
{
	json_key(json, "edits");
	json_array_begin(json);
	vec_for_each (way, &edits->ways) {
		json_array_begin(json);
		vec_for_each (edit, way) {
			AUTO_STRBUF struct strbuf path = { 0 };

			edit_path_print(edit, &path);
			json_object_begin(json);
			json_key_text(json, "path", strbuf_text(&path));
			json_key_text(json, "do", edit->add ? "add" : "write");
			json_key_text(json, "value", edit->value);
			json_key_text(json, "place", edit->place);
			json_object_end(json);
		}
		json_array_end(json);
	}
	json_array_end(json);
	if (edits->why_none)
		json_key_text(json, "no-edit", edits->why_none);
}

static void add_flow(struct json *json, const struct flow_question *question)
{
	char flow[FLOW_QUESTION_TEXT_SIZE];

	json_key_text(json, "flow", flow_question_print(question, flow));
	json_key_text(json, "direction", direction_names[question->flow.direction]);
	json_key_bool(json, "reply", question->reply);
}

// What decided: the layer, the rule, where it is written, and AWS's code.
static void add_judgement(struct json *json, const struct verdict_given *given)
{
	const struct judgement *judgement = &given->judgement;
	const char *code = judgement->layer ? explanation_code(judgement, given->flow.direction) : NULL;

	json_key_text(json, "verdict", answer_name(given->answer));
	json_key_text(json, "reason", verdict_given_reason(given));
	json_key_text(json, "layer",
		      judgement->layer ? layer_name(judgement->layer->kind, given->flow.direction) : NULL);
	if (judgement->rule) {
		json_key_number(json, "rule", judgement->rule->number);
		json_key_text(json, "origin", judgement->rule->origin);
	}
	if (code)
		json_key_text(json, "explanation-code", code);
	if (judgement->rule && judgement->rule->aws)
		json_key_text(json, "aws", judgement->rule->aws);
}

static void add_resolution(struct json *json, const struct asked *asked)
{
	char remote[ADDRESS_TEXT_SIZE];

	if (!asked->resolved)
		return;
	json_key_text(json, "name", asked->question.name);
	json_key_text(json, "resolves", asked->resolved);
	if (asked->nearest)
		json_key_text(json, "nearest-name", asked->nearest);
	if (asked->explained)
		json_key_text(json, "judged", address_print(&asked->given.flow.remote, remote));
}

void asked_print_json(const struct asked_rules *rules, const struct asked *asked, struct json *json)
{
	AUTO_STRBUF struct strbuf observed = { 0 };

	json_object_begin(json);
	json_key_text(json, "profile", rules->profile->name);
	add_flow(json, &asked->question);
	add_judgement(json, &asked->given);
	add_resolution(json, asked);
	add_ports(json, &asked->explanation);
	add_layers(json, &asked->explanation);
	add_edits(json, &asked->edits);
	asked_observed(rules, asked, &observed);
	if (observed.length)
		json_key_text(json, "observed", strbuf_text(&observed));
	if (asked->note)
		json_key_text(json, "note", asked->note);
	json_object_end(json);
}

// A member of an object in one line; the writer of base/json.h spreads objects over lines.
static void add_member(struct strbuf *out, const char *key, const char *value)
{
	struct json json = { .out = out };

	strbuf_format(out, "%s\"%s\": ", out->text[out->length - 1] == '{' ? "" : ", ", key);
	json_text(&json, value);
}

void verdict_given_print_json(const struct flow_question *question, const struct verdict_given *given,
			      struct strbuf *out)
{
	const struct judgement *judgement = &given->judgement;
	char flow[FLOW_QUESTION_TEXT_SIZE];
	const char *code = judgement->layer ? explanation_code(judgement, given->flow.direction) : NULL;

	strbuf_add_char(out, '{');
	add_member(out, "flow", flow_question_print(question, flow));
	add_member(out, "verdict", answer_name(given->answer));
	if (judgement->layer)
		add_member(out, "layer", layer_name(judgement->layer->kind, given->flow.direction));
	if (judgement->rule)
		strbuf_format(out, ", \"rule\": %u", judgement->rule->number);
	if (code)
		add_member(out, "explanation-code", code);
	add_member(out, "reason", verdict_given_reason(given));
	strbuf_add(out, "}\n");
}
