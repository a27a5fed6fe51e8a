// SPDX-License-Identifier: GPL-2.0-or-later
// Copies between two stream sockets, both ways, inside a poll loop: no faster than the slower side takes it, and the
// end of one direction leaves the other open.
#ifndef VPCJAIL_KERNEL_CONTROL_RELAY_H
#define VPCJAIL_KERNEL_CONTROL_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

enum { RELAY_ROOM = 16384 };

// One direction.
struct relay_stream {
	size_t filled, done;
	bool ended;  // and the other side was told
	char bytes[RELAY_ROOM];
};

struct relay {
	int fds[2];                      // owned; not blocking
	struct relay_stream streams[2];  // of what comes from fds[0], from fds[1]
};

// What to wait for; two entries, fd -1 where there is nothing.
void relay_watch(const struct relay *relay, struct pollfd out[2]);

// Does what can be done now. false: both directions have ended, or one broke; then it is to be released.
bool relay_turn(struct relay *relay, const struct pollfd seen[2]);

void relay_release(struct relay *relay);

#endif
