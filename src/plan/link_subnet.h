// SPDX-License-Identifier: GPL-2.0-or-later
// Links that stand on a subnet of the host's with an address of the jail's own: macvlan, ipvlan, device. A part of the
// choice in uplink.c.
#ifndef VPCJAIL_PLAN_LINK_SUBNET_H
#define VPCJAIL_PLAN_LINK_SUBNET_H

#include "plan/uplink.h"

// -EINVAL when the command line gives addresses that the kind of link has no use for.
int link_check_request(const struct link_facts *facts, enum uplink kind, struct error *err);

// Whether the interface can be the parent of such a link, or be moved into the jail. 0, or -ENETDOWN, -EBUSY, -EINVAL
// with the remedy.
int link_check_device(const struct link_facts *facts, enum uplink kind, const struct host_interface *interface,
		      struct error *err);

// The jail's address of that family: the given one; of a device that is moved, else its own. Family NONE: there is
// none.
struct host_address link_own_address(const struct link_facts *facts, enum uplink kind,
				     const struct host_interface *interface, size_t index);

// Takes that address, and parts link->routes of its family into neighbours and what is behind the gateway. 0, or
// -EADDRINUSE, -EHOSTUNREACH, -EINVAL.
int link_take_subnet(const struct link_facts *facts, const struct host_interface *interface, struct link_plan *link,
		     size_t index, struct error *err);

// An error about a key of the profile, with its place.
int link_place_error(const struct link_facts *facts, const struct location *at, const char *key, struct error *err,
		     int code, const char *message);

#endif
