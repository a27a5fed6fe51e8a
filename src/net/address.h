// SPDX-License-Identifier: GPL-2.0-or-later
// An IPv4 or IPv6 address, and the one strict parser for it.
#ifndef VPCJAIL_NET_ADDRESS_H
#define VPCJAIL_NET_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

// The values are AF_INET and AF_INET6's bit lengths, so that a family is its own width.
enum family { FAMILY_NONE = 0, FAMILY_IPV4 = 32, FAMILY_IPV6 = 128 };

__extension__ typedef unsigned __int128 address_bits;

// bits is the address as a number: IPv4 in the low 32 bits, so that order and arithmetic are plain.
struct address {
	enum family family;
	address_bits bits;
};

enum { ADDRESS_TEXT_SIZE = 46 };

// Strict: dotted quad without leading zeros or short forms; IPv6 as RFC 4291 section 2.2 without a zone.
// A v4-mapped or v4-compatible form (::ffff:1.2.3.4, ::1.2.3.4) is refused: -EINVAL with the remedy.
int address_parse(const char *text, struct address *address, struct error *err);

// Canonical text (RFC 5952); out holds ADDRESS_TEXT_SIZE bytes. Returns out.
const char *address_print(const struct address *address, char *out);

// Network byte order: 4 or 16 bytes in and out. Returns the count.
unsigned address_to_bytes(const struct address *address, uint8_t bytes[16]);
struct address address_from_bytes(enum family family, const uint8_t *bytes);

// 16 bytes of a socket of IPv6, which has IPv4 addresses mapped (::ffff:1.2.3.4, RFC 4291 section 2.5.5.2): these come
// out as IPv4.
struct address address_from_socket(const uint8_t bytes[16]);

bool address_equal(const struct address *a, const struct address *b);

#endif
