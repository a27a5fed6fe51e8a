// SPDX-License-Identifier: GPL-2.0-or-later
// Netlink messages into transactions, cut where a limit wants it. Inside src/nft only.
#ifndef VPCJAIL_NFT_BATCH_H
#define VPCJAIL_NFT_BATCH_H

#include <linux/netlink.h>
#include <stdbool.h>

#include "nft/ruleset.h"

// What one message may need at most while it is built: any, and one with elements.
enum { MESSAGE_ROOM = 8 * 1024, ELEMENTS_ROOM = 64 * 1024 };

// Writes messages into the last batch of out. A message (or, once held, everything since) never straddles two.
struct batch_writer {
	nft_batch_vec *out;
	size_t limit;     // 0: none
	size_t capacity;  // of the open batch's bytes
	size_t cost;      // of the open batch
	size_t unit;      // where the inseparable part at its end begins
	size_t unit_cost;
	uint32_t unit_messages;
	uint32_t sequence;
	bool held;
	bool too_large;  // a part was larger than the limit
};

void batch_writer_begin(struct batch_writer *writer, nft_batch_vec *out, size_t limit);

// A message of that NFT_MSG_* type, to which attributes may be put up to room bytes; batch_message_end takes it in.
struct nlmsghdr *batch_message_begin(struct batch_writer *writer, uint16_t type, uint8_t family, uint16_t flags,
				     size_t room);
void batch_message_end(struct batch_writer *writer, const struct nlmsghdr *message);

// From here on all messages belong to one batch.
void batch_hold(struct batch_writer *writer);

// Ends the last batch. -E2BIG when a part did not fit.
int batch_writer_end(struct batch_writer *writer, struct error *err);

#endif
