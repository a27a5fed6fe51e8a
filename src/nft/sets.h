// SPDX-License-Identifier: GPL-2.0-or-later
// From what a policy rule matches to what nft compares: one value inline, several in a named set. Inside src/nft only.
#ifndef VPCJAIL_NFT_SETS_H
#define VPCJAIL_NFT_SETS_H

#include "nft/tables.h"

// The addresses of one family (not empty, not full) as a statement on selector; equal sets are shared.
struct statement sets_match_addresses(struct nft_table *table, enum selector selector, const struct prefix_set *set,
				      enum family family);

// Ports (at least one range, normalized) likewise.
struct statement sets_match_ports(struct nft_table *table, enum selector selector, const port_range_vec *ports);

// The set of count single values, made or found.
const struct nft_set *sets_of_protocols(struct nft_table *table, const uint8_t *protocols, size_t count);

#endif
