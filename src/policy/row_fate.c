// SPDX-License-Identifier: GPL-2.0-or-later
// What a policy does with a row of reached space as a whole: see difference.h.
#include <netinet/in.h>

#include "policy/difference.h"

// How much of a row a rule matches.
enum part { PART_NONE, PART_SOME, PART_ALL };

static enum part part_of(size_t count, size_t of)
{
	return count == 0 ? PART_NONE : count == of ? PART_ALL : PART_SOME;
}

static enum part of_ports(const port_range_vec *ports, const reach_range_vec *ranges)
{
	size_t met = 0, whole = 0;

	if (!ports->count)
		return PART_ALL;
	vec_for_each (range, ranges)
		vec_for_each (port, ports) {
			met += port->first <= range->last && range->first <= port->last;
			whole += port->first <= range->first && range->last <= port->last;
		}
	return !met ? PART_NONE : part_of(whole, ranges->count) == PART_ALL ? PART_ALL : PART_SOME;
}

// A code of any type is taken for a part, whatever it is.
static enum part of_types(const struct policy_match *match, const reach_range_vec *ranges)
{
	size_t met = 0, whole = 0;

	if (match->icmp_type < 0)
		return match->icmp_code < 0 ? PART_ALL : PART_SOME;
	unsigned first = (unsigned)match->icmp_type << 8, last = first | 0xff;
	if (match->icmp_code >= 0)
		first = last = first | (unsigned)match->icmp_code;
	vec_for_each (range, ranges) {
		met += first <= range->last && range->first <= last;
		whole += first <= range->first && range->last <= last;
	}
	return !met ? PART_NONE : part_of(whole, ranges->count) == PART_ALL ? PART_ALL : PART_SOME;
}

// wanted: what it is worth to know; PART_SOME: whether it is any.
static enum part of_remotes(const struct policy_match *match, const struct prefix_set *remotes, enum part wanted)
{
	if (match->any_remote || (wanted == PART_ALL && prefix_set_is_within(remotes, &match->remote)))
		return wanted;
	return prefix_set_meets(remotes, &match->remote) ? PART_SOME : PART_NONE;
}

static enum part rule_part(const struct policy_match *match, const struct reach_row *row)
{
	bool typed = row->protocol == IPPROTO_ICMP || row->protocol == IPPROTO_ICMPV6;

	if (match->protocol != PROTOCOL_ALL && match->protocol != row->protocol)
		return PART_NONE;
	enum part places = typed ? of_types(match, &row->ranges) : of_ports(&match->ports, &row->ranges);
	return places == PART_NONE ? PART_NONE : of_remotes(match, &row->remotes, places);
}

// What a layer says of the whole row. verdicts: bits of the verdicts that some part of it meets.
static unsigned layer_verdicts(const struct policy_layer *layer, const struct reach_row *row,
			       const struct policy_rule **only)
{
	unsigned verdicts = 0, met = 0;

	*only = NULL;
	vec_for_each (rule, &layer->rules) {
		enum part part = rule_part(&rule->match, row);

		if (part == PART_NONE)
			continue;
		verdicts |= 1U << rule->verdict;
		*only = met++ ? NULL : rule;
		if (part == PART_ALL)
			break;
	}
	return verdicts;
}

struct row_fate policy_row_fate(const struct policy *policy, enum direction direction, enum flow_state state,
				const struct reach_row *row)
{
	struct row_fate group = { .allowed = true };

	vec_for_each (layer, &policy->layers[direction]) {
		const struct policy_rule *only;

		if (layer->stateful && state == FLOW_ESTABLISHED)
			continue;
		unsigned verdicts = layer_verdicts(layer, row, &only);
		if (verdicts != 1U << VERDICT_PASS)
			return verdicts == 1U << VERDICT_ACCEPT || verdicts == 1U << VERDICT_DENY
				   ? (struct row_fate){ verdicts == 1U << VERDICT_ACCEPT, layer, only }
				   : (struct row_fate){ .allowed = false };
		if (layer->kind == LAYER_SECURITY_GROUP)
			group = (struct row_fate){ true, layer, only };
	}
	return group;
}
