// SPDX-License-Identifier: GPL-2.0-or-later
// A conversation: its first packet, what answers it, and the next one; drawn at the edges of a policy. Pure.
#ifndef VPCJAIL_TEST_TALK_H
#define VPCJAIL_TEST_TALK_H

#include "policy/policy.h"
#include "random.h"
#include "verify/packet.h"

// What is sent of one conversation, in this order. WALL is the first packet again, from a packet socket of the jail's:
// the layers do not see it, the wall of the link alone does.
enum step { STEP_FIRST, STEP_ANSWER, STEP_NEXT, STEP_WALL, STEPS };

struct talk {
	struct flow flow;   // of the first packet
	uint8_t tcp_flags;  // likewise
	uint16_t icmp_id;
	bool header;   // with an option or an extension header
	bool spoofed;  // from an address that is not the jail's: egress alone
};

typedef VEC(struct talk) talk_vec;

// Whom the jail is, in one trial: IPv4 and IPv6.
struct own_addresses {
	struct address of[2];
};

// Draws count conversations of which no two packets are alike, so that as many layers as can decide about as many kinds
// of packets.
void talks_draw(struct random *random, const struct policy *policy, size_t count, talk_vec *out);

// What a filter can tell two packets apart by: addresses, protocol, ports, type and code.
bool packet_alike(const struct packet *a, const struct packet *b);

// The packet of one step; *direction is where it goes.
struct packet talk_packet(const struct talk *talk, enum step step, const struct own_addresses *own,
			  enum direction *direction);

// What a socket of the jail reaches by its own loopback: 127.0.0.0/8, ::1, and the unspecified addresses, which stand
// for them (ip_route_output_key_hash_rcu, rawv6_sendmsg).
bool flow_is_loopback(const struct flow *flow);

// What a packet of that form would answer; false: nothing.
bool flow_asks(const struct flow *answer, struct flow *out);

// Whether the first packet has an answer at all.
bool talk_has_answer(const struct talk *talk);

// "egress tcp 10.0.0.1:443 from port 20001, flags 0x02" and what else is special about the first packet.
void talk_print(const struct talk *talk, struct strbuf *out);

const char *step_name(enum step step);

#endif
