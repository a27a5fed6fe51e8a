// SPDX-License-Identifier: GPL-2.0-or-later
// The recorded runs of a user: folders below $XDG_STATE_HOME/vpcjail/runs (as root always ~/.local/state), the newest
// RUNS_KEPT.
//
// A folder holds events.jsonl (audit/record/run_record.h), locked while its supervisor lives, and profile.yaml, the
// profile as it was resolved.
#ifndef VPCJAIL_KERNEL_RECORD_RUNS_H
#define VPCJAIL_KERNEL_RECORD_RUNS_H

#include <stdbool.h>

#include "base/error.h"
#include "base/vec.h"
#include "profile/profile.h"

enum { RUNS_KEPT = 50, RUN_NAME_SIZE = 32 };

struct run_name {
	char *name;    // owned
	bool running;  // its supervisor lives
};
typedef VEC(struct run_name) run_name_vec;

// Makes the folder in which the folders are, so that a launch can guard it. Errors name it.
int runs_make(struct error *err);

// Begins a record: *events is a descriptor to append to, the caller's; name: of the run, RUN_NAME_SIZE bytes. Older
// runs than the newest RUNS_KEPT are removed, but none that goes on.
int runs_begin(const struct profile *profile, char *name, int *events, struct error *err);

// Removes the record of a run that did not come about.
void runs_forget(const char *name);

// All of them, the newest first. 0 also when there are none.
int runs_list(run_name_vec *runs, struct error *err);
void runs_release(run_name_vec *runs);

// The paths of a run's files, the caller's.
int runs_paths(const char *name, char **events, char **profile, struct error *err);

// Finds a run by its name, the beginning of it, the path of an events file or of a run's folder, or NULL for the
// newest. *events, *profile: paths of its files, the caller's; *profile is NULL for an events file that stands alone.
// -ENOENT with the nearest names; -EEXIST for a beginning that several have.
int runs_find(const char *asked, char **events, char **profile, struct error *err);

#endif
