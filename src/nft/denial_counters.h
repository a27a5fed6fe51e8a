// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel counted of each rule that denies, from what it says of its rules: pure reading of foreign bytes.
#ifndef VPCJAIL_NFT_DENIAL_COUNTERS_H
#define VPCJAIL_NFT_DENIAL_COUNTERS_H

#include "nft/log_event.h"
#include "nft/ruleset.h"

// A rule of the policy; it may be several of the kernel's, one for each family.
struct denial_counter {
	char layer[LOG_LAYER_SIZE];  // layer_name
	unsigned rule;               // number within the layer, or a ruleset_wall
	uint32_t generation;         // of the policy, from 1
	uint64_t packets, bytes;     // bytes: from the IP header on
};
typedef VEC(struct denial_counter) denial_counter_vec;

// Adds the counters of the dump's rules to *counters, those that are not 0. -EBADMSG for a dump that cannot be read.
int denial_counters_read(const struct nft_dump *dump, denial_counter_vec *counters, struct error *err);

#endif
