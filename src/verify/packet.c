// SPDX-License-Identifier: GPL-2.0-or-later
// IP packets as bytes: see packet.h.
#include "verify/packet.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

enum {
	IPV4_HEADER = 20,
	IPV4_OPTIONS = 4,
	IPV6_HEADER = 40,
	EXTENSION = 8,
	TCP_HEADER = 20,
	UDP_HEADER = 8,
	ICMP_HEADER = 8,
	HOPS = 64,
	WINDOW = 65535,
	FRAGMENT_PLACE = 185,  // in units of eight bytes
};

static void put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static unsigned get16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static uint32_t sum(uint32_t start, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		start += get16(bytes + i);
	return length % 2 ? start + ((uint32_t)bytes[length - 1] << 8) : start;
}

static unsigned fold(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return ~total & 0xffff;
}

// Of the addresses, protocol and length that TCP, UDP and ICMPv6 cover by their checksums.
static uint32_t pseudo_header(const struct packet *packet, size_t length)
{
	uint8_t bytes[16] = { 0 };
	uint32_t total = (uint32_t)packet->protocol + (uint32_t)length;
	size_t size = address_to_bytes(&packet->source, bytes);

	total = sum(total, bytes, size);
	(void)address_to_bytes(&packet->destination, bytes);
	return sum(total, bytes, size);
}

static bool is_icmp(int protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

static size_t transport_header(int protocol)
{
	if (protocol == IPPROTO_TCP)
		return TCP_HEADER;
	if (protocol == IPPROTO_UDP)
		return UDP_HEADER;
	return is_icmp(protocol) ? ICMP_HEADER : 0;
}

static void put_tcp(const struct packet *packet, uint8_t *at)
{
	put16(at, packet->source_port);
	put16(at + 2, packet->destination_port);
	put32(at + 4, packet->sequence);
	put32(at + 8, packet->acknowledgement);
	at[12] = TCP_HEADER / 4 << 4;
	at[13] = packet->flags;
	put16(at + 14, WINDOW);
}

static void put_udp(const struct packet *packet, uint8_t *at)
{
	put16(at, packet->source_port);
	put16(at + 2, packet->destination_port);
	put16(at + 4, (unsigned)(UDP_HEADER + packet->length));
}

static void put_icmp(const struct packet *packet, uint8_t *at)
{
	at[0] = packet->icmp_type;
	at[1] = packet->icmp_code;
	put16(at + 4, packet->source_port);
	put16(at + 6, packet->destination_port);
}

// Returns the length of transport header and payload.
static size_t put_transport(const struct packet *packet, uint8_t *at)
{
	size_t header = transport_header(packet->protocol);
	size_t length = header + packet->length;
	size_t place = packet->protocol == IPPROTO_TCP ? 16 : packet->protocol == IPPROTO_UDP ? 6 : 2;

	memset(at, 0, header);
	if (packet->protocol == IPPROTO_TCP)
		put_tcp(packet, at);
	else if (packet->protocol == IPPROTO_UDP)
		put_udp(packet, at);
	else if (header)
		put_icmp(packet, at);
	if (packet->length)
		memcpy(at + header, packet->payload, packet->length);
	if (!header)
		return length;
	unsigned check = fold(sum(packet->protocol == IPPROTO_ICMP ? 0 : pseudo_header(packet, length), at, length));
	put16(at + place, packet->protocol == IPPROTO_UDP && check == 0 ? 0xffff : check);
	return length;
}

static size_t format_ipv4(const struct packet *packet, uint8_t *out)
{
	size_t header = IPV4_HEADER + (packet->oddity == PACKET_OPTIONS ? IPV4_OPTIONS : 0);

	memset(out, 0, header);
	out[0] = (uint8_t)(4 << 4 | header / 4);
	if (packet->oddity == PACKET_OPTIONS)
		memset(out + IPV4_HEADER, 1, IPV4_OPTIONS);  // four times "no operation"
	size_t length = header + put_transport(packet, out + header);
	put16(out + 2, (unsigned)length);
	put16(out + 4, 1);
	if (packet->oddity == PACKET_FRAGMENT)
		put16(out + 6, FRAGMENT_PLACE);
	out[8] = HOPS;
	out[9] = (uint8_t)packet->protocol;
	(void)address_to_bytes(&packet->source, out + 12);
	(void)address_to_bytes(&packet->destination, out + 16);
	put16(out + 10, fold(sum(0, out, header)));
	return length;
}

static size_t format_ipv6(const struct packet *packet, uint8_t *out)
{
	bool extended = packet->oddity == PACKET_HEADERS || packet->oddity == PACKET_FRAGMENT;
	uint8_t *after = out + IPV6_HEADER;

	memset(out, 0, IPV6_HEADER + EXTENSION);
	out[0] = 6 << 4;
	out[6] = (uint8_t)packet->protocol;
	out[7] = HOPS;
	(void)address_to_bytes(&packet->source, out + 8);
	(void)address_to_bytes(&packet->destination, out + 24);
	if (extended) {
		out[6] = packet->oddity == PACKET_HEADERS ? IPPROTO_DSTOPTS : IPPROTO_FRAGMENT;
		after[0] = (uint8_t)packet->protocol;
		if (packet->oddity == PACKET_HEADERS) {
			after[2] = 1;  // PadN
			after[3] = 4;
		} else {
			put16(after + 2, FRAGMENT_PLACE << 3);
			put32(after + 4, 1);
		}
		after += EXTENSION;
	}
	size_t length = put_transport(packet, after) + (extended ? EXTENSION : 0);
	put16(out + 4, (unsigned)length);
	return IPV6_HEADER + length;
}

size_t packet_format(const struct packet *packet, uint8_t out[PACKET_SIZE])
{
	enum { HEADERS = IPV6_HEADER + EXTENSION + TCP_HEADER };

	if (packet->source.family != packet->destination.family || packet->length > PACKET_SIZE - HEADERS)
		return 0;
	return packet->source.family == FAMILY_IPV4 ? format_ipv4(packet, out) : format_ipv6(packet, out);
}

static int parse_transport(const uint8_t *at, size_t length, struct packet *packet)
{
	size_t header = transport_header(packet->protocol);

	if (length < header)
		return -EBADMSG;
	if (packet->protocol == IPPROTO_TCP) {
		header = (size_t)(at[12] >> 4) * 4;
		if (header < TCP_HEADER || header > length)
			return -EBADMSG;
		packet->sequence = get32(at + 4);
		packet->acknowledgement = get32(at + 8);
		packet->flags = at[13];
	}
	if (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP) {
		packet->source_port = (uint16_t)get16(at);
		packet->destination_port = (uint16_t)get16(at + 2);
	} else if (header) {
		packet->icmp_type = at[0];
		packet->icmp_code = at[1];
		packet->source_port = (uint16_t)get16(at + 4);
		packet->destination_port = (uint16_t)get16(at + 6);
	}
	packet->payload = at + header;
	packet->length = length - header;
	return 0;
}

static int parse_ipv4(const uint8_t *bytes, size_t length, struct packet *packet)
{
	size_t header = (size_t)(bytes[0] & 15) * 4;

	if (length < IPV4_HEADER || header < IPV4_HEADER || get16(bytes + 2) < header || get16(bytes + 2) > length)
		return -EBADMSG;
	packet->protocol = bytes[9];
	packet->source = address_from_bytes(FAMILY_IPV4, bytes + 12);
	packet->destination = address_from_bytes(FAMILY_IPV4, bytes + 16);
	if (header > IPV4_HEADER)
		packet->oddity = PACKET_OPTIONS;
	if (get16(bytes + 6) & 0x1fff) {
		packet->oddity = PACKET_FRAGMENT;
		return 0;
	}
	return parse_transport(bytes + header, get16(bytes + 2) - header, packet);
}

// One extension header, of those that are made here.
static int parse_ipv6(const uint8_t *bytes, size_t length, struct packet *packet)
{
	const uint8_t *after = bytes + IPV6_HEADER;
	size_t left = length < IPV6_HEADER ? 0 : get16(bytes + 4);

	if (length < IPV6_HEADER || left > length - IPV6_HEADER)
		return -EBADMSG;
	packet->protocol = bytes[6];
	packet->source = address_from_bytes(FAMILY_IPV6, bytes + 8);
	packet->destination = address_from_bytes(FAMILY_IPV6, bytes + 24);
	if (packet->protocol == IPPROTO_DSTOPTS || packet->protocol == IPPROTO_FRAGMENT) {
		packet->oddity = packet->protocol == IPPROTO_DSTOPTS ? PACKET_HEADERS : PACKET_FRAGMENT;
		if (left < EXTENSION || (packet->oddity == PACKET_HEADERS && after[1]))
			return -EBADMSG;
		packet->protocol = after[0];
		if (packet->oddity == PACKET_FRAGMENT)
			return 0;
		after += EXTENSION;
		left -= EXTENSION;
	}
	return parse_transport(after, left, packet);
}

int packet_parse(const uint8_t *bytes, size_t length, struct packet *packet)
{
	struct packet parsed = { 0 };
	int result = length == 0          ? -EBADMSG
		     : bytes[0] >> 4 == 4 ? parse_ipv4(bytes, length, &parsed)
		     : bytes[0] >> 4 == 6 ? parse_ipv6(bytes, length, &parsed)
					  : -EBADMSG;

	if (result == 0)
		*packet = parsed;
	return result;
}

static bool answer_tcp(const struct packet *packet, struct packet *answer)
{
	bool opens = packet->flags == PACKET_SYN;

	if (!opens && !(packet->flags & PACKET_FIN))
		return false;
	answer->flags = opens ? PACKET_SYN | PACKET_ACK : PACKET_FIN | PACKET_ACK;
	answer->sequence = opens ? 1 : packet->acknowledgement;
	answer->acknowledgement = packet->sequence + 1 + (opens ? 0 : (uint32_t)packet->length);
	return true;
}

static bool answer_icmp(const struct packet *packet, struct packet *answer)
{
	bool ipv6 = packet->protocol == IPPROTO_ICMPV6;

	if (packet->icmp_type != (ipv6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO))
		return false;
	answer->icmp_type = ipv6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY;
	answer->source_port = packet->source_port;
	answer->destination_port = packet->destination_port;
	answer->payload = packet->payload;
	answer->length = packet->length;
	return true;
}

bool packet_answer(const struct packet *packet, struct packet *answer)
{
	*answer = (struct packet){ .source = packet->destination,
				   .destination = packet->source,
				   .protocol = packet->protocol,
				   .source_port = packet->destination_port,
				   .destination_port = packet->source_port };
	if (packet->oddity != PACKET_PLAIN)
		return false;
	if (packet->protocol == IPPROTO_TCP)
		return answer_tcp(packet, answer);
	if (is_icmp(packet->protocol))
		return answer_icmp(packet, answer);
	answer->payload = packet->payload;
	answer->length = packet->length;
	return packet->protocol == IPPROTO_UDP;
}

void packet_flow(const struct packet *packet, enum direction direction, struct flow *flow)
{
	bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;

	*flow = (struct flow){ .direction = direction,
			       .protocol = packet->protocol,
			       .remote = direction == EGRESS ? packet->destination : packet->source,
			       .source_port = ported ? packet->source_port : 0,
			       .destination_port = ported ? packet->destination_port : 0,
			       .icmp_type = packet->icmp_type,
			       .icmp_code = packet->icmp_code,
			       .state = FLOW_NEW };
}
