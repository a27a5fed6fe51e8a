// SPDX-License-Identifier: GPL-2.0-or-later
// `show --as policy`: every layer and rule with its reason and origin, for people and as JSON.
#include <stdio.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "policy/layer.h"

enum { TEXT_PREFIXES = 4 };  // of a set; JSON has them all

static const char *const isolation_names[] = { [ISOLATION_FULL] = "full", [ISOLATION_VPC] = "vpc" };
static const char *const on_deny_names[] = { [ON_DENY_REJECT] = "reject", [ON_DENY_DROP] = "drop" };
static const char *const direction_names[] = { [EGRESS] = "egress", [INGRESS] = "ingress" };
static const char *const verdict_names[] = {
	[VERDICT_PASS] = "pass",
	[VERDICT_ACCEPT] = "accept",
	[VERDICT_DENY] = "deny",
};

static void remote_prefixes(const struct policy_match *match, prefix_vec *prefixes)
{
	prefix_set_to_prefixes(&match->remote, FAMILY_IPV4, prefixes);
	prefix_set_to_prefixes(&match->remote, FAMILY_IPV6, prefixes);
}

static void print_remote(const struct policy_match *match, struct strbuf *out)
{
	prefix_vec prefixes = { 0 };
	char text[PREFIX_TEXT_SIZE];

	if (match->any_remote) {
		strbuf_add(out, "any address");
		return;
	}
	remote_prefixes(match, &prefixes);
	for (size_t i = 0; i < prefixes.count && i < TEXT_PREFIXES; i++)
		strbuf_format(out, "%s%s", i ? ", " : "", prefix_print(&prefixes.items[i], text));
	if (prefixes.count > TEXT_PREFIXES)
		strbuf_format(out, " and %zu more", prefixes.count - TEXT_PREFIXES);
	vec_release(&prefixes);
}

static void print_rule(const struct policy_rule *rule, enum direction direction, struct strbuf *out)
{
	strbuf_format(out, "    %u. %-6s ", rule->number, verdict_names[rule->verdict]);
	match_describe(&rule->match, out);
	strbuf_add(out, direction == EGRESS ? " to " : " from ");
	print_remote(&rule->match, out);
	strbuf_add(out, "\n       ");
	strbuf_add_safe(out, rule->reason);
	if (rule->aws)
		strbuf_format(out, " (aws: %s)", rule->aws);
	strbuf_add(out, " [");
	strbuf_add_safe(out, rule->origin);
	strbuf_add(out, "]\n");
}

void policy_print(const struct policy *policy, struct strbuf *out)
{
	strbuf_format(out, "isolation: %s\non-deny: %s\nicmp: %s\n", isolation_names[policy->isolation],
		      on_deny_names[policy->on_deny], policy->icmp ? "allow" : "deny");
	vec_for_each (range, &policy->host_ports) {
		char text[12];
		strbuf_format(out, "host port: %s (host.vpcjail, relayed to the host's 127.0.0.1)\n",
			      port_range_print(range, text));
	}
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		strbuf_format(out, "%s:\n", direction_names[direction]);
		vec_for_each (layer, &policy->layers[direction]) {
			strbuf_format(out, "  %s (%s, %s)\n", layer_name(layer->kind, direction),
				      layer_title(layer->kind, direction), layer->stateful ? "stateful" : "stateless");
			vec_for_each (rule, &layer->rules)
				print_rule(rule, direction, out);
		}
	}
}

static void json_remote(const struct policy_match *match, struct json *json)
{
	prefix_vec prefixes = { 0 };

	json_key(json, "remote");
	if (match->any_remote) {
		json_text(json, "any");
		return;
	}
	remote_prefixes(match, &prefixes);
	json_array_begin(json);
	vec_for_each (prefix, &prefixes) {
		char text[PREFIX_TEXT_SIZE];

		json_text(json, prefix_print(prefix, text));
	}
	json_array_end(json);
	vec_release(&prefixes);
}

static void json_match(const struct policy_match *match, struct json *json)
{
	char text[12];

	json_remote(match, json);
	json_key_text(json, "protocol", protocol_print(match->protocol, text));
	if (match->ports.count) {
		json_key(json, "ports");
		json_array_begin(json);
		vec_for_each (range, &match->ports)
			json_text(json, port_range_print(range, text));
		json_array_end(json);
	}
	if (match->icmp_type >= 0)
		json_key_number(json, "icmp-type", match->icmp_type);
	if (match->icmp_code >= 0)
		json_key_number(json, "icmp-code", match->icmp_code);
}

static void json_rule(const struct policy_rule *rule, struct json *json)
{
	json_object_begin(json);
	json_key_number(json, "number", rule->number);
	json_key_text(json, "verdict", verdict_names[rule->verdict]);
	json_match(&rule->match, json);
	json_key_text(json, "reason", rule->reason);
	json_key_text(json, "origin", rule->origin);
	if (rule->aws)
		json_key_text(json, "aws", rule->aws);
	json_object_end(json);
}

static void json_layer(const struct policy_layer *layer, enum direction direction, struct json *json)
{
	json_object_begin(json);
	json_key_text(json, "layer", layer_name(layer->kind, direction));
	json_key_text(json, "title", layer_title(layer->kind, direction));
	json_key_bool(json, "stateful", layer->stateful);
	json_key(json, "rules");
	json_array_begin(json);
	vec_for_each (rule, &layer->rules)
		json_rule(rule, json);
	json_array_end(json);
	json_object_end(json);
}

void policy_print_json(const struct policy *policy, struct strbuf *out)
{
	struct json json = { .out = out };

	json_object_begin(&json);
	json_key_text(&json, "isolation", isolation_names[policy->isolation]);
	json_key_text(&json, "on-deny", on_deny_names[policy->on_deny]);
	json_key_bool(&json, "icmp", policy->icmp);
	json_key(&json, "host-ports");
	json_array_begin(&json);
	vec_for_each (range, &policy->host_ports) {
		char text[12];
		json_text(&json, port_range_print(range, text));
	}
	json_array_end(&json);
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		json_key(&json, direction_names[direction]);
		json_array_begin(&json);
		vec_for_each (layer, &policy->layers[direction])
			json_layer(layer, direction, &json);
		json_array_end(&json);
	}
	json_object_end(&json);
	strbuf_add_char(out, '\n');
}
