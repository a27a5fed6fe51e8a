// SPDX-License-Identifier: GPL-2.0-or-later
// The five kinds of messages that make up a rule set, and what each is called.
#ifndef VPCJAIL_NFT_MESSAGE_H
#define VPCJAIL_NFT_MESSAGE_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "base/vec.h"

enum message_kind { MESSAGE_TABLE, MESSAGE_CHAIN, MESSAGE_SET, MESSAGE_ELEMENTS, MESSAGE_RULE, MESSAGE_KINDS };

// The kind of a message of nf_tables; MESSAGE_KINDS for any other.
enum message_kind message_kind_of(const struct nlmsghdr *message);

// A message with the names it carries, read once. All borrowed from the message.
struct named_message {
	const struct nlmsghdr *message;
	uint8_t family;
	const char *table;
	const char *name;  // of the chain or set; "" for a table
};

typedef VEC(struct named_message) message_vec;

struct named_message message_read(const struct nlmsghdr *message);

// Both speak of the same object: family, table, name.
bool message_same(const struct named_message *a, const struct named_message *b);

// "inet", "ip": nft's word for a table's family. A literal.
const char *family_word(uint8_t family);

// "chain output of table inet vpcjail", safe to show.
void message_describe(const struct nlmsghdr *message, struct strbuf *out);

#endif
