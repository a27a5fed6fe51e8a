// SPDX-License-Identifier: GPL-2.0-or-later
// The five kinds of messages that make up a rule set, and what each is called.
#ifndef VPCJAIL_NFT_MESSAGE_H
#define VPCJAIL_NFT_MESSAGE_H

#include <linux/netlink.h>
#include <stdbool.h>

#include "base/strbuf.h"

enum message_kind { MESSAGE_TABLE, MESSAGE_CHAIN, MESSAGE_SET, MESSAGE_ELEMENTS, MESSAGE_RULE, MESSAGE_KINDS };

// The kind of a message of nf_tables; MESSAGE_KINDS for any other.
enum message_kind message_kind_of(const struct nlmsghdr *message);

// The names that a message carries; "" where it has none. Borrowed from the message.
const char *message_table(const struct nlmsghdr *message);
const char *message_name(const struct nlmsghdr *message);  // of the chain or set; "" for a table

// Both speak of the same object: family, table, name.
bool message_same(const struct nlmsghdr *a, const struct nlmsghdr *b);

// "chain output of table inet vpcjail", safe to show.
void message_describe(const struct nlmsghdr *message, struct strbuf *out);

#endif
