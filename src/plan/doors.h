// SPDX-License-Identifier: GPL-2.0-or-later
// The table of doors: every way out of or into a job that a network namespace alone leaves open, and what closes it.
//
// To add a door: one row in doors.c, and the probe of the same name below tests/live, which must get through where
// nothing is closed. `vpcjail show --as plan` prints the table against the plan at hand.
#ifndef VPCJAIL_PLAN_DOORS_H
#define VPCJAIL_PLAN_DOORS_H

#include <stddef.h>

#include "plan/launch_plan.h"
#include "plan/mechanism.h"

enum { DOOR_SETS = 3 };

struct door {
	const char *name;  // of the probe, too: "descriptor_socket"; NULL for a heading
	const char *what;  // what goes through, and why it is a door; of a heading: its text
	// Each set is of mechanisms of which one alone is enough; the door is closed when every set has one. A test
	// removes whole sets (then the probe must get through) and single members (then it must not).
	mechanism_set sets[DOOR_SETS];
	// Closed only where the plan has the mechanism, which the kernel may lack or the profile not ask for; without a
	// set, never: said by `check`, and not counted as closed by the plan.
	bool residual;
};

extern const struct door doors[];
extern const size_t door_count;

enum door_state { DOOR_CLOSED, DOOR_OPENED, DOOR_RESIDUAL };

// What the plan makes of a door. *by are the mechanisms that close it; *opener the profile's words that open it
// ("process.devices.rdma: allow"), both only in their states.
enum door_state door_state(const struct door *door, const struct launch_plan *plan, mechanism_set *by,
			   const char **opener);

// The table as text and as a JSON array.
void doors_print(const struct launch_plan *plan, struct strbuf *out);

struct json;
void mechanisms_print_json(mechanism_set set, struct json *json);
void doors_print_json(const struct launch_plan *plan, struct json *json);

#endif
