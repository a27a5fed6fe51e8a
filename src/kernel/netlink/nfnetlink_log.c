// SPDX-License-Identifier: GPL-2.0-or-later
// NFLOG over netlink: binding to a group, reading its events.
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "kernel/netlink/nfnetlink.h"
#include "kernel/netlink/nfnetlink_socket.h"

enum {
	LOG_BUFFER = 8 * 1024 * 1024,  // of the socket
	LOG_QUEUE = 128,               // events that the kernel gathers before it sends them: each time wakes us
	LOG_QUEUE_BYTES = 32 * 1024,
	LOG_DELAY = 10,  // hundredths of a second that it holds them back at most
};

static struct nlmsghdr *config_begin(uint8_t *bytes, unsigned group)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct nfgenmsg *extra;

	message->nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	extra = mnl_nlmsg_put_extra_header(message, sizeof(*extra));
	extra->res_id = htobe16((uint16_t)group);
	return message;
}

static void put_command(struct nlmsghdr *message, uint8_t command)
{
	const struct nfulnl_msg_config_cmd value = { .command = command };

	mnl_attr_put(message, NFULA_CFG_CMD, sizeof(value), &value);
}

// Sends one configuration message and takes its acknowledgement, which is there when send(2) returns.
static int configure(int fd, const struct nlmsghdr *message, struct error *err)
{
	AUTO_FREE uint8_t *buffer = memory_new(1, NETLINK_BUFFER_SIZE);
	int result = netlink_send(fd, message, message->nlmsg_len, err);
	ssize_t length;

	if (result)
		return result;
	length = netlink_receive(fd, buffer, MSG_DONTWAIT, err);
	if (length < 0)
		return error_set_errno(err, (int)length, "the kernel's log does not answer");
	result = ((const struct nlmsghdr *)(const void *)buffer)->nlmsg_type != NLMSG_ERROR ||
			 (size_t)length < NLMSG_LENGTH(sizeof(struct nlmsgerr))
		     ? -EPROTO
		     : ((const struct nlmsgerr *)mnl_nlmsg_get_payload((const void *)buffer))->error;
	if (result)
		return error_set_errno(err, result, "cannot bind to the kernel's log (NFLOG)");
	return 0;
}

int nfnetlink_log_open(unsigned group, int *fd, struct error *err)
{
	AUTO_CLOSE int opened = -1;
	const struct nfulnl_msg_config_mode mode = { htobe32(LOG_SNAPSHOT), NFULNL_COPY_PACKET, 0 };
	uint8_t bytes[256] __attribute__((aligned(4))) = { 0 };
	struct nlmsghdr *message = config_begin(bytes, group);
	int result = netlink_socket_open(&opened, err);

	if (result)
		return result;
	netlink_buffer_raise(opened, SO_RCVBUFFORCE, SO_RCVBUF, LOG_BUFFER);
	put_command(message, NFULNL_CFG_CMD_BIND);
	mnl_attr_put(message, NFULA_CFG_MODE, sizeof(mode), &mode);
	mnl_attr_put_u32(message, NFULA_CFG_NLBUFSIZ, htobe32(LOG_QUEUE_BYTES));
	mnl_attr_put_u32(message, NFULA_CFG_TIMEOUT, htobe32(LOG_DELAY));
	mnl_attr_put_u32(message, NFULA_CFG_QTHRESH, htobe32(LOG_QUEUE));
	result = configure(opened, message, err);
	if (result)
		return result;
	*fd = steal_fd(&opened);
	return 0;
}

// Unbinding sends what is held back.
int nfnetlink_log_flush(int fd, unsigned group, struct error *err)
{
	uint8_t bytes[256] __attribute__((aligned(4))) = { 0 };
	struct nlmsghdr *message = config_begin(bytes, group);

	message->nlmsg_flags = NLM_F_REQUEST;
	put_command(message, NFULNL_CFG_CMD_UNBIND);
	return netlink_send(fd, message, message->nlmsg_len, err);
}

static void datagram_read(const uint8_t *buffer, size_t length, struct log_sink *sink)
{
	const struct nlmsghdr *message = (const void *)buffer;
	int left = (int)length;

	if (sink->arrived)
		sink->arrived(sink->data);
	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		struct log_event event;

		if (message->nlmsg_type == NLMSG_DONE)
			continue;
		if (log_event_parse(message, message->nlmsg_len, &event))
			sink->foreign++;
		else
			sink->event(sink->data, &event);
	}
}

int nfnetlink_log_read(int fd, struct log_sink *sink, struct error *err)
{
	AUTO_FREE uint8_t *own = sink->buffer ? NULL : memory_new(1, NETLINK_BUFFER_SIZE);
	uint8_t *buffer = sink->buffer ? sink->buffer : own;

	for (unsigned i = 0; !sink->most || i < sink->most; i++) {
		ssize_t length = netlink_receive(fd, buffer, MSG_DONTWAIT, err);

		if (length == -EAGAIN)
			return 0;
		if (length == -ENOBUFS)
			sink->lost++;
		else if (length < 0)
			return (int)length;
		else
			datagram_read(buffer, (size_t)length, sink);
	}
	return 1;
}
