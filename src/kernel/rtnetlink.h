// SPDX-License-Identifier: GPL-2.0-or-later
// Links, addresses and routes of the calling process's network namespace: libnl behind a few verbs.
// The caller has proven that the namespace is its own.
#ifndef VPCJAIL_KERNEL_RTNETLINK_H
#define VPCJAIL_KERNEL_RTNETLINK_H

#include "net/prefix.h"

struct nl_sock;

// A connected socket (*out: released with rtnetlink_close); it stays with the namespace it was opened in.
int rtnetlink_open(struct nl_sock **out, struct error *err);
void rtnetlink_close(struct nl_sock **socket);

// A veth pair, both ends in this namespace, down, ARP off.
int link_add_pair(struct nl_sock *socket, const char *name, const char *peer, struct error *err);
int link_up(struct nl_sock *socket, const char *name, struct error *err);

// A host address without duplicate address detection.
int address_add(struct nl_sock *socket, const char *link, const struct prefix *address, struct error *err);

// A route through the link itself, without a gateway.
int route_add(struct nl_sock *socket, const char *link, const struct prefix *destination, struct error *err);

#endif
