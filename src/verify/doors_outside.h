// SPDX-License-Identifier: GPL-2.0-or-later
// Where the process that doors lead to listens. Inside the doors' files only.
#ifndef VPCJAIL_VERIFY_DOORS_OUTSIDE_H
#define VPCJAIL_VERIFY_DOORS_OUTSIDE_H

#include <sys/socket.h>
#include <sys/un.h>

enum outside_socket { OUTSIDE_ABSTRACT, OUTSIDE_TMP, OUTSIDE_SHM, OUTSIDE_SOCKETS };

// The address of one of its UNIX sockets, by the mark; returns the length.
socklen_t outside_address(enum outside_socket which, unsigned mark, struct sockaddr_un *address);

#endif
