// SPDX-License-Identifier: GPL-2.0-or-later
// verify/board: rows by their keys, what arrives and for which of them it counts, denials, and strays.
#include "test.h"

#include <netinet/in.h>
#include <string.h>

#include "verify/board.h"

static const struct address remote = { FAMILY_IPV4, 0xc6336442 }, job = { FAMILY_IPV4, 0x0a140107 };

static struct board_row row_of(enum row_kind kind, int protocol, uint16_t port)
{
	return (struct board_row){ .kind = kind,
				   .flow = { .direction = kind == ROW_INBOUND ? INGRESS : EGRESS,
					     .protocol = protocol,
					     .remote = remote,
					     .destination_port = port,
					     .icmp_type = protocol == IPPROTO_ICMP ? 8 : 0 } };
}

static struct packet packet_to(uint16_t source, uint16_t port)
{
	return (struct packet){ .source = job,
				.destination = remote,
				.protocol = IPPROTO_TCP,
				.source_port = source,
				.destination_port = port,
				.flags = PACKET_SYN };
}

static struct board_row *add(struct board *board, const struct board_row *row)
{
	assert_true(board_add(board, row));
	return &board->rows[board->count - 1];
}

static void test_add(void **state)
{
	struct board *board = board_new(7);
	struct board_row row = row_of(ROW_RAW, IPPROTO_TCP, 443), other = row;

	(void)state;
	add(board, &row);
	assert_false(board_add(board, &row));
	assert_true(board_knows(board, &row.flow));
	assert_true(board->rows[0].carried);
	assert_int_equal(board->rows[0].seen[PHASE_JAIL].outcome, OUTCOME_NOT_TRIED);
	// One flow, told apart by what the packet is.
	other.flags = PACKET_ACK;
	add(board, &other);
	other.foreign = true;
	add(board, &other);
	other.oddity = PACKET_OPTIONS;
	add(board, &other);
	other.kind = ROW_SOCKET;
	add(board, &other);
	// Those that are no flows have no key.
	row.kind = ROW_DOOR;
	add(board, &row);
	add(board, &row);
	other.flow.destination_port = 1;
	assert_false(board_add(board, &other));
	assert_int_equal(board->count, 7);
	assert_false(board_knows(board, &other.flow));
	board_free(&board);
	assert_null(board);
}

// Rows of other kinds than the one that is tried, of another form or another source port are not meant.
static void test_arrived(void **state)
{
	struct board *board = board_new(6);
	struct board_row raw = row_of(ROW_RAW, IPPROTO_TCP, 443), acked = raw, options = raw;
	struct board_row other = row_of(ROW_SOCKET, IPPROTO_TCP, 443);

	(void)state;
	// Of what is denied any form counts: see below.
	raw.allowed = acked.allowed = options.allowed = other.allowed = true;
	acked.flags = PACKET_ACK;
	options.oddity = PACKET_OPTIONS;
	struct board_row *rows[] = { add(board, &raw), add(board, &acked), add(board, &options), add(board, &other) };
	for (enum phase phase = 0; phase < PHASES; phase++) {
		board->phase = phase;
		board->kind = ROW_RAW;
		struct packet packet = packet_to(board_source_port(board, rows[1], phase), 443);
		board_arrived(board, &packet);
		assert_int_equal(rows[1]->seen[phase].arrived, 1);
		packet.source_port = board_source_port(board, rows[2], phase);
		packet.oddity = PACKET_OPTIONS;
		board_arrived(board, &packet);
		assert_int_equal(rows[2]->seen[phase].arrived, 1);
		packet.oddity = PACKET_PLAIN;
		packet.source_port = 5;
		board_arrived(board, &packet);
		assert_int_equal(rows[0]->seen[phase].arrived, 0);
		board->kind = ROW_SOCKET;
		board_arrived(board, &packet);
		assert_int_equal(rows[3]->seen[phase].arrived, 1);
	}
	// One of another form is not that of a socket.
	struct packet odd = packet_to(5, 443);
	odd.oddity = PACKET_OPTIONS;
	board_arrived(board, &odd);
	assert_int_equal(rows[3]->seen[PHASE_JAIL].arrived, 1);
	// Packets of pasta have ports of pasta's.
	board->kind = ROW_RAW;
	board->uplink = UPLINK_PASTA;
	const struct packet packet = packet_to(5, 443);
	board_arrived(board, &packet);
	assert_int_equal(rows[0]->seen[PHASE_JAIL].arrived, 1);
	assert_int_equal(rows[1]->seen[PHASE_JAIL].arrived, 2);
	assert_int_equal(board->stray_count, 0);
	board_free(&board);
}

// What the job answers; what it begins itself at the same ports is no answer, and a stray.
static void test_answers(void **state)
{
	struct board *board = board_new(3);
	const struct board_row raw = row_of(ROW_RAW, IPPROTO_TCP, 22);
	const struct board_row tcp = row_of(ROW_INBOUND, IPPROTO_TCP, 22), echo = row_of(ROW_INBOUND, IPPROTO_ICMP, 0);
	struct board_row *row = add(board, &tcp), *echoed = add(board, &echo);

	(void)state;
	board->phase = PHASE_JAIL;
	board->uplink = UPLINK_MACVLAN;
	struct packet packet = packet_to(22, board_source_port(board, row, PHASE_JAIL));
	packet.flags = PACKET_SYN | PACKET_ACK;
	assert_false(board_arrived(board, &packet));  // and so it gets no answer itself
	assert_int_equal(row->seen[PHASE_JAIL].arrived, 1);
	packet.flags = PACKET_RST;  // nobody is there
	board_arrived(board, &packet);
	packet.flags = PACKET_SYN | PACKET_ACK;
	packet.destination_port = board_source_port(board, row, PHASE_CONTROL);  // to what was sent before
	board_arrived(board, &packet);
	assert_int_equal(row->seen[PHASE_JAIL].arrived, 1);
	assert_int_equal(board->stray_count, 0);
	packet.source_port = 40000;
	packet.destination_port = board_source_port(board, row, PHASE_JAIL);
	assert_true(board_arrived(board, &packet));
	assert_int_equal(row->seen[PHASE_JAIL].arrived, 1);
	assert_int_equal(board->stray_count, 1);
	packet.protocol = IPPROTO_ICMP;
	packet.destination_port = board_source_port(board, echoed, PHASE_JAIL);
	packet.icmp_type = 0;
	board_arrived(board, &packet);
	assert_int_equal(echoed->seen[PHASE_JAIL].arrived, 1);
	packet.icmp_type = 8;
	board_arrived(board, &packet);
	assert_int_equal(echoed->seen[PHASE_JAIL].arrived, 1);
	assert_int_equal(board->stray_count, 2);
	// From where an answer would come, to elsewhere; by another protocol; of a row that nothing is sent to.
	struct packet others[] = { packet_to(22, 7), packet_to(22, board_source_port(board, row, PHASE_JAIL)),
				   packet_to(22, board_source_port(board, add(board, &raw), PHASE_JAIL)) };
	others[1].protocol = IPPROTO_UDP;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		board_arrived(board, &others[i]);
		assert_int_equal(board->stray_count, 3 + i);
	}
	board_free(&board);
}

// At the link's other end frames count, while frames are tried, and answers; there are no strays there.
static void test_passed(void **state)
{
	struct board *board = board_new(3);
	const struct board_row frame = row_of(ROW_FRAME, IPPROTO_TCP, 443), raw = row_of(ROW_RAW, IPPROTO_TCP, 443);
	const struct board_row inbound = row_of(ROW_INBOUND, IPPROTO_TCP, 22);
	struct board_row *rows[] = { add(board, &frame), add(board, &raw), add(board, &inbound) };

	(void)state;
	board->phase = PHASE_JAIL;
	board->kind = ROW_RAW;
	struct packet packet = packet_to(board_source_port(board, rows[0], PHASE_JAIL), 443);
	board_passed(board, &packet);
	assert_int_equal(rows[0]->seen[PHASE_JAIL].arrived, 0);
	board->kind = ROW_FRAME;
	board_passed(board, &packet);
	assert_int_equal(rows[0]->seen[PHASE_JAIL].arrived, 1);
	assert_int_equal(rows[1]->seen[PHASE_JAIL].arrived, 0);
	packet.source_port = 5;  // it is denied, and so nothing of it may pass
	board_passed(board, &packet);
	assert_int_equal(rows[0]->seen[PHASE_JAIL].arrived, 2);
	packet = packet_to(22, board_source_port(board, rows[2], PHASE_JAIL));
	packet.flags = PACKET_SYN | PACKET_ACK;
	board_passed(board, &packet);
	assert_int_equal(rows[2]->seen[PHASE_JAIL].arrived, 1);
	packet.source_port = 23;
	board_passed(board, &packet);
	assert_int_equal(rows[2]->seen[PHASE_JAIL].arrived, 1);
	assert_int_equal(board->stray_count, 0);
	board_free(&board);
}

// What strays are told apart by.
static void test_kinds_of_strays(void **state)
{
	struct packet packets[] = { packet_to(1, 444), packet_to(1, 444), packet_to(1, 53),
				    packet_to(1, 444), packet_to(1, 444), packet_to(1, 444) };
	const size_t count = sizeof(packets) / sizeof(packets[0]);
	struct board *board = board_new(0);

	(void)state;
	board->phase = PHASE_JAIL;
	board->resolver = (struct address){ FAMILY_IPV4, 0x0a140002 };
	packets[1].protocol = IPPROTO_UDP;
	packets[2].protocol = IPPROTO_UDP;  // of another server than the host's
	packets[3].destination.bits++;
	packets[4].protocol = packets[5].protocol = IPPROTO_ICMP;
	packets[4].icmp_type = 8;
	packets[5].icmp_type = 13;
	for (size_t twice = 0; twice < 2; twice++)
		for (size_t i = 0; i < count; i++)
			board_arrived(board, &packets[i]);
	assert_int_equal(board->stray_count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(board->strays[i].count, 2);
	board_free(&board);
}

static void test_strays(void **state)
{
	enum { MORE = 7 };
	struct board *board = board_new(1);
	const struct board_row row = row_of(ROW_RAW, IPPROTO_TCP, 443);

	(void)state;
	add(board, &row);
	board->uplink = UPLINK_VETH;
	board->resolver = (struct address){ FAMILY_IPV4, 0x0a140002 };
	const struct packet known = packet_to(1, 443);
	struct packet packet = packet_to(1, 444);
	board_arrived(board, &packet);  // before the jail
	assert_int_equal(board->stray_count, 0);
	board->phase = PHASE_JAIL;
	board_arrived(board, &known);
	assert_int_equal(board->stray_count, 0);
	for (unsigned i = 0; i < BOARD_STRAYS + MORE; i++) {
		packet.destination_port = (uint16_t)(1000 + i);
		board_arrived(board, &packet);
	}
	assert_int_equal(board->stray_count, BOARD_STRAYS);
	assert_int_equal(board->strays_beyond, MORE);
	packet.destination_port = 1000;
	board_arrived(board, &packet);
	assert_int_equal(board->strays[0].count, 2);
	assert_true(address_equal(&board->strays[0].source, &job));
	assert_int_equal(board->strays_beyond, MORE);
	// What the host itself asks and refuses.
	packet.destination = board->resolver;
	packet.protocol = IPPROTO_UDP;
	packet.destination_port = 53;
	board_arrived(board, &packet);
	packet.protocol = IPPROTO_ICMP;
	packet.icmp_type = 3;
	board_arrived(board, &packet);
	assert_int_equal(board->strays_beyond, MORE);
	board->uplink = UPLINK_MACVLAN;  // where it has no part in the job's packets
	board_arrived(board, &packet);
	assert_int_equal(board->strays_beyond, MORE + 1);
	board_free(&board);
}

// A denial is of those that it was promised to; promised to none, it is of all.
static void test_denied(void **state)
{
	struct board *board = board_new(3);
	struct board_row plain = row_of(ROW_RAW, IPPROTO_TCP, 443), acked = plain;
	const struct board_row elsewhere = row_of(ROW_RAW, IPPROTO_TCP, 444);

	(void)state;
	strcpy(plain.layer, "sg_egress");
	plain.rule = 3;
	acked.flags = PACKET_ACK;
	strcpy(acked.layer, "packet_egress");
	acked.rule = 1001;
	struct board_row *rows[] = { add(board, &plain), add(board, &acked), add(board, &elsewhere) };
	board_denied(board, "packet_egress", 1001, &plain.flow);
	assert_int_equal(rows[0]->seen[PHASE_JAIL].denials, 0);
	assert_int_equal(rows[1]->seen[PHASE_JAIL].denials, 1);
	board_denied(board, "sg_egress", 4, &plain.flow);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(rows[i]->seen[PHASE_JAIL].denials, 1 + i);
		assert_int_equal(rows[i]->seen[PHASE_JAIL].rule, 4);
		assert_string_equal(rows[i]->seen[PHASE_JAIL].layer, "sg_egress");
	}
	// The number alone is not what was promised.
	board_denied(board, "nacl_egress", 1001, &plain.flow);
	assert_int_equal(rows[0]->seen[PHASE_JAIL].denials, 2);
	assert_int_equal(rows[2]->seen[PHASE_JAIL].denials, 0);
	board_free(&board);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),     cmocka_unit_test(test_arrived),
		cmocka_unit_test(test_answers), cmocka_unit_test(test_kinds_of_strays),
		cmocka_unit_test(test_strays),  cmocka_unit_test(test_denied),
		cmocka_unit_test(test_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
