// SPDX-License-Identifier: GPL-2.0-or-later
// A connection to the jail's loopback for `vpcjail forward`: made by init, which stands in that network, and handed
// out.
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"

// On loopback the answer is there when connect returns, except where a server's queue is full: whoever gets the socket
// waits then. 0 with *fd, or a negative errno.
static int connect_to(const struct sockaddr *address, socklen_t length, int *fd)
{
	int made = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd waits = { .fd = made, .events = POLLOUT };
	int code = made < 0 ? errno : 0;
	socklen_t size = sizeof(code);

	if (!code && connect(made, address, length) < 0 && errno != EINPROGRESS)
		code = errno;
	if (!code && poll(&waits, 1, 0) > 0 && getsockopt(made, SOL_SOCKET, SO_ERROR, &code, &size) < 0)
		code = errno;
	if (!code) {
		*fd = made;
		return 0;
	}
	if (made >= 0)
		close(made);
	return -code;
}

void forwarded_connect(const struct launch *launch, unsigned number, int port)
{
	const struct sockaddr_in first = { .sin_family = AF_INET,
					   .sin_port = htons((uint16_t)port),
					   .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const struct sockaddr_in6 second = { .sin6_family = AF_INET6,
					     .sin6_port = htons((uint16_t)port),
					     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	int fd = -1;
	int code = connect_to((const struct sockaddr *)&first, sizeof(first), &fd);

	if (code == -ECONNREFUSED && connect_to((const struct sockaddr *)&second, sizeof(second), &fd) == 0)
		code = 0;
	const struct message message = { .kind = MESSAGE_CONNECTED, .number = number, .value = code };
	(void)channel_send(launch->channel, &message, fd);
	if (fd >= 0)
		close(fd);
}
