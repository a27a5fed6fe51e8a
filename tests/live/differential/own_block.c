// SPDX-License-Identifier: GPL-2.0-or-later
// A local route to a whole block: see own_block.h.
#include "own_block.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>
#include <stdlib.h>

#include "net/prefix.h"

// RFC 2544 and RFC 4193. The first has 131,072 of them.
static const struct prefix own_blocks[2] = { IPV4_PREFIX(198, 18, 0, 0, 15), IPV6_PREFIX(0xfd5c8b1e7a420001, 0, 64) };

struct address own_block_first(size_t family)
{
	return own_blocks[family].base;
}

int own_block_add(struct nl_sock *socket, size_t family, struct error *err)
{
	const struct prefix *block = &own_blocks[family];
	bool four = block->base.family == FAMILY_IPV4;
	struct rtnl_route *route = rtnl_route_alloc();
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct nl_addr *address = NULL;
	char text[PREFIX_TEXT_SIZE];

	if (!route || !hop || nl_addr_parse(prefix_print(block, text), four ? AF_INET : AF_INET6, &address) < 0)
		abort();
	rtnl_route_nh_set_ifindex(hop, (int)if_nametoindex("wire0"));
	rtnl_route_add_nexthop(route, hop);
	rtnl_route_set_family(route, four ? AF_INET : AF_INET6);
	rtnl_route_set_dst(route, address);
	rtnl_route_set_type(route, RTN_LOCAL);
	rtnl_route_set_scope(route, four ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE);
	rtnl_route_set_table(route, RT_TABLE_LOCAL);
	int code = rtnl_route_add(socket, route, NLM_F_CREATE | NLM_F_EXCL);
	nl_addr_put(address);
	rtnl_route_put(route);
	return code < 0 ? error_set(err, -EIO, "cannot make %s the jail's own: %s", text, nl_geterror(code)) : 0;
}
