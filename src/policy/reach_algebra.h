// SPDX-License-Identifier: GPL-2.0-or-later
// Reached space as a set: what one has and another lacks, and how much it is.
#ifndef VPCJAIL_POLICY_REACH_ALGEBRA_H
#define VPCJAIL_POLICY_REACH_ALGEBRA_H

#include "base/big_number.h"
#include "base/strbuf.h"
#include "policy/policy.h"

struct json;

// What `of` has and `less` lacks, added to the empty *out. Rows as policy_reach makes them, which are the same for the
// same space: by protocol in the order tcp, udp, icmp, icmpv6, then by their first range.
void reach_subtract(const struct reach *of, const struct reach *less, struct reach *out);

// Leaves of a protocol only what has one of the addresses; within is normalized.
void reach_intersect(struct reach *reach, int protocol, const struct prefix_set *within);

bool reach_is_empty(const struct reach *reach);

// The addresses of one protocol, added to set and normalized.
void reach_remotes_of(const struct reach *reach, int protocol, struct prefix_set *set);

struct reach_count {
	struct big_number addresses[2];  // each once: IPv4, IPv6
	struct big_number pairs;         // of an address and a port of one protocol, or an ICMP type and code
};

struct reach_count reach_row_count(const struct reach_row *row);
struct reach_count reach_count(const struct reach *reach);
void prefix_set_count(const struct prefix_set *set, struct big_number addresses[2]);

// "tcp 443,8000-8100", "udp, all ports", "icmp type 8 code 0".
void reach_row_describe(const struct reach_row *row, struct strbuf *out);

// "131,072 addresses", "2^64 IPv6 addresses", "1 address and 2^64 IPv6 addresses".
void addresses_describe(const struct big_number addresses[2], struct strbuf *out);

// "16,777,216 pairs of address and port", "1 pair of address and port".
void pairs_describe(const struct big_number *pairs, struct strbuf *out);

// "10.0.0.0/8, 192.0.2.1-192.0.2.7 and 7 more (16,777,472 addresses)"; "any address" for all of both families.
void remotes_describe(const struct prefix_set *remotes, struct strbuf *out);

// One line a row: "tcp 443 to 10.0.0.0/8 (16,777,216 addresses)", each after indent.
void reach_row_print(const struct reach_row *row, enum direction direction, const char *indent, struct strbuf *out);

// An array of rows, with every prefix and exact counts as decimal texts; a row's members without its object's braces.
void reach_print_json(const struct reach *reach, struct json *json);
void prefix_set_print_json(const struct prefix_set *set, struct json *json);
void reach_row_members(const struct reach_row *row, struct json *json);

#endif
