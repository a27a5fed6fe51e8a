// SPDX-License-Identifier: GPL-2.0-or-later
// A DHCP lease as a client left it in a file: dhclient's dhclient.leases, or systemd-networkd's. Pure and strict.
#ifndef VPCJAIL_PLAN_LEASE_H
#define VPCJAIL_PLAN_LEASE_H

#include "plan/host_network.h"

struct lease {
	struct host_address own;
	struct address router;  // family NONE: the lease has none
	bool ends;              // else it never does
	bool from_file_time;    // `end` counts from when the file was written: the client wrote no more
	int64_t end;            // seconds, since 1970 in UTC unless from_file_time
};

// Reads the last IPv4 lease of a file. 0, or -EINVAL with the line and what is wrong there.
int lease_parse(const char *text, size_t length, struct lease *out, struct error *err);

#endif
