// SPDX-License-Identifier: GPL-2.0-or-later
// Whether the kernel's sets hold the elements that were meant, in any order. Inside src/nft only.
#ifndef VPCJAIL_NFT_COMPARE_ELEMENTS_H
#define VPCJAIL_NFT_COMPARE_ELEMENTS_H

#include "base/error.h"
#include "nft/message.h"

// sets: what was meant. meant, found: MESSAGE_ELEMENTS. 0, -EBADE with the first difference, -EBADMSG.
int compare_elements(const message_vec *sets, const message_vec *meant, const message_vec *found, struct error *err);

// Appends a line for each element of the set, in the order of their bytes: equal elements give equal lines.
void elements_describe(const message_vec *messages, const struct named_message *set, struct strbuf *out);

#endif
