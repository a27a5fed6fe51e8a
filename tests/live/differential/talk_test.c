// SPDX-License-Identifier: GPL-2.0-or-later
// talk: what a conversation's packets are, and which of them are told apart.
#include "../../unit/test.h"

#include <netinet/in.h>

#include "talk.h"

static const struct own_addresses own = { { { FAMILY_IPV4, 0x0a140107 }, { FAMILY_IPV6, 7 } } };
static const struct address remote = { FAMILY_IPV4, 0x0a140115 };

static void test_alike(void **state)
{
	const struct packet packet = { .source = own.of[0],
				       .destination = remote,
				       .protocol = IPPROTO_TCP,
				       .source_port = 1,
				       .destination_port = 2,
				       .sequence = 7 };
	struct packet other = packet;

	(void)state;
	other.sequence = 8;
	other.oddity = PACKET_OPTIONS;
	assert_true(packet_alike(&packet, &other));
	other.source_port = 3;
	assert_false(packet_alike(&packet, &other));
	// The number of an echo is no port: the kernel's log does not tell it.
	other.protocol = IPPROTO_ICMP;
	struct packet echo = other;
	echo.source_port = 4;
	assert_true(packet_alike(&echo, &other));
	echo.icmp_code = 1;
	assert_false(packet_alike(&echo, &other));
	echo = other;
	echo.source.bits++;
	assert_false(packet_alike(&echo, &other));
	echo = other;
	echo.destination.bits++;
	assert_false(packet_alike(&echo, &other));
}

static void test_steps(void **state)
{
	const struct talk talk = {
		.flow = { .protocol = IPPROTO_TCP, .remote = remote, .source_port = 20001, .destination_port = 443 },
		.tcp_flags = PACKET_SYN
	};
	enum direction direction;
	const struct packet first = talk_packet(&talk, STEP_FIRST, &own, &direction);
	const struct packet answer = talk_packet(&talk, STEP_ANSWER, &own, &direction);
	const struct packet next = talk_packet(&talk, STEP_NEXT, &own, &direction);

	(void)state;
	assert_int_equal(first.flags, PACKET_SYN);
	assert_int_equal(answer.flags, PACKET_SYN | PACKET_ACK);
	assert_int_equal(next.flags, PACKET_ACK);
	assert_int_equal(answer.acknowledgement, first.sequence + 1);
	assert_int_equal(next.acknowledgement, answer.sequence + 1);
	assert_true(address_equal(&answer.source, &remote) && address_equal(&answer.destination, &own.of[0]));
	assert_int_equal(answer.source_port, 443);
	assert_int_equal(answer.destination_port, 20001);
	assert_true(packet_alike(&first, &next));
}

// What answers an echo carries its number; what has no ports and no type carries something.
static void test_forms(void **state)
{
	struct talk talk = { .flow = { .protocol = IPPROTO_ICMP, .remote = remote, .icmp_type = 8 },
			     .icmp_id = 77,
			     .header = true };
	enum direction direction;
	const struct packet echo = talk_packet(&talk, STEP_FIRST, &own, &direction);

	(void)state;
	assert_int_equal(echo.source_port, 77);
	assert_int_equal(echo.oddity, PACKET_OPTIONS);
	const struct packet answer = talk_packet(&talk, STEP_ANSWER, &own, &direction);
	assert_int_equal(direction, INGRESS);
	assert_int_equal(answer.icmp_type, 0);
	assert_int_equal(answer.source_port, 77);
	assert_int_equal(answer.destination_port, 0);
	talk.flow.protocol = IPPROTO_GRE;
	talk.flow.remote = (struct address){ FAMILY_IPV6, 9 };
	const struct packet other = talk_packet(&talk, STEP_FIRST, &own, &direction);
	assert_int_equal(other.length, 8);
	assert_int_equal(other.oddity, PACKET_HEADERS);
	assert_true(address_equal(&other.source, &own.of[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
