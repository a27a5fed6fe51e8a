// SPDX-License-Identifier: GPL-2.0-or-later
// What a command line says of the jail's own link: --address, --gateway, --lease. Pure: texts in, addresses out.
#ifndef VPCJAIL_PLAN_LINK_REQUEST_H
#define VPCJAIL_PLAN_LINK_REQUEST_H

#include "plan/lease.h"
#include "plan/uplink.h"

// "10.0.1.50/24": an address with its subnet's length, one a family. 0 or -EINVAL, which says what one looks like.
int link_request_address(struct link_request *request, const char *text, struct error *err);

// "10.0.1.1": a router, one a family. Likewise.
int link_request_gateway(struct link_request *request, const char *text, struct error *err);

// What a lease gives, as if it had been written. -EINVAL when an IPv4 address is there already.
int link_request_lease(struct link_request *request, const struct lease *lease, struct error *err);

// What only the whole can show: a router needs an address of its family. 0 or -EINVAL.
int link_request_check(const struct link_request *request, struct error *err);

#endif
