// SPDX-License-Identifier: GPL-2.0-or-later
// A question that was forwarded, until its answer or its end: from a socket of its own in the host's network.
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "kernel/dns/state.h"

enum {
	ATTEMPTS = 3,     // in all, over the servers in turn
	SILENCE = 30000,  // milliseconds for which a server that failed is not asked where names have made-up addresses
	PATIENCE = 1500,  // milliseconds for each; all of them end before a client's usual 5 s do
	LENGTH_SIZE = 2,  // of what stands in front of a message over TCP
	ANSWER_BEGIN = 512,  // bytes kept for an answer over TCP at first
};

struct dns_exchange {
	struct dns_watch watch;  // the first part: see state.h
	size_t slot;
	struct dns_asker asker;
	struct dns_question question;
	struct forward_target target;
	struct forward_query query;
	enum dns_transport transport;
	unsigned attempt;
	bool heard;  // a server said something, if only that it has no answer
	uint64_t due;
	uint8_t *answer;  // over TCP, with its length in front
	size_t sent, got;
};

static void attempt_end(struct dns_server *server, struct dns_exchange *exchange)
{
	dns_watch_close(server, &exchange->watch);
	forward_query_release(&exchange->query);
	free(exchange->answer);
	exchange->answer = NULL;
	exchange->sent = exchange->got = 0;
}

static void exchange_free(struct dns_server *server, struct dns_exchange *exchange)
{
	attempt_end(server, exchange);
	server->exchanges[exchange->slot] = NULL;
	free(exchange);
}

static void finish(struct dns_server *server, struct dns_exchange *exchange, struct dns_bytes *reply)
{
	const struct dns_asker asker = exchange->asker;

	exchange_free(server, exchange);
	dns_deliver(server, &asker, reply);
	dns_bytes_release(reply);
	if (asker.client)
		dns_client_answered(server, asker.client);
}

static void fail(struct dns_server *server, const struct dns_question *question, const struct forward_target *target,
		 struct dns_bytes *reply)
{
	dns_reply_code(question, DNS_CODE_FAILED, reply);
	if (!server->rules->made_up)
		return;
	dns_refuse(server, question, target->within, reply);
	dns_note_reply(server, question, reply);
}

static void finish_failed(struct dns_server *server, struct dns_exchange *exchange)
{
	struct dns_bytes reply = { 0 };

	fail(server, &exchange->question, &exchange->target, &reply);
	finish(server, exchange, &reply);
}

static void exchange_ready(struct dns_server *server, struct dns_watch *watch, uint32_t events);

// Sends the question to the attempt's server. -errno: it could not be sent.
static int attempt_begin(struct dns_server *server, struct dns_exchange *exchange)
{
	const struct forward_target *target = &exchange->target;
	uint8_t random[FORWARD_RANDOM_SIZE];
	bool udp = exchange->transport == DNS_UDP;
	struct dns_end end;

	attempt_end(server, exchange);
	if (getrandom(random, sizeof(random), GRND_NONBLOCK) != (ssize_t)sizeof(random))
		return -EIO;
	forward_query_make(&exchange->question, target, random, &exchange->query);
	dns_end_set(&end, &target->servers[exchange->attempt % target->server_count]);
	exchange->due = dns_now() + PATIENCE;
	exchange->watch.fd =
	    socket(end.any.sa_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (exchange->watch.fd < 0)
		return -errno;
	// Connected: the kernel draws the port, and takes datagrams of the server's alone.
	if (connect(exchange->watch.fd, &end.any, end.length) < 0 && errno != EINPROGRESS)
		return -errno;
	if (udp &&
	    send(exchange->watch.fd, exchange->query.bytes.bytes, exchange->query.bytes.length, MSG_NOSIGNAL) < 0)
		return -errno;
	return dns_watch_add(server, &exchange->watch, udp ? EPOLLIN : EPOLLOUT);
}

// The attempt has failed: the next one, as far as there are any.
static void attempt_next(struct dns_server *server, struct dns_exchange *exchange, enum dns_transport transport)
{
	const unsigned attempts = server->rules->made_up && !exchange->target.within ? 1 : ATTEMPTS;

	exchange->transport = transport;
	while (exchange->attempt < attempts) {
		if (attempt_begin(server, exchange) == 0)
			return;
		exchange->attempt++;
		exchange->transport = DNS_UDP;
	}
	if (!exchange->heard) {
		server->silent = exchange->target.servers;
		server->silent_until = dns_now() + SILENCE;
	}
	finish_failed(server, exchange);
}

static void attempt_failed(struct dns_server *server, struct dns_exchange *exchange)
{
	exchange->attempt++;
	attempt_next(server, exchange, DNS_UDP);
}

// Whether an answer leaves who asked without an address that there may be: of a gateway endpoint's name every answer
// does that has none of the list.
static bool leads_nowhere(const struct dns_exchange *exchange, const struct dns_bytes *reply)
{
	dns_address_vec addresses = { 0 };
	bool found = (reply->bytes[3] & 15) != DNS_CODE_NO_NAME;

	if (found && exchange->target.within && exchange->question.type == DNS_TYPE_A) {
		dns_reply_read(reply->bytes, reply->length, &addresses);
		found = addresses.count;
	}
	vec_release(&addresses);
	return !found;
}

static void judge(struct dns_server *server, struct dns_exchange *exchange, const uint8_t *bytes, size_t length)
{
	struct dns_bytes reply = { 0 };

	exchange->heard = true;
	switch (forward_judge(&exchange->question, &exchange->target, &exchange->query, exchange->transport, bytes,
			      length, &reply)) {
	case FORWARD_NOT_OURS:
		if (exchange->transport == DNS_TCP)
			attempt_failed(server, exchange);
		return;
	case FORWARD_BY_TCP:
		attempt_next(server, exchange, DNS_TCP);
		return;
	case FORWARD_FAILED:
		attempt_failed(server, exchange);
		return;
	case FORWARD_OUTSIDE:
		dns_refuse(server, &exchange->question, exchange->target.within, &reply);
		break;
	case FORWARD_DONE:
		if (server->rules->made_up && leads_nowhere(exchange, &reply))
			dns_refuse(server, &exchange->question, exchange->target.within, &reply);
		break;
	}
	dns_note_reply(server, &exchange->question, &reply);
	finish(server, exchange, &reply);
}

static void datagram_ready(struct dns_server *server, struct dns_exchange *exchange)
{
	static uint8_t bytes[DNS_MESSAGE_SIZE];
	ssize_t got = recv(exchange->watch.fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (got >= 0)
		judge(server, exchange, bytes, (size_t)got);
	else if (errno != EAGAIN && errno != EINTR)  // nobody is there
		attempt_failed(server, exchange);
}

// Writes the question with its length in front. Whether all of it is written; *failed: it never will be.
static bool stream_send(struct dns_exchange *exchange, bool *failed)
{
	const struct dns_bytes *query = &exchange->query.bytes;
	uint8_t length[LENGTH_SIZE] = { (uint8_t)(query->length >> 8), (uint8_t)query->length };
	struct iovec parts[] = { { .iov_base = length, .iov_len = sizeof(length) },
				 { .iov_base = query->bytes, .iov_len = query->length } };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	for (size_t i = 0, skip = exchange->sent; i < 2; i++) {
		size_t here = skip < parts[i].iov_len ? skip : parts[i].iov_len;
		parts[i].iov_base = (uint8_t *)parts[i].iov_base + here;
		parts[i].iov_len -= here;
		skip -= here;
	}
	ssize_t sent = sendmsg(exchange->watch.fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	*failed = sent < 0 && errno != EAGAIN && errno != EINTR;
	if (sent > 0)
		exchange->sent += (size_t)sent;
	return exchange->sent == LENGTH_SIZE + query->length;
}

// Reads what is there. Whether the answer is whole; *failed: it never will be.
static bool stream_receive(struct dns_exchange *exchange, bool *failed)
{
	size_t wanted = LENGTH_SIZE;

	if (!exchange->answer)
		exchange->answer = NEW_ARRAY(uint8_t, LENGTH_SIZE + DNS_MESSAGE_SIZE);
	for (;;) {
		if (exchange->got >= LENGTH_SIZE)
			wanted = LENGTH_SIZE + ((size_t)exchange->answer[0] << 8 | exchange->answer[1]);
		if (exchange->got >= wanted)
			return true;
		ssize_t got =
		    recv(exchange->watch.fd, exchange->answer + exchange->got, wanted - exchange->got, MSG_DONTWAIT);
		if (got <= 0) {
			*failed = got == 0 || (errno != EAGAIN && errno != EINTR);
			return false;
		}
		exchange->got += (size_t)got;
	}
}

static void stream_ready(struct dns_server *server, struct dns_exchange *exchange)
{
	bool failed = false;

	if (exchange->sent < LENGTH_SIZE + exchange->query.bytes.length) {
		if (stream_send(exchange, &failed))
			dns_watch_change(server, &exchange->watch, EPOLLIN);
	} else if (stream_receive(exchange, &failed)) {
		judge(server, exchange, exchange->answer + LENGTH_SIZE, exchange->got - LENGTH_SIZE);
		return;
	}
	if (failed)
		attempt_failed(server, exchange);
}

static void exchange_ready(struct dns_server *server, struct dns_watch *watch, uint32_t events)
{
	struct dns_exchange *exchange = (struct dns_exchange *)watch;

	(void)events;
	if (exchange->transport == DNS_UDP)
		datagram_ready(server, exchange);
	else
		stream_ready(server, exchange);
}

static size_t free_slot(const struct dns_server *server)
{
	size_t slot = 0;

	while (slot < DNS_EXCHANGES && server->exchanges[slot])
		slot++;
	return slot;
}

static bool is_silent(const struct dns_server *server, const struct forward_target *target)
{
	return server->rules->made_up && target->servers == server->silent && dns_now() < server->silent_until;
}

static void decline(struct dns_server *server, const struct dns_asker *asker, const struct dns_question *question,
		    const struct prefix_set *within)
{
	struct dns_bytes reply = { 0 };

	dns_reply_code(question, DNS_CODE_REFUSED, &reply);
	dns_refuse(server, question, within, &reply);
	dns_note_reply(server, question, &reply);
	dns_deliver(server, asker, &reply);
	dns_bytes_release(&reply);
}

void dns_exchange_start(struct dns_server *server, const struct dns_asker *asker, const struct dns_question *question,
			const struct forward_target *target)
{
	size_t slot = free_slot(server);

	if (slot == DNS_EXCHANGES || !target->server_count || is_silent(server, target)) {
		struct dns_bytes reply = { 0 };
		fail(server, question, target, &reply);
		dns_deliver(server, asker, &reply);
		dns_bytes_release(&reply);
		return;
	}
	if (target->within && !dns_budget_take(&server->budget, question->text, dns_now())) {
		decline(server, asker, question, target->within);
		return;
	}
	struct dns_exchange *exchange = NEW(struct dns_exchange);
	exchange->watch = (struct dns_watch){ .fd = -1, .ready = exchange_ready };
	exchange->slot = slot;
	exchange->asker = *asker;
	exchange->question = *question;
	exchange->target = *target;
	server->exchanges[slot] = exchange;
	if (asker->client)
		dns_client_awaits(asker->client);
	attempt_next(server, exchange, DNS_UDP);
}

void dns_exchanges_forget(struct dns_server *server, const struct dns_client *client)
{
	for (size_t i = 0; i < DNS_EXCHANGES; i++)
		if (server->exchanges[i] && server->exchanges[i]->asker.client == client)
			exchange_free(server, server->exchanges[i]);
}

void dns_exchanges_fail(struct dns_server *server)
{
	for (size_t i = 0; i < DNS_EXCHANGES; i++)
		if (server->exchanges[i])
			finish_failed(server, server->exchanges[i]);
}

void dns_exchanges_expire(struct dns_server *server, uint64_t now)
{
	for (size_t i = 0; i < DNS_EXCHANGES; i++)
		if (server->exchanges[i] && now >= server->exchanges[i]->due)
			attempt_failed(server, server->exchanges[i]);
}

uint64_t dns_exchanges_due(const struct dns_server *server)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < DNS_EXCHANGES; i++)
		if (server->exchanges[i] && server->exchanges[i]->due < due)
			due = server->exchanges[i]->due;
	return due;
}

void dns_exchanges_release(struct dns_server *server)
{
	for (size_t i = 0; i < DNS_EXCHANGES; i++)
		if (server->exchanges[i])
			exchange_free(server, server->exchanges[i]);
}
