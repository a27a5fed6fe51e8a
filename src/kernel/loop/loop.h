// SPDX-License-Identifier: GPL-2.0-or-later
// What the supervisor serves besides the job itself (names, a control socket, relays): sources of one poll loop.
#ifndef VPCJAIL_KERNEL_LOOP_LOOP_H
#define VPCJAIL_KERNEL_LOOP_LOOP_H

#include <poll.h>
#include <stdbool.h>

#include "base/vec.h"

enum { LOOP_SOURCE_FDS = 8 };  // what one source may wait for at a time

// A source waits for descriptors, for a time, or both. Its functions never block and never end the program.
struct loop_source {
	void *data;
	// Fills out with what to wait for now, at most LOOP_SOURCE_FDS entries; returns their number.
	size_t (*watch)(void *data, struct pollfd *out);
	// Called when one of them is ready, or the time has passed: seen is what watch gave, with revents.
	void (*turn)(void *data, const struct pollfd *seen, size_t count);
	// Milliseconds until it wants a turn anyway, -1: never. May be NULL.
	int (*left)(void *data);
	// Frees data when the source is removed. May be NULL.
	void (*release)(void *data);
	// Of the loop alone.
	size_t first, count;
	bool gone;
};

typedef VEC(struct pollfd) pollfd_vec;

// Zeroed is empty.
struct loop {
	VEC(struct loop_source) sources;
};

// Adds a source; also from within a turn, which it then does not take part in.
void loop_add(struct loop *loop, const struct loop_source *source);

// Removes and releases the source of that data; also from within its own turn, which must not touch data afterwards.
void loop_remove(struct loop *loop, const void *data);

// Appends what all sources wait for.
void loop_watch(struct loop *loop, pollfd_vec *watched);

// The smaller of timeout and what the sources ask for; both in milliseconds, -1: no limit.
int loop_left(const struct loop *loop, int timeout);

// After the poll: gives each source that has something its turn.
void loop_turn(struct loop *loop, const pollfd_vec *watched);

void loop_release(struct loop *loop);

#endif
