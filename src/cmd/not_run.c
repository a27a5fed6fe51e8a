// SPDX-License-Identifier: GPL-2.0-or-later
// What is said when a command was not run: see not_run.h.
#include "cmd/not_run.h"

#include <errno.h>
#include <string.h>

#include "cmd/output.h"

// The command itself could not be started: as a shell says it.
static enum status not_executed(const struct error *err, const char *command)
{
	if (err->code == -ENOENT && !strchr(command, '/')) {
		output_message("nothing was run: %s: command not found", command);
		return STATUS_NOT_FOUND;
	}
	output_message("nothing was run: %s", err->message);
	return err->code == -ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE;
}

// Whether the host was not up to it, rather than that the command is no program.
static bool is_fault_of_host(int code)
{
	static const int faults[] = { -EIO, -ENOMEM, -EAGAIN, -EMFILE, -ENFILE };

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (code == faults[i])
			return true;
	return false;
}

enum status not_run(const struct error *err, const char *command)
{
	if (strcmp(err->step, "execute") == 0 && !is_fault_of_host(err->code))
		return not_executed(err, command);
	if (err->step[0])
		output_message("nothing was run: %s: %s", err->step, err->message);
	else
		output_message("nothing was run: %s", err->message);
	return STATUS_NOT_RUN;
}
