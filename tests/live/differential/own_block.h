// SPDX-License-Identifier: GPL-2.0-or-later
// Blocks of addresses of which each is the jail's own. Inside differential/ only.
#ifndef VPCJAIL_TEST_OWN_BLOCK_H
#define VPCJAIL_TEST_OWN_BLOCK_H

#include <stddef.h>

#include "net/address.h"

struct nl_sock;

// The lowest address of the block of IPv4 (0) or IPv6 (1), in which 100,000 follow.
struct address own_block_first(size_t family);

// Makes the whole block local, on wire0.
int own_block_add(struct nl_sock *socket, size_t family, struct error *err);

#endif
