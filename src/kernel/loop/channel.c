// SPDX-License-Identifier: GPL-2.0-or-later
// The socket pair between the supervisor and what runs inside: see channel.h.
#include "kernel/loop/channel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

int channel_open(int ends[2], struct error *err)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return error_set_errno(err, -errno, "cannot make a socket pair");
	return 0;
}

int channel_send(int channel, const struct message *message, int fd)
{
	struct message copy = *message;
	union control control = { 0 };
	struct iovec part = { .iov_base = &copy, .iov_len = sizeof(copy) };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };

	if (fd >= 0) {
		header.msg_control = control.bytes;
		header.msg_controllen = sizeof(control.bytes);
		struct cmsghdr *c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	for (;;) {
		// The filter of an audit asks about sendmsg, and an error may be that nobody answers.
		ssize_t sent =
		    fd < 0 ? send(channel, &copy, sizeof(copy), MSG_NOSIGNAL) : sendmsg(channel, &header, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		return sent < 0 ? -errno : 0;
	}
}

void channel_await(int channel)
{
	struct pollfd fd = { .fd = channel, .events = POLLIN };

	while (poll(&fd, 1, -1) < 0 && errno == EINTR)
		;
}

int channel_receive(int channel, struct message *message, int *fd)
{
	union control control = { 0 };
	struct iovec part = { .iov_base = message, .iov_len = sizeof(*message) };
	struct msghdr header = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes)
	};

	*fd = -1;
	ssize_t got = recvmsg(channel, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (got < 0)
		return errno == ECONNRESET ? 0 : -errno;
	if (got == 0)
		return 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&header); c; c = CMSG_NXTHDR(&header, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
			memcpy(fd, CMSG_DATA(c), sizeof(int));
	return got == (ssize_t)sizeof(*message) ? 1 : -EBADMSG;
}
