// SPDX-License-Identifier: GPL-2.0-or-later
// The resolver as a source of the loop, and its UDP side: see server.h and state.h.
#include "kernel/dns/server.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/memory.h"
#include "kernel/dns/state.h"
#include "kernel/loop/clock.h"

enum {
	EVENTS_A_TURN = 64,    // then the loop's other sources have theirs
	QUERIES_AN_EVENT = 8,  // of one UDP socket
};

void dns_end_set(struct dns_end *end, const struct address *address)
{
	uint8_t bytes[16];
	unsigned length = address_to_bytes(address, bytes);

	*end = (struct dns_end){ 0 };
	if (address->family == FAMILY_IPV4) {
		end->four = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(DNS_PORT) };
		memcpy(&end->four.sin_addr, bytes, length);
		end->length = sizeof(end->four);
	} else {
		end->six = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(DNS_PORT) };
		memcpy(&end->six.sin6_addr, bytes, length);
		end->length = sizeof(end->six);
	}
}

uint64_t dns_now(void)
{
	return (uint64_t)clock_milliseconds(CLOCK_MONOTONIC);
}

int dns_watch_add(struct dns_server *server, struct dns_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	return epoll_ctl(server->poll, EPOLL_CTL_ADD, watch->fd, &event) < 0 ? -errno : 0;
}

void dns_watch_change(struct dns_server *server, struct dns_watch *watch, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	(void)epoll_ctl(server->poll, EPOLL_CTL_MOD, watch->fd, &event);
}

void dns_watch_close(struct dns_server *server, struct dns_watch *watch)
{
	if (watch->fd < 0)
		return;
	(void)epoll_ctl(server->poll, EPOLL_CTL_DEL, watch->fd, NULL);
	close(watch->fd);
	watch->fd = -1;
}

void dns_refused(struct dns_server *server, const char *name, const struct address *stand_in, bool passed)
{
	if (server->sink.refused)
		server->sink.refused(server->sink.data, name, stand_in, passed);
}

void dns_note_reply(struct dns_server *server, const struct dns_question *question, const struct dns_bytes *reply)
{
	dns_address_vec addresses = { 0 };

	if (!server->sink.refused)
		return;
	dns_reply_read(reply->bytes, reply->length, &addresses);
	vec_for_each (address, &addresses)
		dns_names_note(&server->names, address, question->text);
	vec_release(&addresses);
}

const char *dns_server_name_of(const struct dns_server *server, const struct address *address)
{
	return dns_names_find(&server->names, address);
}

void dns_refuse(struct dns_server *server, const struct dns_question *question, const struct prefix_set *within,
		struct dns_bytes *reply)
{
	struct dns_bytes made = { 0 };
	struct address address;

	if (!server->rules->made_up || !made_up_answer(&server->made_up, question, within, &address, &made)) {
		dns_refused(server, question->text, NULL, false);
		return;
	}
	dns_bytes_release(reply);
	*reply = made;
	dns_refused(server, question->text, address.family == FAMILY_NONE ? NULL : &address, false);
}

void dns_deliver(struct dns_server *server, const struct dns_asker *asker, const struct dns_bytes *reply)
{
	// What finds no room is lost, as datagrams are; the job asks again.
	if (asker->client)
		dns_client_send(server, asker->client, reply);
	else
		(void)sendto(asker->fd, reply->bytes, reply->length, MSG_DONTWAIT | MSG_NOSIGNAL, &asker->end.any,
			     asker->end.length);
}

void dns_serve(struct dns_server *server, const struct dns_asker *asker, const uint8_t *query, size_t length)
{
	struct dns_question question;
	struct forward_target target;
	struct dns_bytes reply = { 0 };

	switch (
	    dns_answer(server->rules, query, length, asker->client ? DNS_TCP : DNS_UDP, &question, &target, &reply)) {
	case DNS_DROPPED:
		return;
	case DNS_REFUSED:
		dns_refuse(server, &question, NULL, &reply);
		break;
	case DNS_ANSWERED:
		break;
	case DNS_PASSED:
		dns_refused(server, question.text, NULL, true);
		dns_exchange_start(server, asker, &question, &target);
		return;
	case DNS_FORWARDED:
		// What a gateway endpoint leads to is carried: an address of the list, as it is or made up.
		if (server->rules->made_up)
			(void)forward_find_gateway(&server->rules->forward, question.text, &target);
		dns_exchange_start(server, asker, &question, &target);
		return;
	}
	dns_note_reply(server, &question, &reply);
	dns_deliver(server, asker, &reply);
	dns_bytes_release(&reply);
}

static void udp_ready(struct dns_server *server, struct dns_watch *watch, uint32_t events)
{
	static uint8_t query[DNS_MESSAGE_SIZE];

	(void)events;
	for (unsigned i = 0; i < QUERIES_AN_EVENT; i++) {
		struct dns_asker asker = { .fd = watch->fd, .end = { .length = sizeof(asker.end.room) } };
		ssize_t got =
		    recvfrom(watch->fd, query, sizeof(query), MSG_DONTWAIT, &asker.end.any, &asker.end.length);
		if (got < 0)
			return;
		dns_serve(server, &asker, query, (size_t)got);
	}
}

static size_t watch_set(void *data, struct pollfd *out)
{
	const struct dns_server *server = data;

	out[0] = (struct pollfd){ .fd = server->poll, .events = POLLIN };
	return 1;
}

static int time_left(void *data)
{
	const struct dns_server *server = data;
	uint64_t clients = dns_clients_due(server), exchanges = dns_exchanges_due(server);
	uint64_t due = clients < exchanges ? clients : exchanges;

	if (due == UINT64_MAX)
		return -1;
	uint64_t now = dns_now();
	return due <= now ? 0 : due - now > INT_MAX ? INT_MAX : (int)(due - now);
}

static void turn(void *data, const struct pollfd *seen, size_t count)
{
	struct dns_server *server = data;
	uint64_t now = dns_now();
	struct epoll_event event;

	(void)seen;
	(void)count;
	dns_exchanges_expire(server, now);
	dns_clients_expire(server, now);
	for (unsigned i = 0; i < EVENTS_A_TURN && epoll_wait(server->poll, &event, 1, 0) == 1; i++) {
		struct dns_watch *watch = event.data.ptr;
		watch->ready(server, watch, event.events);
	}
}

static void release(void *data)
{
	struct dns_server *server = data;

	dns_exchanges_release(server);
	dns_clients_release(server);
	vec_for_each (socket, &server->sockets) {
		dns_watch_close(server, *socket);
		free(*socket);
	}
	vec_release(&server->sockets);
	dns_budget_release(&server->budget);
	made_up_release(&server->made_up);
	dns_names_release(&server->names);
	dns_rules_release(&server->exchanged);
	close(server->poll);
	free(server);
}

static int start(struct dns_server **out, struct loop *loop, const struct dns_rules *rules, const struct dns_sink *sink,
		 struct error *err)
{
	int poll = epoll_create1(EPOLL_CLOEXEC);

	if (poll < 0)
		return error_set_errno(err, -errno, "cannot wait for questions to the job's resolver");
	struct dns_server *server = NEW(struct dns_server);
	server->poll = poll;
	server->rules = rules;
	server->sink = sink ? *sink : (struct dns_sink){ 0 };
	loop_add(loop, &(struct loop_source){
			   .data = server, .watch = watch_set, .turn = turn, .left = time_left, .release = release });
	*out = server;
	return 0;
}

int dns_server_add(struct dns_server **server, struct loop *loop, const struct dns_rules *rules,
		   const struct dns_sink *sink, int fd, struct error *err)
{
	int type = 0;
	socklen_t length = sizeof(type);

	if (!*server && start(server, loop, rules, sink, err) < 0) {
		close(fd);
		return err->code;
	}
	(void)getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
	struct dns_watch *watch = NEW(struct dns_watch);
	*watch = (struct dns_watch){ .fd = fd, .ready = type == SOCK_DGRAM ? udp_ready : dns_client_accept };
	vec_push(&(*server)->sockets, watch);
	int added = dns_watch_add(*server, watch, EPOLLIN);
	return added < 0 ? error_set_errno(err, added, "cannot wait for questions to the job's resolver") : 0;
}

void dns_server_exchange(struct dns_server *server, struct dns_rules *rules)
{
	dns_exchanges_fail(server);  // they point into the rules
	dns_rules_release(&server->exchanged);
	server->exchanged = *rules;
	*rules = (struct dns_rules){ 0 };
	server->rules = &server->exchanged;
}
