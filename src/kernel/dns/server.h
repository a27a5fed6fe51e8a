// SPDX-License-Identifier: GPL-2.0-or-later
// The job's resolver: the supervisor's answers on sockets that lie in the jail, as one source of its loop.
#ifndef VPCJAIL_KERNEL_DNS_SERVER_H
#define VPCJAIL_KERNEL_DNS_SERVER_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "kernel/launch/launch.h"
#include "kernel/loop/loop.h"

enum { DNS_PORT = 53 };

// A socket's address.
struct dns_end {
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
		struct sockaddr_storage room;
	};
	socklen_t length;
};

// Port 53 of an address.
void dns_end_set(struct dns_end *end, const struct address *address);

struct dns_server;

// Is told of each question for a name that the job's resolver does not resolve. stand_in: the made-up address that it
// answered with, NULL: none. passed: it was asked of the host's name servers all the same.
struct dns_sink {
	void *data;
	void (*refused)(void *data, const char *name, const struct address *stand_in, bool passed);
};

// Serves one more socket, UDP or a TCP listener, which is owned from here on, also when this fails. The first one makes
// the server and adds it to the loop, which releases it; rules must outlive that. sink: who is
// told of names that are refused, and that names are kept for dns_server_name_of; NULL: nobody.
int dns_server_add(struct dns_server **server, struct loop *loop, const struct dns_rules *rules,
		   const struct dns_sink *sink, int fd, struct error *err);

// The name that a job asked for last and was given that address for; NULL: none, or too long ago. Valid until the next
// turn of the loop.
const char *dns_server_name_of(const struct dns_server *server, const struct address *address);

// Answers by other rules from now on, which move to the server. Questions that are under way fail.
void dns_server_exchange(struct dns_server *server, struct dns_rules *rules);

#endif
