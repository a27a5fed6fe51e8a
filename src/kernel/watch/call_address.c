// SPDX-License-Identifier: GPL-2.0-or-later
// The destinations that a call names: see call_address.h.
#include "kernel/watch/call_address.h"

#include <endian.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define SOCKET_LINK "socket:["

enum { SHORTEST_IPV6 = 24 };  // RFC 2133, without a scope

bool call_address_parse(const void *bytes, size_t length, struct call_address *out)
{
	struct sockaddr_in6 wide = { 0 };
	struct sockaddr_in narrow;

	memcpy(&wide, bytes, length < sizeof(wide) ? length : sizeof(wide));
	memcpy(&narrow, &wide, sizeof(narrow));
	out->port = be16toh(narrow.sin_port);
	if (narrow.sin_family == AF_INET && length >= sizeof(narrow))
		out->remote = address_from_bytes(FAMILY_IPV4, (const uint8_t *)&narrow.sin_addr);
	else if (wide.sin6_family != AF_INET6 || length < SHORTEST_IPV6)
		return false;
	else
		out->remote = address_from_socket(wide.sin6_addr.s6_addr);
	if (!out->remote.bits)
		out->remote.bits = out->remote.family == FAMILY_IPV4 ? INADDR_LOOPBACK : 1;
	return true;
}

static bool read_memory(pid_t thread, uint64_t at, void *out, size_t size)
{
	const struct iovec here = { .iov_base = out, .iov_len = size };
	const struct iovec there = { .iov_base = (void *)(uintptr_t)at, .iov_len = size };

	return process_vm_readv(thread, &here, 1, &there, 1, 0) == (ssize_t)size;
}

static bool read_address(pid_t thread, uint64_t at, uint64_t length, struct call_address *out)
{
	uint8_t bytes[sizeof(struct sockaddr_in6)];
	const size_t size = (uint32_t)length < sizeof(bytes) ? (uint32_t)length : sizeof(bytes);

	return at && size >= sizeof(sa_family_t) && read_memory(thread, at, bytes, size) &&
	       call_address_parse(bytes, size, out);
}

// The kernel names a socket's protocol like an attribute of a file. A path, not the socket itself: who holds a socket
// may be the one who ends its conversation.
static int protocol_of(pid_t thread, int fd)
{
	static const struct {
		const char *name;
		int protocol;
	} names[] = { { "TCP", IPPROTO_TCP },   { "TCPv6", IPPROTO_TCP }, { "UDP", IPPROTO_UDP },
		      { "UDPv6", IPPROTO_UDP }, { "PING", IPPROTO_ICMP }, { "PINGv6", IPPROTO_ICMPV6 } };
	char path[48];
	char name[32];

	(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)thread, fd);
	// A file's attribute is asked of its file system, whose server may never answer.
	if (readlink(path, name, sizeof(name)) < (ssize_t)strlen(SOCKET_LINK) ||
	    strncmp(name, SOCKET_LINK, strlen(SOCKET_LINK)) != 0)
		return 0;
	ssize_t length = getxattr(path, "system.sockprotoname", name, sizeof(name) - 1);
	if (length <= 0)
		return 0;
	name[length] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].protocol;
	return 0;
}

static bool read_message(pid_t thread, uint64_t at, struct call_address *out)
{
	struct msghdr header;

	return at && read_memory(thread, at, &header, sizeof(header)) &&
	       read_address(thread, (uintptr_t)header.msg_name, header.msg_namelen, out);
}

static size_t read_messages(pid_t thread, uint64_t at, uint64_t count, struct call_address out[CALL_ADDRESSES])
{
	size_t found = 0;

	for (uint64_t i = 0; at && i < (uint32_t)count && i < CALL_ADDRESSES; i++)
		found += read_message(thread, at + i * sizeof(struct mmsghdr), &out[found]);
	return found;
}

size_t call_addresses_read(pid_t thread, enum observed_call call, const __u64 arguments[6],
			   struct call_address out[CALL_ADDRESSES])
{
	size_t count = 0;
	int protocol;

	switch (call) {
	case OBSERVED_NONE:
		return 0;
	case OBSERVED_CONNECT:
		count = read_address(thread, arguments[1], arguments[2], &out[0]);
		break;
	case OBSERVED_SENDTO:
		count = read_address(thread, arguments[4], arguments[5], &out[0]);
		break;
	case OBSERVED_SENDMSG:
		count = read_message(thread, arguments[1], &out[0]);
		break;
	case OBSERVED_SENDMMSG:
		count = read_messages(thread, arguments[1], arguments[2], out);
		break;
	}
	if (!count)
		return 0;
	protocol = protocol_of(thread, (int)arguments[0]);
	for (size_t i = 0; i < count; i++) {
		out[i].protocol = protocol;
		if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
			out[i].port = 0;
	}
	return count;
}
