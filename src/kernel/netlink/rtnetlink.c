// SPDX-License-Identifier: GPL-2.0-or-later
// Links, addresses and routes: see rtnetlink.h.
#include "kernel/netlink/rtnetlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/route/rule.h>
#include <netlink/socket.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"

void rtnetlink_close(struct nl_sock **socket)
{
	nl_socket_free(*socket);
	*socket = NULL;
}

static void put_link(struct rtnl_link **link)
{
	rtnl_link_put(*link);
}

static void put_address(struct rtnl_addr **address)
{
	rtnl_addr_put(*address);
}

static void put_route(struct rtnl_route **route)
{
	rtnl_route_put(*route);
}

static void put_nl_address(struct nl_addr **address)
{
	nl_addr_put(*address);
}

// libnl has error numbers of its own; what matters to us is the kernel's answer.
static int failed(struct error *err, int code, const char *what, const char *link)
{
	int number = code == -NLE_NODEV || code == -NLE_OBJ_NOTFOUND ? -ENODEV
		     : code == -NLE_OPNOTSUPP                        ? -EOPNOTSUPP
		     : code == -NLE_PERM                             ? -EPERM
		     : code == -NLE_EXIST                            ? -EEXIST
								     : -EIO;
	return error_set(err, number, "cannot %s %s: %s%s", what, link, nl_geterror(code),
			 code == -NLE_OPNOTSUPP ? " (the kernel has no veth: load it, modprobe veth)" : "");
}

int rtnetlink_open(struct nl_sock **out, struct error *err)
{
	struct nl_sock *socket = nl_socket_alloc();

	if (!socket)
		return error_set(err, -ENOMEM, "no memory for a netlink socket");
	int code = nl_connect(socket, NETLINK_ROUTE);
	if (code < 0) {
		nl_socket_free(socket);
		return error_set(err, -EIO, "cannot open a route netlink socket: %s", nl_geterror(code));
	}
	*out = socket;
	return 0;
}

int rtnetlink_descriptor(const struct nl_sock *socket)
{
	return nl_socket_get_fd(socket);
}

int rtnetlink_adopt(int fd, struct nl_sock **out, struct error *err)
{
	struct nl_sock *socket = nl_socket_alloc();
	int code = socket ? nl_socket_set_fd(socket, NETLINK_ROUTE, fd) : -NLE_NOMEM;

	if (code < 0) {
		nl_socket_free(socket);
		close(fd);
		return error_set(err, -EIO, "cannot use a route netlink socket: %s", nl_geterror(code));
	}
	*out = socket;
	return 0;
}

int rtnetlink_open_in(int inside, struct nl_sock **out, struct error *err)
{
	AUTO_CLOSE int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (own < 0)
		return error_set_errno(err, -errno, "cannot open our network namespace");
	if (setns(inside, CLONE_NEWNET) < 0)
		return error_set_errno(err, -errno, "cannot look into the jail's network namespace");
	int result = rtnetlink_open(out, err);
	if (setns(own, CLONE_NEWNET) < 0)
		abort();  // whatever came next would be done to the wrong network
	return result;
}

int link_add_pair(struct nl_sock *socket, const char *name, const char *peer, struct error *err)
{
	CLEANUP(put_link) struct rtnl_link *link = rtnl_link_veth_alloc();

	if (!link)
		return error_set(err, -ENOMEM, "no memory for a link");
	struct rtnl_link *other = rtnl_link_veth_get_peer(link);
	rtnl_link_set_name(link, name);
	rtnl_link_set_flags(link, IFF_NOARP);
	rtnl_link_set_name(other, peer);
	rtnl_link_set_flags(other, IFF_NOARP);
	rtnl_link_put(other);
	int code = rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL);
	return code < 0 ? failed(err, code, "make link", name) : 0;
}

static int set_end(struct rtnl_link *link, const struct link_end *end, unsigned mtu)
{
	CLEANUP(put_nl_address) struct nl_addr *hardware = nl_addr_build(AF_LLC, end->mac, 6);

	if (!hardware)
		return -ENOMEM;
	rtnl_link_set_name(link, end->name);
	rtnl_link_set_addr(link, hardware);
	rtnl_link_set_mtu(link, mtu);
	rtnl_link_set_flags(link, IFF_NOARP);
	return 0;
}

int link_add_pair_across(struct nl_sock *socket, const struct link_end *near, const struct link_end *far,
			 int far_namespace, unsigned mtu, struct error *err)
{
	CLEANUP(put_link) struct rtnl_link *link = rtnl_link_veth_alloc();
	CLEANUP(put_link) struct rtnl_link *other = link ? rtnl_link_veth_get_peer(link) : NULL;

	if (!other || set_end(link, near, mtu) < 0 || set_end(other, far, mtu) < 0)
		return error_set(err, -ENOMEM, "no memory for a link");
	rtnl_link_set_ns_fd(other, far_namespace);
	int code = rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL);
	return code < 0 ? failed(err, code, "make link", near->name) : 0;
}

int link_delete(struct nl_sock *socket, const char *name, struct error *err)
{
	CLEANUP(put_link) struct rtnl_link *link = rtnl_link_alloc();

	if (!link)
		return error_set(err, -ENOMEM, "no memory for a link");
	rtnl_link_set_name(link, name);
	int code = rtnl_link_delete(socket, link);
	return code < 0 && code != -NLE_NODEV && code != -NLE_OBJ_NOTFOUND ? failed(err, code, "remove link", name) : 0;
}

int link_quiet(struct nl_sock *socket, const char *name, unsigned mtu, struct error *err)
{
	CLEANUP(put_link) struct rtnl_link *link = rtnl_link_alloc();
	CLEANUP(put_link) struct rtnl_link *change = rtnl_link_alloc();

	if (!link || !change)
		return error_set(err, -ENOMEM, "no memory for a link");
	rtnl_link_set_ifindex(link, (int)if_nametoindex(name));
	rtnl_link_set_flags(change, IFF_NOARP);
	rtnl_link_set_mtu(change, mtu);
	int code = rtnl_link_change(socket, link, change, 0);
	return code < 0 ? failed(err, code, "switch ARP off on", name) : 0;
}

int link_up(struct nl_sock *socket, const char *name, struct error *err)
{
	CLEANUP(put_link) struct rtnl_link *link = rtnl_link_alloc();
	CLEANUP(put_link) struct rtnl_link *change = rtnl_link_alloc();

	if (!link || !change)
		return error_set(err, -ENOMEM, "no memory for a link");
	rtnl_link_set_ifindex(link, (int)if_nametoindex(name));
	rtnl_link_set_flags(change, IFF_UP);
	int code = rtnl_link_change(socket, link, change, 0);
	return code < 0 ? failed(err, code, "bring up", name) : 0;
}

static struct nl_addr *to_nl(const struct prefix *prefix)
{
	uint8_t bytes[16];
	unsigned length = address_to_bytes(&prefix->base, bytes);
	struct nl_addr *address = nl_addr_build(prefix->base.family == FAMILY_IPV4 ? AF_INET : AF_INET6, bytes, length);

	if (address)
		nl_addr_set_prefixlen(address, prefix->length);
	return address;
}

int address_add(struct nl_sock *socket, const char *link, const struct prefix *prefix, struct error *err)
{
	CLEANUP(put_address) struct rtnl_addr *address = rtnl_addr_alloc();
	CLEANUP(put_nl_address) struct nl_addr *local = to_nl(prefix);

	if (!address || !local)
		return error_set(err, -ENOMEM, "no memory for an address");
	rtnl_addr_set_ifindex(address, (int)if_nametoindex(link));
	rtnl_addr_set_local(address, local);
	rtnl_addr_set_flags(address, IFA_F_NODAD);
	int code = rtnl_addr_add(socket, address, NLM_F_CREATE | NLM_F_EXCL);
	return code < 0 ? failed(err, code, "give an address to", link) : 0;
}

int neighbour_add(struct nl_sock *socket, const char *link, const struct address *neighbour, const uint8_t *mac,
		  struct error *err)
{
	struct prefix whole = prefix_of_address(neighbour);
	struct rtnl_neigh *entry = rtnl_neigh_alloc();
	CLEANUP(put_nl_address) struct nl_addr *address = to_nl(&whole);
	CLEANUP(put_nl_address) struct nl_addr *hardware = nl_addr_build(AF_LLC, mac, 6);

	if (!entry || !address || !hardware)
		return error_set(err, -ENOMEM, "no memory for a neighbour");
	rtnl_neigh_set_ifindex(entry, (int)if_nametoindex(link));
	rtnl_neigh_set_dst(entry, address);
	rtnl_neigh_set_lladdr(entry, hardware);
	rtnl_neigh_set_state(entry, NUD_PERMANENT);
	int code = rtnl_neigh_add(socket, entry, NLM_F_CREATE | NLM_F_REPLACE);
	rtnl_neigh_put(entry);
	return code < 0 ? failed(err, code, "tell a neighbour to", link) : 0;
}

// The gateway of a hop, which need not be on any subnet of the link (RTNH_F_ONLINK).
static int set_gateway(struct rtnl_nexthop *hop, const struct address *gateway)
{
	struct prefix whole = prefix_of_address(gateway);
	CLEANUP(put_nl_address) struct nl_addr *address = to_nl(&whole);

	if (!address)
		return -ENOMEM;
	rtnl_route_nh_set_gateway(hop, address);
	rtnl_route_nh_set_flags(hop, RTNH_F_ONLINK);
	return 0;
}

static struct rtnl_route *route_new(unsigned link, const struct prefix *prefix, const struct address *gateway)
{
	struct rtnl_route *route = rtnl_route_alloc();
	CLEANUP(put_nl_address) struct nl_addr *destination = to_nl(prefix);
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	bool ipv4 = prefix->base.family == FAMILY_IPV4;

	if (route && hop)
		rtnl_route_add_nexthop(route, hop);  // owned by the route from here on
	if (!route || !hop || !destination || (gateway && set_gateway(hop, gateway) < 0)) {
		rtnl_route_put(route);
		return NULL;
	}
	rtnl_route_nh_set_ifindex(hop, (int)link);
	rtnl_route_set_family(route, ipv4 ? AF_INET : AF_INET6);
	rtnl_route_set_dst(route, destination);
	rtnl_route_set_scope(route, ipv4 && !gateway ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE);
	rtnl_route_set_table(route, RT_TABLE_MAIN);
	rtnl_route_set_protocol(route, RTPROT_STATIC);
	return route;
}

int route_change(struct nl_sock *socket, unsigned link, const struct prefix *prefix, const struct address *gateway,
		 bool add, struct error *err)
{
	CLEANUP(put_route) struct rtnl_route *route = route_new(link, prefix, gateway);
	char text[PREFIX_TEXT_SIZE];

	if (!route)
		return error_set(err, -ENOMEM, "no memory for a route");
	if (!add)
		rtnl_route_set_scope(route, RT_SCOPE_NOWHERE);
	int code = add ? rtnl_route_add(socket, route, NLM_F_CREATE | NLM_F_EXCL) : rtnl_route_delete(socket, route, 0);
	return code < 0 ? failed(err, code, add ? "add a route to" : "remove the route to", prefix_print(prefix, text))
			: 0;
}

int route_add(struct nl_sock *socket, const char *link, const struct prefix *prefix, const struct address *gateway,
	      struct error *err)
{
	return route_change(socket, if_nametoindex(link), prefix, gateway, true, err);
}

int route_marked(struct nl_sock *socket, const char *link, uint32_t mark, const struct prefix *all, struct error *err)
{
	enum { TABLE = 118, PRIORITY = 118 };  // before the main table's 32766
	CLEANUP(put_route) struct rtnl_route *route = route_new(if_nametoindex(link), all, NULL);
	struct rtnl_rule *rule = rtnl_rule_alloc();

	if (!route || !rule) {
		rtnl_rule_put(rule);
		return error_set(err, -ENOMEM, "no memory for a route");
	}
	rtnl_route_set_table(route, TABLE);
	rtnl_rule_set_family(rule, all->base.family == FAMILY_IPV4 ? AF_INET : AF_INET6);
	rtnl_rule_set_mark(rule, mark);
	rtnl_rule_set_table(rule, TABLE);
	rtnl_rule_set_prio(rule, PRIORITY);
	rtnl_rule_set_action(rule, FR_ACT_TO_TBL);
	int code = rtnl_route_add(socket, route, NLM_F_CREATE | NLM_F_EXCL);
	if (code == 0)
		code = rtnl_rule_add(socket, rule, NLM_F_CREATE | NLM_F_EXCL);
	rtnl_rule_put(rule);
	return code < 0 ? failed(err, code, "send denied packets to", link) : 0;
}
