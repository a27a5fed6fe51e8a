// SPDX-License-Identifier: GPL-2.0-or-later
// Conversations as events: see carried.h.
#include "audit/flow/carried.h"

static bool is_own(const struct address *address, const struct address own[2])
{
	return address_equal(address, &own[0]) || address_equal(address, &own[1]);
}

static int64_t milliseconds(uint64_t nanoseconds, int64_t otherwise)
{
	return nanoseconds ? (int64_t)(nanoseconds / 1000000) : otherwise;
}

bool carried_event(const struct conversation *conversation, const struct address own[2], int64_t at,
		   struct event *event)
{
	bool leaves = is_own(&conversation->source, own), enters = is_own(&conversation->destination, own);
	size_t sent = leaves ? 0 : 1, received = leaves ? 1 : 0;

	if (leaves == enters)
		return false;
	*event = (struct event){
		.kind = EVENT_FLOW,
		.first = milliseconds(conversation->started, 0),
		.last = milliseconds(conversation->stopped, at),
		.count = conversation->packets[sent],
		.bytes = conversation->bytes[sent],
		.reply_packets = conversation->packets[received],
		.reply_bytes = conversation->bytes[received],
		.local = leaves ? conversation->source : conversation->destination,
		.flow = { .direction = leaves ? EGRESS : INGRESS,
			  .protocol = conversation->protocol,
			  .remote = leaves ? conversation->destination : conversation->source,
			  .source_port = conversation->source_port,
			  .destination_port = conversation->destination_port,
			  .icmp_type = conversation->icmp_type,
			  .icmp_code = conversation->icmp_code },
	};
	return true;
}
