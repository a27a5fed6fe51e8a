// SPDX-License-Identifier: GPL-2.0-or-later
// Address space that is no part of the Internet: see private_space.h.
#include "net/private_space.h"

#include "base/cleanup.h"

const struct private_space_row private_space_rows[] = {
	{ IPV4_PREFIX(0, 0, 0, 0, 8), false, "this network", "RFC 791, section 3.2" },
	{ IPV4_PREFIX(10, 0, 0, 0, 8), false, "private use", "RFC 1918", true },
	{ IPV4_PREFIX(100, 64, 0, 0, 10), false, "shared address space", "RFC 6598", true },
	{ IPV4_PREFIX(127, 0, 0, 0, 8), false, "loopback", "RFC 1122, section 3.2.1.3" },
	{ IPV4_PREFIX(169, 254, 0, 0, 16), false, "link-local", "RFC 3927" },
	{ IPV4_PREFIX(172, 16, 0, 0, 12), false, "private use", "RFC 1918", true },
	{ IPV4_PREFIX(192, 0, 0, 0, 24), false, "IETF protocol assignments", "RFC 6890, section 2.1" },
	{ IPV4_PREFIX(192, 0, 0, 9, 32), true, "Port Control Protocol anycast", "RFC 7723" },
	{ IPV4_PREFIX(192, 0, 0, 10, 32), true, "TURN anycast", "RFC 8155" },
	{ IPV4_PREFIX(192, 0, 2, 0, 24), false, "documentation", "RFC 5737" },
	{ IPV4_PREFIX(192, 168, 0, 0, 16), false, "private use", "RFC 1918", true },
	{ IPV4_PREFIX(198, 18, 0, 0, 15), false, "benchmarking", "RFC 2544" },
	{ IPV4_PREFIX(198, 51, 100, 0, 24), false, "documentation", "RFC 5737" },
	{ IPV4_PREFIX(203, 0, 113, 0, 24), false, "documentation", "RFC 5737" },
	{ IPV4_PREFIX(224, 0, 0, 0, 4), false, "multicast", "RFC 5771" },
	{ IPV4_PREFIX(240, 0, 0, 0, 4), false, "reserved, and limited broadcast", "RFC 1112, section 4; RFC 919" },
	{ IPV6_PREFIX(0, 0, 128), false, "unspecified", "RFC 4291, section 2.5.2" },
	{ IPV6_PREFIX(0, 1, 128), false, "loopback", "RFC 4291, section 2.5.3" },
	{ IPV6_PREFIX(0, 0xffff00000000, 96), false, "IPv4-mapped", "RFC 4291, section 2.5.5.2" },
	{ IPV6_PREFIX(0x0100000000000000, 0, 64), false, "discard-only", "RFC 6666" },
	{ IPV6_PREFIX(0x2001000200000000, 0, 48), false, "benchmarking", "RFC 5180" },
	{ IPV6_PREFIX(0x20010db800000000, 0, 32), false, "documentation", "RFC 3849" },
	{ IPV6_PREFIX(0x3fff000000000000, 0, 20), false, "documentation", "RFC 9637" },
	{ IPV6_PREFIX(0x5f00000000000000, 0, 16), false, "segment routing identifiers", "RFC 9602" },
	{ IPV6_PREFIX(0xfc00000000000000, 0, 7), false, "unique local", "RFC 4193", true },
	{ IPV6_PREFIX(0xfe80000000000000, 0, 10), false, "link-local", "RFC 4291, section 2.5.6" },
	{ IPV6_PREFIX(0xff00000000000000, 0, 8), false, "multicast", "RFC 4291, section 2.7" },
};
const size_t private_space_row_count = sizeof(private_space_rows) / sizeof(private_space_rows[0]);

void private_space_add(struct prefix_set *set)
{
	CLEANUP(prefix_set_release) struct prefix_set space = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set holes = { 0 };

	for (size_t i = 0; i < private_space_row_count; i++)
		prefix_set_add(private_space_rows[i].public_inside ? &holes : &space, &private_space_rows[i].prefix);
	prefix_set_normalize(&space);
	prefix_set_normalize(&holes);
	prefix_set_subtract(&space, &holes);
	prefix_set_add_set(set, &space);
	prefix_set_normalize(set);
}

void private_networks_add(struct prefix_set *set)
{
	for (size_t i = 0; i < private_space_row_count; i++)
		if (private_space_rows[i].for_networks)
			prefix_set_add(set, &private_space_rows[i].prefix);
	prefix_set_normalize(set);
}

bool private_networks_cover(const struct prefix *prefix)
{
	for (size_t i = 0; i < private_space_row_count; i++)
		if (private_space_rows[i].for_networks && prefix_covers(&private_space_rows[i].prefix, prefix))
			return true;
	return false;
}
