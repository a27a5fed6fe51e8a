// SPDX-License-Identifier: GPL-2.0-or-later
// The packets of a conversation: see talk.h.
#include "talk.h"

#include <netinet/in.h>

enum { FIRST_SEQUENCE = 1000, ANSWER_SEQUENCE = 5000 };

// What Linux answers with what: RFC 792 and 4443.
static const struct {
	int protocol;
	uint8_t asks, answers;
} icmp_answers[] = {
	{ IPPROTO_ICMP, 8, 0 },
	{ IPPROTO_ICMP, 13, 14 },
	{ IPPROTO_ICMPV6, 128, 129 },
};

// RFC 5737 and RFC 3849: nobody's.
static const struct address foreign[2] = { { FAMILY_IPV4, 0xcb00714d },
					   { FAMILY_IPV6, (address_bits)0x20010db8ffff0000 << 64 | 0x77 } };

static bool fits_family(const struct flow *flow)
{
	return flow->protocol == IPPROTO_ICMP     ? flow->remote.family == FAMILY_IPV4
	       : flow->protocol == IPPROTO_ICMPV6 ? flow->remote.family == FAMILY_IPV6
						  : true;
}

static int icmp_answer(const struct flow *flow)
{
	for (size_t i = 0; i < sizeof(icmp_answers) / sizeof(icmp_answers[0]); i++)
		if (icmp_answers[i].protocol == flow->protocol && icmp_answers[i].asks == flow->icmp_type &&
		    fits_family(flow))
			return icmp_answers[i].answers;
	return -1;
}

bool flow_asks(const struct flow *answer, struct flow *out)
{
	struct flow asked = *answer;
	bool typed = answer->protocol == IPPROTO_ICMP || answer->protocol == IPPROTO_ICMPV6, found = !typed;

	asked.direction = answer->direction == EGRESS ? INGRESS : EGRESS;
	asked.source_port = answer->destination_port;
	asked.destination_port = answer->source_port;
	for (size_t i = 0; i < sizeof(icmp_answers) / sizeof(icmp_answers[0]); i++)
		if (icmp_answers[i].protocol == answer->protocol && icmp_answers[i].answers == answer->icmp_type) {
			asked.icmp_type = icmp_answers[i].asks;
			found = true;
		}
	*out = asked;
	return found;
}

bool talk_has_answer(const struct talk *talk)
{
	if (talk->header || talk->spoofed || talk->flow.loopback)
		return false;
	switch (talk->flow.protocol) {
	case IPPROTO_TCP:
		return talk->tcp_flags == PACKET_SYN;
	case IPPROTO_UDP:
		return true;
	default:  // of all others, ICMP's questions
		return icmp_answer(&talk->flow) >= 0;
	}
}

bool flow_is_loopback(const struct flow *flow)
{
	const struct address *to = &flow->remote;

	if (flow->direction != EGRESS)
		return false;
	return to->family == FAMILY_IPV4 ? to->bits == 0 || to->bits >> 24 == 127 : to->bits <= 1;
}

bool packet_alike(const struct packet *a, const struct packet *b)
{
	struct flow one, two;

	packet_flow(a, EGRESS, &one);
	packet_flow(b, EGRESS, &two);
	return address_equal(&a->source, &b->source) && address_equal(&one.remote, &two.remote) &&
	       one.protocol == two.protocol && one.source_port == two.source_port &&
	       one.destination_port == two.destination_port && one.icmp_type == two.icmp_type &&
	       one.icmp_code == two.icmp_code;
}

static void turn(const struct talk *talk, struct packet *packet)
{
	struct address source = packet->source;
	uint16_t port = packet->source_port;
	bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;

	packet->source = packet->destination;
	packet->destination = source;
	if (ported) {  // an echo keeps its numbers
		packet->source_port = packet->destination_port;
		packet->destination_port = port;
	}
	if (icmp_answer(&talk->flow) >= 0)
		packet->icmp_type = (uint8_t)icmp_answer(&talk->flow);
	packet->flags = PACKET_SYN | PACKET_ACK;
	packet->sequence = ANSWER_SEQUENCE;
	packet->acknowledgement = FIRST_SEQUENCE + 1;
}

struct packet talk_packet(const struct talk *talk, enum step step, const struct own_addresses *own,
			  enum direction *direction)
{
	static const uint8_t nothing[8];  // of what has a form that does not matter here
	const struct flow *flow = &talk->flow;
	bool leaves = flow->direction == EGRESS;
	size_t family = flow->remote.family == FAMILY_IPV6;
	bool is_icmp = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;
	bool bare = !is_icmp && flow->protocol != IPPROTO_TCP && flow->protocol != IPPROTO_UDP;
	struct address here = talk->spoofed ? foreign[family] : own->of[family];
	struct packet packet = {
		.source = leaves ? here : flow->remote,
		.destination = leaves ? flow->remote : here,
		.protocol = flow->protocol,
		.source_port = is_icmp ? talk->icmp_id : flow->source_port,
		.destination_port = flow->destination_port,
		.icmp_type = flow->icmp_type,
		.icmp_code = flow->icmp_code,
		.flags = talk->tcp_flags,
		.sequence = FIRST_SEQUENCE,
		.acknowledgement = talk->tcp_flags & PACKET_ACK ? ANSWER_SEQUENCE : 0,
		.payload = bare ? nothing : NULL,
		.length = bare ? sizeof(nothing) : 0,
		.oddity = !talk->header ? PACKET_PLAIN
			  : family      ? PACKET_HEADERS
					: PACKET_OPTIONS,
	};

	*direction = flow->direction;
	if (step == STEP_ANSWER) {
		*direction = leaves ? INGRESS : EGRESS;
		turn(talk, &packet);
	} else if (step == STEP_NEXT) {
		packet.flags = PACKET_ACK;
		packet.sequence = FIRST_SEQUENCE + 1;
		packet.acknowledgement = ANSWER_SEQUENCE + 1;
	}
	return packet;
}

const char *step_name(enum step step)
{
	static const char *const names[STEPS] = { "its first packet", "the answer", "the packet after the answer",
						  "its first packet, by a packet socket" };

	return names[step];
}

void talk_print(const struct talk *talk, struct strbuf *out)
{
	const struct flow *flow = &talk->flow;
	char text[FLOW_TEXT_SIZE];

	strbuf_format(out, "%s %s", flow->direction == EGRESS ? "egress to" : "ingress from", flow_print(flow, text));
	if (flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP)
		strbuf_format(out, ", from port %u to port %u", flow->source_port, flow->destination_port);
	if (flow->protocol == IPPROTO_TCP)
		strbuf_format(out, ", flags 0x%02x", talk->tcp_flags);
	if (talk->header)
		strbuf_add(out, flow->remote.family == FAMILY_IPV4 ? ", with an option" : ", with an extension header");
	if (talk->spoofed)
		strbuf_add(out, ", from a foreign address");
}
