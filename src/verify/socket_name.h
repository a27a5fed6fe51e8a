// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses as the names of sockets, and back.
#ifndef VPCJAIL_VERIFY_SOCKET_NAME_H
#define VPCJAIL_VERIFY_SOCKET_NAME_H

#include <sys/socket.h>

#include "net/address.h"

// Returns the length. scope: the link that an address means which is one of every link; else 0.
socklen_t socket_name(const struct address *address, uint16_t port, unsigned scope, struct sockaddr_storage *out);

// name is of AF_INET or AF_INET6.
struct address socket_name_address(const struct sockaddr *name);

#endif
