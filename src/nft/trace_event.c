// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the kernel's traces with libnftnl; names are copied with their bounds.
#include "nft/trace_event.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/trace.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "nft/attributes.h"
#include "nft/message.h"

static void trace_free(struct nftnl_trace **trace)
{
	nftnl_trace_free(*trace);
}

static void copy_name(char to[TRACE_NAME_SIZE], const struct nftnl_trace *trace, uint16_t type)
{
	(void)snprintf(to, TRACE_NAME_SIZE, "%s",
		       nftnl_trace_is_set(trace, type) ? nftnl_trace_get_str(trace, type) : "");
}

static bool is_drop(const struct nftnl_trace *trace)
{
	uint32_t type = nftnl_trace_get_u32(trace, NFTNL_TRACE_TYPE);
	uint16_t which = type == NFT_TRACETYPE_POLICY ? NFTNL_TRACE_POLICY : NFTNL_TRACE_VERDICT;

	return (type == NFT_TRACETYPE_POLICY || type == NFT_TRACETYPE_RULE) && nftnl_trace_is_set(trace, which) &&
	       nftnl_trace_get_u32(trace, which) == NF_DROP;
}

int trace_event_parse(const void *message, size_t length, struct trace_event *event)
{
	CLEANUP(trace_free) struct nftnl_trace *trace = memory_must(nftnl_trace_alloc());
	const struct nlmsghdr *header = message;
	struct trace_event made = { 0 };

	if (length < sizeof(*header) || header->nlmsg_len > length ||
	    header->nlmsg_len < NLMSG_LENGTH(sizeof(struct nfgenmsg)) ||
	    header->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE) ||
	    nftnl_trace_nlmsg_parse(header, trace) < 0 || !nftnl_trace_is_set(trace, NFTNL_TRACE_ID))
		return -EBADMSG;
	made.packet = nftnl_trace_get_u32(trace, NFTNL_TRACE_ID);
	if (nftnl_trace_is_set(trace, NFTNL_TRACE_IIF))
		made.interface = nftnl_trace_get_u32(trace, NFTNL_TRACE_IIF);
	if (nftnl_trace_is_set(trace, NFTNL_TRACE_RULE_HANDLE))
		made.rule = nftnl_trace_get_u64(trace, NFTNL_TRACE_RULE_HANDLE);
	copy_name(made.table, trace, NFTNL_TRACE_TABLE);
	copy_name(made.chain, trace, NFTNL_TRACE_CHAIN);
	(void)snprintf(made.family, sizeof(made.family), "%s", family_word(message_family(header)));
	made.dropped = is_drop(trace);
	*event = made;
	return 0;
}
