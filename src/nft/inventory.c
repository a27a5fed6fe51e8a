// SPDX-License-Identifier: GPL-2.0-or-later
// Messages sorted by kind, and what of them says nothing about the rules: see inventory.h.
#include "nft/inventory.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

void inventory_release(struct inventory *inventory)
{
	for (enum message_kind kind = MESSAGE_TABLE; kind < MESSAGE_KINDS; kind++)
		vec_release(&inventory->messages[kind]);
}

int inventory_read(struct inventory *inventory, const uint8_t *bytes, size_t length, struct error *err)
{
	size_t at = 0;

	while (at < length) {
		const struct nlmsghdr *message = (const void *)(bytes + at);
		enum message_kind kind;

		if (length - at < NLMSG_LENGTH(sizeof(struct nfgenmsg)) ||
		    message->nlmsg_len < NLMSG_LENGTH(sizeof(struct nfgenmsg)) || message->nlmsg_len > length - at ||
		    !attributes_are_sound(message_attributes(message)))
			return error_set(err, -EBADMSG,
					 "the kernel's rules cannot be read: malformed message at byte %zu", at);
		at += NLMSG_ALIGN(message->nlmsg_len);
		if (message->nlmsg_type == NFNL_MSG_BATCH_BEGIN || message->nlmsg_type == NFNL_MSG_BATCH_END)
			continue;
		kind = message_kind_of(message);
		if (kind == MESSAGE_KINDS)
			return error_set(err, -EBADMSG, "the kernel's rules cannot be read: message of type %u",
					 message->nlmsg_type);
		vec_push(&inventory->messages[kind], message_read(message));
	}
	return 0;
}

// That a chain is a base chain is told by its hook as well.
static bool is_base_flag(struct attributes payload)
{
	static const uint8_t base[] = { 0, 0, 0, NFT_CHAIN_BASE };

	return payload.length == sizeof(base) && !memcmp(payload.bytes, base, sizeof(base));
}

// Attributes that newer kernels tell of a set: the kind of its memory and how many elements it holds.
enum { SET_BACKEND = 19, SET_COUNT = 20 };

static const struct ignored_attribute table_ignored[] = { { NFTA_TABLE_HANDLE, NULL }, { NFTA_TABLE_USE, NULL } };
static const struct ignored_attribute chain_ignored[] = {
	{ NFTA_CHAIN_HANDLE, NULL },
	{ NFTA_CHAIN_USE, NULL },
	{ NFTA_CHAIN_FLAGS, is_base_flag },
	{ NFTA_CHAIN_HOOK, NULL },
};
// The one device of a hook is also told as a list of one.
static const struct ignored_attribute hook_ignored[] = { { NFTA_HOOK_DEVS, NULL } };
static const struct ignored_attribute set_ignored[] = {
	{ NFTA_SET_HANDLE, NULL }, { NFTA_SET_ID, NULL }, { SET_BACKEND, NULL }, { SET_COUNT, NULL }
};
static const struct ignored_attribute rule_ignored[] = { { NFTA_RULE_HANDLE, NULL },
							 { NFTA_RULE_POSITION, NULL },
							 { NFTA_RULE_EXPRESSIONS, NULL } };
static const struct ignored_attribute lookup_ignored[] = { { NFTA_LOOKUP_SET_ID, NULL } };

#define ROWS(list)                                                                                                     \
	{                                                                                                              \
		(list), sizeof(list) / sizeof((list)[0])                                                               \
	}
const struct ignored_list ignored_rows[] = {
	[IGNORED_NOTHING] = { NULL, 0 },         [IGNORED_TABLE] = ROWS(table_ignored),
	[IGNORED_CHAIN] = ROWS(chain_ignored),   [IGNORED_HOOK] = ROWS(hook_ignored),
	[IGNORED_SET] = ROWS(set_ignored),       [IGNORED_RULE] = ROWS(rule_ignored),
	[IGNORED_LOOKUP] = ROWS(lookup_ignored),
};
