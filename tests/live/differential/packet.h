// SPDX-License-Identifier: GPL-2.0-or-later
// One IP packet as the parts that a filter looks at, and its bytes: pure, both ways.
#ifndef VPCJAIL_TEST_PACKET_H
#define VPCJAIL_TEST_PACKET_H

#include <stddef.h>

#include "net/flow.h"

enum { PACKET_SIZE = 128 };  // at most, of those that are written here

// Of TCP: RFC 9293 section 3.1.
enum { TCP_FIN = 0x01, TCP_SYN = 0x02, TCP_RST = 0x04, TCP_ACK = 0x10 };

struct packet {
	struct address source, destination;  // of one family
	int protocol;                        // of what comes after all headers
	uint16_t source_port;                // of TCP and UDP
	uint16_t destination_port;
	uint8_t icmp_type;  // of ICMP and ICMPv6, whichever family carries them
	uint8_t icmp_code;
	uint16_t icmp_id;
	uint8_t tcp_flags;
	uint32_t sequence, acknowledgement;
	bool header;  // IPv4: an option; IPv6: a header of destination options before the payload
};

// Writes the packet with its lengths and checksums (RFC 791, 768, 792, 4443, 8200, 9293); what has no ports and no type
// carries eight bytes of nothing. out holds PACKET_SIZE bytes. Returns the length.
size_t packet_write(const struct packet *packet, uint8_t *out);

// Reads what packet_write writes; false for bytes that are not such a packet. Checksums are not looked at.
bool packet_read(const uint8_t *bytes, size_t length, struct packet *packet);

// The Internet checksum (RFC 1071) of the bytes, on top of an earlier sum (0: none): 0 over what carries a right one.
uint16_t packet_checksum(const uint8_t *bytes, size_t length, uint32_t sum);

// What a filter can tell two packets apart by: addresses, protocol, ports, type and code.
bool packet_alike(const struct packet *a, const struct packet *b);

// The packet as the policy sees it.
struct flow packet_flow(const struct packet *packet, enum direction direction);

#endif
