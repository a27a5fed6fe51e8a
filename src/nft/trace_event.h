// SPDX-License-Identifier: GPL-2.0-or-later
// One step of a traced packet through the host's chains: pure reading of foreign bytes.
#ifndef VPCJAIL_NFT_TRACE_EVENT_H
#define VPCJAIL_NFT_TRACE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRACE_NAME_SIZE = 64 };

struct trace_event {
	uint32_t packet;     // the kernel's number for it
	uint32_t interface;  // it came in by; 0 where this event does not say
	char family[8];      // of the table: "ip", "inet", …
	char table[TRACE_NAME_SIZE];
	char chain[TRACE_NAME_SIZE];
	uint64_t rule;  // its handle; 0: the chain's policy
	bool dropped;   // this is where it ended
};

// Reads one NFT_MSG_TRACE message of length bytes, header included. -EBADMSG when it is not one.
int trace_event_parse(const void *message, size_t length, struct trace_event *event);

#endif
