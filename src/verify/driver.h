// SPDX-License-Identifier: GPL-2.0-or-later
// Has the rows tried, kind by kind, by probes that are running.
#ifndef VPCJAIL_VERIFY_DRIVER_H
#define VPCJAIL_VERIFY_DRIVER_H

#include <sys/types.h>

#include "verify/doors.h"
#include "verify/probe.h"
#include "verify/range.h"

// A probe (probe.h) and the pipes to it.
struct prober {
	pid_t process;
	int ask, answer;  // our ends
	int inside[2];    // its standard input and output
};

#define PROBER_NONE                                                                                                    \
	{                                                                                                              \
		.ask = -1, .answer = -1, .inside = { -1, -1 }                                                          \
	}

// Makes the pipes. 0 or a negative errno.
int prober_open(struct prober *prober, struct error *err);

// In the parent after the fork: closes what is the probe's. Fails when there was no fork.
int prober_started(struct prober *prober, struct error *err);

// In the child: closes what is the parent's.
void prober_forget(struct prober *prober);

// In the child: becomes the probe, with a socket left open under a number (-1: none).
_Noreturn void prober_become(struct prober *prober, const struct doors_world *world, int descriptor);

// Ends the asking and waits for the probe to end by itself. 0, or -ECHILD when it failed.
int prober_end(struct prober *prober);

// The same, by force.
void prober_close(struct prober *prober);

struct driver {
	struct board *board;
	const struct range *range;
	struct prober *job;           // tries sockets, names and doors
	const struct beside *beside;  // where nothing else brings packets to the job; NULL: nobody
	struct prober *insider;       // sends packets made by hand, and listens; may be the same
};

// Has every row tried in the board's phase. target: where inbound packets are sent. 0, or a negative errno when a probe
// or the range fails.
int driver_run(struct driver *driver, const struct board_host *target, struct error *err);

#endif
