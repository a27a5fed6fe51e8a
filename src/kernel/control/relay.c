// SPDX-License-Identifier: GPL-2.0-or-later
// Copies between two stream sockets: see relay.h.
#include "kernel/control/relay.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_empty(const struct relay_stream *stream)
{
	return stream->done == stream->filled;
}

void relay_watch(const struct relay *relay, struct pollfd out[2])
{
	for (int side = 0; side < 2; side++) {
		const struct relay_stream *from = &relay->streams[side];
		short events = 0;
		if (!from->ended && is_empty(from))
			events |= POLLIN;
		if (!is_empty(&relay->streams[!side]))
			events |= POLLOUT;
		// Not asked about nothing: an end would be told again and again.
		out[side] = (struct pollfd){ .fd = events ? relay->fds[side] : -1, .events = events };
	}
}

static bool is_for_later(void)
{
	return errno == EAGAIN || errno == EINTR;
}

// false: broken.
static bool take(struct relay *relay, int side)
{
	struct relay_stream *stream = &relay->streams[side];
	ssize_t got = recv(relay->fds[side], stream->bytes, sizeof(stream->bytes), MSG_DONTWAIT);

	if (got < 0)
		return is_for_later();
	stream->filled = (size_t)got;
	stream->done = 0;
	if (got == 0) {
		stream->ended = true;
		(void)shutdown(relay->fds[!side], SHUT_WR);
	}
	return true;
}

static bool give(struct relay *relay, int side)
{
	struct relay_stream *stream = &relay->streams[!side];
	ssize_t put = send(relay->fds[side], stream->bytes + stream->done, stream->filled - stream->done,
			   MSG_DONTWAIT | MSG_NOSIGNAL);

	if (put < 0)
		return is_for_later();
	stream->done += (size_t)put;
	return true;
}

bool relay_turn(struct relay *relay, const struct pollfd seen[2])
{
	for (int side = 0; side < 2; side++) {
		if (seen[side].fd < 0 || !seen[side].revents)
			continue;
		if ((seen[side].events & POLLOUT) && (seen[side].revents & (POLLOUT | POLLERR | POLLHUP)) &&
		    !give(relay, side))
			return false;
		if ((seen[side].events & POLLIN) && (seen[side].revents & (POLLIN | POLLERR | POLLHUP)) &&
		    !take(relay, side))
			return false;
	}
	return !relay->streams[0].ended || !relay->streams[1].ended;
}

void relay_release(struct relay *relay)
{
	for (int side = 0; side < 2; side++) {
		if (relay->fds[side] >= 0)
			close(relay->fds[side]);
		relay->fds[side] = -1;
	}
}
