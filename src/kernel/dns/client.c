// SPDX-License-Identifier: GPL-2.0-or-later
// Connections of the job to its resolver: queries with their length in front, in any pieces, several at once (RFC
// 7766).
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "kernel/dns/state.h"

enum {
	IDLE = 10000,              // milliseconds; then the connection is closed
	LENGTH_SIZE = 2,           // of what stands in front of each message
	OUTPUT_MAXIMUM = 1 << 18,  // bytes not taken by the job; then nothing more is read
};

struct dns_client {
	struct dns_watch watch;  // the first part: see state.h
	size_t slot;
	uint64_t active_at;
	uint8_t input[LENGTH_SIZE + DNS_QUERY_SIZE];
	size_t input_length;
	VEC(uint8_t) output;
	size_t sent;       // of the output
	unsigned awaited;  // replies that are still to come
	bool ended;        // the job sends nothing more
	bool broken;       // closed as soon as nobody is at work on it
	bool busy;         // somebody is
};

static void client_free(struct dns_server *server, struct dns_client *client)
{
	server->clients[client->slot] = NULL;
	dns_exchanges_forget(server, client);
	dns_watch_close(server, &client->watch);
	vec_release(&client->output);
	free(client);
}

static bool is_full(const struct dns_client *client)
{
	return client->output.count - client->sent > OUTPUT_MAXIMUM;
}

static void flush(struct dns_client *client)
{
	while (!client->broken && client->sent < client->output.count) {
		ssize_t sent = send(client->watch.fd, client->output.items + client->sent,
				    client->output.count - client->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			client->broken = errno != EAGAIN;
			return;
		}
		client->sent += (size_t)sent;
	}
	client->output.count = client->sent = 0;
}

static void add_output(struct dns_client *client, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		vec_push(&client->output, bytes[i]);
}

void dns_client_send(struct dns_server *server, struct dns_client *client, const struct dns_bytes *reply)
{
	const uint8_t length[LENGTH_SIZE] = { (uint8_t)(reply->length >> 8), (uint8_t)reply->length };

	(void)server;
	add_output(client, length, sizeof(length));
	add_output(client, reply->bytes, reply->length);
}

// The length of the query at the beginning of the input, with what stands in front; 0: it is not whole yet.
static size_t query_length(struct dns_client *client, const uint8_t *from, size_t left)
{
	size_t length = left < LENGTH_SIZE ? 0 : LENGTH_SIZE + ((size_t)from[0] << 8 | from[1]);

	client->broken |= length > sizeof(client->input);
	return client->broken || length > left ? 0 : length;
}

// Answers the whole queries of the input, as long as the job takes the answers.
static void take_queries(struct dns_server *server, struct dns_client *client)
{
	const struct dns_asker asker = { .client = client };
	size_t at = 0, length;

	while (!is_full(client) && (length = query_length(client, client->input + at, client->input_length - at)) > 0) {
		dns_serve(server, &asker, client->input + at + LENGTH_SIZE, length - LENGTH_SIZE);
		at += length;
		flush(client);
	}
	memmove(client->input, client->input + at, client->input_length - at);
	client->input_length -= at;
}

static void read_input(struct dns_server *server, struct dns_client *client)
{
	ssize_t got = recv(client->watch.fd, client->input + client->input_length,
			   sizeof(client->input) - client->input_length, MSG_DONTWAIT);

	if (got < 0) {
		client->broken = errno != EAGAIN && errno != EINTR;
		return;
	}
	client->ended = got == 0;
	client->input_length += (size_t)got;
	client->active_at = dns_now();
	take_queries(server, client);
}

// After anything was done for a connection: what it waits for now, or its end.
static void settle(struct dns_server *server, struct dns_client *client)
{
	flush(client);
	bool left = client->sent < client->output.count;
	if (client->broken || (client->ended && !left && !client->awaited)) {
		client_free(server, client);
		return;
	}
	dns_watch_change(server, &client->watch,
			 (client->ended || is_full(client) ? 0U : (uint32_t)EPOLLIN) |
			     (left ? (uint32_t)EPOLLOUT : 0U));
}

static void client_ready(struct dns_server *server, struct dns_watch *watch, uint32_t events)
{
	struct dns_client *client = (struct dns_client *)watch;

	client->broken |= (events & (EPOLLERR | EPOLLHUP)) != 0;
	client->busy = true;
	flush(client);
	take_queries(server, client);  // what waited for room
	if (!client->broken && !client->ended && !is_full(client))
		read_input(server, client);
	client->busy = false;
	settle(server, client);
}

void dns_client_answered(struct dns_server *server, struct dns_client *client)
{
	client->awaited--;
	client->active_at = dns_now();
	if (!client->busy)
		settle(server, client);
}

void dns_client_awaits(struct dns_client *client)
{
	client->awaited++;
}

// A free slot, or that of the connection which was silent the longest.
static size_t find_slot(struct dns_server *server)
{
	size_t oldest = 0;

	for (size_t i = 0; i < DNS_CLIENTS; i++) {
		if (!server->clients[i])
			return i;
		if (server->clients[i]->active_at < server->clients[oldest]->active_at)
			oldest = i;
	}
	client_free(server, server->clients[oldest]);
	return oldest;
}

void dns_client_accept(struct dns_server *server, struct dns_watch *listener, uint32_t events)
{
	(void)events;
	int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return;
	struct dns_client *client = NEW(struct dns_client);
	client->watch = (struct dns_watch){ .fd = fd, .ready = client_ready };
	client->slot = find_slot(server);
	client->active_at = dns_now();
	server->clients[client->slot] = client;
	if (dns_watch_add(server, &client->watch, EPOLLIN) < 0)
		client_free(server, client);
}

void dns_clients_expire(struct dns_server *server, uint64_t now)
{
	for (size_t i = 0; i < DNS_CLIENTS; i++)
		if (server->clients[i] && now >= server->clients[i]->active_at + IDLE)
			client_free(server, server->clients[i]);
}

uint64_t dns_clients_due(const struct dns_server *server)
{
	uint64_t due = UINT64_MAX;

	for (size_t i = 0; i < DNS_CLIENTS; i++)
		if (server->clients[i] && server->clients[i]->active_at + IDLE < due)
			due = server->clients[i]->active_at + IDLE;
	return due;
}

void dns_clients_release(struct dns_server *server)
{
	for (size_t i = 0; i < DNS_CLIENTS; i++)
		if (server->clients[i])
			client_free(server, server->clients[i]);
}
