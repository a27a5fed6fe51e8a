// SPDX-License-Identifier: GPL-2.0-or-later
// What closes doors: the protections of a launch, each with a name. A step of the plan says which of them it is.
#ifndef VPCJAIL_PLAN_MECHANISM_H
#define VPCJAIL_PLAN_MECHANISM_H

#include <stdbool.h>
#include <stdint.h>

enum mechanism {
	MECHANISM_DESCRIPTORS,
	MECHANISM_STREAMS,
	MECHANISM_TERMINAL,
	MECHANISM_SESSION,
	MECHANISM_NETWORK,
	MECHANISM_RULESET,
	MECHANISM_PROCESSES,
	MECHANISM_IPC,
	MECHANISM_HOST_NAME,
	MECHANISM_CGROUP,
	MECHANISM_USER,
	MECHANISM_KEYRING,
	MECHANISM_SWITCHES,
	MECHANISM_SYS,
	MECHANISM_DEVICES,
	MECHANISM_FOLDERS,
	MECHANISM_RESTRICT,
	MECHANISM_SOCKETS,
	MECHANISM_CREDENTIALS,
	MECHANISM_LATER,
	MECHANISM_DIRECTORY,
	MECHANISM_GROUPS,
	MECHANISM_IDENTITY,
	MECHANISM_CAPABILITIES,
	MECHANISM_NO_NEW_PRIVILEGES,
	MECHANISM_LANDLOCK_SCOPE,
	MECHANISM_LANDLOCK_UNIX,
	MECHANISM_LANDLOCK_WRITE,
	MECHANISM_CORE_PATTERN,
	MECHANISM_CORE_LIMIT,
	MECHANISM_ENVIRONMENT,
	MECHANISM_FILTER,
	MECHANISM_COUNT,
};

// A set of mechanisms, a bit each.
typedef uint64_t mechanism_set;

#define MECHANISM_BIT(which) ((mechanism_set)1 << MECHANISM_##which)

struct mechanism_row {
	const char *name;          // "pid-namespace": in the table of doors, in `require` and in messages
	const char *kind;          // descriptor, namespace, mount, filter, capability, environment, Landlock, process
	unsigned long clone_flag;  // of a namespace, else 0
	// Of what an older kernel may lack: the least Landlock ABI, the kernel that brought it, and what is lost
	// without it. No loss named: a profile that asks for it is refused without it.
	int landlock;
	const char *since;
	const char *without;
};

extern const struct mechanism_row mechanisms[MECHANISM_COUNT];

// The mechanism of that name; MECHANISM_COUNT when there is none.
enum mechanism mechanism_find(const char *name);

#endif
