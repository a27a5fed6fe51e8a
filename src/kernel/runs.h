// SPDX-License-Identifier: GPL-2.0-or-later
// The recorded runs of a user: folders below $XDG_STATE_HOME/vpcjail/runs, the newest RUNS_KEPT.
//
// A folder holds events.jsonl (audit/run_record.h) and profile.yaml, the profile as it was resolved.
#ifndef VPCJAIL_KERNEL_RUNS_H
#define VPCJAIL_KERNEL_RUNS_H

#include "base/error.h"
#include "base/vec.h"

enum { RUNS_KEPT = 50 };

struct run_name {
	char *name;    // owned
	bool running;  // its supervisor lives
};
typedef VEC(struct run_name) run_name_vec;

// All of them, the newest first. 0 also when there are none.
int runs_list(run_name_vec *runs, struct error *err);
void runs_release(run_name_vec *runs);

// Finds a run by its name, the beginning of it, a path of an events file or of a run's folder, or NULL for the newest.
// *events, *profile: paths of its files, the caller's. -ENOENT with the nearest names; -EEXIST for a beginning that
// several have.
int runs_find(const char *asked, char **events, char **profile, struct error *err);

#endif
