// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail exec`: one more command inside a running jail.
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/jail.h"
#include "cmd/not_run.h"
#include "cmd/output.h"
#include "kernel/control/attach.h"
#include "kernel/launch/launch.h"

const struct option_row exec_options[] = { OPTION_HELP, OPTIONS_END };

const struct manual exec_manual = {
	.about = "Runs COMMAND inside the jail of that name or id, which may be left out when there is only one:\n"
		 "in its file tree, network and working directory, with the job's user, groups, environment,\n"
		 "system call filter and without any capability. The -- must be there. It may look into the job\n"
		 "(py-spy, gdb -p), not the reverse. TERM, COLORTERM and NO_COLOR are the caller's. It ends with\n"
		 "the jail; when this command is killed, it gets SIGHUP and, 5 seconds later, SIGKILL.",
	.examples = { { "vpcjail exec train1 -- sh", "a shell" },
		      { "vpcjail exec -- nvidia-smi", "in the only jail there is" },
		      { "vpcjail exec train1 -- py-spy dump --pid 3", "where a training loop stands" } },
	.exits = "the command's; 128+n when signal n ended it; 125 when nothing was run, 126 when the\n"
		 "command cannot be executed, 127 when it is not found; 2 usage.",
	.see = "vpcjail ps, vpcjail run --name",
};

// Which of the words are the jail's name and the command: `JAIL -- COMMAND…` or `-- COMMAND…`.
static char *const *split(const struct invocation *invocation, const char **jail)
{
	char *const *words = invocation->operands.items;

	*jail = NULL;
	if (invocation->dashes)
		return words;
	if (invocation->operands.count < 3 || strcmp(words[1], "--") != 0)
		return NULL;
	*jail = words[0];
	return words + 2;
}

enum status cmd_exec(const struct invocation *invocation)
{
	CLEANUP(registry_state_release) struct registry_state jail = { 0 };
	struct launch_result result = { 0 };
	struct error err = { 0 };
	const char *wanted;
	char *const *command = split(invocation, &wanted);

	if (!command) {
		output_message("exec: write -- before the command: `vpcjail exec JAIL -- COMMAND`");
		return STATUS_USAGE;
	}
	if (invocation->closed) {
		output_message("nothing was run: a standard stream is closed; give it /dev/null when it is not wanted");
		return STATUS_NOT_RUN;
	}
	AUTO_CLOSE int control = jail_connect(wanted, &jail, &err);
	if (control < 0 || attach_run(control, command, &result.wait_status, &err) < 0)
		return not_run(&err, command[0]);
	return (enum status)launch_exit_status(&result);
}
