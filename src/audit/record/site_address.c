// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses of hosts of a site: see site_address.h.
#include "audit/record/site_address.h"

#include <stddef.h>

#include "net/prefix.h"

bool address_is_of_site(const struct address *address)
{
	static const struct prefix site[] = {
		IPV4_PREFIX(10, 0, 0, 0, 8),    IPV4_PREFIX(172, 16, 0, 0, 12),        IPV4_PREFIX(192, 168, 0, 0, 16),
		IPV4_PREFIX(100, 64, 0, 0, 10), IPV6_PREFIX(0xfc00000000000000, 0, 7),
	};
	static const struct prefix aws = IPV6_PREFIX(0xfd000ec200000000, 0, 32);
	bool found = false;

	for (size_t i = 0; i < sizeof(site) / sizeof(site[0]); i++)
		found = found || prefix_contains(&site[i], address);
	return found && !prefix_contains(&aws, address);
}
