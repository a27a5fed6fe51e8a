// SPDX-License-Identifier: GPL-2.0-or-later
// The jail under test, launched on the range's host as `vpcjail run` would launch it.
#ifndef VPCJAIL_VERIFY_JAILED_H
#define VPCJAIL_VERIFY_JAILED_H

#include "kernel/launch/launch.h"
#include "verify/attestation.h"
#include "verify/doors.h"
#include "verify/range.h"

struct jailed_request {
	const struct profile *profile;  // settled
	const char *user;               // --user, or NULL
	const char *folder;             // the working directory
	struct link_request link;       // the job's address, of links that need one
	struct doors_world world;
	int input, output;  // of the probe: descriptors of pipes
	int channel;        // what is sent over it: see below
	int statement;      // a descriptor that the launch's statement is written to; -1: none
};

// Enters the range, launches the probe in a jail and stays until it ends; never returns. Over the channel it sends one
// MESSAGE_STARTED with the jail's network namespace when the probe is about to run. Otherwise it speaks by the board:
// what the jail is like before that, and status, error and denials when it has ended.
_Noreturn void jailed_run(const struct jailed_request *request, const struct range *range, struct board *board);

#endif
