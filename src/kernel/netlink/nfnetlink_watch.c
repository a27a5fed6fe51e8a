// SPDX-License-Identifier: GPL-2.0-or-later
// What nf_tables announces of transactions (NFNLGRP_NFTABLES).
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "kernel/netlink/nfnetlink.h"
#include "kernel/netlink/nfnetlink_socket.h"

int nfnetlink_watch_open(int *fd, int buffer, struct error *err)
{
	AUTO_CLOSE int opened = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	const struct sockaddr_nl local = { .nl_family = AF_NETLINK, .nl_groups = 1U << (NFNLGRP_NFTABLES - 1) };

	if (opened < 0)
		return error_set_errno(err, -errno, "this kernel gives no netfilter socket");
	if (buffer)
		(void)netlink_buffer_raise(opened, SO_RCVBUFFORCE, SO_RCVBUF, buffer);
	if (bind(opened, (const struct sockaddr *)&local, sizeof(local)))
		return error_set_errno(err, -errno, "cannot listen to changes of the rules");
	*fd = steal_fd(&opened);
	return 0;
}

uint32_t nfnetlink_port(int fd)
{
	struct sockaddr_nl local = { 0 };
	socklen_t length = sizeof(local);

	return getsockname(fd, (struct sockaddr *)&local, &length) ? 0 : local.nl_pid;
}

// The first attribute of every message but the last is its table's name.
static bool touches(const struct nlmsghdr *message, const struct watch_sink *sink)
{
	const struct nlattr *attribute;

	mnl_attr_for_each (attribute, message, sizeof(struct nfgenmsg))
		if (mnl_attr_get_type(attribute) == NFTA_TABLE_NAME)
			return !mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING) &&
			       sink->counts(sink->data, mnl_attr_get_str(attribute));
	return false;
}

// The end of a transaction says who made it.
static void read_change(const struct nlmsghdr *message, struct rules_change *change)
{
	const struct nlattr *attribute;

	*change = (struct rules_change){ .port = message->nlmsg_pid };
	mnl_attr_for_each (attribute, message, sizeof(struct nfgenmsg)) {
		uint16_t type = mnl_attr_get_type(attribute);

		if (type == NFTA_GEN_PROC_PID && !mnl_attr_validate(attribute, MNL_TYPE_U32))
			change->process = ntohl(mnl_attr_get_u32(attribute));
		else if (type == NFTA_GEN_PROC_NAME && !mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING))
			(void)snprintf(change->name, sizeof(change->name), "%s", mnl_attr_get_str(attribute));
	}
}

static void datagram_read(const uint8_t *buffer, size_t length, struct watch_sink *sink)
{
	const struct nlmsghdr *message = (const void *)buffer;
	int left = (int)length;

	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		struct rules_change change;

		if (NFNL_SUBSYS_ID(message->nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
		    mnl_nlmsg_get_payload_len(message) < sizeof(struct nfgenmsg))
			continue;
		if (NFNL_MSG_TYPE(message->nlmsg_type) != NFT_MSG_NEWGEN) {
			sink->touched |= sink->counts && touches(message, sink);
			continue;
		}
		read_change(message, &change);
		if (!sink->counts || sink->touched)
			sink->change(sink->data, &change);
		sink->touched = false;
	}
}

int nfnetlink_watch_read(int fd, struct watch_sink *sink, struct error *err)
{
	AUTO_FREE uint8_t *buffer = memory_new(1, NETLINK_BUFFER_SIZE);

	for (;;) {
		ssize_t length = netlink_receive(fd, buffer, MSG_DONTWAIT, err);

		if (length == -EAGAIN)
			return 0;
		if (length == -ENOBUFS)
			sink->lost = true;
		else if (length < 0)
			return (int)length;
		else
			datagram_read(buffer, (size_t)length, sink);
	}
}
