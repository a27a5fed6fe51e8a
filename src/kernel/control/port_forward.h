// SPDX-License-Identifier: GPL-2.0-or-later
// The caller's side of `vpcjail forward`: listens on this host's loopback and carries each connection to the jail's.
#ifndef VPCJAIL_KERNEL_CONTROL_PORT_FORWARD_H
#define VPCJAIL_KERNEL_CONTROL_PORT_FORWARD_H

#include <stdint.h>

#include "base/error.h"
#include "base/vec.h"

struct forward_port {
	uint16_t inside;   // of the jail's loopback
	uint16_t outside;  // of this host's 127.0.0.1 and [::1]
};

struct port_forward {
	VEC(struct forward_port) ports;
	// Called once everything listens, and with what was wrong with a connection; neither may be NULL.
	void (*ready)(const struct port_forward *forward);
	void (*failed)(const struct error *err);
};

// Asks the supervisor whether it may, listens and carries, until SIGINT, SIGTERM or SIGHUP (0, with the signal in
// *ended_by) or the end of the jail (0 and 0). A negative errno: nothing was carried.
int port_forward_run(int control, const struct port_forward *forward, int *ended_by, struct error *err);

#endif
