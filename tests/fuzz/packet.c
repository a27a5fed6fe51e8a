// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: frames that come out of a jail, read, answered, written again, and counted on a board.
//
// The first byte of an input says how the board stands; then come packets, each behind its length in two bytes.
#include "fuzz.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#include "base/memory.h"
#include "verify/board.h"

enum { OF_JAIL = 1, BY_PASTA = 2, KINDS = 2 /* two bits: the kind that is tried */, PASSED = 16 /* the jail's link */ };

static const struct address near = { FAMILY_IPV4, 0xc6336442 };
static const struct address far = { FAMILY_IPV6, (address_bits)0xfd000ec200000000 << 64 | 0x254 };
static const struct address resolver = { FAMILY_IPV4, 0x0a140002 };

static void add_rows(struct board *board)
{
	static const struct {
		enum row_kind kind;
		int protocol;
		uint16_t port;
		enum packet_oddity oddity;
		uint8_t flags;
	} rows[] = {
		{ ROW_SOCKET, IPPROTO_TCP, 443, PACKET_PLAIN, 0 },   { ROW_RAW, IPPROTO_TCP, 443, PACKET_PLAIN, 0 },
		{ ROW_RAW, IPPROTO_TCP, 443, PACKET_PLAIN, 16 },     { ROW_RAW, IPPROTO_TCP, 0, PACKET_FRAGMENT, 0 },
		{ ROW_RAW, IPPROTO_UDP, 53, PACKET_OPTIONS, 0 },     { ROW_RAW, IPPROTO_UDP, 65535, PACKET_HEADERS, 0 },
		{ ROW_FRAME, IPPROTO_TCP, 443, PACKET_PLAIN, 0 },    { ROW_INBOUND, IPPROTO_TCP, 22, PACKET_PLAIN, 0 },
		{ ROW_INBOUND, IPPROTO_UDP, 22, PACKET_PLAIN, 0 },   { ROW_INBOUND, IPPROTO_ICMP, 0, PACKET_PLAIN, 0 },
		{ ROW_INBOUND, IPPROTO_ICMPV6, 0, PACKET_PLAIN, 0 }, { ROW_SOCKET, IPPROTO_ICMP, 0, PACKET_PLAIN, 0 },
		{ ROW_SOCKET, IPPROTO_ICMPV6, 0, PACKET_PLAIN, 0 },  { ROW_FRAME, IPPROTO_ICMP, 0, PACKET_PLAIN, 0 },
	};

	for (unsigned i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		struct board_row row = { .kind = rows[i / 2].kind,
					 .flow = { .direction = rows[i / 2].kind == ROW_INBOUND ? INGRESS : EGRESS,
						   .protocol = rows[i / 2].protocol,
						   .remote = i % 2 ? far : near,
						   .destination_port = rows[i / 2].port },
					 .oddity = rows[i / 2].oddity,
					 .flags = rows[i / 2].flags,
					 .allowed = i % 2 };

		if (row.flow.protocol == IPPROTO_ICMP)
			row.flow.icmp_type = ICMP_ECHO;
		if (row.flow.protocol == IPPROTO_ICMPV6)
			row.flow.icmp_type = ICMP6_ECHO_REQUEST;
		require(board_add(board, &row));
	}
}

static void require_same(const struct packet *a, const struct packet *b)
{
	require(address_equal(&a->source, &b->source) && address_equal(&a->destination, &b->destination));
	require(a->protocol == b->protocol && a->oddity == b->oddity);
	require(a->source_port == b->source_port && a->destination_port == b->destination_port);
	require(a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code);
	require(a->flags == b->flags && a->sequence == b->sequence && a->acknowledgement == b->acknowledgement);
	require(a->length == b->length && (a->length == 0 || memcmp(a->payload, b->payload, a->length) == 0));
}

// What was read is written, and then is the same.
static void write_again(const struct packet *packet)
{
	uint8_t *bytes = memory_new(PACKET_SIZE, 1);
	size_t length = packet_format(packet, bytes);
	struct packet again;

	require(length <= PACKET_SIZE);
	if (length == 0) {
		require(packet->length > PACKET_SIZE - 68);
	} else {
		bytes = memory_resize(bytes, length, 1);
		require(packet_parse(bytes, length, &again) == 0);
		require_same(packet, &again);
	}
	free(bytes);
}

static void answer(const struct packet *packet)
{
	bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;
	struct packet made;

	if (!packet_answer(packet, &made))
		return;
	require(packet->oddity == PACKET_PLAIN && made.oddity == PACKET_PLAIN);
	require(ported || packet->protocol == IPPROTO_ICMP || packet->protocol == IPPROTO_ICMPV6);
	require(made.protocol == packet->protocol);
	require(address_equal(&made.source, &packet->destination) && address_equal(&made.destination, &packet->source));
	require(made.source_port == (ported ? packet->destination_port : packet->source_port));
	require(made.length == (packet->protocol == IPPROTO_TCP ? 0 : packet->length));
	write_again(&made);
}

static bool is_of_flow(const struct board_row *row, const struct flow *flow)
{
	return row->flow.direction == EGRESS && row->flow.protocol == flow->protocol &&
	       address_equal(&row->flow.remote, &flow->remote) &&
	       row->flow.destination_port == flow->destination_port && row->flow.icmp_type == flow->icmp_type &&
	       row->flow.icmp_code == flow->icmp_code;
}

// Of a row that has a port of its own, packets come from that alone; pasta's come from any. Of what is denied nothing
// may come out of the jail, in whatever form.
static bool is_of_row(const struct board *board, const struct board_row *row, const struct packet *packet)
{
	bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;
	bool own = ported && packet->oddity != PACKET_FRAGMENT && board->uplink != UPLINK_PASTA &&
		   (row->kind == ROW_RAW || row->kind == ROW_FRAME);

	if (!row->allowed && board->phase == PHASE_JAIL)
		return true;
	return row->oddity == packet->oddity &&
	       (!own || packet->source_port == board_source_port(board, row, board->phase));
}

static bool may_answer(const struct board *board, const struct board_row *row, const struct packet *packet)
{
	uint16_t now = board_source_port(board, row, board->phase),
		 before = board_source_port(board, row, PHASE_CONTROL);

	bool ported = packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP;

	return row->kind == ROW_INBOUND && row->flow.protocol == packet->protocol &&
	       address_equal(&row->flow.remote, &packet->destination) &&
	       (packet->destination_port == now || packet->destination_port == before) &&
	       (ported ? packet->source_port == row->flow.destination_port : packet->icmp_type != row->flow.icmp_type);
}

static bool is_of_host(const struct flow *flow)
{
	return (flow->destination_port == 53 && address_equal(&flow->remote, &resolver)) ||
	       (flow->protocol == IPPROTO_ICMP && flow->icmp_type == ICMP_UNREACH) ||
	       (flow->protocol == IPPROTO_ICMPV6 && flow->icmp_type == ICMP6_DST_UNREACH);
}

static unsigned strays_of(const struct board *board)
{
	unsigned count = board->strays_beyond;

	require(board->stray_count <= BOARD_STRAYS);
	for (size_t i = 0; i < board->stray_count; i++)
		count += board->strays[i].count;
	return count;
}

// A packet counts for rows that it is about, or as a stray, and never gets lost.
static void arrive(struct board *board, const struct packet *packet, bool passed)
{
	unsigned before[64], strays = strays_of(board);
	bool counted = false, known = false, answers = false;
	struct flow flow;

	require(board->count <= sizeof(before) / sizeof(before[0]));
	for (size_t i = 0; i < board->count; i++)
		before[i] = board->rows[i].seen[board->phase].arrived;
	packet_flow(packet, EGRESS, &flow);
	if (passed)
		board_passed(board, packet);
	else
		(void)board_arrived(board, packet);
	for (size_t i = 0; i < board->count; i++) {
		const struct board_row *row = &board->rows[i];
		unsigned more = row->seen[board->phase].arrived - before[i];
		bool about = is_of_flow(row, &flow), answered = may_answer(board, row, packet);

		require(more <= 1 && row->seen[!board->phase].arrived == 0);
		require(!more || answered || (about && row->kind == board->kind && is_of_row(board, row, packet)));
		counted = counted || more;
		known = known || about || answered;
		answers = answers || answered;
	}
	unsigned more = strays_of(board) - strays;
	require(more <= 1 &&
		(!more || (board->phase == PHASE_JAIL && !counted && !known && !board_knows(board, &flow))));
	require(passed ? !more && (!counted || answers || board->kind == ROW_FRAME) : true);
	require(passed || counted || known || more || is_of_host(&flow) || board->phase == PHASE_CONTROL);
}

static void take(struct board *board, bool passed, const uint8_t *data, size_t size)
{
	const struct packet untouched = { .protocol = 77 };
	struct packet packet = untouched;
	uint8_t *bytes = malloc(size ? size : 1);  // exactly, so that a sanitizer sees a read past its end

	require(bytes);
	memcpy(bytes, data, size);
	int result = packet_parse(bytes, size, &packet);
	if (result == 0) {
		require(packet.source.family == packet.destination.family && packet.source.family != FAMILY_NONE);
		require(packet.length <= size);
		require(packet.length == 0 ||
			(packet.payload >= bytes && packet.payload + packet.length <= bytes + size));
		write_again(&packet);
		answer(&packet);
		arrive(board, &packet, passed);
	} else {
		require(result == -EBADMSG && memcmp(&packet, &untouched, sizeof(packet)) == 0);
	}
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct board *board = board_new(32);
	bool passed = size && data[0] & PASSED;

	add_rows(board);
	if (size) {
		board->phase = data[0] & OF_JAIL ? PHASE_JAIL : PHASE_CONTROL;
		board->uplink = data[0] & BY_PASTA ? UPLINK_PASTA : UPLINK_MACVLAN;
		board->kind = (enum row_kind)((data[0] >> KINDS) % (ROW_FRAME + 1));
		board->resolver = resolver;
		data++;
		size--;
	}
	while (size >= 2) {
		size_t length = (size_t)data[0] << 8 | data[1];

		data += 2;
		size -= 2;
		length = length < size ? length : size;
		take(board, passed, data, length);
		data += length;
		size -= length;
	}
	board_free(&board);
	return 0;
}
