// SPDX-License-Identifier: GPL-2.0-or-later
// Records of flows by windows: see flow_windows.h.
//
// Pieces first: what one line of the recorded run adds to what its event had before, each in one window. Sorted by
// conversation, those of one window become one; what was counted twice is taken off; sorted by window, they are the
// records.
#include "audit/flow/flow_windows.h"

#include <stdlib.h>
#include <string.h>

#include "nft/ruleset.h"

struct piece {
	int64_t window;
	struct flow_row row;
	int64_t first;     // of the whole event, milliseconds
	bool begun_here;   // ACCEPT: the direction in which the conversation began
	bool replaced;     // REJECT: by a policy that took the place of another
	uint64_t tracked;  // REJECT: packets that belonged to a conversation or began one
	uint64_t tracked_bytes;
};

struct windows {
	const struct run_record *record;
	int64_t base, interval;  // seconds
	VEC(struct flow_sample) samples;
	VEC(struct piece) pieces;
};

#define COMPARE(a, b) ((a) < (b) ? -1 : (a) > (b))

static int compare_samples(const void *left, const void *right)
{
	const struct flow_sample *a = left, *b = right;
	const int orders[] = { COMPARE(a->id, b->id), COMPARE(a->at, b->at), COMPARE(a->packets, b->packets),
			       COMPARE(a->reply_packets, b->reply_packets) };

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (orders[i])
			return orders[i];
	return 0;
}

static int compare_conversations(const struct flow_row *a, const struct flow_row *b)
{
	const int orders[] = { COMPARE(a->direction, b->direction),
			       COMPARE(a->protocol, b->protocol),
			       COMPARE(a->source.family, b->source.family),
			       COMPARE(a->source.bits, b->source.bits),
			       COMPARE(a->destination.bits, b->destination.bits),
			       COMPARE(a->source_port, b->source_port),
			       COMPARE(a->destination_port, b->destination_port) };

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (orders[i])
			return orders[i];
	return 0;
}

// By conversation, what was rejected behind what was accepted, by window.
static int compare_pieces(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;
	int order = compare_conversations(&a->row, &b->row);

	if (!order)
		order = COMPARE(a->row.rejected, b->row.rejected);
	return order ? order : COMPARE(a->window, b->window);
}

static int compare_times(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;
	int order = COMPARE(a->window, b->window);

	if (!order)
		order = COMPARE(a->row.start, b->row.start);
	if (!order)
		order = compare_conversations(&a->row, &b->row);
	return order ? order : COMPARE(a->row.rejected, b->row.rejected);
}

#define SORT(vec, compare)                                                                                             \
	do {                                                                                                           \
		if ((vec)->count > 1)                                                                                  \
			qsort((vec)->items, (vec)->count, sizeof(*(vec)->items), compare);                             \
	} while (0)

static int64_t seconds(int64_t milliseconds)
{
	return milliseconds > 0 ? milliseconds / 1000 : 0;
}

static int64_t window_of(const struct windows *w, int64_t milliseconds)
{
	int64_t since = seconds(milliseconds) - w->base;

	return since > 0 ? since / w->interval : 0;
}

// What an event's line adds: from and to are milliseconds, between which it happened; at: when, mostly.
static void add_piece(struct windows *w, struct piece piece, int64_t from, int64_t to, int64_t at)
{
	piece.window = window_of(w, at);
	int64_t first = w->base + piece.window * w->interval, last = first + w->interval - 1;

	piece.row.counted = true;
	piece.row.start = seconds(from) < first ? first : seconds(from) > last ? last : seconds(from);
	piece.row.end = seconds(to) > last ? last : seconds(to) < piece.row.start ? piece.row.start : seconds(to);
	if (piece.row.packets)
		vec_push(&w->pieces, piece);
}

static struct piece piece_of(const struct event *event, enum direction direction)
{
	struct piece piece = { .first = event->first, .begun_here = direction == event->flow.direction };
	struct flow_row *row = &piece.row;

	row->direction = direction;
	row->protocol = event->flow.protocol;
	row->source = direction == EGRESS ? event->local : event->flow.remote;
	row->destination = direction == EGRESS ? event->flow.remote : event->local;
	row->source_port = piece.begun_here ? event->flow.source_port : event->flow.destination_port;
	row->destination_port = piece.begun_here ? event->flow.destination_port : event->flow.source_port;
	return piece;
}

static uint64_t grown(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

static void add_denied(struct windows *w, const struct event *event, const struct flow_sample *now,
		       const struct flow_sample *before)
{
	struct piece piece = piece_of(event, event->flow.direction);

	piece.row.rejected = true;
	piece.row.packets = grown(now->packets, before->packets);
	piece.row.bytes = grown(now->bytes, before->bytes);
	piece.replaced = event->policy > 0;
	if (event->rule != WALL_INVALID) {
		piece.tracked = piece.row.packets;
		piece.tracked_bytes = piece.row.bytes;
	}
	add_piece(w, piece, before->id ? now->at : event->first, now->at, now->at);
}

// A conversation is looked at after FLOW_SAMPLED seconds at the latest: what is new of it happened since, half of it
// before the middle of that time.
static void add_carried(struct windows *w, const struct event *event, const struct flow_sample *now,
			const struct flow_sample *before)
{
	int64_t from = before->id ? before->at : event->first, earliest = now->at - (int64_t)FLOW_SAMPLED * 1000;
	struct piece sent = piece_of(event, EGRESS), received = piece_of(event, INGRESS);

	from = from < earliest ? earliest : from;
	sent.row.packets = grown(now->packets, before->packets);
	sent.row.bytes = grown(now->bytes, before->bytes);
	received.row.packets = grown(now->reply_packets, before->reply_packets);
	received.row.bytes = grown(now->reply_bytes, before->reply_bytes);
	add_piece(w, sent, from, now->at, from + (now->at - from) / 2);
	add_piece(w, received, from, now->at, from + (now->at - from) / 2);
}

static void add_sample(struct windows *w, const struct event *event, const struct flow_sample *now,
		       const struct flow_sample *before)
{
	if (event->kind == EVENT_PACKET)
		add_denied(w, event, now, before);
	else
		add_carried(w, event, now, before);
}

// Events and samples are both by id. Of an event that no line tells of, its last state is the one line.
static void add_events(struct windows *w)
{
	size_t at = 0;

	vec_for_each (sample, &w->record->samples)
		vec_push(&w->samples, *sample);
	SORT(&w->samples, compare_samples);
	vec_for_each (event, &w->record->events) {
		struct flow_sample before = { 0 };

		if ((event->kind != EVENT_PACKET && event->kind != EVENT_FLOW) ||
		    strcmp(event->layer, EVENT_LAYER_LOOPBACK) == 0)  // no flow log has a host's loopback
			continue;
		while (at < w->samples.count && w->samples.items[at].id < event->id)
			at++;
		for (; at < w->samples.count && w->samples.items[at].id == event->id; at++) {
			add_sample(w, event, &w->samples.items[at], &before);
			before = w->samples.items[at];
		}
		if (!before.id) {
			const struct flow_sample last = { event->id,    event->last,          event->count,
							  event->bytes, event->reply_packets, event->reply_bytes };
			add_sample(w, event, &last, &before);
		}
	}
}

static void merge_into(struct piece *piece, const struct piece *more)
{
	piece->row.packets += more->row.packets;
	piece->row.bytes += more->row.bytes;
	piece->tracked += more->tracked;
	piece->tracked_bytes += more->tracked_bytes;
	piece->first = more->first < piece->first ? more->first : piece->first;
	piece->begun_here = piece->begun_here && more->begun_here;
	piece->replaced = piece->replaced && more->replaced;
	piece->row.start = more->row.start < piece->row.start ? more->row.start : piece->row.start;
	piece->row.end = more->row.end > piece->row.end ? more->row.end : piece->row.end;
}

static void merge(struct windows *w)
{
	size_t kept = 0;

	SORT(&w->pieces, compare_pieces);
	vec_for_each (piece, &w->pieces) {
		if (kept && compare_pieces(&w->pieces.items[kept - 1], piece) == 0)
			merge_into(&w->pieces.items[kept - 1], piece);
		else
			w->pieces.items[kept++] = *piece;
	}
	w->pieces.count = kept;
}

// Packets of the accepted pieces that the rejected one tells of as well: those of its own window first.
static void take_off(struct piece *accepted, size_t count, struct piece *rejected)
{
	for (int own = 1; own >= 0; own--)
		for (size_t i = 0; i < count && rejected->tracked; i++) {
			struct flow_row *row = &accepted[i].row;
			uint64_t packets = rejected->tracked < row->packets ? rejected->tracked : row->packets;
			uint64_t bytes = rejected->tracked_bytes < row->bytes ? rejected->tracked_bytes : row->bytes;

			if (own != (accepted[i].window == rejected->window) || !packets)
				continue;
			row->packets -= packets;
			row->bytes -= bytes;
			rejected->tracked -= packets;
			rejected->tracked_bytes -= bytes;
		}
}

// Connection tracking counts before the rules judge. An answer that they deny was counted. What begins a conversation
// and is denied leaves none that could count it, unless a policy denies now what an earlier one let begin.
static void take_off_denied(struct piece *group, size_t count)
{
	size_t accepted = 0;

	while (accepted < count && !group[accepted].row.rejected)
		accepted++;
	for (size_t i = accepted; accepted && i < count; i++)
		if (!group[0].begun_here || (group[i].replaced && group[i].first >= group[0].first))
			take_off(group, accepted, &group[i]);
}

static void count_once(struct windows *w)
{
	size_t end;

	for (size_t at = 0; at < w->pieces.count; at = end) {
		for (end = at + 1; end < w->pieces.count; end++)
			if (compare_conversations(&w->pieces.items[at].row, &w->pieces.items[end].row) != 0)
				break;
		take_off_denied(&w->pieces.items[at], end - at);
	}
}

struct flow_uncounted flow_uncounted(const struct run_record *record)
{
	struct flow_uncounted lost = { 0 };

	vec_for_each (counter, &record->counters) {
		uint64_t packets = 0, bytes = 0;

		vec_for_each (event, &record->events)
			if (event->kind == EVENT_PACKET && event->rule == counter->rule &&
			    event->policy == counter->policy && strcmp(event->layer, counter->layer) == 0) {
				packets += event->count;
				bytes += event->bytes;
			}
		lost.packets += grown(counter->packets, packets);
		lost.bytes += grown(counter->bytes, bytes);
	}
	return lost;
}

// Where the last window ends.
static int64_t run_end(const struct windows *w)
{
	int64_t last = w->record->end.given ? seconds(w->record->end.at) : 0;

	vec_for_each (piece, &w->pieces)
		last = piece->row.end > last ? piece->row.end : last;
	return last < w->base ? w->base : last;
}

static void add_lost(const struct windows *w, int64_t end, flow_row_vec *rows)
{
	const struct record_end *said = &w->record->end;
	struct flow_row lost = { .status = FLOW_SKIPDATA, .end = end };

	lost.start = w->base + (end - w->base) / w->interval * w->interval;
	const struct flow_uncounted uncounted = flow_uncounted(w->record);
	lost.packets = uncounted.packets;
	lost.bytes = uncounted.bytes;
	lost.counted = lost.rejected = lost.packets > 0;
	if (lost.packets || !said->given || said->overruns || said->failure || w->record->broken ||
	    w->record->missing_bytes || (said->swallowed && !w->record->counters.count))
		vec_push(rows, lost);
}

static void add_empty(const struct windows *w, int64_t first, int64_t behind, int64_t end, flow_row_vec *rows)
{
	for (int64_t window = first; window < behind && window - first < FLOW_WINDOWS_EMPTY; window++) {
		int64_t start = w->base + window * w->interval, last = start + w->interval - 1;
		vec_push(rows, (struct flow_row){ FLOW_NODATA, .start = start, .end = last < end ? last : end });
	}
}

void flow_windows(const struct run_record *record, unsigned interval, flow_row_vec *rows)
{
	struct windows w = { .record = record, .base = seconds(record->start.at), .interval = interval };
	flow_row_vec lost = { 0 };
	int64_t next = 0, end;

	add_events(&w);
	merge(&w);
	count_once(&w);
	SORT(&w.pieces, compare_times);
	end = run_end(&w);
	add_lost(&w, end, &lost);
	vec_for_each (piece, &w.pieces) {
		if (!piece->row.packets)
			continue;
		add_empty(&w, next, piece->window, end, rows);
		vec_push(rows, piece->row);
		next = piece->window + 1;
	}
	add_empty(&w, next, (end - w.base) / w.interval + !lost.count, end, rows);
	vec_for_each (row, &lost)
		vec_push(rows, *row);
	vec_release(&lost);
	vec_release(&w.samples);
	vec_release(&w.pieces);
}
