// SPDX-License-Identifier: GPL-2.0-or-later
// The running jails of a user: a folder each, with what is told about it and the socket by which it is spoken to.
//
// They stand in /run/vpcjail (root's) or /tmp/vpcjail-run-UID. A folder is its supervisor's while that holds the lock
// on it: one without a lock was left by a supervisor that was killed, and the next one removes it. Ownership is told by
// the lock, never by name. Jobs see none of these folders (plan/guard.c covers them).
#ifndef VPCJAIL_KERNEL_CONTROL_REGISTRY_H
#define VPCJAIL_KERNEL_CONTROL_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/vec.h"

enum { REGISTRY_NAME_MAXIMUM = 63, REGISTRY_ID_SIZE = 9 };

// What is told about a jail. Texts are owned.
struct registry_state {
	char *id;       // short, unique among the jails of the user
	char *name;     // given with --name; "" without
	char *profile;  // its name
	char *digest;   // of the resolved profile, as `vpcjail profiles` prints it
	char *command;  // as typed, shortened
	char *user;     // whom the job runs as
	char *uplink;   // the profile's word
	pid_t supervisor;
	int64_t since;  // seconds since 1970
	bool stopped;   // the supervisor, and the job with it: Ctrl-Z, SIGSTOP
	uid_t owner;    // of the supervisor; told by the folder's owner, not by what is in it
	char *control;  // path of the socket
};

typedef VEC(struct registry_state) registry_state_vec;

void registry_state_release(struct registry_state *state);
void registry_states_release(registry_state_vec *states);

// Our own jail's folder. Zeroed with folder -1: none.
struct registry_entry {
	struct registry_state state;
	char *path;
	int folder;  // holds the lock
};

// 0, or -EINVAL with what a name may be.
int registry_check_name(const char *name, struct error *err);

// Makes the folder of this user's running jails where it is missing. 0 or a negative errno.
int registry_make(struct error *err);

// Sweeps what dead supervisors left, then makes and locks a folder of our own and writes
// entry->state into it, of which id, since, supervisor, owner and control are filled in. -EEXIST: a running jail of
// this user has the name. On failure nothing is left; entry->state stays the caller's to release.
int registry_enter(struct registry_entry *entry, struct error *err);

// Writes entry->state anew: readers see the old one or the new one.
int registry_write(const struct registry_entry *entry, struct error *err);

// Removes the folder and releases entry.
void registry_leave(struct registry_entry *entry);

// The running jails of this user; as root those of all users. Sweeps this user's dead ones. In the order of their
// starts. Release the list in both cases.
int registry_list(registry_state_vec *out, struct error *err);

#endif
