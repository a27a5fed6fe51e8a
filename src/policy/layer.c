// SPDX-License-Identifier: GPL-2.0-or-later
// The parts that every kind of layer is made of: names, matches, rules.
#include "policy/layer.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/cleanup.h"

enum { LAYER_KINDS = LAYER_UPLINK + 1 };

static const struct {
	const char *name;
	const char *title;
} layer_texts[LAYER_KINDS][DIRECTIONS] = {
	[LAYER_PACKET] = { { "packet_egress", "packet form, egress" }, { "packet_ingress", "packet form, ingress" } },
	[LAYER_ISOLATION] = { { "isolation_egress", "network isolation, egress" },
			      { "isolation_ingress", "network isolation, ingress" } },
	[LAYER_SERVICE] = { { "service_egress", "AWS services, egress" },
			    { "service_ingress", "AWS services, ingress" } },
	[LAYER_SECURITY_GROUP] = { { "sg_egress", "security group, egress" },
				   { "sg_ingress", "security group, ingress" } },
	[LAYER_NETWORK_ACL] = { { "nacl_egress", "network ACL, egress" }, { "nacl_ingress", "network ACL, ingress" } },
	[LAYER_ROUTE] = { { "route_egress", "route table, egress" }, { "route_ingress", "route table, ingress" } },
	[LAYER_ENDPOINT] = { { "endpoint_egress", "endpoint, egress" }, { "endpoint_ingress", "endpoint, ingress" } },
	[LAYER_UPLINK] = { { "uplink_egress", "uplink, egress" }, { "uplink_ingress", "uplink, ingress" } },
};

const char *layer_name(enum layer_kind kind, enum direction direction)
{
	return layer_texts[kind][direction].name;
}

const char *layer_title(enum layer_kind kind, enum direction direction)
{
	return layer_texts[kind][direction].title;
}

void prefix_set_add_row(struct prefix_set *set, const struct prefix *row, size_t count)
{
	for (size_t i = 0; i < count && row[i].base.family != FAMILY_NONE; i++)
		prefix_set_add(set, &row[i]);
}

struct policy_match match_of(int protocol)
{
	return (struct policy_match){ .protocol = protocol, .icmp_type = -1, .icmp_code = -1 };
}

void match_release(struct policy_match *match)
{
	prefix_set_release(&match->remote);
	vec_release(&match->ports);
}

bool match_is_unconditional(const struct policy_match *match)
{
	return match->protocol == PROTOCOL_ALL && match->ports.count == 0 && match->icmp_type < 0 &&
	       match->icmp_code < 0;
}

void match_describe(const struct policy_match *match, struct strbuf *out)
{
	char text[12];

	if (match->protocol == PROTOCOL_ALL)
		strbuf_add(out, "all protocols");
	else
		strbuf_add(out, protocol_print(match->protocol, text));
	vec_for_each (range, &match->ports)
		strbuf_format(out, "%c%s", range == match->ports.items ? ' ' : ',', port_range_print(range, text));
	if (match->icmp_type >= 0)
		strbuf_format(out, " type %d", match->icmp_type);
	if (match->icmp_code >= 0)
		strbuf_format(out, " code %d", match->icmp_code);
}

static const struct prefix every_ipv4 = IPV4_PREFIX(0, 0, 0, 0, 0);
static const struct prefix every_ipv6 = IPV6_PREFIX(0, 0, 0);

static void remove_prefix(struct prefix_set *set, const struct prefix *prefix)
{
	CLEANUP(prefix_set_release) struct prefix_set less = { 0 };

	prefix_set_add(&less, prefix);
	prefix_set_normalize(&less);
	prefix_set_subtract(set, &less);
}

static void match_normalize(struct policy_match *match)
{
	port_ranges_normalize(&match->ports);
	prefix_set_normalize(&match->remote);
	if (prefix_set_is_full(&match->remote, FAMILY_IPV4) && prefix_set_is_full(&match->remote, FAMILY_IPV6))
		match->any_remote = true;
	if (match->any_remote)
		prefix_set_release(&match->remote);
	else if (match->protocol == IPPROTO_ICMP)
		remove_prefix(&match->remote, &every_ipv6);
	else if (match->protocol == IPPROTO_ICMPV6)
		remove_prefix(&match->remote, &every_ipv4);
}

static void set_add_everything(struct prefix_set *set)
{
	prefix_set_add(set, &every_ipv4);
	prefix_set_add(set, &every_ipv6);
}

// No packet would reach a rule with this match: other rules decide about all of its remotes.
static bool draft_decides(const struct layer_draft *draft, const struct policy_match *match)
{
	CLEANUP(prefix_set_release) struct prefix_set left = { 0 };

	if (match->any_remote)
		set_add_everything(&left);
	else
		prefix_set_add_set(&left, &match->remote);
	prefix_set_normalize(&left);
	prefix_set_subtract(&left, &draft->decided);
	return prefix_set_is_empty(&left);
}

static struct policy_rule *draft_push(struct layer_draft *draft, enum verdict verdict, struct policy_match *match,
				      const struct location *at, char *reason)
{
	struct policy_rule rule = {
		.number = (unsigned)draft->layer.rules.count + 1,
		.verdict = verdict,
		.match = *match,
		.reason = reason,
	};

	if (at && at->line)
		rule.origin = memory_format("%s:%u:%u", at->file, at->line, at->column);
	else
		rule.origin = memory_copy_text("built-in");
	*match = (struct policy_match){ 0 };
	vec_push(&draft->layer.rules, rule);
	return &draft->layer.rules.items[draft->layer.rules.count - 1];
}

struct policy_rule *layer_add(struct layer_draft *draft, enum verdict verdict, struct policy_match *match,
			      const struct location *at, const char *format, ...)
{
	va_list arguments;
	char *text = NULL;

	match_normalize(match);
	if (draft_decides(draft, match)) {
		match_release(match);
		return NULL;
	}
	if (match_is_unconditional(match)) {
		if (match->any_remote)
			set_add_everything(&draft->decided);
		else
			prefix_set_add_set(&draft->decided, &match->remote);
		prefix_set_normalize(&draft->decided);
	}
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = memory_copy_text(format);
	va_end(arguments);
	return draft_push(draft, verdict, match, at, text);
}

void layer_close(struct layer_draft *draft, enum verdict verdict, const struct location *at, const char *reason)
{
	struct policy_match match = match_of(PROTOCOL_ALL);

	match.any_remote = true;
	draft_push(draft, verdict, &match, at, memory_copy_text(reason));
}

bool layer_is_open(const struct layer_draft *draft)
{
	size_t reachable = draft->layer.rules.count;

	// When earlier rules decide everything, the last is there only to close the layer.
	if (reachable && prefix_set_is_full(&draft->decided, FAMILY_IPV4) &&
	    prefix_set_is_full(&draft->decided, FAMILY_IPV6))
		reachable--;
	for (size_t i = 0; i < reachable; i++) {
		if (draft->layer.rules.items[i].verdict != VERDICT_PASS)
			return false;
	}
	return true;
}

static void rule_release(struct policy_rule *rule)
{
	match_release(&rule->match);
	free(rule->reason);
	free(rule->origin);
}

static void layer_release(struct policy_layer *layer)
{
	vec_for_each (rule, &layer->rules)
		rule_release(rule);
	vec_release(&layer->rules);
}

void layer_draft_release(struct layer_draft *draft)
{
	layer_release(&draft->layer);
	prefix_set_release(&draft->decided);
}

void policy_release(struct policy *policy)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		vec_for_each (layer, &policy->layers[direction])
			layer_release(layer);
		vec_release(&policy->layers[direction]);
		reach_release(&policy->reach[direction]);
	}
	vec_release(&policy->host_ports);
	*policy = (struct policy){ 0 };
}
