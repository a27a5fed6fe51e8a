// SPDX-License-Identifier: GPL-2.0-or-later
// The verdict for one flow: struct policy, interpreted.
#include <assert.h>
#include <netinet/in.h>
#include <string.h>

#include "policy/policy.h"

static bool protocol_holds(const struct policy_match *match, const struct flow *flow)
{
	if (match->protocol == PROTOCOL_ALL)
		return true;
	if (match->protocol != flow->protocol)
		return false;
	if (match->protocol == IPPROTO_ICMP)
		return flow->remote.family == FAMILY_IPV4;
	if (match->protocol == IPPROTO_ICMPV6)
		return flow->remote.family == FAMILY_IPV6;
	return true;
}

bool policy_match_holds(const struct policy_match *match, const struct flow *flow)
{
	bool ported = flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP;
	bool typed = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;

	if (!protocol_holds(match, flow))
		return false;
	if (match->ports.count && !(ported && port_ranges_contain(&match->ports, flow->destination_port)))
		return false;
	if (match->icmp_type >= 0 && !(typed && flow->icmp_type == match->icmp_type))
		return false;
	if (match->icmp_code >= 0 && !(typed && flow->icmp_code == match->icmp_code))
		return false;
	return match->any_remote || prefix_set_contains(&match->remote, &flow->remote);
}

const struct policy_rule *policy_layer_decide(const struct policy_layer *layer, const struct flow *flow)
{
	vec_for_each (rule, &layer->rules) {
		if (policy_match_holds(&rule->match, flow))
			return rule;
	}
	assert(!"the last rule of a layer matches everything");
	return &layer->rules.items[layer->rules.count - 1];
}

struct judgement policy_evaluate(const struct policy *policy, const struct flow *flow)
{
	const char *reason =
	    flow->state == FLOW_ESTABLISHED ? "part of an accepted conversation" : "every layer lets it pass";

	if (flow->loopback)
		return (struct judgement){ .allowed = true, .reason = "loopback is always open" };
	vec_for_each (layer, &policy->layers[flow->direction]) {
		const struct policy_rule *rule;

		if (layer->stateful && flow->state == FLOW_ESTABLISHED)
			continue;
		rule = policy_layer_decide(layer, flow);
		if (rule->verdict != VERDICT_PASS)
			return (struct judgement){ .allowed = rule->verdict == VERDICT_ACCEPT,
						   .layer = layer,
						   .rule = rule,
						   .reason = rule->reason };
		// Of all that let it pass, the group's rule is the one somebody wrote for this flow.
		if (layer->kind == LAYER_SECURITY_GROUP)
			reason = rule->reason;
	}
	return (struct judgement){ .allowed = true, .reason = reason };
}

const struct policy_rule *policy_find(const struct policy *policy, const char *name, unsigned number,
				      const struct policy_layer **found)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		vec_for_each (layer, &policy->layers[direction]) {
			if (strcmp(layer_name(layer->kind, direction), name) != 0)
				continue;
			if (number == 0 || number > layer->rules.count)
				return NULL;
			if (found)
				*found = layer;
			return &layer->rules.items[number - 1];
		}
	}
	return NULL;
}
