// SPDX-License-Identifier: GPL-2.0-or-later
// TCP and UDP ports and protocols.
#ifndef VPCJAIL_NET_PORT_RANGE_H
#define VPCJAIL_NET_PORT_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

struct port_range {
	uint16_t first;  // 1 to 65535
	uint16_t last;   // >= first
};

typedef VEC(struct port_range) port_range_vec;

// "443" or "8000-8100"; strict decimals; 0, 65536 and reversed ranges: -EINVAL with the reason.
int port_range_parse(const char *text, struct port_range *range, struct error *err);

// "443" or "8000-8100"; out holds 12 bytes. Returns out.
const char *port_range_print(const struct port_range *range, char *out);

// Sorts and merges touching ranges in place.
void port_ranges_normalize(port_range_vec *ranges);

bool port_ranges_contain(const port_range_vec *ranges, uint16_t port);

// IANA protocol numbers by name: tcp, udp, icmp, icmpv6, or a strict decimal 0-255; all (or -1, as AWS writes it)
// gives PROTOCOL_ALL. -EINVAL for anything else.
enum { PROTOCOL_ALL = -1 };
int protocol_parse(const char *text, int *protocol, struct error *err);

// "tcp", "all", "47"; out holds 12 bytes. Returns a literal or out.
const char *protocol_print(int protocol, char *out);

#endif
