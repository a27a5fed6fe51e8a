// SPDX-License-Identifier: GPL-2.0-or-later
// What a policy lets through: see reach.h.
//
// Between two neighbouring edges of the rules' ports all ports fare alike. So one port of each such interval is taken
// through the layers together with all addresses at once, as sets.
#include "policy/reach.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/layer.h"

enum { LAST = UINT16_MAX };

static const struct {
	int protocol;
	bool typed;  // tells its packets apart by type and code
	enum family families[2];
} reach_protocols[] = {
	{ IPPROTO_TCP, false, { FAMILY_IPV4, FAMILY_IPV6 } },
	{ IPPROTO_UDP, false, { FAMILY_IPV4, FAMILY_IPV6 } },
	{ IPPROTO_ICMP, true, { FAMILY_IPV4, FAMILY_NONE } },
	{ IPPROTO_ICMPV6, true, { FAMILY_IPV6, FAMILY_NONE } },
};

static const struct prefix every[] = { IPV4_PREFIX(0, 0, 0, 0, 0), IPV6_PREFIX(0, 0, 0) };

typedef VEC(uint32_t) edge_vec;

// What of a packet is no address.
struct packet_kind {
	size_t protocol;  // of reach_protocols
	uint16_t at;      // as in struct reach_range
};

static struct reach_range types_of(const struct policy_match *match)
{
	unsigned type = (unsigned)match->icmp_type << 8;

	if (match->icmp_code >= 0)
		return (struct reach_range){ (uint16_t)(type | (unsigned)match->icmp_code),
					     (uint16_t)(type | (unsigned)match->icmp_code) };
	return (struct reach_range){ (uint16_t)type, (uint16_t)(type | 0xff) };
}

static void add_edges(edge_vec *edges, uint32_t first, uint32_t last)
{
	vec_push(edges, first);
	vec_push(edges, last + 1);
}

// A code without a type is one of every type.
static void add_edges_of(edge_vec *edges, const struct policy_match *match)
{
	vec_for_each (range, &match->ports)
		add_edges(edges, range->first, range->last);
	if (match->icmp_type >= 0) {
		struct reach_range types = types_of(match);
		add_edges(edges, types.first, types.last);
	} else if (match->icmp_code >= 0) {
		for (uint32_t type = 0; type <= LAST; type += 0x100)
			add_edges(edges, type | (uint32_t)match->icmp_code, type | (uint32_t)match->icmp_code);
	}
}

static int compare_edges(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

// Where the fate of the protocol's packets may change, ascending, from 0 to LAST + 1.
static void find_edges(const struct policy *policy, enum direction direction, int protocol, edge_vec *edges)
{
	size_t kept = 0;

	vec_push(edges, 0);
	vec_push(edges, LAST + 1);
	vec_for_each (layer, &policy->layers[direction])
		vec_for_each (rule, &layer->rules)
			if (rule->match.protocol == protocol)
				add_edges_of(edges, &rule->match);
	qsort(edges->items, edges->count, sizeof(*edges->items), compare_edges);
	for (size_t i = 0; i < edges->count; i++)
		if (!kept || edges->items[kept - 1] != edges->items[i])
			edges->items[kept++] = edges->items[i];
	edges->count = kept;
}

static bool range_holds(const struct policy_match *match, bool typed, uint16_t at)
{
	if (typed)
		return (match->icmp_type < 0 || match->icmp_type == at >> 8) &&
		       (match->icmp_code < 0 || match->icmp_code == (at & 0xff));
	return match->ports.count == 0 || port_ranges_contain(&match->ports, at);
}

static bool applies(const struct policy_match *match, size_t protocol, uint16_t at)
{
	if (match->protocol != PROTOCOL_ALL && match->protocol != reach_protocols[protocol].protocol)
		return false;
	return range_holds(match, reach_protocols[protocol].typed, at);
}

static size_t layers_asked(const struct policy *policy, enum direction direction, const struct reach_question *question)
{
	size_t count = policy->layers[direction].count;

	return count < question->layers ? count : question->layers;
}

static bool judges(const struct policy_layer *layer, const struct reach_question *question)
{
	return question->state == FLOW_NEW || !layer->stateful;
}

// Which rules of all layers apply, a byte each: what that is the same for fares alike.
static void add_signature(const struct policy *policy, enum direction direction, const struct reach_question *question,
			  const struct packet_kind *kind, struct strbuf *out)
{
	for (size_t i = 0; i < layers_asked(policy, direction, question); i++) {
		const struct policy_layer *layer = &policy->layers[direction].items[i];

		if (judges(layer, question))
			vec_for_each (rule, &layer->rules)
				strbuf_add_char(out, applies(&rule->match, kind->protocol, kind->at) ? '1' : '0');
	}
}

// One layer: of the addresses in *passing those that go on stay; those that are let through for good go to accepted.
// denied: of each rule, or NULL.
static void pass_layer(const struct policy_layer *layer, const struct packet_kind *kind, struct prefix_set *passing,
		       struct prefix_set *accepted, struct prefix_set *denied)
{
	struct prefix_set left = *passing;

	*passing = (struct prefix_set){ 0 };
	vec_for_each (rule, &layer->rules) {
		CLEANUP(prefix_set_release) struct prefix_set met = { 0 };

		if (prefix_set_is_empty(&left))
			break;
		if (!applies(&rule->match, kind->protocol, kind->at))
			continue;
		if (rule->match.any_remote) {
			met = left;
			left = (struct prefix_set){ 0 };
		} else {
			prefix_set_intersection(&left, &rule->match.remote, &met);
			prefix_set_subtract(&left, &met);
		}
		if (rule->verdict != VERDICT_DENY)
			prefix_set_add_set(rule->verdict == VERDICT_PASS ? passing : accepted, &met);
		else if (denied)
			prefix_set_add_set(&denied[rule - layer->rules.items], &met);
	}
	prefix_set_normalize(passing);
	prefix_set_release(&left);
}

static void begin(const struct packet_kind *kind, const struct prefix_set *within, struct prefix_set *out)
{
	for (size_t i = 0; i < 2 && reach_protocols[kind->protocol].families[i]; i++)
		prefix_set_add(out, &every[reach_protocols[kind->protocol].families[i] == FAMILY_IPV6]);
	prefix_set_normalize(out);
	if (within)
		prefix_set_intersect(out, within);
}

static void reached_at(const struct policy *policy, enum direction direction, const struct reach_question *question,
		       const struct packet_kind *kind, struct prefix_set *out)
{
	CLEANUP(prefix_set_release) struct prefix_set accepted = { 0 };
	size_t count = layers_asked(policy, direction, question);

	begin(kind, question->within, out);
	for (size_t i = 0; i < count; i++) {
		const struct policy_layer *layer = &policy->layers[direction].items[i];

		if (judges(layer, question))
			pass_layer(layer, kind, out, &accepted, i + 1 == count ? question->denied : NULL);
	}
	if (accepted.ranges.count) {
		prefix_set_add_set(out, &accepted);
		prefix_set_normalize(out);
	}
}

enum { NO_ROW = -1 };

// What was found out about a signature: the row of the reach, or none.
struct found {
	char *signature;
	ptrdiff_t row;
};
typedef VEC(struct found) found_vec;

static void found_release(found_vec *found)
{
	vec_for_each (each, found)
		free(each->signature);
	vec_release(found);
}

// Takes remotes over; the row that has them.
static ptrdiff_t row_for(struct reach *reach, int protocol, struct prefix_set *remotes)
{
	struct reach_row fresh = { .protocol = protocol, .remotes = *remotes };

	if (prefix_set_is_empty(remotes)) {
		prefix_set_release(remotes);
		return NO_ROW;
	}
	vec_for_each (row, &reach->rows)
		if (row->protocol == protocol && prefix_set_equal(&row->remotes, remotes)) {
			prefix_set_release(remotes);
			return row - reach->rows.items;
		}
	vec_push(&reach->rows, fresh);
	*remotes = (struct prefix_set){ 0 };
	return (ptrdiff_t)reach->rows.count - 1;
}

// The ranges come in order.
static void add_range(reach_range_vec *ranges, struct reach_range range)
{
	if (ranges->count && ranges->items[ranges->count - 1].last + 1 == range.first)
		ranges->items[ranges->count - 1].last = range.last;
	else
		vec_push(ranges, range);
}

static ptrdiff_t find_row(const struct policy *policy, enum direction direction, const struct reach_question *question,
			  const struct packet_kind *kind, found_vec *found, struct reach *out)
{
	AUTO_STRBUF struct strbuf signature = { 0 };
	struct prefix_set remotes = { 0 };

	add_signature(policy, direction, question, kind, &signature);
	vec_for_each (each, found)
		if (strcmp(each->signature, strbuf_text(&signature)) == 0)
			return each->row;
	reached_at(policy, direction, question, kind, &remotes);
	ptrdiff_t row = row_for(out, reach_protocols[kind->protocol].protocol, &remotes);
	vec_push(found, (struct found){ strbuf_steal(&signature), row });
	return row;
}

static void reach_protocol(const struct policy *policy, enum direction direction, const struct reach_question *question,
			   size_t protocol, struct reach *out)
{
	CLEANUP(found_release) found_vec found = { 0 };
	edge_vec edges = { 0 };

	find_edges(policy, direction, reach_protocols[protocol].protocol, &edges);
	for (size_t i = 0; i + 1 < edges.count; i++) {
		struct reach_range range = { (uint16_t)edges.items[i], (uint16_t)(edges.items[i + 1] - 1) };
		struct packet_kind kind = { protocol, range.first };
		ptrdiff_t row = find_row(policy, direction, question, &kind, &found, out);

		if (row != NO_ROW)
			add_range(&out->rows.items[row].ranges, range);
	}
	vec_release(&edges);
}

void policy_reach_of(const struct policy *policy, enum direction direction, const struct reach_question *question,
		     struct reach *out)
{
	for (size_t protocol = 0; protocol < sizeof(reach_protocols) / sizeof(reach_protocols[0]); protocol++)
		reach_protocol(policy, direction, question, protocol, out);
}

void policy_reach(const struct policy *policy, enum direction direction, struct reach *out)
{
	policy_reach_of(policy, direction, &(struct reach_question){ .layers = SIZE_MAX }, out);
}

void reach_release(struct reach *reach)
{
	vec_for_each (row, &reach->rows) {
		vec_release(&row->ranges);
		prefix_set_release(&row->remotes);
	}
	vec_release(&reach->rows);
}

void reach_remotes(const struct reach *reach, struct prefix_set *set)
{
	vec_for_each (row, &reach->rows)
		prefix_set_add_set(set, &row->remotes);
	prefix_set_normalize(set);
}

bool policy_needs_link(const struct policy *policy)
{
	return policy->reach[EGRESS].rows.count || policy->reach[INGRESS].rows.count;
}

static uint16_t place_of(const struct flow *flow)
{
	bool typed = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;

	return typed ? (uint16_t)(flow->icmp_type << 8 | flow->icmp_code) : flow->destination_port;
}

bool reach_contains(const struct reach *reach, const struct flow *flow)
{
	uint16_t at = place_of(flow);

	vec_for_each (row, &reach->rows) {
		if (row->protocol != flow->protocol)
			continue;
		vec_for_each (range, &row->ranges)
			if (range->first <= at && at <= range->last &&
			    prefix_set_contains(&row->remotes, &flow->remote))
				return true;
	}
	return false;
}

bool reach_row_is_whole(const struct reach_row *row)
{
	return row->ranges.count == 1 && row->ranges.items[0].first == 0 && row->ranges.items[0].last == LAST;
}
