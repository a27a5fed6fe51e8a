// SPDX-License-Identifier: GPL-2.0-or-later
// What the supervisor does before anything exists: the host's core pattern, a keyring of its own.
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "kernel/launch/launch_state.h"

int step_core_pattern(struct launch *launch, const struct launch_step *step, struct error *err)
{
	AUTO_FREE char *pattern = NULL;
	size_t length;

	(void)launch;
	if (io_read_file(step->path, 4096, &pattern, &length, err) < 0)
		return err->code;
	if (pattern[0] == '@')
		return error_set(err, -EPERM,
				 "this host's core_pattern is a socket (%.*s): the memory of a crashing job would "
				 "leave the jail, and "
				 "nothing inside can stop that; set another: sysctl -w kernel.core_pattern=core",
				 (int)strcspn(pattern, "\n"), pattern);
	return 0;
}

int step_keyring(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)launch;
	(void)step;
	// A kernel without keyrings has none to share.
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		return error_set_errno(err, -errno, "cannot make a session keyring");
	return 0;
}
