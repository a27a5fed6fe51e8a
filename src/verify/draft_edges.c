// SPDX-License-Identifier: GPL-2.0-or-later
// The edges of rules as rows, and packets that no conversation begins with: see draft.h.
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>

#include "nft/ruleset.h"
#include "verify/draft.h"

enum { RANGES_OF_A_RULE = 500, LAST_PORT = 65535, SOME_PORT = 443 };

// Stand for all addresses, where a rule matches any: kept for documentation (RFC 5737, 3849).
static const struct address anybody[] = {
	{ FAMILY_IPV4, 0xc6336442 },
	{ FAMILY_IPV6, (address_bits)0x20010db800000042 << 64 | 0x42 },
};

static const int other_protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_GRE };

// What is being tried: a rule, and how its flows go.
struct edge {
	struct draft *draft;
	const struct policy_match *match;
	unsigned promise, frames;
	enum direction direction;
};

static int protocol_of(const struct policy_match *match)
{
	return match->protocol == PROTOCOL_ALL ? IPPROTO_TCP : match->protocol;
}

static void try_flow(const struct edge *edge, const struct address *address, int protocol, long port)
{
	struct flow flow = { .direction = edge->direction, .protocol = protocol, .remote = *address };

	if (port < 0 || port > LAST_PORT || address->family == FAMILY_NONE)
		return;
	if (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) {
		flow.destination_port = (uint16_t)port;
	} else if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6) {
		bool own = edge->match->protocol == protocol && edge->match->icmp_type >= 0;
		flow.icmp_type = own                        ? (uint8_t)edge->match->icmp_type
				 : protocol == IPPROTO_ICMP ? ICMP_ECHO
							    : ICMP6_ECHO_REQUEST;
		flow.icmp_code = edge->match->icmp_code > 0 ? (uint8_t)edge->match->icmp_code : 0;
	}
	draft_flow(edge->draft, edge->promise, edge->direction == EGRESS ? ROW_RAW : ROW_INBOUND, &flow);
	if (edge->direction == EGRESS)
		draft_frame(edge->draft, edge->frames, &flow);
}

static long some_port(const struct policy_match *match)
{
	return match->ports.count ? match->ports.items[0].first : SOME_PORT;
}

// Ports and protocols around a match, at one address that is in it.
static void try_around(const struct edge *edge, const struct address *address)
{
	const struct policy_match *match = edge->match;
	int protocol = protocol_of(match);

	vec_for_each (range, &match->ports) {
		const long ports[] = { range->first - 1L, range->first, range->last, range->last + 1L };
		for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
			try_flow(edge, address, protocol, ports[i]);
	}
	if (!match->ports.count) {
		try_flow(edge, address, protocol, 1);
		try_flow(edge, address, protocol, LAST_PORT);
	}
	for (size_t i = 0; i < sizeof(other_protocols) / sizeof(other_protocols[0]); i++)
		try_flow(edge, address, other_protocols[i], some_port(match));
}

static void try_range(const struct edge *edge, const struct address_range *range)
{
	int protocol = protocol_of(edge->match);
	address_bits highest = range->first.family == FAMILY_IPV4 ? (address_bits)UINT32_MAX : ~(address_bits)0;
	struct address before = range->first, after = range->last;

	try_flow(edge, &range->first, protocol, some_port(edge->match));
	try_flow(edge, &range->last, protocol, some_port(edge->match));
	if (before.bits-- > 0)
		try_flow(edge, &before, protocol, some_port(edge->match));
	if (after.bits++ < highest)
		try_flow(edge, &after, protocol, some_port(edge->match));
}

// Whether the board has room for all that one range of a rule, or all addresses of it, can add. Some is kept for what
// is drafted after the edges: a wall or a door that found none would look as if it had been tried.
static bool has_room(const struct edge *edge)
{
	enum { KEPT = 256, AT_A_RANGE = 16, AT_A_PORT_RANGE = 4 };
	const struct board *board = edge->draft->board;
	size_t wanted = 2 * (AT_A_RANGE + AT_A_PORT_RANGE * edge->match->ports.count);

	return board->capacity - board->count >= KEPT + wanted;
}

// All ranges, or as many as can be, evenly.
static void try_ranges(const struct edge *edge)
{
	const struct prefix_set *remote = &edge->match->remote;
	size_t count = remote->ranges.count;
	size_t step = count / RANGES_OF_A_RULE + 1;
	size_t tried = 0;
	enum family around = FAMILY_NONE;

	for (size_t i = 0; i < count && has_room(edge); i += step, tried++) {
		const struct address_range *range = &remote->ranges.items[i];
		try_range(edge, range);
		if (range->first.family != around)
			try_around(edge, &range->last);
		around = range->first.family;
	}
	edge->draft->left_out += count - tried;
}

static void try_rule(struct draft *draft, unsigned frames, enum direction direction, const struct policy_layer *layer,
		     const struct policy_rule *rule)
{
	struct edge edge = { .draft = draft, .match = &rule->match, .frames = frames, .direction = direction };

	edge.promise = draft_promise(draft, PROMISE_RULE, rule->origin, "%s rule %u: %s",
				     layer_name(layer->kind, direction), rule->number, rule->reason);
	if (!rule->match.any_remote) {
		try_ranges(&edge);
		return;
	}
	if (!has_room(&edge)) {
		draft->left_out++;
		return;
	}
	for (size_t i = 0; i < sizeof(anybody) / sizeof(anybody[0]); i++) {
		try_flow(&edge, &anybody[i], protocol_of(&rule->match), some_port(&rule->match));
		try_around(&edge, &anybody[i]);
	}
}

void draft_edges(struct draft *draft)
{
	unsigned frames =
	    draft_promise(draft, PROMISE_WALL, NULL,
			  "frames on the link, past all layers: its own wall lets none out that the policy denies");

	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		vec_for_each (layer, &draft->policy->layers[direction])
			vec_for_each (rule, &layer->rules)
				try_rule(draft, frames, direction, layer, rule);
}

// A flow of the range that no row is about yet, from its end; false: none within reach.
static bool unknown_flow(const struct draft *draft, const struct address_range *range, enum packet_oddity oddity,
			 struct flow *flow)
{
	enum { TRIES = 64 };
	address_bits size = range->last.bits - range->first.bits;
	struct flow seen = *flow;  // as the range and the kernel's log tell of it

	seen.remote = range->last;
	if (oddity == PACKET_FRAGMENT)
		seen.destination_port = 0;
	for (address_bits i = 0; i <= size && i < TRIES; i++, seen.remote.bits--)
		if (!prefix_set_contains(&draft->own, &seen.remote) && !board_knows(draft->board, &seen)) {
			flow->remote = seen.remote;
			return true;
		}
	return false;
}

// Something that the policy lets out, in one packet, that nothing else sends: where the link does not keep ports, it is
// told by where it goes alone. Family NONE: there is nothing.
static struct flow allowed_flow(const struct draft *draft, enum family family, enum packet_oddity oddity)
{
	vec_for_each (row, &draft->policy->reach[EGRESS].rows) {
		size_t count;
		const struct address_range *ranges = prefix_set_ranges(&row->remotes, family, &count);
		const struct reach_range *ports = &row->ranges.items[row->ranges.count - 1];
		struct flow flow = { .protocol = IPPROTO_TCP };
		if (row->protocol != IPPROTO_TCP)
			continue;
		for (size_t i = count; i > 0; i--)
			for (unsigned port = ports->last; port + 4 > ports->last && port >= ports->first && port;
			     port--) {
				flow.destination_port = (uint16_t)port;
				if (unknown_flow(draft, &ranges[i - 1], oddity, &flow))
					return flow;
			}
	}
	return (struct flow){ 0 };
}

// What no packet may be that would be let out otherwise.
static const struct {
	const char *what;
	enum packet_oddity oddity;
	uint8_t flags;
	bool foreign;
	enum family only;  // FAMILY_NONE: both
	unsigned rule;     // 0: one of several, or none tells of it
} walls[] = {
	{ "a packet of no conversation", PACKET_PLAIN, PACKET_ACK, false, FAMILY_NONE, WALL_INVALID },
	{ "a conversation that does not begin with a SYN alone", PACKET_PLAIN, PACKET_SYN | PACKET_FIN, false,
	  FAMILY_NONE, 0 },
	{ "a later fragment", PACKET_FRAGMENT, 0, false, FAMILY_NONE, 0 },
	{ "options of the IPv4 header", PACKET_OPTIONS, 0, false, FAMILY_IPV4, WALL_OPTIONS },
	{ "an extension header of IPv6", PACKET_HEADERS, 0, false, FAMILY_IPV6, WALL_HEADERS },
	{ "a source address that is not the job's", PACKET_PLAIN, 0, true, FAMILY_NONE, WALL_SOURCE },
};

// The same past the layers. The link's wall judges each packet by itself: what belongs to no conversation is the
// layers'.
static void add_frame(struct draft *draft, const struct board_row *raw)
{
	struct board_row row = *raw;

	if (row.flags)
		return;
	row.kind = ROW_FRAME;
	row.layer[0] = '\0';
	row.rule = 0;
	(void)board_add(draft->board, &row);
}

void draft_walls(struct draft *draft)
{
	static const enum family families[LINK_FAMILIES] = { FAMILY_IPV4, FAMILY_IPV6 };

	for (size_t i = 0; i < sizeof(walls) / sizeof(walls[0]); i++) {
		unsigned promise = draft_promise(draft, PROMISE_WALL, NULL, "%s", walls[i].what);
		for (size_t f = 0; f < LINK_FAMILIES; f++) {
			struct board_row row = { .kind = ROW_RAW,
						 .promise = promise,
						 .flow = allowed_flow(draft, families[f], walls[i].oddity),
						 .oddity = walls[i].oddity,
						 .flags = walls[i].flags,
						 .foreign = walls[i].foreign,
						 .rule = walls[i].rule };
			if (row.flow.remote.family == FAMILY_NONE ||
			    (walls[i].only != FAMILY_NONE && walls[i].only != families[f]))
				continue;
			if (row.oddity == PACKET_FRAGMENT)
				row.flow.destination_port = 0;  // it has none
			if (row.rule)
				(void)snprintf(row.layer, sizeof(row.layer), "%s", layer_name(LAYER_PACKET, EGRESS));
			(void)board_add(draft->board, &row);
			add_frame(draft, &row);
		}
	}
}
