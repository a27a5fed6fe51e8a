// SPDX-License-Identifier: GPL-2.0-or-later
// Copies bytes inside a poll loop: see pump.h.
#include "kernel/loop/pump.h"

#include <errno.h>
#include <unistd.h>

bool pump_is_done(const struct pump *pump)
{
	return pump->from < 0 && pump->done == pump->filled;
}

void pump_watch(const struct pump *pump, struct pollfd out[2])
{
	bool full = pump->done < pump->filled;

	out[0] = (struct pollfd){ .fd = full ? -1 : pump->from, .events = POLLIN };
	out[1] = (struct pollfd){ .fd = full ? pump->to : -1, .events = POLLOUT };
}

void pump_end(struct pump *pump)
{
	pump->from = -1;
	pump->filled = pump->done = 0;
	if (pump->close_to && pump->to >= 0) {
		close(pump->to);
		pump->to = -1;
	}
}

void pump_turn(struct pump *pump, const struct pollfd seen[2])
{
	if (seen[0].fd >= 0 && seen[0].revents) {
		ssize_t got = read(pump->from, pump->bytes, sizeof(pump->bytes));
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (got <= 0) {  // EIO: the last slave of a terminal is closed
			pump_end(pump);
			return;
		}
		pump->filled = (size_t)got;
		pump->done = 0;
	}
	if (seen[1].fd >= 0 && seen[1].revents) {
		ssize_t put = write(pump->to, pump->bytes + pump->done, pump->filled - pump->done);
		if (put < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (put < 0)
			pump_end(pump);
		else
			pump->done += (size_t)put;
	}
}
