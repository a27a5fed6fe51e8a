// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: one message of connection tracking, read, and made an event of a job with two addresses.
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "audit/flow/carried.h"

static const struct address own[2] = { { FAMILY_IPV4, 0x0a000009 },
				       { FAMILY_IPV6, (address_bits)0xfd00000000000000 << 64 | 9 } };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct conversation untouched = { .id = 77 };
	struct conversation found = untouched;
	struct event event;
	uint8_t *bytes = malloc(size ? size : 1);  // exactly, so that a sanitizer sees a read past its end

	require(bytes);
	if (size)
		memcpy(bytes, data, size);
	if (conversation_parse(bytes, size, &found) < 0) {
		require(memcmp(&found, &untouched, sizeof(found)) == 0);
	} else {
		require(found.source.family != FAMILY_NONE && found.source.family == found.destination.family);
		require(found.protocol > 0 && found.protocol <= UINT8_MAX);
		if (carried_event(&found, own, 1, &event)) {
			require(!address_equal(&event.local, &event.flow.remote));
			require(event.local.family == event.flow.remote.family && event.first >= 0 && event.last >= 0);
			require(event.count + event.reply_packets == found.packets[0] + found.packets[1]);
		}
	}
	free(bytes);
	return 0;
}
