// SPDX-License-Identifier: GPL-2.0-or-later
// The sockets of a world: packet sockets that watch a link, raw sockets that send. Inside differential/ only.
#ifndef VPCJAIL_TEST_TRAFFIC_H
#define VPCJAIL_TEST_TRAFFIC_H

#include <stdint.h>

#include "base/error.h"

enum {
	TRAFFIC_BARRIER = 0x88b5,   // IEEE 802's ethertype for experiments
	TRAFFIC_MARK = 0x74657374,  // of what the test sends from the jail
};

// A packet socket on a link of the namespace that the caller stands in; it sees what the link receives.
int tap_open(const char *link, uint16_t protocol, int *fd, struct error *err);

// A raw socket that takes whole packets of AF_INET or AF_INET6.
int raw_open(int family, int *fd, struct error *err);

#endif
