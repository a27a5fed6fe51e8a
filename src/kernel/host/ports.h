// SPDX-License-Identifier: GPL-2.0-or-later
// The ports that programs of this host use.
#ifndef VPCJAIL_KERNEL_HOST_PORTS_H
#define VPCJAIL_KERNEL_HOST_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/address.h"
#include "net/port_range.h"

// Adds the ports that some socket of this network namespace listens on (TCP) or is bound to (UDP), of both families:
// sorted and merged. A table that cannot be read adds nothing: what comes to a port in use is then sent to the jail,
// which is not less than the profile says.
void host_ports_read(port_range_vec *out);

// Whether some program of this network namespace listens for TCP where that address of loopback, 127.0.0.1 or ::1, and
// that port lead now.
bool host_listens_loopback(const struct address *address, uint16_t port);

#endif
