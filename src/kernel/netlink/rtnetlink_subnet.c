// SPDX-License-Identifier: GPL-2.0-or-later
// Links of the host's own subnets: children of one, and one that is moved: see rtnetlink.h.
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/route/link.h>
#include <netlink/route/link/ipvlan.h>
#include <netlink/route/link/macvlan.h>
#include <netlink/socket.h>

#include "base/cleanup.h"
#include "kernel/netlink/rtnetlink.h"

static void put_link(struct rtnl_link **link)
{
	rtnl_link_put(*link);
}

static void put_nl_address(struct nl_addr **address)
{
	nl_addr_put(*address);
}

static int failed(struct error *err, int code, const char *what, const char *link)
{
	int number = code == -NLE_NODEV || code == -NLE_OBJ_NOTFOUND ? -ENODEV
		     : code == -NLE_PERM                             ? -EPERM
		     : code == -NLE_EXIST                            ? -EEXIST
								     : -EIO;
	return error_set(err, number, "cannot %s %s: %s", what, link, nl_geterror(code));
}

static struct rtnl_link *alloc_child(const struct link_child *child)
{
	struct rtnl_link *link = child->ipvlan ? rtnl_link_ipvlan_alloc() : rtnl_link_macvlan_alloc();

	if (link && (child->ipvlan ? rtnl_link_ipvlan_set_mode(link, (uint16_t)rtnl_link_ipvlan_str2mode("l2"))
				   : rtnl_link_macvlan_set_mode(link, rtnl_link_macvlan_str2mode("bridge"))) < 0) {
		rtnl_link_put(link);
		return NULL;
	}
	return link;
}

static int child_failed(struct error *err, int code, const struct link_child *child)
{
	const char *kind = child->ipvlan ? "ipvlan" : "macvlan";

	if (code == -NLE_OPNOTSUPP)
		return error_set(err, -EOPNOTSUPP,
				 "this kernel has no %s (load it: modprobe %s): write `uplink: %s` or `uplink: veth`",
				 kind, kind, child->ipvlan ? "macvlan" : "device");
	if (code == -NLE_BUSY)
		return error_set(err, -EBUSY,
				 "%s cannot have a %s: it is a port of a bridge or a bond, or has children "
				 "of another kind",
				 child->device, kind);
	return failed(err, code, "make a child of", child->device);
}

int link_add_child(struct nl_sock *socket, const struct link_child *child, int inside, struct error *err)
{
	CLEANUP(put_link) struct rtnl_link *link = alloc_child(child);
	CLEANUP(put_nl_address) struct nl_addr *hardware = nl_addr_build(AF_LLC, child->mac, 6);

	if (!link || !hardware)
		return error_set(err, -ENOMEM, "no memory for a link");
	rtnl_link_set_name(link, child->name);
	rtnl_link_set_link(link, (int)child->parent);
	rtnl_link_set_mtu(link, child->mtu);
	rtnl_link_set_ns_fd(link, inside);
	if (!child->ipvlan)
		rtnl_link_set_addr(link, hardware);
	int code = rtnl_link_add(socket, link, NLM_F_CREATE | NLM_F_EXCL);
	return code < 0 ? child_failed(err, code, child) : 0;
}

// A request about one link, told by its name in the socket's own namespace. NULL: no memory.
static struct nl_msg *link_message(const struct ifinfomsg *head, const char *name)
{
	struct nl_msg *message = nlmsg_alloc_simple(RTM_NEWLINK, 0);

	if (message && (nlmsg_append(message, (void *)(uintptr_t)head, sizeof(*head), NLMSG_ALIGNTO) < 0 ||
			(name && nla_put_string(message, IFLA_IFNAME, name) < 0))) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

int link_down(struct nl_sock *socket, const char *name, struct error *err)
{
	const struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_change = IFF_UP };
	struct nl_msg *message = link_message(&head, name);

	if (!message)
		return error_set(err, -ENOMEM, "no memory for a link");
	int code = nl_send_sync(socket, message);
	return code < 0 ? failed(err, code, "take down", name) : 0;
}

int link_index(struct nl_sock *socket, const char *name)
{
	struct rtnl_link *link = NULL;

	if (rtnl_link_get_kernel(socket, 0, name, &link) < 0)
		return -1;
	int index = rtnl_link_get_ifindex(link);
	rtnl_link_put(link);
	return index;
}

int link_move(struct nl_sock *socket, const char *name, const struct link_target *target, struct error *err)
{
	const struct ifinfomsg head = { .ifi_family = AF_UNSPEC, .ifi_index = link_index(socket, name) };

	if (head.ifi_index < 0)
		return error_set(err, -ENODEV, "there is no link %s", name);
	struct nl_msg *message = link_message(&head, target->name);
	if (!message || nla_put_u32(message, IFLA_NET_NS_FD, (uint32_t)target->inside) < 0 ||
	    (target->index && nla_put_u32(message, IFLA_NEW_IFINDEX, target->index) < 0)) {
		nlmsg_free(message);
		return error_set(err, -ENOMEM, "no memory for a link");
	}
	int code = nl_send_sync(socket, message);
	if (code == -NLE_INVAL)
		return error_set(err, -EINVAL,
				 "%s cannot be moved: its driver does not let it leave the host's network", name);
	return code < 0 ? failed(err, code, "move", name) : 0;
}
