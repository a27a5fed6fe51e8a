// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel must do: see expect.h.
#include "expect.h"

#include <netinet/in.h>
#include <string.h>

#include "nft/ruleset.h"

// Sources that Linux takes from no link (ip_route_input_slow: martians; ip6_rcv_core).
static const struct {
	enum direction direction;
	struct prefix prefix;
} kernel_rows[] = {
	{ INGRESS, IPV4_PREFIX(0, 0, 0, 0, 32) },  { INGRESS, IPV4_PREFIX(127, 0, 0, 0, 8) },
	{ INGRESS, IPV4_PREFIX(224, 0, 0, 0, 4) }, { INGRESS, IPV4_PREFIX(255, 255, 255, 255, 32) },
	{ INGRESS, IPV6_PREFIX(0, 1, 128) },       { INGRESS, IPV6_PREFIX(0xff00000000000000, 0, 8) },
};

static bool kernel_refuses(const struct flow *flow)
{
	for (size_t i = 0; i < sizeof(kernel_rows) / sizeof(kernel_rows[0]); i++)
		if (kernel_rows[i].direction == flow->direction &&
		    prefix_contains(&kernel_rows[i].prefix, &flow->remote))
			return true;
	return false;
}

// A group of the link-less scopes never leaves: dropped behind the rules, and nobody is told (ip6_finish_output2).
static bool vanishes(const struct flow *flow)
{
	return flow->remote.family == FAMILY_IPV6 && flow->remote.bits >> 120 == 0xff &&
	       (flow->remote.bits >> 112 & 0xf) <= 1;
}

// Some versions of Linux take no such source from a link (ip6_rcv_core).
static bool kernel_may_refuse(const struct flow *flow)
{
	static const struct prefix mapped = IPV6_PREFIX(0, 0xffff00000000, 96);

	return flow->direction == INGRESS && prefix_contains(&mapped, &flow->remote);
}

enum tracking { TRACK_NEW, TRACK_NOT, TRACK_INVALID };

// What conntrack makes of an ICMP message that belongs to nothing (nf_conntrack_proto_icmp.c, _icmpv6.c).
static enum tracking track_icmp(const struct flow *flow)
{
	static const uint8_t begin[] = { 8, 13, 15, 17 }, begin6[] = { 128, 139 };
	static const uint8_t untracked6[] = { 130, 131, 132, 133, 134, 135, 136, 143 };
	bool six = flow->protocol == IPPROTO_ICMPV6;

	if (six && memchr(untracked6, flow->icmp_type, sizeof(untracked6)))
		return TRACK_NOT;
	return memchr(six ? begin6 : begin, flow->icmp_type, six ? sizeof(begin6) : sizeof(begin)) ? TRACK_NEW
												   : TRACK_INVALID;
}

// The wall in the way of a packet that begins something; 0: none. In the order of nft/walls.c.
static unsigned wall_of(const struct flow *flow, uint8_t tcp_flags, bool header, bool spoofed)
{
	bool icmp = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;

	// Under tcp_loose 0, as a jail has it, whatever is no SYN alone begins nothing.
	if (flow->protocol == IPPROTO_TCP && tcp_flags != PACKET_SYN)
		return WALL_INVALID;
	if (icmp && track_icmp(flow) == TRACK_INVALID)
		return WALL_INVALID;
	if (header)
		return flow->remote.family == FAMILY_IPV4 ? WALL_OPTIONS : WALL_HEADERS;
	return spoofed ? WALL_SOURCE : 0;
}

static bool denied_by_packet_layer(const struct judgement *judgement)
{
	return !judgement->allowed && judgement->layer->kind == LAYER_PACKET;
}

// The walls stand behind the packet layer and before all others; where nothing can begin there may be none.
static void stand(const struct policy *policy, unsigned wall, struct expectation *out)
{
	if (!wall || denied_by_packet_layer(&out->judgement))
		return;
	if (!policy_needs_link(policy)) {
		out->also = wall;
		return;
	}
	out->fate = FATE_DENIED;
	out->layer = layer_name(LAYER_PACKET, out->flow.direction);
	out->number = wall;
	out->hangs = false;
}

static void judge(const struct policy *policy, const struct flow *flow, struct expectation *out)
{
	*out = (struct expectation){ .flow = *flow, .judgement = policy_evaluate(policy, flow) };
	if (flow->loopback) {
		out->fate = FATE_LOOPBACK;
	} else if (out->judgement.allowed) {
		out->fate = FATE_CARRIED;
	} else {
		out->fate = FATE_DENIED;
		out->layer = layer_name(out->judgement.layer->kind, flow->direction);
		out->number = out->judgement.rule->number;
		out->or_kernel = kernel_may_refuse(flow);
		out->hangs = flow->direction == EGRESS && policy->on_deny == ON_DENY_DROP;
		out->vanishes = out->hangs && vanishes(flow);
	}
}

static void expect_first(const struct policy *policy, const struct talk *talk, struct expectation *out)
{
	judge(policy, &talk->flow, out);
	if (out->fate == FATE_LOOPBACK)
		return;
	stand(policy, wall_of(&talk->flow, talk->tcp_flags, talk->header, talk->spoofed), out);
	if (kernel_refuses(&talk->flow))
		out->fate = FATE_KERNEL;
}

static bool is_sunk(const struct expectation *first)
{
	return first->fate == FATE_DENIED && first->hangs;
}

// Whether the rules that stand now would let the conversation begin.
static bool may_begin(const struct rules *now, const struct talk *talk)
{
	return policy_evaluate(now->policy, &talk->flow).allowed;
}

// Of a conversation that is known, but not as one that these rules let begin (nft/again.c): its answer is judged by its
// beginning. Under the first generation there is no such judgement: an answer to what was sunk is like a new packet.
static void expect_older(const struct rules *now, const struct talk *talk, struct flow *flow, struct expectation *out)
{
	judge(now->policy, flow, out);
	if (now->generation == ruleset_defaults.generation || denied_by_packet_layer(&out->judgement))
		return;
	if (may_begin(now, talk)) {
		flow->state = FLOW_ESTABLISHED;
		judge(now->policy, flow, out);
	} else {
		stand(now->policy, WALL_OLDER, out);
	}
}

// To a question that was let through it belongs. One that went to the sink is tracked as well, without the mark of an
// accepted conversation; of any other nothing is known.
static void expect_answer(const struct rules *began, const struct rules *now, const struct talk *talk,
			  const struct expectation *first, struct expectation *out)
{
	static const struct own_addresses nobody = { { { FAMILY_IPV4, 1 }, { FAMILY_IPV6, 1 } } };
	enum direction direction;
	struct packet packet = talk_packet(talk, STEP_ANSWER, &nobody, &direction);
	struct flow flow;

	packet_flow(&packet, direction, &flow);
	flow.loopback = flow_is_loopback(&flow);
	if (first->fate == FATE_CARRIED && began->generation == now->generation) {
		flow.state = FLOW_ESTABLISHED;
		judge(now->policy, &flow, out);
	} else if (first->fate == FATE_CARRIED || is_sunk(first)) {
		expect_older(now, talk, &flow, out);
	} else {
		judge(now->policy, &flow, out);
		if (out->fate != FATE_LOOPBACK)
			stand(now->policy, wall_of(&flow, packet.flags, packet.oddity != PACKET_PLAIN, false), out);
	}
	if (out->fate != FATE_LOOPBACK && kernel_refuses(&flow))
		out->fate = FATE_KERNEL;
}

// A neighbour's questions and answers are the kernel's own on a link that asks: nft/neighbours.c.
static bool is_discovery(const struct flow *flow)
{
	return flow->protocol == IPPROTO_ICMPV6 && flow->icmp_type >= 133 && flow->icmp_type <= 137;
}

static bool is_report(const struct flow *flow)
{
	return flow->protocol == IPPROTO_ICMPV6 &&
	       (flow->icmp_type == 131 || flow->icmp_type == 132 || flow->icmp_type == 143);
}

// Whether it answers a conversation that could begin, as far as a packet alone tells.
static bool answers(const struct policy *policy, const struct flow *flow)
{
	struct flow asked;

	return flow_asks(flow, &asked) && policy_evaluate(policy, &asked).allowed;
}

static bool expect_wall(const struct policy *policy, const struct talk *talk, bool asks_neighbours,
			struct expectation *out)
{
	bool open = policy_evaluate(policy, &talk->flow).allowed || answers(policy, &talk->flow);

	if (talk->flow.direction != EGRESS || talk->flow.loopback || !policy_needs_link(policy))
		return false;
	*out = (struct expectation){ .flow = talk->flow };
	open = open && !talk->header && !talk->spoofed && !(asks_neighbours && is_discovery(&talk->flow));
	out->fate = open ? FATE_CARRIED : FATE_WALLED;
	return true;
}

static void expect_next(const struct rules *began, const struct rules *now, const struct talk *talk,
			struct expectation *out)
{
	struct flow flow = talk->flow;

	flow.state = began->generation == now->generation || may_begin(now, talk) ? FLOW_ESTABLISHED : FLOW_NEW;
	judge(now->policy, &flow, out);
}

// What a link that asks keeps for its kernel is tried on links that do not.
static bool is_kept(const struct rules *rules, const struct talk *talk)
{
	return rules->asks_neighbours && (is_report(&talk->flow) || is_discovery(&talk->flow));
}

bool expect(const struct rules *began, const struct rules *now, const struct talk *talk, enum step step,
	    struct expectation *out)
{
	struct expectation first;
	bool answered = talk_has_answer(talk) && policy_needs_link(now->policy);

	if (is_kept(began, talk) || (is_kept(now, talk) && step != STEP_WALL))
		return false;
	expect_first(began->policy, talk, &first);
	switch (step) {
	case STEP_FIRST:
		*out = first;
		return true;
	case STEP_ANSWER:
		if (!answered || first.fate == FATE_KERNEL)
			return false;
		expect_answer(began, now, talk, &first, out);
		return true;
	case STEP_NEXT:
		if (!answered || first.fate != FATE_CARRIED)
			return false;
		expect_next(began, now, talk, out);
		return true;
	case STEP_WALL:
		return expect_wall(now->policy, talk, now->asks_neighbours, out);
	case STEPS:
		break;
	}
	return false;
}
