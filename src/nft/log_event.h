// SPDX-License-Identifier: GPL-2.0-or-later
// One denied packet as the kernel's log tells of it: pure reading of foreign bytes.
#ifndef VPCJAIL_NFT_LOG_EVENT_H
#define VPCJAIL_NFT_LOG_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/flow.h"

enum { LOG_LAYER_SIZE = 32, LOG_SNAPSHOT = 128 };  // bytes of a packet that are enough for its headers

struct log_event {
	char layer[LOG_LAYER_SIZE];  // layer_name
	unsigned rule;               // number within the layer, or a ruleset_wall
	uint32_t generation;         // of the policy that denied it, from 1
	struct flow flow;            // ports, type and code are 0 where the packet was cut short or is a later fragment
	struct address local;        // the other end of flow.remote
	uint32_t length;  // bytes from the IP header on, as the packet says itself: what a rule's counter counts
	bool has_uid;
	uint32_t uid;          // of the socket's owner, as the reader's user namespace numbers it
	uint64_t nanoseconds;  // since 1970; 0 where the kernel gives no time (packets of the job itself)
};

// Reads one NFULNL_MSG_PACKET message of length bytes, header included. -EBADMSG when it is not one, or none of ours.
int log_event_parse(const void *message, size_t length, struct log_event *event);

// Reads a denial's prefix (ruleset.h), text terminated within size bytes: layer, rule and generation of *event.
// -EBADMSG.
int log_prefix_parse(const char *text, size_t size, struct log_event *event);

#endif
