// SPDX-License-Identifier: GPL-2.0-or-later
// Interfaces, addresses and routes by libnl; servers from resolv.conf and the environment: see network.h.
#include "kernel/host/network.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/link/host_state.h"
#include "kernel/netlink/rtnetlink.h"

enum { RESOLV_SIZE = 1 << 16 };

static void put_cache(struct nl_cache **cache)
{
	nl_cache_put(*cache);
}

static int failed(struct error *err, int code, const char *what)
{
	return error_set(err, -EIO, "cannot list the host's %s: %s", what, nl_geterror(code));
}

// A bare address: family NONE where there is none, or it is of neither family.
static struct address from_nl(const struct nl_addr *address)
{
	struct address none = { FAMILY_NONE, 0 };
	unsigned length = address ? nl_addr_get_len(address) : 0;
	int family = address ? nl_addr_get_family(address) : AF_UNSPEC;

	if (family == AF_INET && length == 4)
		return address_from_bytes(FAMILY_IPV4, nl_addr_get_binary_addr(address));
	if (family == AF_INET6 && length == 16)
		return address_from_bytes(FAMILY_IPV6, nl_addr_get_binary_addr(address));
	return none;
}

// Netlink does not tell. Where /sys is another namespace's, the kernel refuses such a parent itself.
static bool is_wireless(const char *name)
{
	AUTO_FREE char *path = memory_format("/sys/class/net/%s/phy80211", name);

	return access(path, F_OK) == 0;
}

// What it stands on is a link of this namespace: then no other one is named.
static bool stands_here(struct rtnl_link *link)
{
	int other;

	return rtnl_link_get_link_netnsid(link, &other) < 0;
}

static void add_link(struct nl_object *object, void *data)
{
	struct rtnl_link *link = (struct rtnl_link *)object;
	struct host_network *host = data;
	const char *kind = rtnl_link_get_type(link);
	const struct nl_addr *mac = rtnl_link_get_addr(link);
	unsigned flags = rtnl_link_get_flags(link);
	struct host_interface interface = {
		.name = memory_copy_text(rtnl_link_get_name(link)),
		.index = (unsigned)rtnl_link_get_ifindex(link),
		.kind = memory_copy_text(kind ? kind : ""),
		.up = flags & IFF_UP,
		.loopback = flags & IFF_LOOPBACK,
		.ethernet = rtnl_link_get_arptype(link) == ARPHRD_ETHER,
		.wireless = is_wireless(rtnl_link_get_name(link)),
		.master = (unsigned)rtnl_link_get_master(link),
		.lower = stands_here(link) ? (unsigned)rtnl_link_get_link(link) : 0,
		.mtu = rtnl_link_get_mtu(link),
	};

	if (mac && nl_addr_get_len(mac) == sizeof(interface.mac))
		memcpy(interface.mac, nl_addr_get_binary_addr(mac), sizeof(interface.mac));
	vec_push(&host->interfaces, interface);
}

static void add_address(struct nl_object *object, void *data)
{
	struct rtnl_addr *found = (struct rtnl_addr *)object;
	struct host_network *host = data;
	struct host_address own = {
		.address = from_nl(rtnl_addr_get_local(found)),
		.length = (uint8_t)rtnl_addr_get_prefixlen(found),
	};

	vec_for_each (interface, &host->interfaces)
		if (interface->index == (unsigned)rtnl_addr_get_ifindex(found) && own.address.family != FAMILY_NONE)
			vec_push(&interface->addresses, own);
}

struct route_target {
	struct host_network *host;
	struct host_route route;
};

static void add_hop(struct rtnl_nexthop *hop, void *data)
{
	struct route_target *target = data;
	struct host_route route = target->route;
	const struct nl_addr *gateway = rtnl_route_nh_get_gateway(hop);

	route.gateway = from_nl(gateway ? gateway : rtnl_route_nh_get_via(hop));
	route.interface = (unsigned)rtnl_route_nh_get_ifindex(hop);
	vec_push(&target->host->routes, route);
}

static void add_route(struct nl_object *object, void *data)
{
	struct rtnl_route *found = (struct rtnl_route *)object;
	int family = rtnl_route_get_family(found);
	const struct nl_addr *to = rtnl_route_get_dst(found);
	struct route_target target = { .host = data, .route.metric = rtnl_route_get_priority(found) };
	struct prefix *destination = &target.route.destination;

	if (rtnl_route_get_table(found) != RT_TABLE_MAIN || rtnl_route_get_type(found) != RTN_UNICAST ||
	    (family != AF_INET && family != AF_INET6))
		return;
	destination->base = from_nl(to);
	destination->length = to ? (uint8_t)nl_addr_get_prefixlen(to) : 0;
	if (destination->base.family == FAMILY_NONE) {  // the default route comes without bytes
		if (destination->length)
			return;
		destination->base = (struct address){ family == AF_INET ? FAMILY_IPV4 : FAMILY_IPV6, 0 };
	}
	rtnl_route_foreach_nexthop(found, add_hop, &target);
}

static int read_links(struct nl_sock *socket, struct host_network *host, struct error *err)
{
	CLEANUP(put_cache) struct nl_cache *links = NULL;
	CLEANUP(put_cache) struct nl_cache *addresses = NULL;
	CLEANUP(put_cache) struct nl_cache *routes = NULL;
	int code = rtnl_link_alloc_cache(socket, AF_UNSPEC, &links);

	if (code < 0)
		return failed(err, code, "links");
	nl_cache_foreach(links, add_link, host);
	code = rtnl_addr_alloc_cache(socket, &addresses);
	if (code < 0)
		return failed(err, code, "addresses");
	nl_cache_foreach(addresses, add_address, host);
	code = rtnl_route_alloc_cache(socket, AF_UNSPEC, 0, &routes);
	if (code < 0)
		return failed(err, code, "routes");
	nl_cache_foreach(routes, add_route, host);
	return 0;
}

// A host without a resolver has no such file, which is no failure. What systemd-resolved's stub asks is in its own.
static void read_nameservers(struct host_network *host)
{
	static const char *const files[] = { "/etc/resolv.conf", "/run/systemd/resolve/resolv.conf" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		AUTO_FREE char *text = NULL;
		size_t length;

		if (io_read_file(files[i], RESOLV_SIZE, &text, &length, NULL) < 0 ||
		    !host_network_add_nameservers(host, text))
			return;
	}
}

static void read_proxies(struct host_network *host)
{
	static const char *const names[] = { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
					     "ALL_PROXY",  "ftp_proxy",  "FTP_PROXY",   "socks_proxy", "SOCKS_PROXY" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value)
			host_network_add_proxy(host, value);
	}
}

static bool add_away(const char *name, int note, void *data)
{
	struct host_network *host = data;

	if (note < 0)
		vec_push(&host->away, memory_copy_text(name));
	return false;
}

int host_network_read(struct host_network *out, struct error *err)
{
	CLEANUP(rtnetlink_close) struct nl_sock *socket = NULL;
	CLEANUP(host_network_release) struct host_network host = { 0 };
	int result = rtnetlink_open(&socket, err);

	if (result == 0)
		result = read_links(socket, &host, err);
	if (result < 0)
		return result;
	host_state_devices(add_away, &host);
	read_nameservers(&host);
	read_proxies(&host);
	*out = host;
	host = (struct host_network){ 0 };
	return 0;
}
