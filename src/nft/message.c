// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds of messages of a rule set.
#include "nft/message.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "nft/attributes.h"

// The first attribute of all of them is the table's name.
static const struct {
	uint16_t type;
	uint16_t name;  // 0: none but the table's
	const char *word;
} kind_rows[MESSAGE_KINDS] = {
	[MESSAGE_TABLE] = { NFT_MSG_NEWTABLE, 0, "table" },
	[MESSAGE_CHAIN] = { NFT_MSG_NEWCHAIN, NFTA_CHAIN_NAME, "chain" },
	[MESSAGE_SET] = { NFT_MSG_NEWSET, NFTA_SET_NAME, "set" },
	[MESSAGE_ELEMENTS] = { NFT_MSG_NEWSETELEM, NFTA_SET_ELEM_LIST_SET, "elements of set" },
	[MESSAGE_RULE] = { NFT_MSG_NEWRULE, NFTA_RULE_CHAIN, "a rule of chain" },
};

static const struct {
	uint8_t family;
	const char *name;
} family_rows[] = {
	{ NFPROTO_INET, "inet" }, { NFPROTO_IPV4, "ip" },       { NFPROTO_IPV6, "ip6" },
	{ NFPROTO_ARP, "arp" },   { NFPROTO_BRIDGE, "bridge" }, { NFPROTO_NETDEV, "netdev" },
};

enum message_kind message_kind_of(const struct nlmsghdr *message)
{
	for (enum message_kind kind = MESSAGE_TABLE; kind < MESSAGE_KINDS; kind++) {
		if (message->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | kind_rows[kind].type))
			return kind;
	}
	return MESSAGE_KINDS;
}

struct named_message message_read(const struct nlmsghdr *message)
{
	struct attributes attributes = message_attributes(message);
	enum message_kind kind = message_kind_of(message);
	bool named = kind != MESSAGE_KINDS && kind_rows[kind].name;

	return (struct named_message){
		.message = message,
		.family = message_family(message),
		.table = attribute_text(attributes, NFTA_TABLE_NAME),
		.name = named ? attribute_text(attributes, kind_rows[kind].name) : "",
	};
}

bool message_same(const struct named_message *a, const struct named_message *b)
{
	return a->family == b->family && !strcmp(a->name, b->name) && !strcmp(a->table, b->table);
}

const char *family_word(uint8_t family)
{
	for (size_t i = 0; i < sizeof(family_rows) / sizeof(family_rows[0]); i++) {
		if (family_rows[i].family == family)
			return family_rows[i].name;
	}
	return "?";
}

void message_describe(const struct nlmsghdr *message, struct strbuf *out)
{
	enum message_kind kind = message_kind_of(message);
	struct named_message read = message_read(message);

	if (kind != MESSAGE_KINDS && kind_rows[kind].name) {
		strbuf_format(out, "%s ", kind_rows[kind].word);
		strbuf_add_safe(out, read.name);
		strbuf_add(out, " of ");
	}
	strbuf_format(out, "table %s ", family_word(read.family));
	strbuf_add_safe(out, read.table);
}
