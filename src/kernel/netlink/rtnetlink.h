// SPDX-License-Identifier: GPL-2.0-or-later
// Links, addresses and routes of the calling process's network namespace: libnl behind a few verbs.
// The caller has proven that the namespace is its own.
#ifndef VPCJAIL_KERNEL_NETLINK_RTNETLINK_H
#define VPCJAIL_KERNEL_NETLINK_RTNETLINK_H

#include <stdbool.h>

#include "net/prefix.h"

struct nl_sock;

// A connected socket (*out: released with rtnetlink_close); it stays with the namespace it was opened in.
int rtnetlink_open(struct nl_sock **out, struct error *err);

// The same for another network namespace, of which `inside` is a descriptor; root's alone. Ends the program rather than
// stay there when it cannot come back.
int rtnetlink_open_in(int inside, struct nl_sock **out, struct error *err);
void rtnetlink_close(struct nl_sock **socket);

// The socket's descriptor, which stays the socket's; and a socket made of a descriptor that was handed over, which is
// the socket's from then on.
int rtnetlink_descriptor(const struct nl_sock *socket);
int rtnetlink_adopt(int fd, struct nl_sock **out, struct error *err);

// A veth pair, both ends in this namespace, down, ARP off.
int link_add_pair(struct nl_sock *socket, const char *name, const char *peer, struct error *err);

// One end of a pair.
struct link_end {
	const char *name;
	const uint8_t *mac;  // 6 bytes
};

// A veth pair across two namespaces, down, ARP off (and with it all that IPv6 says by itself): far is made in the
// network namespace that far_namespace is a descriptor of.
int link_add_pair_across(struct nl_sock *socket, const struct link_end *near, const struct link_end *far,
			 int far_namespace, unsigned mtu, struct error *err);

// ARP off, and with it all that IPv6 says by itself; packets of at most mtu bytes. The link is down.
int link_quiet(struct nl_sock *socket, const char *name, unsigned mtu, struct error *err);

// Its number; -1: there is none of that name.
int link_index(struct nl_sock *socket, const char *name);

int link_up(struct nl_sock *socket, const char *name, struct error *err);

// A link that stands on another one of this namespace, its parent, on the parent's subnet: made in the network
// namespace that `inside` is a descriptor of, down.
struct link_child {
	bool ipvlan;  // else macvlan, in bridge mode: children of one parent reach each other
	const char *name;
	unsigned parent;     // its index
	const char *device;  // its name, for messages
	const uint8_t *mac;  // of a macvlan, 6 bytes
	unsigned mtu;
};

int link_add_child(struct nl_sock *socket, const struct link_child *child, int inside, struct error *err);

int link_down(struct nl_sock *socket, const char *name, struct error *err);

// Where a link is to go, down: to the network namespace that `inside` is a descriptor of, under a name and, unless it
// is 0, a number.
struct link_target {
	int inside;
	const char *name;
	unsigned index;
};

int link_move(struct nl_sock *socket, const char *name, const struct link_target *target, struct error *err);

// Removes a link, with its other end and all routes through it. One that is not there is no failure.
int link_delete(struct nl_sock *socket, const char *name, struct error *err);

// Tells the link, for good, at which hardware address (6 bytes) a neighbour is.
int neighbour_add(struct nl_sock *socket, const char *link, const struct address *neighbour, const uint8_t *mac,
		  struct error *err);

// A host address without duplicate address detection.
int address_add(struct nl_sock *socket, const char *link, const struct prefix *address, struct error *err);

// A route through the link: to neighbours on it, or by a gateway (NULL: none) that is taken to be one, whatever
// other routes say.
int route_add(struct nl_sock *socket, const char *link, const struct prefix *destination, const struct address *gateway,
	      struct error *err);
// Likewise by the number that the link has in the socket's namespace, which need not be the caller's; or takes the
// route away again.
int route_change(struct nl_sock *socket, unsigned link, const struct prefix *destination, const struct address *gateway,
		 bool add, struct error *err);

// Packets with that mark go by the link, wherever they want to go: a table of its own, with all (0.0.0.0/0 or ::/0) as
// its only route, and a rule that leads to it.
int route_marked(struct nl_sock *socket, const char *link, uint32_t mark, const struct prefix *all, struct error *err);

#endif
