// SPDX-License-Identifier: GPL-2.0-or-later
// The process outside to which doors lead: see doors.h.
#include "verify/doors_outside.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verify/doors.h"

static const char *const patterns[OUTSIDE_SOCKETS] = {
	[OUTSIDE_ABSTRACT] = "vpcjail-verify-%08x",
	[OUTSIDE_TMP] = "/tmp/vpcjail-verify-%08x",
	[OUTSIDE_SHM] = "/dev/shm/vpcjail-verify-%08x",
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
socklen_t outside_address(enum outside_socket which, unsigned mark, struct sockaddr_un *address)
{
	// The name of an abstract socket begins with a zero byte.
	size_t skip = which == OUTSIDE_ABSTRACT;

	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	int length = snprintf(address->sun_path + skip, sizeof(address->sun_path) - skip, patterns[which], mark);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + skip + (size_t)length);
}
#pragma GCC diagnostic pop

// What stands in folders, and is to be removed: of those that could not be made, nothing.
static struct sockaddr_un made[OUTSIDE_SOCKETS];

static int listen_unix(enum outside_socket which, unsigned mark)
{
	struct sockaddr_un address;
	socklen_t length = outside_address(which, mark, &address);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) < 0 || listen(fd, 16) < 0)
		return -1;
	made[which] = address;
	return fd;
}

static int listen_inet(void)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(DOORS_PORT) };
	const int no = 0;
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd >= 0 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) == 0 &&
		       bind(fd, (const struct sockaddr *)&any, sizeof(any)) == 0 && listen(fd, 16) == 0
		   ? fd
		   : -1;
}

// A handler may call unlink(2) and _exit(2).
static void end(int number)
{
	(void)number;
	for (enum outside_socket which = OUTSIDE_TMP; which < OUTSIDE_SOCKETS; which++)
		if (made[which].sun_path[0])
			(void)unlink(made[which].sun_path);
	_exit(EXIT_SUCCESS);
}

_Noreturn void doors_outside_run(unsigned mark, pid_t parent, int ready)
{
	struct pollfd fds[OUTSIDE_SOCKETS + 1];
	static const int ends[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
	const pid_t own = getpid();

	(void)umask(0);  // whoever the job runs as may connect, if it finds the way
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		(void)signal(ends[i], end);
	// Of a parent that has ended before, no signal comes.
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
		end(0);
	for (size_t i = 0; i < OUTSIDE_SOCKETS; i++)
		fds[i] = (struct pollfd){ .fd = listen_unix((enum outside_socket)i, mark), .events = POLLIN };
	fds[OUTSIDE_SOCKETS] = (struct pollfd){ .fd = listen_inet(), .events = POLLIN };
	for (size_t i = 0; i <= OUTSIDE_SOCKETS; i++)
		if (fds[i].fd < 0)
			end(0);
	if (write(ready, &own, sizeof(own)) != (ssize_t)sizeof(own))
		end(0);
	close(ready);
	for (;;) {
		if (poll(fds, OUTSIDE_SOCKETS + 1, -1) < 0 && errno != EINTR)
			end(0);
		for (size_t i = 0; i <= OUTSIDE_SOCKETS; i++)
			if (fds[i].fd >= 0 && fds[i].revents) {
				int accepted = accept4(fds[i].fd, NULL, NULL, SOCK_CLOEXEC);
				if (accepted >= 0)
					close(accepted);
			}
	}
}
