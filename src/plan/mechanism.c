// SPDX-License-Identifier: GPL-2.0-or-later
// The protections of a launch, by name.
#include "plan/mechanism.h"

#include <linux/sched.h>
#include <string.h>

const struct mechanism_row mechanisms[MECHANISM_COUNT] = {
	[MECHANISM_DESCRIPTORS] = { "descriptors", "descriptor" },
	[MECHANISM_STREAMS] = { "standard-streams", "descriptor" },
	[MECHANISM_TERMINAL] = { "own-terminal", "descriptor" },
	[MECHANISM_SESSION] = { "own-session", "process" },
	[MECHANISM_NETWORK] = { "network-namespace", "namespace", .clone_flag = CLONE_NEWNET },
	[MECHANISM_RULESET] = { "rule-set", "filter" },
	[MECHANISM_PROCESSES] = { "pid-namespace", "namespace", .clone_flag = CLONE_NEWPID },
	[MECHANISM_IPC] = { "ipc-namespace", "namespace", .clone_flag = CLONE_NEWIPC },
	[MECHANISM_HOST_NAME] = { "uts-namespace", "namespace", .clone_flag = CLONE_NEWUTS },
	[MECHANISM_CGROUP] = { "cgroup-namespace", "namespace", .clone_flag = CLONE_NEWCGROUP },
	[MECHANISM_USER] = { "user-namespace", "namespace", .clone_flag = CLONE_NEWUSER },
	[MECHANISM_KEYRING] = { "session-keyring", "process" },
	[MECHANISM_SWITCHES] = { "kernel-switches", "mount" },
	[MECHANISM_SYS] = { "own-sys", "mount" },
	[MECHANISM_DEVICES] = { "own-dev", "mount" },
	[MECHANISM_FOLDERS] = { "own-folders", "mount" },
	[MECHANISM_RESTRICT] = { "no-suid-no-devices", "mount" },
	[MECHANISM_SOCKETS] = { "covered-sockets", "mount" },
	[MECHANISM_CREDENTIALS] = { "covered-credentials", "mount" },
	[MECHANISM_LATER] = { "read-only-files", "mount" },
	[MECHANISM_DIRECTORY] = { "working-directory", "mount" },
	[MECHANISM_GROUPS] = { "left-out-groups", "process" },
	[MECHANISM_IDENTITY] = { "user-ids", "process" },
	[MECHANISM_CAPABILITIES] = { "no-capabilities", "capability" },
	[MECHANISM_NO_NEW_PRIVILEGES] = { "no-new-privileges", "capability" },
	[MECHANISM_LANDLOCK_SCOPE] = { "landlock-scope", "Landlock", .landlock = 6, .since = "Linux 6.12",
				       .without = "no second wall around abstract sockets and signals" },
	[MECHANISM_LANDLOCK_UNIX] = { "landlock-unix", "Landlock", .landlock = 9, .since = "Linux 7.1",
				      .without =
					  "a UNIX socket that is bound after the launch in a folder the job sees "
					  "stays reachable" },
	[MECHANISM_LANDLOCK_WRITE] = { "landlock-write", "Landlock", .landlock = 3, .since = "Linux 6.2" },
	[MECHANISM_CORE_PATTERN] = { "core-pattern", "process" },
	[MECHANISM_CORE_LIMIT] = { "core-limit", "process" },
	[MECHANISM_ENVIRONMENT] = { "environment", "environment" },
	[MECHANISM_FILTER] = { "filter", "filter" },
};

enum mechanism mechanism_find(const char *name)
{
	enum mechanism found = 0;

	while (found < MECHANISM_COUNT && strcmp(mechanisms[found].name, name) != 0)
		found++;
	return found;
}
