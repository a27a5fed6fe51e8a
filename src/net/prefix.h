// SPDX-License-Identifier: GPL-2.0-or-later
// A CIDR block.
#ifndef VPCJAIL_NET_PREFIX_H
#define VPCJAIL_NET_PREFIX_H

#include "net/address.h"

struct prefix {
	struct address base;  // host bits are zero
	uint8_t length;       // 0 to 32 or 128
};

enum { PREFIX_TEXT_SIZE = ADDRESS_TEXT_SIZE + 4 };

// "10.0.0.0/8"; an address alone is its /32 or /128. Host bits set: -EINVAL, the message gives the corrected form.
int prefix_parse(const char *text, struct prefix *prefix, struct error *err);

// "10.0.0.0/8"; always with its length. out holds PREFIX_TEXT_SIZE bytes. Returns out.
const char *prefix_print(const struct prefix *prefix, char *out);

// Prefixes of tables: IPV4_PREFIX(169, 254, 0, 0, 16), IPV6_PREFIX(0xfe80000000000000, 0, 10)
// with the upper and lower 64 bits.
#define IPV4_PREFIX(a, b, c, d, prefix_length)                                                                         \
	{                                                                                                              \
		{ FAMILY_IPV4, (address_bits)((a)*0x1000000U + (b)*0x10000U + (c)*0x100U + (d)) }, (prefix_length)     \
	}
#define IPV6_PREFIX(high, low, prefix_length)                                                                          \
	{                                                                                                              \
		{ FAMILY_IPV6, (address_bits)(high) << 64 | (address_bits)(low) }, (prefix_length)                     \
	}

struct prefix prefix_of_address(const struct address *address);
struct address prefix_first(const struct prefix *prefix);
struct address prefix_last(const struct prefix *prefix);
bool prefix_contains(const struct prefix *prefix, const struct address *address);
// The block of that length around an address: its host bits are cleared.
struct prefix prefix_around(const struct address *address, uint8_t length);
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);

#endif
