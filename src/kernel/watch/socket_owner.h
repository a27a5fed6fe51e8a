// SPDX-License-Identifier: GPL-2.0-or-later
// Which process of the jail has a socket, by its local port: the kernel's list of sockets (sock_diag(7)), then /proc.
//
// The work is bounded, not the question: at most a tenth of the time goes into it, and SOCKET_LOOKS looks a second.
// What is asked beyond that is not known.
#ifndef VPCJAIL_KERNEL_WATCH_SOCKET_OWNER_H
#define VPCJAIL_KERNEL_WATCH_SOCKET_OWNER_H

#include <sys/types.h>

#include "audit/record/event.h"

enum { SOCKET_LOOKS = 50, SOCKET_MEMORY = 250 /* milliseconds that an answer holds */ };

enum socket_listens { LISTENS_NO, LISTENS_YES, LISTENS_UNKNOWN };

struct socket_owners;

// fd: a socket of NETLINK_SOCK_DIAG that belongs to the jail's network namespace; taken. init: process 1 of the jail;
// pid_namespace: its.
struct socket_owners *socket_owners_new(int fd, pid_t init, ino_t pid_namespace);
void socket_owners_free(struct socket_owners *owners);

// Borrowed until the next call, and in *evidence how sure that is; NULL, and *evidence as it was: nothing was found.
// now: milliseconds of CLOCK_MONOTONIC.
const struct event_process *socket_owners_find(struct socket_owners *owners, int64_t now, int protocol,
					       uint16_t local_port, const struct address *remote, uint16_t remote_port,
					       enum event_evidence *evidence);

// Whether a TCP socket of the namespace would answer a connection over its loopback to that address and port.
enum socket_listens socket_owners_listens(struct socket_owners *owners, const struct address *local, uint16_t port);

#endif
