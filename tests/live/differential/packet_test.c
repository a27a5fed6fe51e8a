// SPDX-License-Identifier: GPL-2.0-or-later
// packet: bytes computed elsewhere, checksums, and the way back.
#include "../../unit/test.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "packet.h"
#include "random.h"

static struct address address(const char *text)
{
	struct address parsed;

	assert_int_equal(address_parse(text, &parsed, NULL), 0);
	return parsed;
}

static void expect_bytes(const struct packet *packet, const uint8_t *bytes, size_t length)
{
	uint8_t written[PACKET_SIZE];

	assert_int_equal(packet_write(packet, written), length);
	assert_memory_equal(written, bytes, length);
}

// RFC 1071's own example, in section 3.
static void test_checksum(void **state)
{
	static const uint8_t example[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	static const uint8_t odd[] = { 0x12, 0x34, 0x56 };

	(void)state;
	assert_int_equal(packet_checksum(example, sizeof(example), 0), (uint16_t)~0xddf2);
	assert_int_equal(packet_checksum(odd, sizeof(odd), 0), (uint16_t) ~(0x1234 + 0x5600));
	assert_int_equal(packet_checksum(odd, 0, 0x1fffe), 0);
}

static void test_ipv4(void **state)
{
	static const uint8_t syn[] = { 0x45, 0x00, 0x00, 0x28, 0x00, 0x00, 0x00, 0x00, 0x40, 0x06,
				       0xa9, 0x94, 0xc6, 0x12, 0x00, 0x01, 0x0a, 0x14, 0x01, 0x15,
				       0x9c, 0x41, 0x01, 0xbb, 0x00, 0x00, 0x03, 0xe8, 0x00, 0x00,
				       0x00, 0x00, 0x50, 0x02, 0x04, 0x00, 0x38, 0xc2, 0x00, 0x00 };
	static const uint8_t option[] = { 0x46, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, 0x00, 0x40, 0x11, 0xd1,
					  0xc6, 0x0a, 0x00, 0x00, 0x01, 0x0a, 0x00, 0x00, 0x02, 0x94, 0x04,
					  0x00, 0x00, 0x04, 0x00, 0x00, 0x35, 0x00, 0x08, 0xe7, 0xa6 };
	const struct packet tcp = { .source = address("198.18.0.1"),
				    .destination = address("10.20.1.21"),
				    .protocol = IPPROTO_TCP,
				    .source_port = 40001,
				    .destination_port = 443,
				    .tcp_flags = TCP_SYN,
				    .sequence = 1000 };
	struct packet udp = { .source = address("10.0.0.1"),
			      .destination = address("10.0.0.2"),
			      .protocol = IPPROTO_UDP,
			      .source_port = 1024,
			      .destination_port = 53,
			      .header = true };
	uint8_t written[PACKET_SIZE];

	(void)state;
	expect_bytes(&tcp, syn, sizeof(syn));
	expect_bytes(&udp, option, sizeof(option));
	// A sum of zero is written as its other form: zero would say that there is none.
	udp.source_port = 60326;
	(void)packet_write(&udp, written);
	assert_int_equal(written[30], 0xff);
	assert_int_equal(written[31], 0xff);
}

static void test_ipv6(void **state)
{
	static const uint8_t echo[] = { 0x60, 0x00, 0x00, 0x00, 0x00, 0x10, 0x3c, 0x40, 0xfd, 0x5c, 0x8b, 0x1e,
					0x7a, 0x42, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01,
					0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
					0x00, 0x00, 0x00, 0x07, 0x3a, 0x00, 0x01, 0x04, 0x00, 0x00, 0x00, 0x00,
					0x80, 0x01, 0x01, 0x1c, 0x4e, 0x20, 0x00, 0x00 };
	const struct packet packet = { .source = address("fd5c:8b1e:7a42:1::1"),
				       .destination = address("2001:db8::7"),
				       .protocol = IPPROTO_ICMPV6,
				       .icmp_type = 128,
				       .icmp_code = 1,
				       .icmp_id = 0x4e20,
				       .header = true };

	(void)state;
	expect_bytes(&packet, echo, sizeof(echo));
}

static struct packet random_packet(struct random *random)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6, 47, 132 };
	bool four = random_chance(random, 50);
	struct packet packet = { .protocol = RANDOM_PICK(random, protocols), .header = random_chance(random, 30) };
	bool tcp = packet.protocol == IPPROTO_TCP, ported = tcp || packet.protocol == IPPROTO_UDP;

	packet.source.family = packet.destination.family = four ? FAMILY_IPV4 : FAMILY_IPV6;
	packet.source.bits = four ? random_next(random) >> 32 : (address_bits)random_next(random) << 64 | 7;
	packet.destination.bits = four ? random_next(random) >> 32 : (address_bits)random_next(random) << 64 | 9;
	packet.source_port = ported ? (uint16_t)random_next(random) : 0;
	packet.destination_port = ported ? (uint16_t)random_next(random) : 0;
	packet.tcp_flags = tcp ? (uint8_t)random_next(random) : 0;
	packet.sequence = tcp ? (uint32_t)random_next(random) : 0;
	packet.acknowledgement = tcp ? (uint32_t)random_next(random) : 0;
	if (packet.protocol == IPPROTO_ICMP || packet.protocol == IPPROTO_ICMPV6) {
		packet.icmp_type = (uint8_t)random_next(random);
		packet.icmp_code = (uint8_t)random_next(random);
		packet.icmp_id = (uint16_t)random_next(random);
	}
	return packet;
}

// What is written is read, and nothing shorter is.
static void test_back(void **state)
{
	struct random random = random_from(1, 0);

	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct packet packet = random_packet(&random), read = { 0 };
		uint8_t bytes[PACKET_SIZE];
		size_t length = packet_write(&packet, bytes);

		assert_true(packet_read(bytes, length, &read));
		assert_true(packet_alike(&packet, &read));
		assert_int_equal(read.tcp_flags, packet.tcp_flags);
		assert_int_equal(read.sequence, packet.sequence);
		assert_int_equal(read.acknowledgement, packet.acknowledgement);
		assert_int_equal(read.icmp_id, packet.icmp_id);
		assert_int_equal(read.header, packet.header);
		for (size_t cut = 0; cut < length; cut++) {
			uint8_t *shorter = memory_new(cut + 1, 1);  // so that a sanitizer sees who reads beyond
			memcpy(shorter, bytes, cut);
			shorter = memory_resize(shorter, cut ? cut : 1, 1);
			assert_false(packet_read(shorter, cut, &read));
			free(shorter);
		}
	}
}

static void test_alike(void **state)
{
	const struct packet packet = { .source = address("10.0.0.1"),
				       .destination = address("10.0.0.2"),
				       .protocol = IPPROTO_TCP,
				       .source_port = 1,
				       .destination_port = 2,
				       .sequence = 7 };
	struct packet other = packet;
	struct flow out = packet_flow(&packet, EGRESS), in = packet_flow(&packet, INGRESS);

	(void)state;
	other.sequence = 8;
	assert_true(packet_alike(&packet, &other));
	other.source_port = 3;
	assert_false(packet_alike(&packet, &other));
	assert_true(address_equal(&out.remote, &packet.destination));
	assert_true(address_equal(&in.remote, &packet.source));
	assert_int_equal(in.destination_port, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_checksum), cmocka_unit_test(test_ipv4),  cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_back),     cmocka_unit_test(test_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
