// SPDX-License-Identifier: GPL-2.0-or-later
// The destinations that a call names, read from the memory of a caller that waits. What is read may be another by the
// time the kernel reads it: it informs, it never decides.
#ifndef VPCJAIL_KERNEL_WATCH_CALL_ADDRESS_H
#define VPCJAIL_KERNEL_WATCH_CALL_ADDRESS_H

#include <linux/types.h>
#include <stddef.h>
#include <sys/types.h>

#include "net/address.h"
#include "seccomp/notice.h"

enum { CALL_ADDRESSES = 8 };  // of one sendmmsg; further ones are not looked at

struct call_address {
	int protocol;  // IPPROTO_*; 0: not known
	struct address remote;
	uint16_t port;
};

// Reads a socket address as the kernel would take it: IPv4 in IPv6 is IPv4, no address is the loopback. False for
// another family, or one that is too short.
bool call_address_parse(const void *bytes, size_t length, struct call_address *out);

// The number of destinations, 0 for none: a socket of another family, a conversation that is connected already.
size_t call_addresses_read(pid_t thread, enum observed_call call, const __u64 arguments[6],
			   struct call_address out[CALL_ADDRESSES]);

#endif
