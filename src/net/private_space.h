// SPDX-License-Identifier: GPL-2.0-or-later
// Address space that is no part of the Internet, by the RFC that says so.
#ifndef VPCJAIL_NET_PRIVATE_SPACE_H
#define VPCJAIL_NET_PRIVATE_SPACE_H

#include <stddef.h>

#include "net/prefix_set.h"

struct private_space_row {
	struct prefix prefix;
	bool public_inside;  // taken out of the blocks around it again: who has it is on the Internet
	const char *what;
	const char *source;  // RFC
	bool for_networks;   // for the hosts of anybody's own network
};

// The blocks that IANA's registries of special-purpose addresses (RFC 6890) call not globally reachable, and multicast.
// What leads on to the Internet by translation or a tunnel is not among them: 64:ff9b::/96 and 64:ff9b:1::/48 (NAT64),
// 2002::/16 (6to4), 2001::/32 (Teredo).
extern const struct private_space_row private_space_rows[];
extern const size_t private_space_row_count;

// Adds all of it and normalizes.
void private_space_add(struct prefix_set *set);

// The part of it that networks give their own hosts (RFC 1918, RFC 6598, RFC 4193). Adds it and normalizes.
void private_networks_add(struct prefix_set *set);

// Whether all addresses of a block are in that part.
bool private_networks_cover(const struct prefix *prefix);

#endif
