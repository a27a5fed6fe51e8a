// SPDX-License-Identifier: GPL-2.0-or-later
// A conversation of connection tracking as an event of the job.
#ifndef VPCJAIL_AUDIT_FLOW_CARRIED_H
#define VPCJAIL_AUDIT_FLOW_CARRIED_H

#include "audit/record/event.h"
#include "nft/conversation.h"

// Fills in *event (zeroed by this; it owns nothing): kind, flow, local, first (0 where the kernel does not tell), last
// and the counts, as they are now.
// own: the job's addresses on its link; at: milliseconds since 1970, of the message. False where the conversation is
// none over the link: of the loopback, or with an address that is not the job's.
bool carried_event(const struct conversation *conversation, const struct address own[2], int64_t at,
		   struct event *event);

#endif
