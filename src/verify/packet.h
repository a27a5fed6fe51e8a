// SPDX-License-Identifier: GPL-2.0-or-later
// One IP packet as bytes and as what matters of it: what the test range injects, recognizes and answers. Pure.
// Forms: RFC 791, 8200 (IP), 9293 (TCP), 768 (UDP), 792 and 4443 (ICMP), 1071 (checksums).
#ifndef VPCJAIL_VERIFY_PACKET_H
#define VPCJAIL_VERIFY_PACKET_H

#include <stddef.h>

#include "net/flow.h"

enum { PACKET_SIZE = 1600 };

// Flags of TCP.
enum { PACKET_FIN = 1, PACKET_SYN = 2, PACKET_RST = 4, PACKET_ACK = 16 };

// What only a packet made by hand has; each alone.
enum packet_oddity {
	PACKET_PLAIN,
	PACKET_FRAGMENT,  // a later fragment, in which no port is
	PACKET_HEADERS,   // IPv6: a header of destination options before the transport's
	PACKET_OPTIONS,   // IPv4: options
};

struct packet {
	struct address source, destination;      // one family
	int protocol;                            // IPPROTO_*
	uint16_t source_port, destination_port;  // of TCP and UDP; of an ICMP echo its identifier and sequence
	uint8_t icmp_type, icmp_code;
	uint8_t flags;                       // of TCP
	uint32_t sequence, acknowledgement;  // likewise
	const uint8_t *payload;              // borrowed
	size_t length;                       // of it
	enum packet_oddity oddity;
};

// Writes the packet, checksums included. Returns its length; 0 when it does not fit or its families differ.
size_t packet_format(const struct packet *packet, uint8_t out[PACKET_SIZE]);

// Reads a packet without looking at checksums; payload points into bytes. Fragments are told (oddity) and have no
// ports. 0, or -EBADMSG for what is no whole IP packet.
int packet_parse(const uint8_t *bytes, size_t length, struct packet *packet);

// The answer that a host gives on which every port is open: SYN-ACK, an echo of UDP and ICMP. False: none is due.
bool packet_answer(const struct packet *packet, struct packet *answer);

// The flow that a packet begins, seen by who sends it (EGRESS) or receives it.
void packet_flow(const struct packet *packet, enum direction direction, struct flow *flow);

#endif
