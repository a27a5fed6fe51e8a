// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses for a link of the jail's own, which nobody else may have: neither the profile nor the host.
#include <errno.h>

#include "base/cleanup.h"
#include "plan/uplink.h"

enum { TRIES = 4096 };

// Ranges that no site should route: benchmarks (RFC 2544), carriers' NAT (RFC 6598), and private space as a last
// resort; for IPv6 a ULA whose digits were drawn once (RFC 4193), which is this program's own.
static const struct prefix pools[] = {
	IPV4_PREFIX(198, 18, 0, 0, 15),
	IPV4_PREFIX(100, 64, 0, 0, 10),
	IPV4_PREFIX(192, 168, 0, 0, 16),
	IPV6_PREFIX(0xfd5c8b1e7a420000, 0, 48),
};

static bool taken_by_host(const struct host_network *network, const struct address *address)
{
	vec_for_each (route, &network->routes)
		if (route->destination.length && prefix_contains(&route->destination, address))
			return true;
	return host_network_owner(network, address);
}

// Numbers of a pool in an order that depends on the seed alone and meets each once (an odd step in a power of two).
static address_bits place(const struct prefix *pool, uint32_t seed, unsigned try)
{
	unsigned bits = pool->base.family - pool->length - 1;
	address_bits mask = ((address_bits)1 << (bits > 63 ? 63 : bits)) - 1;

	return ((((address_bits)seed * 0x9e3779b97f4a7c15U >> 7) + (address_bits)try * 0x10001) & mask) << 1;
}

int link_free_pair(const struct host_network *network, const struct prefix_set *taken, enum family family,
		   uint32_t seed, struct address *first, struct error *err)
{
	for (size_t i = 0; i < sizeof(pools) / sizeof(pools[0]); i++) {
		if (pools[i].base.family != family)
			continue;
		for (unsigned try = 0; try < TRIES; try++) {
			struct address low = { family, pools[i].base.bits | place(&pools[i], seed, try) };
			struct address high = { family, low.bits | 1 };
			// The first and last of a range mean something to some.
			if (low.bits == pools[i].base.bits || prefix_set_contains(taken, &low) ||
			    prefix_set_contains(taken, &high) || taken_by_host(network, &low) ||
			    taken_by_host(network, &high))
				continue;
			*first = low;
			return 0;
		}
	}
	return error_set(
	    err, -EADDRINUSE, "no free address for the jail's own link: the profile and the host's routes cover %s",
	    family == FAMILY_IPV4 ? "198.18.0.0/15, 100.64.0.0/10 and 192.168.0.0/16" : "fd5c:8b1e:7a42::/48");
}
