// SPDX-License-Identifier: GPL-2.0-or-later
// One conversation as the kernel's connection tracking tells of it: pure reading of foreign bytes.
#ifndef VPCJAIL_NFT_CONVERSATION_H
#define VPCJAIL_NFT_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/address.h"

struct conversation {
	uint32_t id;  // the kernel's, 0 where it gives none
	int protocol;
	struct address source, destination;  // of the first packet
	uint16_t source_port, destination_port;
	uint8_t icmp_type, icmp_code;
	bool ended;
	uint64_t packets[2], bytes[2];  // 0: in the direction of the first packet; bytes: from the IP header on
	uint64_t started, stopped;      // nanoseconds since 1970; 0: not told
};

// Reads one message of ctnetlink of length bytes, header included: a conversation that is there, or one that has ended.
// -EBADMSG when it is not one.
int conversation_parse(const void *message, size_t length, struct conversation *conversation);

#endif
