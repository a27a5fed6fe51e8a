// SPDX-License-Identifier: GPL-2.0-or-later
// The messages of a batch or a dump by kind, and the attributes that say nothing about the rules (handles, counts, what
// the kernel adds by itself). Inside src/nft only.
#ifndef VPCJAIL_NFT_INVENTORY_H
#define VPCJAIL_NFT_INVENTORY_H

#include "base/error.h"
#include "nft/attributes.h"
#include "nft/message.h"

struct inventory {
	message_vec messages[MESSAGE_KINDS];
};

// Sorts the messages in length bytes by kind; they stay borrowed. 0 or -EBADMSG; to be released in both cases.
int inventory_read(struct inventory *inventory, const uint8_t *bytes, size_t length, struct error *err);
void inventory_release(struct inventory *inventory);

enum ignored_of {
	IGNORED_NOTHING,
	IGNORED_TABLE,
	IGNORED_CHAIN,
	IGNORED_HOOK,  // a base chain's, inside it
	IGNORED_SET,
	IGNORED_RULE,
	IGNORED_LOOKUP,  // the data of that expression
};

struct ignored_list {
	const struct ignored_attribute *rows;
	size_t count;
};

extern const struct ignored_list ignored_rows[];

#endif
