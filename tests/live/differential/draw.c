// SPDX-License-Identifier: GPL-2.0-or-later
// Which conversations are tried: at the edges of what the policy names. See talk.h.
#include <netinet/in.h>

#include "coverage.h"
#include "expect.h"
#include "nft/ruleset.h"

enum { CANDIDATES = 5, TRIES = 50, FIRST_PORT = 20000 };

static const char *const others[] = {
	"169.254.169.254",
	"fd00:ec2::254",
	"169.254.169.253",
	"fd00:ec2::253",
	"169.254.170.2",
	"169.254.170.23",
	"fd00:ec2::23",
	"169.254.169.123",
	"fd00:ec2::123",
	"169.254.169.250",
	"169.254.0.0",
	"169.255.0.0",
	"fd00:ec2::",
	"224.0.0.0",
	"239.255.255.255",
	"255.255.255.255",
	"240.0.0.0",
	"0.0.0.0",
	"0.0.0.1",
	"1.0.0.0",
	"127.0.0.1",
	"127.255.255.255",
	"128.0.0.0",
	"::",
	"::1",
	"::2",
	"ff00::",
	"ff02::1",
	"fe80::1",
	"fec0::",
	"10.20.0.2",
	"10.20.0.1",
	"192.0.2.1",
	"8.8.8.8",
	"2001:4860::8888",
	"10.20.255.255",
	"10.21.0.0",
	"10.19.255.255",
	"fd12:3455:ffff::",
	"fd12:3456:0:100::",
};
static const int protocols[] = { IPPROTO_TCP,  IPPROTO_TCP, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDP, IPPROTO_ICMP,
				 IPPROTO_ICMP, 47,          132,         4,           2,           255 };
static const uint16_t some_ports[] = { 0, 1, 22, 53, 80, 123, 443, 444, 853, 1024, 1688, 8050, 9000, 65535 };
static const uint8_t some_types[] = { 0, 3, 8, 11, 13, 17, 128, 129, 135, 143, 1, 255 };

static const struct policy_rule *random_rule(struct random *random, const struct policy *policy,
					     enum direction direction)
{
	size_t layers = policy->layers[direction].count;
	const struct policy_layer *layer;

	if (!layers)
		return NULL;
	layer = &policy->layers[direction].items[random_below(random, (unsigned)layers)];
	return &layer->rules.items[random_below(random, (unsigned)layer->rules.count)];
}

static struct address beside(struct random *random, struct address address)
{
	address.bits += (address_bits)random_below(random, 3) - 1;
	if (address.family == FAMILY_IPV4)
		address.bits &= 0xffffffff;
	return address;
}

// The first or the last address of a range that some rule names, or one beside it.
static struct address random_remote(struct random *random, const struct policy *policy, enum direction direction)
{
	struct address address = { FAMILY_IPV4, 0x08080808 };

	for (int i = 0; i < TRIES && random_chance(random, 97); i++) {
		enum direction way = random_chance(random, 85) ? direction : (enum direction)random_below(random, 2);
		const struct policy_rule *rule = random_rule(random, policy, way);
		if (!rule || !rule->match.remote.ranges.count)
			continue;
		const struct address_range *range =
		    &rule->match.remote.ranges.items[random_below(random, (unsigned)rule->match.remote.ranges.count)];
		return beside(random, random_chance(random, 50) ? range->first : range->last);
	}
	if (address_parse(RANDOM_PICK(random, others), &address, NULL) < 0)
		return address;
	return random_chance(random, 70) ? address : beside(random, address);
}

// A port of some rule of that direction, or one beside it.
static uint16_t random_port(struct random *random, const struct policy *policy, enum direction direction)
{
	for (int i = 0; i < TRIES && random_chance(random, 95); i++) {
		const struct policy_rule *rule = random_rule(random, policy, direction);
		if (!rule || !rule->match.ports.count)
			continue;
		const struct port_range *range =
		    &rule->match.ports.items[random_below(random, (unsigned)rule->match.ports.count)];
		return (uint16_t)((random_chance(random, 50) ? range->first : range->last) + random_below(random, 3) -
				  1);
	}
	return RANDOM_PICK(random, some_ports);
}

static void random_type(struct random *random, const struct policy *policy, struct flow *flow)
{
	flow->icmp_type =
	    random_chance(random, 40) ? (flow->protocol == IPPROTO_ICMP ? 8 : 128) : RANDOM_PICK(random, some_types);
	flow->icmp_code = (uint8_t)random_below(random, 3);
	for (int i = 0; i < TRIES && random_chance(random, 90); i++) {
		const struct policy_rule *rule = random_rule(random, policy, flow->direction);
		if (!rule || rule->match.protocol != flow->protocol || rule->match.icmp_type < 0)
			continue;
		flow->icmp_type = (uint8_t)(rule->match.icmp_type + (random_chance(random, 70) ? 0 : 1));
		if (rule->match.icmp_code >= 0 && random_chance(random, 70))
			flow->icmp_code = (uint8_t)(rule->match.icmp_code + (int)random_below(random, 2));
		return;
	}
}

static int random_protocol(struct random *random, const struct policy *policy, const struct flow *flow)
{
	int protocol = RANDOM_PICK(random, protocols);

	if (random_chance(random, 30)) {
		const struct policy_rule *rule = random_rule(random, policy, flow->direction);
		if (rule && rule->match.protocol != PROTOCOL_ALL)
			protocol = rule->match.protocol;
	}
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return (flow->remote.family == FAMILY_IPV4) == random_chance(random, 92) ? IPPROTO_ICMP
											 : IPPROTO_ICMPV6;
	return protocol;
}

// Mostly a packet as it should be.
static void random_form(struct random *random, struct talk *talk)
{
	static const uint8_t flags[] = { PACKET_ACK, PACKET_SYN | PACKET_ACK, PACKET_RST, PACKET_FIN | PACKET_ACK,
					 PACKET_SYN | PACKET_FIN };

	talk->tcp_flags = talk->flow.protocol != IPPROTO_TCP ? 0
			  : random_chance(random, 93)        ? PACKET_SYN
							     : RANDOM_PICK(random, flags);
	talk->header = random_chance(random, 3);
	talk->spoofed = talk->flow.direction == EGRESS && random_chance(random, 3);
}

static void random_destination(struct random *random, const struct policy *policy, uint16_t number, struct flow *flow)
{
	enum direction back = flow->direction == EGRESS ? INGRESS : EGRESS;

	flow->destination_port = random_port(random, policy, flow->direction);
	// What an answer goes to: at the edges of the rules of its own direction.
	flow->source_port = random_chance(random, 60) ? number : random_port(random, policy, back);
}

// All of it after one rule: what that rule is about, mostly, or beside it in one way.
static void follow_rule(struct random *random, const struct policy *policy, struct flow *flow)
{
	const struct policy_rule *rule = random_rule(random, policy, flow->direction);
	const struct policy_match *match = rule ? &rule->match : NULL;

	if (!match)
		return;
	if (match->remote.ranges.count) {
		const struct address_range *range =
		    &match->remote.ranges.items[random_below(random, (unsigned)match->remote.ranges.count)];
		flow->remote = random_chance(random, 50) ? range->first : range->last;
		if (random_chance(random, 30))
			flow->remote = beside(random, flow->remote);
	}
	if (match->protocol != PROTOCOL_ALL)
		flow->protocol = match->protocol;
	if (match->ports.count) {
		const struct port_range *range =
		    &match->ports.items[random_below(random, (unsigned)match->ports.count)];
		flow->destination_port = random_chance(random, 50) ? range->first : range->last;
	}
}

static struct talk draw_one(struct random *random, const struct policy *policy, uint16_t number)
{
	struct talk talk = { .icmp_id = number };
	struct flow *flow = &talk.flow;

	flow->direction = random_chance(random, 60) ? EGRESS : INGRESS;
	flow->remote = random_remote(random, policy, flow->direction);
	flow->protocol = random_protocol(random, policy, flow);
	random_destination(random, policy, number, flow);
	if (random_chance(random, 35))
		follow_rule(random, policy, flow);
	if (flow->protocol != IPPROTO_TCP && flow->protocol != IPPROTO_UDP)
		flow->source_port = flow->destination_port = 0;
	if (flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6)
		random_type(random, policy, flow);
	flow->loopback = flow_is_loopback(flow);
	random_form(random, &talk);
	return talk;
}

// Neither has a packet that could be taken for one of the other's.
static bool tell_apart(const struct talk *a, const struct talk *b)
{
	static const struct own_addresses own = { { { FAMILY_IPV4, 1 }, { FAMILY_IPV6, 1 } } };

	for (int i = 0; i < 4; i++) {
		enum direction one, two;
		struct packet first = talk_packet(a, i & 1 ? STEP_ANSWER : STEP_FIRST, &own, &one);
		struct packet second = talk_packet(b, i & 2 ? STEP_ANSWER : STEP_FIRST, &own, &two);
		if (packet_alike(&first, &second))
			return false;
	}
	return true;
}

static bool is_new(const talk_vec *talks, const struct talk *talk)
{
	vec_for_each (other, talks)
		if (!tell_apart(other, talk))
			return false;
	return true;
}

// How little it is worth to try this one. What no layer decides is tried now and then.
static unsigned worthlessness(struct random *random, const struct policy *policy, struct coverage *coverage,
			      const struct talk *talk)
{
	const struct rules rules = { policy, false, ruleset_defaults.generation };
	struct expectation expected;

	if (!expect(&rules, &rules, talk, STEP_FIRST, &expected))
		return UINT32_MAX - 1;
	bool decided =
	    expected.fate == FATE_CARRIED || (expected.fate == FATE_DENIED && expected.number < WALL_INVALID);
	if (!decided && !random_chance(random, 4))
		return UINT32_MAX - 1;
	return decided ? coverage_seen(coverage, &talk->flow, &expected.judgement) : 0;
}

// Of several the one whose like was taken least.
static struct talk draw_best(struct random *random, const struct policy *policy, struct coverage *coverage,
			     uint16_t number)
{
	struct talk best = { 0 };
	unsigned least = UINT32_MAX;

	for (int i = 0; i < CANDIDATES; i++) {
		struct talk talk = draw_one(random, policy, number);
		unsigned worthless = worthlessness(random, policy, coverage, &talk);
		if (worthless < least) {
			least = worthless;
			best = talk;
		}
	}
	return best;
}

void talks_draw(struct random *random, const struct policy *policy, size_t count, talk_vec *out)
{
	struct coverage coverage = { 0 };  // of these alone: a profile is tried again with the same packets

	for (size_t tries = 0; out->count < count && tries < TRIES * count; tries++) {
		struct talk talk = draw_best(random, policy, &coverage, (uint16_t)(FIRST_PORT + out->count));
		struct judgement judgement = policy_evaluate(policy, &talk.flow);

		if (!is_new(out, &talk))
			continue;
		coverage_count(&coverage, &talk.flow, &judgement);
		vec_push(out, talk);
	}
}
