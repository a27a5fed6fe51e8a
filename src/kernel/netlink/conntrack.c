// SPDX-License-Identifier: GPL-2.0-or-later
// ctnetlink: ends of conversations as they come, all others now and then. See conntrack.h.
#include "kernel/netlink/conntrack.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "audit/flow/flow_windows.h"
#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/netlink/nfnetlink_socket.h"

enum { CONNTRACK_BUFFER = 4 * 1024 * 1024 };

struct conntrack {
	int fd;
	struct conntrack_sink *sink;
	struct timespec next;  // when all are asked for
};

int conntrack_open(int *fd, struct error *err)
{
	AUTO_CLOSE int opened = -1;
	const int group = NFNLGRP_CONNTRACK_DESTROY;
	int result = netlink_socket_open(&opened, err);

	if (result < 0)
		return result;
	(void)netlink_buffer_raise(opened, SO_RCVBUFFORCE, SO_RCVBUF, CONNTRACK_BUFFER);
	if (setsockopt(opened, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return error_set_errno(err, -errno, "connection tracking does not tell of conversations");
	*fd = steal_fd(&opened);
	return 0;
}

// The first answers are there when this returns, and further ones whenever some were read.
static void ask(const struct conntrack *conntrack)
{
	uint8_t bytes[64] __attribute__((aligned(4))) = { 0 };
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct error ignored;

	message->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	(void)mnl_nlmsg_put_extra_header(message, sizeof(struct nfgenmsg));
	(void)netlink_send(conntrack->fd, message, message->nlmsg_len, &ignored);
}

static void datagram_read(const uint8_t *buffer, size_t length, struct conntrack_sink *sink)
{
	const struct nlmsghdr *message = (const void *)buffer;
	int left = (int)length;

	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		struct conversation conversation;

		if (message->nlmsg_type == NLMSG_DONE)
			continue;
		if (conversation_parse(message, message->nlmsg_len, &conversation) < 0)
			sink->foreign++;
		else
			sink->conversation(sink->data, &conversation);
	}
}

static void read_all(const struct conntrack *conntrack)
{
	AUTO_FREE uint8_t *buffer = memory_new(1, NETLINK_BUFFER_SIZE);
	struct error ignored;

	for (;;) {
		ssize_t length = netlink_receive(conntrack->fd, buffer, MSG_DONTWAIT, &ignored);

		if (length == -ENOBUFS)
			conntrack->sink->lost++;
		else if (length < 0)
			return;
		else
			datagram_read(buffer, (size_t)length, conntrack->sink);
	}
}

static int left(void *data)
{
	const struct conntrack *conntrack = data;
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	long wait = (conntrack->next.tv_sec - now.tv_sec) * 1000 + (conntrack->next.tv_nsec - now.tv_nsec) / 1000000;
	return wait > 0 ? (int)wait : 0;
}

static void set_next(struct conntrack *conntrack)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &conntrack->next);
	conntrack->next.tv_sec += FLOW_SAMPLED;
}

static size_t watch(void *data, struct pollfd *out)
{
	const struct conntrack *conntrack = data;

	out[0] = (struct pollfd){ .fd = conntrack->fd, .events = POLLIN };
	return 1;
}

static void turn(void *data, const struct pollfd *seen, size_t count)
{
	struct conntrack *conntrack = data;

	(void)seen;
	(void)count;
	if (left(conntrack) == 0) {
		ask(conntrack);
		set_next(conntrack);
	}
	read_all(conntrack);
}

static void release(void *data)
{
	struct conntrack *conntrack = data;

	close(conntrack->fd);
	free(conntrack);
}

struct conntrack *conntrack_watch(struct loop *loop, int fd, struct conntrack_sink *sink)
{
	struct conntrack *conntrack = NEW(struct conntrack);

	*conntrack = (struct conntrack){ .fd = fd, .sink = sink };
	set_next(conntrack);
	loop_add(loop, &(struct loop_source){
			   .data = conntrack, .watch = watch, .turn = turn, .left = left, .release = release });
	return conntrack;
}

// A look that is still under way comes to its end first: the kernel gives one at a time.
void conntrack_finish(struct conntrack *conntrack)
{
	read_all(conntrack);
	ask(conntrack);
	read_all(conntrack);
}
