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

struct prefix prefix_of_address(const struct address *address);
struct address prefix_first(const struct prefix *prefix);
struct address prefix_last(const struct prefix *prefix);
bool prefix_contains(const struct prefix *prefix, const struct address *address);
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);

#endif
