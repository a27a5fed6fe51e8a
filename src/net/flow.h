// SPDX-License-Identifier: GPL-2.0-or-later
// One packet of a conversation, as the policy judges it.
#ifndef VPCJAIL_NET_FLOW_H
#define VPCJAIL_NET_FLOW_H

#include "net/address.h"

enum direction { EGRESS, INGRESS, DIRECTIONS };

// ESTABLISHED: belongs to a conversation whose first packet was accepted (also in the other direction).
enum flow_state { FLOW_NEW, FLOW_ESTABLISHED };

struct flow {
	enum direction direction;  // as seen by the job: EGRESS leaves it
	bool loopback;             // on the jail's own lo: source and destination do not matter then
	int protocol;              // IPPROTO_*
	struct address remote;     // destination of an egress packet, source of an ingress packet
	uint16_t source_port;      // of the packet, 0 when the protocol has none
	uint16_t destination_port;
	uint8_t icmp_type;
	uint8_t icmp_code;
	enum flow_state state;
};

// "tcp 52.216.1.1:443", "udp [2001:db8::1]:53", "icmp 10.0.0.9", "icmp 10.0.0.9 type 8 code 0": a new egress flow
// (ICMP without a type is an echo request). -EINVAL says what is wrong and gives three examples.
int flow_parse(const char *text, struct flow *flow, struct error *err);

enum { FLOW_TEXT_SIZE = 80 };

// The form that flow_parse reads; out holds FLOW_TEXT_SIZE bytes. Returns out.
const char *flow_print(const struct flow *flow, char *out);

#endif
