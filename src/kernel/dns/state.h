// SPDX-License-Identifier: GPL-2.0-or-later
// What the resolver knows while it serves. Private to this folder.
//
// Theory of operation. The loop waits for one descriptor, an epoll set, in which every socket is: those of the jail,
// connections of the job, and the resolver's own towards name servers. Each of them is the first part of what it
// belongs to and says what is done when it is ready. Events are taken one by one: what one of them frees, no later one
// can name. A question that must be forwarded becomes an exchange, which knows whom its answer is for; a connection
// that goes away takes its exchanges along.
#ifndef VPCJAIL_KERNEL_DNS_STATE_H
#define VPCJAIL_KERNEL_DNS_STATE_H

#include <stdint.h>

#include "dns/answer.h"
#include "dns/budget.h"
#include "dns/made_up.h"
#include "kernel/dns/names.h"
#include "kernel/dns/server.h"

enum {
	DNS_CLIENTS = 64,       // connections of the job at a time; one more ends the one that was silent the longest
	DNS_EXCHANGES = 64,     // questions forwarded at a time; one more fails
	DNS_QUERY_SIZE = 4096,  // of a query over TCP; a longer one ends the connection
};

struct dns_watch {
	int fd;
	void (*ready)(struct dns_server *server, struct dns_watch *watch, uint32_t events);
};

struct dns_client;
struct dns_exchange;

struct dns_server {
	int poll;  // the epoll set
	const struct dns_rules *rules;
	struct dns_rules exchanged;  // those that took the launch's place
	struct dns_sink sink;
	VEC(struct dns_watch *) sockets;
	struct dns_client *clients[DNS_CLIENTS];
	struct dns_exchange *exchanges[DNS_EXCHANGES];
	struct dns_budget budget;
	struct made_up made_up;
	const struct address *silent;  // of a forward_target: who did not answer; not asked before silent_until
	uint64_t silent_until;
	struct dns_names names;  // filled where there is a sink
};

// Whom a reply is for: a connection, or an address that asked a UDP socket.
struct dns_asker {
	struct dns_client *client;
	int fd;
	struct dns_end end;
};

uint64_t dns_now(void);  // milliseconds

// Puts a watch's descriptor into the set, changes what it waits for, or takes it out and closes it. 0 or -errno.
int dns_watch_add(struct dns_server *server, struct dns_watch *watch, uint32_t events);
void dns_watch_change(struct dns_server *server, struct dns_watch *watch, uint32_t events);
void dns_watch_close(struct dns_server *server, struct dns_watch *watch);

// Answers one query, now or later.
void dns_serve(struct dns_server *server, const struct dns_asker *asker, const uint8_t *query, size_t length);

// Sends a reply to whom it is for.
void dns_deliver(struct dns_server *server, const struct dns_asker *asker, const struct dns_bytes *reply);

// Tells of a name that is not resolved: see struct dns_sink.
void dns_refused(struct dns_server *server, const char *name, const struct address *stand_in, bool passed);

// A name that nobody resolves: the reply stays what it is, or becomes one with a made-up address, of the prefix list of
// a gateway endpoint whose name it is (within; else NULL). Either is told of.
void dns_refuse(struct dns_server *server, const struct dns_question *question, const struct prefix_set *within,
		struct dns_bytes *reply);

// Remembers the addresses of a reply to the question.
void dns_note_reply(struct dns_server *server, const struct dns_question *question, const struct dns_bytes *reply);

// client.c: a connection is accepted; a reply is queued for it.
void dns_client_accept(struct dns_server *server, struct dns_watch *listener, uint32_t events);
void dns_client_send(struct dns_server *server, struct dns_client *client, const struct dns_bytes *reply);
void dns_client_awaits(struct dns_client *client);                               // one more reply is to come
void dns_client_answered(struct dns_server *server, struct dns_client *client);  // it has; may free the connection
void dns_clients_expire(struct dns_server *server, uint64_t now);
void dns_clients_release(struct dns_server *server);
uint64_t dns_clients_due(const struct dns_server *server);  // when the next one expires; UINT64_MAX: none

// exchange.c: a question is forwarded; a connection has gone.
void dns_exchange_start(struct dns_server *server, const struct dns_asker *asker, const struct dns_question *question,
			const struct forward_target *target);
void dns_exchanges_forget(struct dns_server *server, const struct dns_client *client);
void dns_exchanges_fail(struct dns_server *server);  // all of them
void dns_exchanges_expire(struct dns_server *server, uint64_t now);
void dns_exchanges_release(struct dns_server *server);
uint64_t dns_exchanges_due(const struct dns_server *server);

#endif
