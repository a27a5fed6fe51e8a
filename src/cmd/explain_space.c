// SPDX-License-Identifier: GPL-2.0-or-later
// Every flow to an address space at once: see explain_space.h.
#include "cmd/explain_space.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/memory.h"
#include "cmd/load_profile.h"
#include "cmd/output.h"
#include "cmd/residual.h"
#include "plan/launch_plan.h"
#include "policy/difference.h"
#include "policy/peer.h"
#include "policy/space.h"

struct asked_space {
	const struct profile *profile;
	const struct policy *policy;
	const char *prefix;  // NULL: the Internet
	struct space_answer answer;
	text_list others;  // what leaves by other ways
	size_t made_up;    // values of a template, which nobody has replaced
};

static void asked_space_release(struct asked_space *asked)
{
	space_answer_release(&asked->answer);
	text_list_release(&asked->others);
}

static bool is_allowed(const struct asked_space *asked)
{
	return !reach_is_empty(&asked->answer.allowed);
}

static struct row_fate reason_of(const struct asked_space *asked, const struct reach_row *row)
{
	return policy_row_fate(asked->policy, EGRESS, FLOW_NEW, row);
}

static void add_host_ports(const struct profile *profile, text_list *out)
{
	AUTO_STRBUF struct strbuf ports = { 0 };

	vec_for_each (port, &profile->network.host_ports) {
		char text[12];
		strbuf_format(&ports, "%s%s", ports.length ? "," : "", port_range_print(&port->range, text));
	}
	if (ports.length)
		vec_push(out, memory_format("network.host-ports: what listens on this host's loopback at %s may lead "
					    "on to anywhere",
					    strbuf_text(&ports)));
}

// Addresses of AWS that no group filters. They are link-local or unique local, and what answers there is another's.
static void add_services(const struct policy *policy, text_list *out)
{
	static const struct prefix services[] = { IPV4_PREFIX(169, 254, 0, 0, 16),
						  IPV6_PREFIX(0xfd000ec200000000, 0, 32) };
	CLEANUP(prefix_set_release) struct prefix_set within = { 0 };
	CLEANUP(space_answer_release) struct space_answer answer = { 0 };

	for (size_t i = 0; i < 2; i++)
		prefix_set_add(&within, &services[i]);
	prefix_set_normalize(&within);
	policy_space(policy, EGRESS, &within, &answer);
	vec_for_each (row, &answer.allowed.rows) {
		struct strbuf line = { 0 };

		strbuf_add(&line, "services of AWS at the link: ");
		reach_row_describe(row, &line);
		strbuf_add(&line, " to ");
		remotes_describe(&row->remotes, &line);
		vec_push(out, strbuf_steal(&line));
	}
}

static void add_stand_ins(const struct profile *profile, text_list *out)
{
	if (profile->network.isolation != ISOLATION_VPC || profile->vpc.located != LOCATED_ELSEWHERE)
		return;
	vec_for_each (endpoint, &profile->endpoints)
		if (endpoint->stand_in.text)
			vec_push(out, memory_format("vpc.located: elsewhere: what is sent to endpoint %s goes to %s",
						    endpoint_name(endpoint), endpoint->stand_in.text));
}

static void add_others(struct asked_space *asked)
{
	add_services(asked->policy, &asked->others);
	residual_add_names(asked->profile, &asked->others);
	add_host_ports(asked->profile, &asked->others);
	add_stand_ins(asked->profile, &asked->others);
}

static void print_rule(const char *indent, const struct policy_rule *rule, struct strbuf *out)
{
	strbuf_add(out, indent);
	strbuf_add_safe(out, rule->reason);
	strbuf_add(out, " [");
	strbuf_add_safe(out, rule->origin);
	strbuf_add(out, "]\n");
}

static const char *name_of(const struct asked_space *asked)
{
	return asked->prefix ? asked->prefix : "the Internet";
}

static void print_allowed(const struct asked_space *asked, struct strbuf *out)
{
	struct reach_count count = reach_count(&asked->answer.allowed);

	strbuf_format(out, "allowed: these flows to %s, and no others:\n", name_of(asked));
	vec_for_each (row, &asked->answer.allowed.rows) {
		struct row_fate fate = reason_of(asked, row);

		reach_row_print(row, EGRESS, "  ", out);
		if (fate.rule)
			print_rule("      ", fate.rule, out);
	}
	strbuf_add(out, "together ");
	addresses_describe(count.addresses, out);
	strbuf_add(out, ", ");
	pairs_describe(&count.pairs, out);
	strbuf_add_char(out, '\n');
}

static void print_step(const struct space_step *step, struct strbuf *out)
{
	strbuf_format(out, "  %s: denies ", layer_title(step->layer->kind, EGRESS));
	if (!step->denials.count) {
		strbuf_add(out, "nothing of it\n");
		return;
	}
	strbuf_add(out, reach_is_empty(&step->left) ? "all that was left\n" : "some of it\n");
	vec_for_each (denial, &step->denials) {
		print_rule("    ", denial->rule, out);
		strbuf_add(out, "      to ");
		remotes_describe(&denial->remotes, out);
		strbuf_add_char(out, '\n');
	}
	vec_for_each (row, &step->left.rows)
		reach_row_print(row, EGRESS, "    left: ", out);
}

static void print_proof(const struct asked_space *asked, struct strbuf *out)
{
	strbuf_format(out, "none: no flow to %s is allowed; proof, layer by layer:\n", name_of(asked));
	vec_for_each (step, &asked->answer.proof)
		print_step(step, out);
	strbuf_add(out, "  protocols other than TCP, UDP and ICMP are denied to every address\n");
}

static void print(const struct asked_space *asked, struct strbuf *out)
{
	(is_allowed(asked) ? print_allowed : print_proof)(asked, out);
	vec_for_each (other, &asked->others) {
		strbuf_add(out, "another way out: ");
		strbuf_add_safe(out, *other);
		strbuf_add_char(out, '\n');
	}
}

static void json_rule(const struct policy_rule *rule, struct json *json)
{
	json_object_begin(json);
	json_key_number(json, "number", rule->number);
	json_key_text(json, "reason", rule->reason);
	json_key_text(json, "origin", rule->origin);
	json_object_end(json);
}

static void json_allowed(const struct asked_space *asked, struct json *json)
{
	json_key(json, "rows");
	json_array_begin(json);
	vec_for_each (row, &asked->answer.allowed.rows) {
		struct row_fate fate = reason_of(asked, row);

		json_object_begin(json);
		reach_row_members(row, json);
		json_key(json, "allowed-by");
		if (fate.rule)
			json_rule(fate.rule, json);
		else
			json_text(json, NULL);
		json_object_end(json);
	}
	json_array_end(json);
}

static void json_step(const struct space_step *step, struct json *json)
{
	json_object_begin(json);
	json_key_text(json, "layer", layer_name(step->layer->kind, EGRESS));
	json_key_text(json, "title", layer_title(step->layer->kind, EGRESS));
	json_key(json, "denials");
	json_array_begin(json);
	vec_for_each (denial, &step->denials) {
		json_object_begin(json);
		json_key(json, "rule");
		json_rule(denial->rule, json);
		json_key(json, "prefixes");
		prefix_set_print_json(&denial->remotes, json);
		json_object_end(json);
	}
	json_array_end(json);
	json_key(json, "left");
	reach_print_json(&step->left, json);
	json_object_end(json);
}

static void print_json(const struct asked_space *asked, struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	json_key_text(&json, "profile", asked->profile->name);
	json_key_text(&json, "any-to", asked->prefix ? asked->prefix : "internet");
	json_key_bool(&json, "allowed", is_allowed(asked));
	json_key_number(&json, "made-up", (int64_t)asked->made_up);
	json_allowed(asked, &json);
	json_key(&json, "proof");
	json_array_begin(&json);
	vec_for_each (step, &asked->answer.proof)
		json_step(step, &json);
	json_array_end(&json);
	json_key(&json, "other-ways");
	json_array_begin(&json);
	vec_for_each (other, &asked->others)
		json_text(&json, *other);
	json_array_end(&json);
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}

// Nothing else may be asked with it.
static const char *too_much(const struct invocation *invocation)
{
	return invocation->any_to && invocation->internet ? "--internet"
	       : invocation->operands.count               ? "a FLOW"
	       : invocation->file                         ? "--file"
	       : invocation->from                         ? "--from"
	       : invocation->reply                        ? "--reply"
							  : NULL;
}

// Values of a template that nobody has replaced, as far as they mean anything.
static size_t count_made_up(const struct profile *profile)
{
	unavailable_vec rows = { 0 };

	launch_placeholders(profile, &rows);
	size_t count = rows.count;
	unavailable_release(&rows);
	return count;
}

static enum status answer(struct profile *profile, const char *prefix, const struct prefix_set *within, bool json)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	CLEANUP(asked_space_release)
	struct asked_space asked = { .profile = profile, .policy = &policy, .prefix = prefix };
	CLEANUP(prefix_set_release) struct prefix_set internet = { 0 };
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct error err = { 0 };

	if (policy_build(profile, &policy, &err) < 0) {
		output_message("%s", err.message);
		return STATUS_PROFILE;
	}
	if (!prefix)
		profile_internet(profile, &internet);
	policy_space(&policy, EGRESS, prefix ? within : &internet, &asked.answer);
	if (!prefix)
		add_others(&asked);
	asked.made_up = count_made_up(profile);
	if (asked.made_up)
		output_message(
		    "explain: %zu values of this template are made up, and so is the answer; `vpcjail check %s` "
		    "names them",
		    asked.made_up, profile->name);
	(json ? print_json : print)(&asked, &out);
	return output_result(&out, is_allowed(&asked) ? STATUS_YES : STATUS_NO);
}

enum status explain_space(const struct invocation *invocation)
{
	CLEANUP(loaded_profile_release) struct loaded_profile loaded = { 0 };
	CLEANUP(host_network_release) struct host_network host = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set within = { 0 };
	const char *more = too_much(invocation);
	struct error err = { 0 };
	struct prefix prefix;

	if (more) {
		output_message("explain: %s asks about a whole address space; leave %s out",
			       invocation->any_to ? "--any-to" : "--internet", more);
		return STATUS_USAGE;
	}
	if (invocation->any_to) {
		if (prefix_parse(invocation->any_to, &prefix, &err) < 0) {
			output_message("explain: --any-to: %s", err.message);
			return STATUS_USAGE;
		}
		prefix_set_add(&within, &prefix);
		prefix_set_normalize(&within);
	}
	if (load_profile(invocation->profile, &loaded) < 0)
		return STATUS_PROFILE;
	if (load_settle(&loaded.profile, &host, &err) < 0) {
		output_message("explain: %s", err.message);
		return STATUS_NO;
	}
	if (invocation->in_vpc)
		load_in_vpc(&loaded.profile);
	return answer(&loaded.profile, invocation->any_to, &within, invocation->json);
}
