// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel's expressions, one function each, in the form nft 1.0.6 gives them. Everything goes through register 1.
// Inside src/nft only.
#ifndef VPCJAIL_NFT_EXPRESSION_H
#define VPCJAIL_NFT_EXPRESSION_H

#include "nft/statement.h"

// Loads the first length bytes of what the row selects, after what must be known first (family, protocol).
void expression_load(struct linear *linear, const struct selector_row *row, uint32_t length);

void expression_compare(struct linear *linear, uint32_t operation, const uint8_t *value, uint32_t length);
// Anything but first to last, both of length bytes.
void expression_range_not(struct linear *linear, const uint8_t *first, const uint8_t *last, uint32_t length);
void expression_mask(struct linear *linear, const uint8_t *mask, uint32_t length);
void expression_lookup(struct linear *linear, const char *set, uint32_t id, bool negated);
void expression_counter(struct linear *linear);
void expression_limit(struct linear *linear, uint64_t rate, uint32_t burst);
void expression_log(struct linear *linear, const char *prefix, uint16_t group);
void expression_reject(struct linear *linear, uint32_t type, uint8_t code);
void expression_verdict(struct linear *linear, int code, const char *chain);
void expression_notrack(struct linear *linear);
void expression_set_mark(struct linear *linear, uint32_t mark);

void expression_mark(struct linear *linear, uint32_t mark);  // the packet's
void expression_trace(struct linear *linear);
void expression_masquerade(struct linear *linear);

// The address (4 or 16 bytes) that conversations are sent to instead.
void expression_destination(struct linear *linear, enum family family, const uint8_t *address, uint32_t length);

// Notes that a rule goes on only when the selector equals value.
void expression_learn(struct linear *linear, enum selector selector, const uint8_t *value);

#endif
