// SPDX-License-Identifier: GPL-2.0-or-later
// The step that opens the resolver's sockets, from inside the jail's network, and hands them to the supervisor.
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/dns/server.h"
#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"
#include "kernel/record/collect.h"

// Of loopback's interface alone: whatever link the jail has, nobody else is answered.
static int open_socket(const struct dns_end *end, int type)
{
	static const char device[] = "lo";
	const int on = 1;
	AUTO_CLOSE int fd = socket(end->any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, sizeof(device)) < 0)
		return -errno;
	if (end->any.sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) < 0)
		return -errno;
	if (bind(fd, &end->any, end->length) < 0)
		return -errno;
	if (type == SOCK_STREAM && listen(fd, SOMAXCONN) < 0)
		return -errno;
	return steal_fd(&fd);
}

int step_dns(struct launch *launch, const struct launch_step *step, struct error *err)
{
	static const int types[] = { SOCK_DGRAM, SOCK_STREAM };
	struct address address;
	struct dns_end end;

	if (address_parse(step->path, &address, err) < 0)
		return err->code;
	dns_end_set(&end, &address);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		AUTO_CLOSE int fd = open_socket(&end, types[i]);
		if (fd < 0)
			return error_set_errno(err, fd, "cannot listen on port 53 of %s", step->path);
		int sent = channel_send(launch->channel, &(struct message){ .kind = MESSAGE_DNS }, fd);
		if (sent < 0)
			return error_set_errno(err, sent, "cannot hand the resolver's sockets over");
	}
	return 0;
}

void dns_take(struct launch *launch, int fd)
{
	const struct dns_sink sink = { .data = launch->collector, .refused = collector_name };

	if (dns_server_add(&launch->dns, &launch->loop, &launch->plan->dns, launch->collector ? &sink : NULL, fd,
			   &launch->failure) < 0)
		(void)syscall(SYS_pidfd_send_signal, launch->init_fd, SIGKILL, NULL, 0);
}
