// SPDX-License-Identifier: GPL-2.0-or-later
// verify/packet: bytes written by hand, checksums summed here, every cut of a packet, and the way back.
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "net_random.h"
#include "verify/packet.h"

// From 10.20.1.7 to 198.51.100.66, and from 2001:db8::7 to fd00:ec2::254.
static const uint8_t syn4[] = {
	0x45, 0x00, 0x00, 0x28, 0x00, 0x01, 0x00, 0x00, 0x40, 0x06, 0x45, 0x3f, 0x0a, 0x14,
	0x01, 0x07, 0xc6, 0x33, 0x64, 0x42, 0x4e, 0x21, 0x01, 0xbb, 0x00, 0x00, 0x03, 0xe8,
	0x00, 0x00, 0x00, 0x00, 0x50, 0x02, 0xff, 0xff, 0x26, 0x8e, 0x00, 0x00,
};
static const uint8_t options4[] = {
	0x46, 0x00, 0x00, 0x25, 0x00, 0x01, 0x00, 0x00, 0x40, 0x11, 0x42, 0x35, 0x0a,
	0x14, 0x01, 0x07, 0xc6, 0x33, 0x64, 0x42, 0x01, 0x01, 0x01, 0x01, 0x4e, 0x21,
	0x00, 0x35, 0x00, 0x0d, 0x38, 0x1b, 0x68, 0x65, 0x6c, 0x6c, 0x6f,
};
static const uint8_t echo4[] = {
	0x45, 0x00, 0x00, 0x1e, 0x00, 0x01, 0x00, 0x00, 0x40, 0x01, 0x45, 0x4e, 0x0a, 0x14, 0x01,
	0x07, 0xc6, 0x33, 0x64, 0x42, 0x08, 0x00, 0x84, 0x62, 0x12, 0x34, 0x00, 0x07, 0x61, 0x62,
};
static const uint8_t fragment4[] = {
	0x45, 0x00, 0x00, 0x1d, 0x00, 0x01, 0x00, 0xb9, 0x40, 0x11, 0x44, 0x86, 0x0a, 0x14, 0x01,
	0x07, 0xc6, 0x33, 0x64, 0x42, 0x00, 0x00, 0x00, 0x00, 0x00, 0x09, 0x52, 0x4b, 0x78,
};
static const uint8_t gre4[] = {
	0x45, 0x00, 0x00, 0x18, 0x00, 0x01, 0x00, 0x00, 0x40, 0x2f, 0x45, 0x26,
	0x0a, 0x14, 0x01, 0x07, 0xc6, 0x33, 0x64, 0x42, 0x00, 0x00, 0x08, 0x00,
};
static const uint8_t fin6[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x17, 0x06, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0xfd, 0x00, 0x0e, 0xc2, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x54, 0x9c, 0x40, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
	0x01, 0x02, 0x03, 0x04, 0x50, 0x11, 0xff, 0xff, 0x0f, 0x52, 0x00, 0x00, 0x61, 0x62, 0x63,
};
static const uint8_t headers6[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x10, 0x3c, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0xfd, 0x00, 0x0e, 0xc2,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x54, 0x11, 0x00,
	0x01, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0xff, 0xff, 0x00, 0x08, 0xc4, 0x06,
};
static const uint8_t echo6[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x0d, 0x3a, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0xfd, 0x00, 0x0e, 0xc2, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x02, 0x54, 0x80, 0x00, 0x44, 0x0d, 0x00, 0x01, 0x00, 0x02, 0x70, 0x69, 0x6e, 0x67, 0x21,
};
static const uint8_t fragment6[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x1c, 0x2c, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0xfd, 0x00, 0x0e, 0xc2, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x02, 0x54, 0x06, 0x00, 0x05, 0xc8, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x50, 0x00, 0xff, 0xff, 0x74, 0x0e, 0x00, 0x00,
};
static const uint8_t sctp6[] = {
	0x60, 0x00, 0x00, 0x00, 0x00, 0x00, 0x84, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07, 0xfd, 0x00, 0x0e, 0xc2,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x54,
};

#define SOURCE4                                                                                                        \
	{                                                                                                              \
		FAMILY_IPV4, 0x0a140107                                                                                \
	}
#define TARGET4                                                                                                        \
	{                                                                                                              \
		FAMILY_IPV4, 0xc6336442                                                                                \
	}
#define SOURCE6                                                                                                        \
	{                                                                                                              \
		FAMILY_IPV6, (address_bits)0x20010db800000000 << 64 | 7                                                \
	}
#define TARGET6                                                                                                        \
	{                                                                                                              \
		FAMILY_IPV6, (address_bits)0xfd000ec200000000 << 64 | 0x254                                            \
	}
#define TEXT(text) .payload = (const uint8_t *)(text), .length = sizeof(text) - 1
#define BYTES(name) name, sizeof(name)

static const struct known {
	const uint8_t *bytes;
	size_t size;
	struct packet packet;
} known[] = {
	{ BYTES(syn4),
	  { .source = SOURCE4,
	    .destination = TARGET4,
	    .protocol = IPPROTO_TCP,
	    .source_port = 20001,
	    .destination_port = 443,
	    .sequence = 1000,
	    .flags = PACKET_SYN } },
	{ BYTES(options4),
	  { .source = SOURCE4,
	    .destination = TARGET4,
	    .protocol = IPPROTO_UDP,
	    .source_port = 20001,
	    .destination_port = 53,
	    .oddity = PACKET_OPTIONS,
	    TEXT("hello") } },
	{ BYTES(echo4),
	  { .source = SOURCE4,
	    .destination = TARGET4,
	    .protocol = IPPROTO_ICMP,
	    .source_port = 0x1234,
	    .destination_port = 7,
	    .icmp_type = 8,
	    TEXT("ab") } },
	{ BYTES(fragment4),
	  { .source = SOURCE4,
	    .destination = TARGET4,
	    .protocol = IPPROTO_UDP,
	    .oddity = PACKET_FRAGMENT,
	    TEXT("x") } },
	{ BYTES(gre4), { .source = SOURCE4, .destination = TARGET4, .protocol = IPPROTO_GRE, TEXT("\0\0\x08\0") } },
	{ BYTES(fin6),
	  { .source = SOURCE6,
	    .destination = TARGET6,
	    .protocol = IPPROTO_TCP,
	    .source_port = 40000,
	    .destination_port = 65535,
	    .sequence = 0xfffffffe,
	    .acknowledgement = 0x01020304,
	    .flags = PACKET_FIN | PACKET_ACK,
	    TEXT("abc") } },
	{ BYTES(headers6),
	  { .source = SOURCE6,
	    .destination = TARGET6,
	    .protocol = IPPROTO_UDP,
	    .source_port = 1,
	    .destination_port = 65535,
	    .oddity = PACKET_HEADERS } },
	{ BYTES(echo6),
	  { .source = SOURCE6,
	    .destination = TARGET6,
	    .protocol = IPPROTO_ICMPV6,
	    .source_port = 1,
	    .destination_port = 2,
	    .icmp_type = 128,
	    TEXT("ping!") } },
	{ BYTES(fragment6),
	  { .source = SOURCE6, .destination = TARGET6, .protocol = IPPROTO_TCP, .oddity = PACKET_FRAGMENT } },
	{ BYTES(sctp6), { .source = SOURCE6, .destination = TARGET6, .protocol = IPPROTO_SCTP } },
};

enum { KNOWN = sizeof(known) / sizeof(known[0]), IPV4_HEADER = 20, IPV6_HEADER = 40, EXTENSION = 8 };

static void same(const struct packet *a, const struct packet *b)
{
	assert_true(address_equal(&a->source, &b->source));
	assert_true(address_equal(&a->destination, &b->destination));
	assert_int_equal(a->protocol, b->protocol);
	assert_int_equal(a->source_port, b->source_port);
	assert_int_equal(a->destination_port, b->destination_port);
	assert_int_equal(a->icmp_type, b->icmp_type);
	assert_int_equal(a->icmp_code, b->icmp_code);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->sequence, b->sequence);
	assert_int_equal(a->acknowledgement, b->acknowledgement);
	assert_int_equal(a->oddity, b->oddity);
	assert_int_equal(a->length, b->length);
	if (a->length)
		assert_memory_equal(a->payload, b->payload, a->length);
}

// Of a later fragment nothing behind the IP header is read.
static struct packet as_read(const struct packet *packet)
{
	struct packet read = *packet;

	if (packet->oddity == PACKET_FRAGMENT)
		read = (struct packet){ .source = packet->source,
					.destination = packet->destination,
					.protocol = packet->protocol,
					.oddity = PACKET_FRAGMENT };
	return read;
}

static void test_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < KNOWN; i++) {
		const struct packet expected = as_read(&known[i].packet);
		struct packet read;
		uint8_t made[PACKET_SIZE];

		assert_int_equal(packet_format(&known[i].packet, made), known[i].size);
		assert_memory_equal(made, known[i].bytes, known[i].size);
		assert_int_equal(packet_parse(known[i].bytes, known[i].size, &read), 0);
		same(&read, &expected);
	}
}

// RFC 1071: of what carries a right checksum, the sum of all 16-bit words in one's complement is 0xffff. Bytes of even
// places count 256 times those of odd ones.
static unsigned ones_sum(const uint8_t *bytes, size_t length, unsigned start)
{
	uint64_t high = 0, low = 0;

	for (size_t i = 0; i < length; i++)
		*(i % 2 ? &low : &high) += bytes[i];
	uint64_t total = start + 256 * high + low;
	return total ? (unsigned)((total - 1) % 0xffff + 1) : 0;
}

// With the pseudo header of RFC 768, 9293 or 8200 section 8.1 in front, as bytes.
static unsigned transport_sum(const uint8_t *bytes, size_t length)
{
	bool four = bytes[0] >> 4 == 4;
	size_t header = four ? (size_t)(bytes[0] & 15) * 4 : IPV6_HEADER;
	uint8_t protocol = four ? bytes[9] : bytes[6];
	uint8_t pseudo[40] = { 0 };

	if (protocol == IPPROTO_DSTOPTS || protocol == IPPROTO_FRAGMENT) {
		protocol = bytes[header];
		header += EXTENSION;
	}
	size_t rest = length - header;
	memcpy(pseudo, bytes + (four ? 12 : 8), four ? 8 : 32);
	pseudo[36] = (uint8_t)(rest >> 8);
	pseudo[37] = (uint8_t)rest;
	pseudo[39] = protocol;
	return ones_sum(bytes + header, rest, protocol == IPPROTO_ICMP ? 0 : ones_sum(pseudo, sizeof(pseudo), 0));
}

static const int protocols[] = { IPPROTO_TCP,  IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_GRE,
				 IPPROTO_SCTP, 0,           255 };
static const size_t lengths[] = { 0, 1, 2, 7, 8, 100, 1000, 1531, 1532 };
static const enum packet_oddity oddities[2][3] = { { PACKET_PLAIN, PACKET_FRAGMENT, PACKET_OPTIONS },
						   { PACKET_PLAIN, PACKET_FRAGMENT, PACKET_HEADERS } };

static uint16_t some(uint64_t *seed)
{
	return (uint16_t)random_below(seed, 0x10000);
}

static struct packet random_packet(uint64_t *seed, bool four, int protocol, enum packet_oddity oddity)
{
	bool tcp = protocol == IPPROTO_TCP, icmp = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
	bool ported = tcp || icmp || protocol == IPPROTO_UDP;
	struct packet packet = { .source.family = four ? FAMILY_IPV4 : FAMILY_IPV6,
				 .destination.family = four ? FAMILY_IPV4 : FAMILY_IPV6,
				 .protocol = protocol,
				 .source_port = ported ? some(seed) : 0,
				 .destination_port = ported ? some(seed) : 0,
				 .icmp_type = icmp ? (uint8_t)some(seed) : 0,
				 .icmp_code = icmp ? (uint8_t)some(seed) : 0,
				 .flags = tcp ? (uint8_t)some(seed) : 0,
				 .sequence = tcp ? (uint32_t)some(seed) << 16 | some(seed) : 0,
				 .acknowledgement = tcp ? (uint32_t)some(seed) << 16 | some(seed) : 0,
				 .oddity = oddity };

	for (unsigned i = 0; i < (four ? 2U : 8U); i++) {
		packet.source.bits = packet.source.bits << 16 | some(seed);
		packet.destination.bits = packet.destination.bits << 16 | some(seed);
	}
	return packet;
}

static void there_and_back(const struct packet *packet)
{
	uint8_t made[PACKET_SIZE];
	size_t length = packet_format(packet, made);
	const struct packet expected = as_read(packet);
	bool summed = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP ||
		      packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6;
	struct packet read;

	assert_in_range(length, 20, PACKET_SIZE);
	assert_int_equal(packet_parse(made, length, &read), 0);
	same(&read, &expected);
	if (packet->source.family == FAMILY_IPV4)
		assert_int_equal(ones_sum(made, (size_t)(made[0] & 15) * 4, 0), 0xffff);
	if (summed)
		assert_int_equal(transport_sum(made, length), 0xffff);
}

static void test_back(void **state)
{
	uint64_t seed = 1;
	uint8_t payload[PACKET_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)some(&seed);
	for (unsigned i = 0; i < 2 * 3 * sizeof(protocols) / sizeof(protocols[0]); i++)
		for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
			struct packet packet =
			    random_packet(&seed, i % 2 == 0, protocols[i / 6], oddities[i % 2][i / 2 % 3]);
			packet.payload = lengths[k] ? payload : NULL;
			packet.length = lengths[k];
			there_and_back(&packet);
		}
}

// RFC 768: a sum of zero is sent as all ones, for zero says that there is none. Of all payloads of two bytes one has
// it.
static void test_no_zero(void **state)
{
	(void)state;
	for (unsigned family = 0; family < 2; family++) {
		struct packet packet = { .source = SOURCE4,
					 .destination = TARGET4,
					 .protocol = IPPROTO_UDP,
					 .source_port = 20001,
					 .destination_port = 53,
					 .length = 2 };
		unsigned ones = 0, zeros_of_icmp = 0;

		if (family) {
			packet.source = (struct address)SOURCE6;
			packet.destination = (struct address)TARGET6;
		}
		for (unsigned value = 0; value < 0x10000; value++) {
			const uint8_t payload[] = { (uint8_t)(value >> 8), (uint8_t)value };
			size_t place = family ? IPV6_HEADER : IPV4_HEADER;
			uint8_t made[PACKET_SIZE];

			packet.payload = payload;
			packet.protocol = IPPROTO_UDP;
			assert_int_equal(packet_format(&packet, made), place + 10);
			assert_false(made[place + 6] == 0 && made[place + 7] == 0);
			if (made[place + 6] == 0xff && made[place + 7] == 0xff) {
				assert_int_equal(value, family ? 0x75ad : 0x7bf3);  // computed elsewhere
				ones++;
			}
			// The others send it as it is.
			packet.protocol = family ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
			assert_int_equal(packet_format(&packet, made), place + 10);
			zeros_of_icmp += made[place + 2] == 0 && made[place + 3] == 0;
			assert_false(made[place + 2] == 0xff && made[place + 3] == 0xff);
		}
		assert_int_equal(ones, 1);
		assert_int_equal(zeros_of_icmp, 1);
	}
}

static void test_no_room(void **state)
{
	static const uint8_t payload[PACKET_SIZE];
	struct packet packet = { .source = SOURCE6,
				 .destination = TARGET6,
				 .protocol = IPPROTO_TCP,
				 .oddity = PACKET_HEADERS,
				 .payload = payload,
				 .length = PACKET_SIZE - IPV6_HEADER - EXTENSION - 20 };
	// Exactly as large as it may be, so that a sanitizer sees who writes beyond.
	AUTO_FREE uint8_t *made = memory_new(PACKET_SIZE, 1);

	(void)state;
	assert_int_equal(packet_format(&packet, made), PACKET_SIZE);
	packet.length++;
	assert_int_equal(packet_format(&packet, made), 0);
	packet.length = SIZE_MAX;
	assert_int_equal(packet_format(&packet, made), 0);
	packet.length = 0;
	packet.source = (struct address)SOURCE4;
	assert_int_equal(packet_format(&packet, made), 0);
	packet.source = (struct address)SOURCE6;
	packet.destination = (struct address)TARGET4;
	assert_int_equal(packet_format(&packet, made), 0);
}

// Reads bytes that end where they end. What is no packet leaves the old one as it was; a payload lies inside.
static int parse_exactly(const uint8_t *bytes, size_t length, struct packet *packet)
{
	const struct packet before = *packet;
	uint8_t *room = malloc(length + 1), *exact = room + 1;  // nothing is behind the last one, also of none

	assert_non_null(room);
	if (length)
		memcpy(exact, bytes, length);
	int result = packet_parse(exact, length, packet);
	if (result == 0 && packet->length) {
		assert_true(packet->payload >= exact && packet->payload + packet->length <= exact + length);
		AUTO_FREE char *touched = memory_copy_bytes((const char *)packet->payload, packet->length);
		(void)touched;
	} else if (result != 0) {
		assert_int_equal(result, -EBADMSG);
		assert_memory_equal(packet, &before, sizeof(before));
	}
	packet->payload = NULL;
	free(room);
	return result;
}

// Says that it is as long as it was cut to: IPv4 counts its header, IPv6 does not.
static void say_length(uint8_t *bytes, size_t length)
{
	size_t place = bytes[0] >> 4 == 4 ? 2 : 4;

	if (place == 4)
		length = length > IPV6_HEADER ? length - IPV6_HEADER : 0;
	bytes[place] = (uint8_t)(length >> 8);
	bytes[place + 1] = (uint8_t)length;
}

// The shortest that a packet may be cut to when it says so: its headers.
static size_t least(const struct packet *packet)
{
	size_t ip = packet->source.family == FAMILY_IPV4 ? IPV4_HEADER : IPV6_HEADER;
	size_t odd = packet->oddity == PACKET_OPTIONS                      ? 4
		     : packet->oddity == PACKET_PLAIN || ip == IPV4_HEADER ? 0
									   : EXTENSION;
	size_t transport = packet->oddity == PACKET_FRAGMENT                                     ? 0
			   : packet->protocol == IPPROTO_TCP                                     ? 20
			   : packet->protocol == IPPROTO_GRE || packet->protocol == IPPROTO_SCTP ? 0
												 : 8;

	return ip + odd + transport;
}

static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < KNOWN; i++)
		for (size_t cut = 0; cut < known[i].size; cut++) {
			struct packet packet = { .protocol = 77, .length = 7 };
			uint8_t bytes[PACKET_SIZE];

			memcpy(bytes, known[i].bytes, known[i].size);
			assert_int_equal(parse_exactly(bytes, cut, &packet), -EBADMSG);
			say_length(bytes, cut);
			assert_int_equal(parse_exactly(bytes, cut, &packet),
					 cut < least(&known[i].packet) ? -EBADMSG : 0);
			if (cut < least(&known[i].packet))
				continue;
			assert_int_equal(packet.protocol, known[i].packet.protocol);
			assert_int_equal(packet.length,
					 known[i].packet.oddity == PACKET_FRAGMENT ? 0 : cut - least(&known[i].packet));
		}
}

// A frame has at least 60 bytes: what stands behind the packet is none of it.
static void test_padded(void **state)
{
	(void)state;
	for (size_t i = 0; i < KNOWN; i++) {
		const struct packet expected = as_read(&known[i].packet);
		uint8_t bytes[PACKET_SIZE] = { 0 };
		struct packet read;

		memcpy(bytes, known[i].bytes, known[i].size);
		assert_int_equal(packet_parse(bytes, known[i].size + 46, &read), 0);
		same(&read, &expected);
	}
}

// Every byte, as each value that it can have.
static void test_any_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < KNOWN; i++)
		for (size_t at = 0; at < known[i].size; at++)
			for (unsigned value = 0; value < 0x100; value++) {
				struct packet packet = { 0 };
				uint8_t bytes[PACKET_SIZE];

				memcpy(bytes, known[i].bytes, known[i].size);
				bytes[at] = (uint8_t)value;
				(void)parse_exactly(bytes, known[i].size, &packet);
			}
}

// A byte of a known packet, and whether that still is one.
static void test_refused(void **state)
{
	static const struct {
		const uint8_t *bytes;
		size_t size, at;
		uint8_t value;
		int result;
	} rows[] = {
		{ BYTES(syn4), 0, 0x55, -EBADMSG },    // version 5
		{ BYTES(syn4), 0, 0x44, -EBADMSG },    // a header of 16 bytes
		{ BYTES(syn4), 0, 0x46, -EBADMSG },    // one of 24, and no room for TCP's
		{ BYTES(syn4), 0, 0x4f, -EBADMSG },    // one of 60, and the packet has 40
		{ BYTES(syn4), 3, 19, -EBADMSG },      // a total shorter than the header
		{ BYTES(syn4), 3, 41, -EBADMSG },      // longer than what there is
		{ BYTES(syn4), 32, 0x40, -EBADMSG },   // TCP's header of 16 bytes
		{ BYTES(syn4), 32, 0x60, -EBADMSG },   // of 24
		{ BYTES(gre4), 0, 0x44, -EBADMSG },    // and in front of what has no header
		{ BYTES(sctp6), 0, 0x50, -EBADMSG },   // version 5
		{ BYTES(sctp6), 0, 0xf0, -EBADMSG },   // 15
		{ BYTES(syn4), 6, 0x40, 0 },           // "do not fragment"
		{ BYTES(syn4), 6, 0x20, 0 },           // the first fragment has its ports
		{ BYTES(fin6), 5, 24, -EBADMSG },      // longer than what there is
		{ BYTES(fin6), 52, 0x60, -EBADMSG },   // TCP's header of 24 bytes
		{ BYTES(headers6), 41, 1, -EBADMSG },  // a second word of options
		{ BYTES(headers6), 5, 7, -EBADMSG },   // no whole extension header
		{ BYTES(fragment6), 5, 7, -EBADMSG }, { BYTES(fragment6), 5, 8, 0 },
		{ BYTES(fragment6), 41, 1, 0 },  // reserved
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet packet = { 0 };
		uint8_t bytes[PACKET_SIZE];

		memcpy(bytes, rows[i].bytes, rows[i].size);
		bytes[rows[i].at] = rows[i].value;
		assert_int_equal(parse_exactly(bytes, rows[i].size, &packet), rows[i].result);
	}
	struct packet packet = { 0 };
	assert_int_equal(parse_exactly(NULL, 0, &packet), -EBADMSG);
}

// Of IPv4's second word the offset alone makes a later fragment: not "more", not "do not", not what is reserved.
static void test_fragments(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 16; bit++) {
		struct packet packet = { 0 };
		uint8_t bytes[sizeof(syn4)];

		memcpy(bytes, syn4, sizeof(syn4));
		bytes[6] = (uint8_t)(1U << bit >> 8);
		bytes[7] = (uint8_t)(1U << bit);
		assert_int_equal(parse_exactly(bytes, sizeof(bytes), &packet), 0);
		assert_int_equal(packet.oddity, bit < 13 ? PACKET_FRAGMENT : PACKET_PLAIN);
		assert_int_equal(packet.destination_port, bit < 13 ? 0 : 443);
	}
}

// Options of TCP and of IPv4 come before what is read behind them.
static void test_options(void **state)
{
	static const uint8_t tcp_options[] = {
		0x47, 0x00, 0x00, 0x35, 0x00, 0x01, 0x00, 0x00, 0x40, 0x06, 0x00, 0x00, 0x0a, 0x14,
		0x01, 0x07, 0xc6, 0x33, 0x64, 0x42, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01,
		0x4e, 0x21, 0x01, 0xbb, 0x00, 0x00, 0x03, 0xe8, 0x00, 0x00, 0x00, 0x00, 0x60, 0x02,
		0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4, 0x21,
	};
	struct packet read = { 0 };

	(void)state;
	assert_int_equal(packet_parse(tcp_options, sizeof(tcp_options), &read), 0);
	assert_int_equal(read.oddity, PACKET_OPTIONS);
	assert_int_equal(read.destination_port, 443);
	assert_int_equal(read.flags, PACKET_SYN);
	assert_int_equal(read.length, 1);
	assert_int_equal(read.payload[0], 0x21);
}

// What came, and what is said to it. Of the answer: flags, sequence, acknowledgement of TCP; the type of ICMP.
static const struct {
	int protocol;
	uint8_t flags, type;
	enum packet_oddity oddity;
	bool answered;
	uint8_t answer_flags, answer_type;
	uint32_t sequence, acknowledgement;
} answers[] = {
	{ IPPROTO_TCP, PACKET_SYN, 0, PACKET_PLAIN, true, PACKET_SYN | PACKET_ACK, 0, 1, 1001 },
	{ IPPROTO_TCP, PACKET_FIN | PACKET_ACK, 0, PACKET_PLAIN, true, PACKET_FIN | PACKET_ACK, 0, 555, 1004 },
	{ IPPROTO_TCP, PACKET_SYN | PACKET_FIN, 0, PACKET_PLAIN, true, PACKET_FIN | PACKET_ACK, 0, 555, 1004 },
	{ IPPROTO_TCP, PACKET_ACK, 0, PACKET_PLAIN, false, 0, 0, 0, 0 },
	{ IPPROTO_TCP, PACKET_RST, 0, PACKET_PLAIN, false, 0, 0, 0, 0 },
	{ IPPROTO_TCP, PACKET_SYN | PACKET_ACK, 0, PACKET_PLAIN, false, 0, 0, 0, 0 },
	{ IPPROTO_TCP, PACKET_SYN, 0, PACKET_FRAGMENT, false, 0, 0, 0, 0 },
	{ IPPROTO_TCP, PACKET_SYN, 0, PACKET_OPTIONS, false, 0, 0, 0, 0 },
	{ IPPROTO_TCP, PACKET_SYN, 0, PACKET_HEADERS, false, 0, 0, 0, 0 },
	{ IPPROTO_UDP, 0, 0, PACKET_PLAIN, true, 0, 0, 0, 0 },
	{ IPPROTO_UDP, 0, 0, PACKET_OPTIONS, false, 0, 0, 0, 0 },
	{ IPPROTO_ICMP, 0, 8, PACKET_PLAIN, true, 0, 0, 0, 0 },
	{ IPPROTO_ICMP, 0, 0, PACKET_PLAIN, false, 0, 0, 0, 0 },
	{ IPPROTO_ICMP, 0, 13, PACKET_PLAIN, false, 0, 0, 0, 0 },
	{ IPPROTO_ICMP, 0, 128, PACKET_PLAIN, false, 0, 0, 0, 0 },
	{ IPPROTO_ICMPV6, 0, 128, PACKET_PLAIN, true, 0, 129, 0, 0 },
	{ IPPROTO_ICMPV6, 0, 129, PACKET_PLAIN, false, 0, 0, 0, 0 },
	{ IPPROTO_ICMPV6, 0, 8, PACKET_PLAIN, false, 0, 0, 0, 0 },
	{ IPPROTO_ICMPV6, 0, 128, PACKET_HEADERS, false, 0, 0, 0, 0 },
	{ IPPROTO_GRE, 0, 0, PACKET_PLAIN, false, 0, 0, 0, 0 },
};

static void test_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		bool tcp = answers[i].protocol == IPPROTO_TCP, icmp = !tcp && answers[i].protocol != IPPROTO_UDP;
		const struct packet packet = { .source = SOURCE6,
					       .destination = TARGET6,
					       .protocol = answers[i].protocol,
					       .source_port = 111,
					       .destination_port = 222,
					       .icmp_type = answers[i].type,
					       .flags = answers[i].flags,
					       .sequence = 1000,
					       .acknowledgement = 555,
					       .oddity = answers[i].oddity,
					       TEXT("abc") };
		// An echo keeps its numbers where a conversation changes places.
		struct packet expected = { .source = TARGET6,
					   .destination = SOURCE6,
					   .protocol = answers[i].protocol,
					   .source_port = icmp ? 111 : 222,
					   .destination_port = icmp ? 222 : 111,
					   .icmp_type = answers[i].answer_type,
					   .flags = answers[i].answer_flags,
					   .sequence = answers[i].sequence,
					   .acknowledgement = answers[i].acknowledgement };
		struct packet answer;

		if (!tcp) {
			expected.payload = packet.payload;
			expected.length = packet.length;
		}
		assert_int_equal(packet_answer(&packet, &answer), answers[i].answered);
		if (answers[i].answered)
			same(&answer, &expected);
	}
}

static void test_flow(void **state)
{
	(void)state;
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		for (size_t i = 0; i < KNOWN; i++) {
			struct packet coded = known[i].packet;
			const struct packet *packet = &coded;
			bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;
			struct flow flow;

			coded.icmp_code = 9;
			memset(&flow, 0xff, sizeof(flow));
			packet_flow(packet, direction, &flow);
			assert_int_equal(flow.direction, direction);
			assert_false(flow.loopback);
			assert_int_equal(flow.protocol, packet->protocol);
			assert_true(
			    address_equal(&flow.remote, direction == EGRESS ? &packet->destination : &packet->source));
			// An echo's numbers are no ports.
			assert_int_equal(flow.source_port, ported ? packet->source_port : 0);
			assert_int_equal(flow.destination_port, ported ? packet->destination_port : 0);
			assert_int_equal(flow.icmp_type, packet->icmp_type);
			assert_int_equal(flow.icmp_code, packet->icmp_code);
			assert_int_equal(flow.state, FLOW_NEW);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),    cmocka_unit_test(test_back),    cmocka_unit_test(test_no_zero),
		cmocka_unit_test(test_no_room),  cmocka_unit_test(test_cut),     cmocka_unit_test(test_padded),
		cmocka_unit_test(test_any_byte), cmocka_unit_test(test_refused), cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_options),  cmocka_unit_test(test_answer),  cmocka_unit_test(test_flow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
