// SPDX-License-Identifier: GPL-2.0-or-later
// A NETLINK_NETFILTER socket.
#include "kernel/netlink/nfnetlink_socket.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"

int netlink_socket_open(int *fd, struct error *err)
{
	AUTO_CLOSE int opened = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	const struct sockaddr_nl local = { .nl_family = AF_NETLINK };
	const int on = 1;

	if (opened < 0)
		return error_set_errno(err, -errno, "this kernel gives no netfilter socket");
	if (bind(opened, (const struct sockaddr *)&local, sizeof(local)))
		return error_set_errno(err, -errno, "cannot bind a netfilter socket");
	// Errors come without a copy of what they answer.
	setsockopt(opened, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	*fd = steal_fd(&opened);
	return 0;
}

int netlink_buffer_raise(int fd, int forced, int plain, int bytes)
{
	int size = 0;
	socklen_t length = sizeof(size);

	if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
	getsockopt(fd, SOL_SOCKET, plain, &size, &length);
	return size;
}

int netlink_send(int fd, const void *bytes, size_t length, struct error *err)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t sent;

	do {
		sent = sendto(fd, bytes, length, 0, (const struct sockaddr *)&kernel, sizeof(kernel));
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno == EMSGSIZE ? -EMSGSIZE : error_set_errno(err, -errno, "cannot send to netfilter");
	return 0;
}

ssize_t netlink_receive(int fd, uint8_t *buffer, int flags, struct error *err)
{
	struct sockaddr_nl from = { 0 };
	struct iovec piece = { buffer, NETLINK_BUFFER_SIZE };
	struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &piece, .msg_iovlen = 1 };
	ssize_t length;

	do {
		length = recvmsg(fd, &message, flags);
	} while (length < 0 && errno == EINTR);
	if (length < 0 && (errno == EAGAIN || errno == ENOBUFS))
		return -errno;
	if (length < 0)
		return error_set_errno(err, -errno, "cannot receive from netfilter");
	if (from.nl_pid != 0 || message.msg_flags & MSG_TRUNC)
		return error_set(err, -EPROTO, "netfilter sent something that is not the kernel's or too long");
	return length;
}

void netlink_drain(int fd, uint8_t *buffer)
{
	ssize_t length;

	do {
		length = netlink_receive(fd, buffer, MSG_DONTWAIT, NULL);
	} while (length >= 0 || length == -ENOBUFS);
}

void netlink_append(struct nft_dump *dump, const struct nlmsghdr *message)
{
	size_t length = MNL_ALIGN(message->nlmsg_len);

	if (dump->bytes.count + length > dump->bytes.capacity) {
		dump->bytes.capacity = 2 * dump->bytes.capacity + length + 4096;
		dump->bytes.items = memory_resize(dump->bytes.items, dump->bytes.capacity, 1);
	}
	memset(dump->bytes.items + dump->bytes.count, 0, length);
	memcpy(dump->bytes.items + dump->bytes.count, message, message->nlmsg_len);
	dump->bytes.count += length;
}
