// SPDX-License-Identifier: GPL-2.0-or-later
// Rows of what is promised and what was seen: see board.h.
#include "verify/board.h"

#include <assert.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"
#include "nft/ruleset.h"

enum { FIRST_SOURCE_PORT = 20000, SOURCE_PORTS = 20000 };

struct board *board_new(size_t capacity)
{
	assert(capacity <= SOURCE_PORTS);
	size_t size = sizeof(struct board) + capacity * sizeof(struct board_row);
	struct board *board = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	board = memory_must(board == MAP_FAILED ? NULL : board);
	board->capacity = capacity;
	return board;
}

void board_free(struct board **board)
{
	if (*board)
		(void)munmap(*board, sizeof(**board) + (*board)->capacity * sizeof((*board)->rows[0]));
	*board = NULL;
}

// What a packet at the range is told by: the kernel's log has the same, oddities aside.
static unsigned key_of(const struct flow *flow)
{
	bool typed = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;
	unsigned port = typed ? (unsigned)flow->icmp_type << 8 | flow->icmp_code : flow->destination_port;
	uint64_t hash = (uint64_t)(flow->remote.bits ^ flow->remote.bits >> 64) * 0x9e3779b97f4a7c15;

	hash = (hash ^ (unsigned)flow->protocol << 16 ^ port) * 0x9e3779b97f4a7c15;
	return (unsigned)(hash >> 48) % BOARD_KEYS;
}

static bool same_flow(const struct flow *a, const struct flow *b)
{
	bool typed = a->protocol == IPPROTO_ICMP || a->protocol == IPPROTO_ICMPV6;

	if (a->protocol != b->protocol || !address_equal(&a->remote, &b->remote) || a->direction != b->direction)
		return false;
	return typed ? a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code
		     : a->destination_port == b->destination_port;
}

static bool same_row(const struct board_row *a, const struct board_row *b)
{
	return a->kind == b->kind && a->oddity == b->oddity && a->flags == b->flags && a->foreign == b->foreign &&
	       same_flow(&a->flow, &b->flow);
}

static bool enter(struct board *board, struct board_row *row)
{
	unsigned *first = &board->keys[key_of(&row->flow)];

	for (unsigned i = *first; i; i = board->rows[i - 1].next)
		if (same_row(&board->rows[i - 1], row))
			return false;
	row->next = *first;
	*first = (unsigned)board->count + 1;
	return true;
}

bool board_add(struct board *board, const struct board_row *row)
{
	struct board_row *made = &board->rows[board->count];

	if (board->count == board->capacity) {
		board->overflow++;
		return false;
	}
	*made = *row;
	made->carried = true;
	for (enum phase phase = 0; phase < PHASES; phase++)
		made->seen[phase] = (struct seen){ .outcome = OUTCOME_NOT_TRIED };
	if (row->kind <= ROW_FRAME && !enter(board, made))
		return false;
	board->count++;
	return true;
}

uint16_t board_source_port(const struct board *board, const struct board_row *row, enum phase phase)
{
	return (uint16_t)(FIRST_SOURCE_PORT + SOURCE_PORTS * phase + (size_t)(row - board->rows));
}

bool board_knows(const struct board *board, const struct flow *flow)
{
	for (unsigned i = board->keys[key_of(flow)]; i; i = board->rows[i - 1].next)
		if (same_flow(&board->rows[i - 1].flow, flow))
			return true;
	return false;
}

void board_forget(struct board *board)
{
	for (size_t i = 0; i < board->count; i++)
		board->rows[i].seen[PHASE_JAIL] = (struct seen){ .outcome = OUTCOME_NOT_TRIED };
	board->stray_count = 0;
	board->denials_beyond = 0;
	board->status = 0;
	board->error = (struct error){ 0 };
	board->mutated[0] = '\0';
}

static bool has_ports(int protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
}

// Packets of one flow that differ in their form, or whose source is another: they have a port of their row's.
static bool same_form(const struct board *board, const struct board_row *row, const struct packet *packet)
{
	if (row->oddity != packet->oddity)
		return false;
	if ((row->kind != ROW_RAW && row->kind != ROW_FRAME) || packet->oddity == PACKET_FRAGMENT ||
	    !has_ports(packet->protocol))
		return true;
	// pasta makes connections of its own.
	return board->uplink == UPLINK_PASTA || packet->source_port == board_source_port(board, row, board->phase);
}

static bool is_unreachable(const struct flow *flow)
{
	return (flow->protocol == IPPROTO_ICMP && flow->icmp_type == ICMP_UNREACH) ||
	       (flow->protocol == IPPROTO_ICMPV6 && flow->icmp_type == ICMP6_DST_UNREACH);
}

// What the host itself sends: its resolver is asked for the job, pasta's closed sockets refuse what comes late, and
// where the job has no address outside the host refuses what is sent to its own.
static bool is_of_host(const struct board *board, const struct flow *flow)
{
	if (has_ports(flow->protocol) && flow->destination_port == 53 && address_equal(&flow->remote, &board->resolver))
		return true;
	return is_unreachable(flow) && !ruleset_asks_neighbours(board->uplink);
}

static void note_stray(struct board *board, const struct packet *packet, const struct flow *flow)
{
	if (is_of_host(board, flow))
		return;
	for (size_t i = 0; i < board->stray_count; i++)
		if (same_flow(&board->strays[i].flow, flow)) {
			board->strays[i].count++;
			return;
		}
	if (board->stray_count < BOARD_STRAYS)
		board->strays[board->stray_count++] = (struct stray){ *flow, packet->source, 1 };
	else
		board->strays_beyond++;
}

// Whether it comes from where the row's packets go, to where they come from: what the job itself begins does not.
static bool turns_round(const struct board_row *row, const struct packet *packet)
{
	if (row->kind != ROW_INBOUND || row->flow.protocol != packet->protocol ||
	    !address_equal(&row->flow.remote, &packet->destination))
		return false;
	return has_ports(packet->protocol) ? packet->source_port == row->flow.destination_port
					   : packet->icmp_type != row->flow.icmp_type;
}

// An answer of the job, or of the host in its place, to what the range sent it. One to what it sent before the phase
// began has come late, and counts no more.
static bool is_answer(struct board *board, const struct packet *packet)
{
	bool accepts = packet->protocol != IPPROTO_TCP || packet->flags == (PACKET_SYN | PACKET_ACK);

	for (enum phase phase = PHASE_CONTROL; phase <= board->phase; phase++) {
		size_t index = (size_t)packet->destination_port - FIRST_SOURCE_PORT - (size_t)SOURCE_PORTS * phase;
		if (index >= board->count || !turns_round(&board->rows[index], packet))
			continue;
		board->rows[index].seen[phase].arrived += phase == board->phase && accepts;
		return true;
	}
	return false;
}

// Counts it for the rows that are being tried. Whether any row is about it.
static bool count(struct board *board, const struct packet *packet, const struct flow *flow)
{
	bool known = false;

	for (unsigned i = board->keys[key_of(flow)]; i; i = board->rows[i - 1].next) {
		struct board_row *row = &board->rows[i - 1];
		if (!same_flow(&row->flow, flow))
			continue;
		known = true;
		// Of what is denied nothing may come out, in whatever form a link has given it.
		bool any_form = !row->allowed && board->phase == PHASE_JAIL;
		if (row->kind == board->kind && (any_form || same_form(board, row, packet)))
			row->seen[board->phase].arrived++;
	}
	return known;
}

bool board_arrived(struct board *board, const struct packet *packet)
{
	struct flow flow;

	packet_flow(packet, EGRESS, &flow);
	if (is_answer(board, packet))
		return false;
	if (!count(board, packet, &flow) && board->phase == PHASE_JAIL)
		note_stray(board, packet, &flow);
	return true;
}

void board_passed(struct board *board, const struct packet *packet)
{
	struct flow flow;

	packet_flow(packet, EGRESS, &flow);
	if (!is_answer(board, packet) && board->kind == ROW_FRAME)
		(void)count(board, packet, &flow);
}

static void take_denial(struct board_row *row, const char *layer, unsigned rule)
{
	struct seen *seen = &row->seen[PHASE_JAIL];

	seen->denials++;
	seen->rule = rule;
	(void)snprintf(seen->layer, sizeof(seen->layer), "%s", layer);
}

static bool is_promised(const struct board_row *row, const char *layer, unsigned rule)
{
	return row->rule == rule && strcmp(row->layer, layer) == 0;
}

// Packets of one flow that differ in their form are denied by different walls, and the log does not tell their forms: a
// denial is of those rows that it was promised to, or of all, if it was promised to none.
void board_denied(struct board *board, const char *layer, unsigned rule, const struct flow *flow)
{
	bool promised = false;

	for (int all = 0; all < 2 && !promised; all++)
		for (unsigned i = board->keys[key_of(flow)]; i; i = board->rows[i - 1].next) {
			struct board_row *row = &board->rows[i - 1];
			if (!same_flow(&row->flow, flow) || (!all && !is_promised(row, layer, rule)))
				continue;
			take_denial(row, layer, rule);
			promised = true;
		}
}
