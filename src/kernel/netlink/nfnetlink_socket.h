// SPDX-License-Identifier: GPL-2.0-or-later
// What sending to and receiving from NETLINK_NETFILTER have in common. For nfnetlink*.c only.
#ifndef VPCJAIL_KERNEL_NETLINK_NFNETLINK_SOCKET_H
#define VPCJAIL_KERNEL_NETLINK_NFNETLINK_SOCKET_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "nft/ruleset.h"

enum { NETLINK_BUFFER_SIZE = 128 * 1024 };  // the kernel's dumps come in pieces of at most 32 KiB

int netlink_socket_open(int *fd, struct error *err);

// Raises a buffer beyond the system's limit, else up to it; returns what it then is.
int netlink_buffer_raise(int fd, int forced, int plain, int bytes);

// 0 or a negative errno. -EMSGSIZE leaves err alone.
int netlink_send(int fd, const void *bytes, size_t length, struct error *err);

// One whole datagram from the kernel into buffer (NETLINK_BUFFER_SIZE bytes): its length, or a negative errno.
// -EAGAIN and -ENOBUFS leave err alone.
ssize_t netlink_receive(int fd, uint8_t *buffer, int flags, struct error *err);

// Takes and forgets whatever waits.
void netlink_drain(int fd, uint8_t *buffer);

void netlink_append(struct nft_dump *dump, const struct nlmsghdr *message);

#endif
