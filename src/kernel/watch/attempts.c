// SPDX-License-Identifier: GPL-2.0-or-later
// Attempts and the packets that came of them: see attempts.h.
//
// Theory of operation. Attempts lie in a ring in the order they were made; those of one destination are a chain through
// it, oldest first, so what gives way to a new attempt is always the head of its chain. Destinations and conversations
// (a destination with a local port, whose process is known) lie in rings of their own, found by hash.
#include "kernel/watch/attempts.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"

enum { BUCKETS = 1024, NOWHERE = -1 };

struct key {
	int protocol;
	uint16_t local_port, port;
	struct address remote;
};

// A destination, or a conversation.
struct place {
	bool used;
	bool again;  // wanted since it was last considered for giving way
	struct key key;
	struct caller *caller;  // of a destination the last who tried
	int next;               // of the same bucket
	int head, tail;         // of a destination: the chain of attempts that wait
	int64_t seen;           // of a conversation: its last packet
};

struct places {
	struct place *rows;
	int count, turn;
	int buckets[BUCKETS];
};

struct attempt {
	struct caller *caller;  // NULL: taken
	int64_t at;
	int place;  // NOWHERE: in no chain
	int next;
};

struct attempts {
	bool (*alive)(int pid);
	struct attempt ring[ATTEMPTS_MAXIMUM];
	int turn;
	struct places destinations, conversations;
};

struct caller *caller_new(struct event_process *process)
{
	struct caller *caller = NEW(struct caller);

	caller->references = 1;
	caller->process = *process;
	*process = (struct event_process){ 0 };
	return caller;
}

struct caller *caller_keep(struct caller *caller)
{
	caller->references++;
	return caller;
}

void caller_drop(struct caller *caller)
{
	if (!caller || --caller->references)
		return;
	event_process_release(&caller->process);
	free(caller);
}

static void replace(struct caller **at, struct caller *caller)
{
	struct caller *before = *at;

	*at = caller ? caller_keep(caller) : NULL;
	caller_drop(before);
}

static void places_init(struct places *places, int count)
{
	places->rows = NEW_ARRAY(struct place, (size_t)count);
	places->count = count;
	for (int i = 0; i < BUCKETS; i++)
		places->buckets[i] = NOWHERE;
}

static void places_free(struct places *places)
{
	for (int i = 0; i < places->count; i++)
		caller_drop(places->rows[i].caller);
	free(places->rows);
}

struct attempts *attempts_new(bool (*alive)(int pid))
{
	struct attempts *attempts = NEW(struct attempts);

	attempts->alive = alive;
	places_init(&attempts->destinations, DESTINATIONS_MAXIMUM);
	places_init(&attempts->conversations, CONVERSATIONS_MAXIMUM);
	for (int i = 0; i < ATTEMPTS_MAXIMUM; i++)
		attempts->ring[i].place = NOWHERE;
	return attempts;
}

void attempts_free(struct attempts *attempts)
{
	if (!attempts)
		return;
	for (int i = 0; i < ATTEMPTS_MAXIMUM; i++)
		caller_drop(attempts->ring[i].caller);
	places_free(&attempts->destinations);
	places_free(&attempts->conversations);
	free(attempts);
}

static int *bucket_of(struct places *places, const struct key *key)
{
	uint64_t hash = (uint64_t)key->remote.bits ^ (uint64_t)(key->remote.bits >> 64);

	hash ^= (uint64_t)key->protocol << 32 | (uint64_t)key->local_port << 16 | key->port;
	hash *= 0x9e3779b97f4a7c15;
	return &places->buckets[hash >> 54];
}

static bool same_key(const struct key *a, const struct key *b)
{
	return a->protocol == b->protocol && a->local_port == b->local_port && a->port == b->port &&
	       address_equal(&a->remote, &b->remote);
}

static int find(struct places *places, const struct key *key)
{
	int at = *bucket_of(places, key);

	while (at != NOWHERE && !same_key(&places->rows[at].key, key))
		at = places->rows[at].next;
	return at;
}

static void unlink_place(struct places *places, int gone)
{
	int *at = bucket_of(places, &places->rows[gone].key);

	while (*at != gone)
		at = &places->rows[*at].next;
	*at = places->rows[gone].next;
}

static void forget_chain(struct attempts *attempts, struct place *place)
{
	for (int at = place->head; at != NOWHERE; at = attempts->ring[at].next) {
		attempts->ring[at].place = NOWHERE;
		replace(&attempts->ring[at].caller, NULL);
	}
	place->head = place->tail = NOWHERE;
}

// The row that gives way: the oldest that was wanted once alone, for a scan must not push out what all others want.
static int oldest(struct places *places)
{
	int at = places->turn;

	for (; places->rows[at].again; at = (at + 1) % places->count)
		places->rows[at].again = false;
	places->turn = (at + 1) % places->count;
	return at;
}

// The row of a key, made when there is none.
static int place_of(struct attempts *attempts, struct places *places, const struct key *key)
{
	int at = find(places, key);
	struct place *place;
	int *bucket;

	if (at != NOWHERE) {
		places->rows[at].again = true;
		return at;
	}
	at = oldest(places);
	place = &places->rows[at];
	if (place->used) {
		unlink_place(places, at);
		forget_chain(attempts, place);
		replace(&place->caller, NULL);
	}
	bucket = bucket_of(places, key);
	*place = (struct place){ .used = true, .key = *key, .next = *bucket, .head = NOWHERE, .tail = NOWHERE };
	*bucket = at;
	return at;
}

static void drop_head(struct attempts *attempts, struct place *place)
{
	struct attempt *attempt = &attempts->ring[place->head];

	replace(&attempt->caller, NULL);
	attempt->place = NOWHERE;
	place->head = attempt->next;
	if (place->head == NOWHERE)
		place->tail = NOWHERE;
}

// Lets go of what was taken out of the middle, and of what has waited in vain.
static void tidy(struct attempts *attempts, struct place *place, int64_t now)
{
	while (place->head != NOWHERE &&
	       (!attempts->ring[place->head].caller || now - attempts->ring[place->head].at > ATTEMPT_LIFETIME))
		drop_head(attempts, place);
}

static bool is_same(const struct caller *a, const struct caller *b)
{
	return a && b && (a == b || (a->process.pid == b->process.pid && a->process.started == b->process.started));
}

static void append(struct attempts *attempts, int destination, int64_t now, struct caller *caller)
{
	struct place *place = &attempts->destinations.rows[destination];
	struct attempt *attempt = &attempts->ring[attempts->turn];

	if (attempt->place != NOWHERE)  // the oldest of all is the oldest of its chain
		drop_head(attempts, &attempts->destinations.rows[attempt->place]);
	replace(&attempt->caller, caller);
	attempt->at = now;
	attempt->place = destination;
	attempt->next = NOWHERE;
	if (place->tail == NOWHERE)
		place->head = attempts->turn;
	else
		attempts->ring[place->tail].next = attempts->turn;
	place->tail = attempts->turn;
	attempts->turn = (attempts->turn + 1) % ATTEMPTS_MAXIMUM;
}

void attempts_add(struct attempts *attempts, int64_t now, int protocol, const struct address *remote, uint16_t port,
		  struct caller *caller)
{
	const struct key key = { .protocol = protocol, .port = port, .remote = *remote };
	const int destination = place_of(attempts, &attempts->destinations, &key);
	struct place *place = &attempts->destinations.rows[destination];

	tidy(attempts, place, now);
	// A datagram goes where others went before, from the same port: one that waits stands for all. A connection has
	// a packet, and a port, of its own.
	if (protocol == IPPROTO_TCP || place->tail == NOWHERE || !is_same(attempts->ring[place->tail].caller, caller))
		append(attempts, destination, now, caller);
	replace(&place->caller, caller);
}

// The destination by that protocol, or by one that was not known.
static struct place *destination_of(struct attempts *attempts, int64_t now, struct key key, bool waiting)
{
	for (int tries = 0; tries < 2; tries++) {
		int at = find(&attempts->destinations, &key);
		struct place *place = at == NOWHERE ? NULL : &attempts->destinations.rows[at];

		if (place)
			tidy(attempts, place, now);
		if (place && (!waiting || place->head != NOWHERE))
			return place;
		key.protocol = 0;
	}
	return NULL;
}

// A further datagram of a conversation came of a further call of its process.
static void take_own(struct attempts *attempts, struct place *place, const struct caller *caller)
{
	for (int at = place->head; at != NOWHERE; at = attempts->ring[at].next)
		if (is_same(attempts->ring[at].caller, caller)) {
			replace(&attempts->ring[at].caller, NULL);
			return;
		}
}

// Whose conversation a packet belongs to; NULL: it begins one. A connection that was refused leaves its port to the
// next: a packet is sent again only after a while, and by who is still there.
static struct caller *known_caller(struct attempts *attempts, int64_t now, const struct key *conversation)
{
	int at = conversation->local_port ? find(&attempts->conversations, conversation) : NOWHERE;
	struct place *place = at == NOWHERE ? NULL : &attempts->conversations.rows[at];

	if (!place)
		return NULL;
	if (conversation->protocol == IPPROTO_TCP &&
	    (now - place->seen < SENT_AGAIN || !attempts->alive(place->caller->process.pid)))
		return NULL;
	place->seen = now;
	return place->caller;
}

// Where the process of a conversation is kept that begins now.
static struct caller **begin_conversation(struct attempts *attempts, int64_t now, const struct key *key)
{
	struct place *place = &attempts->conversations.rows[place_of(attempts, &attempts->conversations, key)];

	place->seen = now;
	return &place->caller;
}

const struct event_process *attempts_take(struct attempts *attempts, int64_t now, int protocol, uint16_t local_port,
					  const struct address *remote, uint16_t port)
{
	const struct key key = { .protocol = protocol, .port = port, .remote = *remote };
	struct key conversation = key;
	struct place *place = NULL;

	conversation.local_port = local_port;
	struct caller *caller = known_caller(attempts, now, &conversation);
	if (caller) {
		if (protocol != IPPROTO_TCP)
			place = destination_of(attempts, now, key, true);
		if (place)
			take_own(attempts, place, caller);
		return &caller->process;
	}
	place = destination_of(attempts, now, key, true);
	if (!place) {
		place = destination_of(attempts, now, key, false);
		return place ? &place->caller->process : NULL;
	}
	// What is borrowed must be somebody's when the attempt is gone.
	struct caller **keeper = local_port ? begin_conversation(attempts, now, &conversation) : &place->caller;
	caller_drop(*keeper);
	*keeper = STEAL(attempts->ring[place->head].caller);
	drop_head(attempts, place);
	return &(*keeper)->process;
}
