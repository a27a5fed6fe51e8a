// SPDX-License-Identifier: GPL-2.0-or-later
// What a job may do whatever its profile says, tried: its own loopback, UNIX sockets, pipes, shared memory.
//
// To add one: a row in acts.c.
#ifndef VPCJAIL_VERIFY_ACTS_H
#define VPCJAIL_VERIFY_ACTS_H

#include <stddef.h>

extern const size_t verify_act_count;

// "TCP over 127.0.0.1": a literal.
const char *verify_act_name(size_t index);

// Does it, in a child: OUTCOME_THROUGH, or an errno.
int verify_act_try(size_t index);

#endif
