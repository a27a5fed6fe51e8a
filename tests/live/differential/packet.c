// SPDX-License-Identifier: GPL-2.0-or-later
// The bytes of IP packets: see packet.h.
#include "packet.h"

#include <netinet/in.h>
#include <string.h>

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, IPV4_OPTIONS = 4, IPV6_OPTIONS = 8 };
enum { TCP_HEADER = 20, UDP_HEADER = 8, ICMP_HEADER = 8, NOTHING = 8 };
enum { HOPS = 64, WINDOW = 1024, ROUTER_ALERT = 148, PAD = 1 };

static void put16(uint8_t *to, unsigned value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void put32(uint8_t *to, uint32_t value)
{
	put16(to, value >> 16);
	put16(to + 2, value & 0xffff);
}

static uint16_t get16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static uint32_t get32(const uint8_t *from)
{
	return (uint32_t)get16(from) << 16 | get16(from + 2);
}

static uint32_t sum_of(const uint8_t *bytes, size_t length, uint32_t sum)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += get16(bytes + i);
	if (length & 1)
		sum += (uint32_t)bytes[length - 1] << 8;
	return sum;
}

uint16_t packet_checksum(const uint8_t *bytes, size_t length, uint32_t sum)
{
	sum = sum_of(bytes, length, sum);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

// Of the header that checksums pretend stands before the payload.
static uint32_t pseudo_sum(const struct packet *packet, size_t length)
{
	uint8_t bytes[32];
	unsigned size = address_to_bytes(&packet->source, bytes);

	size += address_to_bytes(&packet->destination, bytes + size);
	return sum_of(bytes, size, (uint32_t)packet->protocol + (uint32_t)length);
}

static size_t write_tcp(const struct packet *packet, uint8_t *out)
{
	put16(out, packet->source_port);
	put16(out + 2, packet->destination_port);
	put32(out + 4, packet->sequence);
	put32(out + 8, packet->acknowledgement);
	out[12] = TCP_HEADER / 4 << 4;
	out[13] = packet->tcp_flags;
	put16(out + 14, WINDOW);
	put16(out + 16, packet_checksum(out, TCP_HEADER, pseudo_sum(packet, TCP_HEADER)));
	return TCP_HEADER;
}

static size_t write_udp(const struct packet *packet, uint8_t *out)
{
	uint16_t checksum;

	put16(out, packet->source_port);
	put16(out + 2, packet->destination_port);
	put16(out + 4, UDP_HEADER);
	checksum = packet_checksum(out, UDP_HEADER, pseudo_sum(packet, UDP_HEADER));
	put16(out + 6, checksum ? checksum : 0xffff);  // 0 says that there is none
	return UDP_HEADER;
}

static size_t write_icmp(const struct packet *packet, uint8_t *out)
{
	bool six = packet->protocol == IPPROTO_ICMPV6;

	out[0] = packet->icmp_type;
	out[1] = packet->icmp_code;
	put16(out + 4, packet->icmp_id);
	put16(out + 2, packet_checksum(out, ICMP_HEADER, six ? pseudo_sum(packet, ICMP_HEADER) : 0));
	return ICMP_HEADER;
}

static size_t write_payload(const struct packet *packet, uint8_t *out)
{
	switch (packet->protocol) {
	case IPPROTO_TCP:
		return write_tcp(packet, out);
	case IPPROTO_UDP:
		return write_udp(packet, out);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return write_icmp(packet, out);
	default:  // any other has no form that matters here
		return NOTHING;
	}
}

static size_t write_ipv4(const struct packet *packet, uint8_t *out)
{
	size_t header = IPV4_HEADER + (packet->header ? IPV4_OPTIONS : 0);
	size_t length = header + write_payload(packet, out + header);

	out[0] = (uint8_t)(0x40 | header / 4);
	put16(out + 2, (unsigned)length);
	out[8] = HOPS;
	out[9] = (uint8_t)packet->protocol;
	(void)address_to_bytes(&packet->source, out + 12);
	(void)address_to_bytes(&packet->destination, out + 16);
	if (packet->header) {
		out[IPV4_HEADER] = ROUTER_ALERT;
		out[IPV4_HEADER + 1] = IPV4_OPTIONS;
	}
	put16(out + 10, packet_checksum(out, header, 0));
	return length;
}

static size_t write_ipv6(const struct packet *packet, uint8_t *out)
{
	size_t header = IPV6_HEADER + (packet->header ? IPV6_OPTIONS : 0);
	size_t length = header + write_payload(packet, out + header);

	out[0] = 0x60;
	put16(out + 4, (unsigned)(length - IPV6_HEADER));
	out[6] = (uint8_t)(packet->header ? IPPROTO_DSTOPTS : packet->protocol);
	out[7] = HOPS;
	(void)address_to_bytes(&packet->source, out + 8);
	(void)address_to_bytes(&packet->destination, out + 24);
	if (packet->header) {
		out[IPV6_HEADER] = (uint8_t)packet->protocol;
		out[IPV6_HEADER + 2] = PAD;
		out[IPV6_HEADER + 3] = IPV6_OPTIONS - 4;
	}
	return length;
}

size_t packet_write(const struct packet *packet, uint8_t *out)
{
	memset(out, 0, PACKET_SIZE);
	return packet->source.family == FAMILY_IPV4 ? write_ipv4(packet, out) : write_ipv6(packet, out);
}

static bool read_payload(const uint8_t *bytes, size_t length, struct packet *packet)
{
	bool tcp = packet->protocol == IPPROTO_TCP, udp = packet->protocol == IPPROTO_UDP;

	if (length < (tcp ? TCP_HEADER : NOTHING))
		return false;
	if (tcp || udp) {
		packet->source_port = get16(bytes);
		packet->destination_port = get16(bytes + 2);
	}
	if (tcp) {
		packet->sequence = get32(bytes + 4);
		packet->acknowledgement = get32(bytes + 8);
		packet->tcp_flags = bytes[13];
	}
	if (packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6) {
		packet->icmp_type = bytes[0];
		packet->icmp_code = bytes[1];
		packet->icmp_id = get16(bytes + 4);
	}
	return true;
}

static bool read_ipv4(const uint8_t *bytes, size_t length, struct packet *packet)
{
	size_t header = 4 * (size_t)(bytes[0] & 0x0f);

	if (length < IPV4_HEADER || header < IPV4_HEADER || header > length)
		return false;
	packet->source = address_from_bytes(FAMILY_IPV4, bytes + 12);
	packet->destination = address_from_bytes(FAMILY_IPV4, bytes + 16);
	packet->protocol = bytes[9];
	packet->header = header > IPV4_HEADER;
	return read_payload(bytes + header, length - header, packet);
}

static bool read_ipv6(const uint8_t *bytes, size_t length, struct packet *packet)
{
	size_t header = IPV6_HEADER;

	if (length < IPV6_HEADER + IPV6_OPTIONS)
		return false;
	packet->source = address_from_bytes(FAMILY_IPV6, bytes + 8);
	packet->destination = address_from_bytes(FAMILY_IPV6, bytes + 24);
	packet->protocol = bytes[6];
	packet->header = bytes[6] == IPPROTO_DSTOPTS;
	if (packet->header) {
		packet->protocol = bytes[IPV6_HEADER];
		header += IPV6_OPTIONS;
	}
	return read_payload(bytes + header, length - header, packet);
}

bool packet_read(const uint8_t *bytes, size_t length, struct packet *packet)
{
	struct packet read = { 0 };
	bool good = length && (bytes[0] >> 4 == 4   ? read_ipv4(bytes, length, &read)
			       : bytes[0] >> 4 == 6 ? read_ipv6(bytes, length, &read)
						    : false);

	if (good)
		*packet = read;
	return good;
}

bool packet_alike(const struct packet *a, const struct packet *b)
{
	return address_equal(&a->source, &b->source) && address_equal(&a->destination, &b->destination) &&
	       a->protocol == b->protocol && a->source_port == b->source_port &&
	       a->destination_port == b->destination_port && a->icmp_type == b->icmp_type &&
	       a->icmp_code == b->icmp_code;
}

struct flow packet_flow(const struct packet *packet, enum direction direction)
{
	return (struct flow){
		.direction = direction,
		.protocol = packet->protocol,
		.remote = direction == EGRESS ? packet->destination : packet->source,
		.source_port = packet->source_port,
		.destination_port = packet->destination_port,
		.icmp_type = packet->icmp_type,
		.icmp_code = packet->icmp_code,
	};
}
