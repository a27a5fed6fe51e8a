// SPDX-License-Identifier: GPL-2.0-or-later
// Copies bytes from one descriptor to another inside a poll loop.
#ifndef VPCJAIL_KERNEL_LOOP_PUMP_H
#define VPCJAIL_KERNEL_LOOP_PUMP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

enum { PUMP_ROOM = 4096 };  // what a pipe or terminal that polls writable takes without blocking (PIPE_BUF)

struct pump {
	int from, to;   // -1 in from: ended
	bool close_to;  // the end of the input is passed on by closing
	size_t filled, done;
	char bytes[PUMP_ROOM];
};

// What to wait for; two entries, fd -1 where there is nothing.
void pump_watch(const struct pump *pump, struct pollfd out[2]);

// Does what can be done now.
void pump_turn(struct pump *pump, const struct pollfd seen[2]);

bool pump_is_done(const struct pump *pump);

// Throws away what it holds, and is done.
void pump_end(struct pump *pump);

#endif
