// SPDX-License-Identifier: GPL-2.0-or-later
// uplink: macvlan, ipvlan. A link that stands on one of the host's, with an address of the jail's own on its subnet.
//
// It is made in the jail's namespace, down, and nothing of it is on the host: the walls are all inside. Macvlan in
// bridge mode, always: a frame for another jail on the same parent goes straight there, while in VEPA mode it would
// need a switch that sends it back, and in private mode jails that are each other's peers could not meet. Which jails
// may meet is the policy's to say, and both ends ask it. The host itself is not reached: a parent and its children
// never see each other.
#include <errno.h>

#include "kernel/link/uplink.h"
#include "kernel/netlink/rtnetlink.h"

static int open_child(struct uplink_state *uplink, const struct launch_plan *plan, int inside, struct error *err)
{
	const struct link_plan *link = &plan->link;
	const struct link_child child = {
		.ipvlan = link->kind == UPLINK_IPVLAN,
		.name = link->inside,
		.parent = link->device_index,
		.device = link->device,
		.mac = link->mac,
		.mtu = link->mtu,
	};

	if (rtnetlink_open(&uplink->routes, err) < 0)
		return err ? err->code : -EIO;
	uplink_sweep(uplink);
	if (uplink_claim_addresses(uplink, link, err) < 0)
		return err ? err->code : -EIO;
	return link_add_child(uplink->routes, &child, inside, err);
}

// Now, and not when the kernel gets to it: the parent forgets the hardware address with it.
static void close_child(struct uplink_state *uplink, const struct launch_plan *plan)
{
	struct nl_sock *socket = NULL;

	if (rtnetlink_open_in(uplink->inside, &socket, NULL) == 0)
		(void)link_delete(socket, plan->link.inside, NULL);
	if (socket)
		rtnetlink_close(&socket);
	uplink_drop_addresses(uplink);
	if (uplink->routes)
		rtnetlink_close(&uplink->routes);
}

const struct uplink_kind uplink_macvlan = { open_child, close_child };
const struct uplink_kind uplink_ipvlan = { open_child, close_child };
