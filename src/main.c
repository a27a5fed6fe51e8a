// SPDX-License-Identifier: GPL-2.0-or-later
// The table of commands, and the way from a command line to one of its rows.
#include <string.h>

#include "base/cleanup.h"
#include "cmd/arguments.h"
#include "cmd/help.h"
#include "cmd/output.h"
#include "verify/probe.h"

static const struct command commands[] = {
	{ "run", "COMMAND [ARGUMENT]...", 1, ANY_NUMBER, cmd_run, "run a command under a profile", run_options,
	  &run_manual, .runs_command = true, .completes = COMPLETES_COMMAND },
	{ "audit", "COMMAND [ARGUMENT]...", 1, ANY_NUMBER, cmd_audit,
	  "run a command and say what its profile would deny", audit_options, &audit_manual, .runs_command = true,
	  .completes = COMPLETES_COMMAND },
	{ "ps", "", 0, 0, cmd_ps, "list the running jails", ps_options, &ps_manual },
	{ "exec", "[JAIL] -- COMMAND [ARGUMENT]...", 1, ANY_NUMBER, cmd_exec,
	  "run one more command inside a running jail", exec_options, &exec_manual, .runs_command = true,
	  .completes = COMPLETES_JAIL },
	{ "forward", "[JAIL] PORT[:HOSTPORT]...", 1, ANY_NUMBER, cmd_forward,
	  "reach ports of a running jail's loopback from this host's 127.0.0.1", forward_options, &forward_manual,
	  .completes = COMPLETES_JAIL },
	{ "update", "[JAIL]", 0, 1, cmd_update, "give a running jail another profile's policy", update_options,
	  &update_manual, .completes = COMPLETES_JAIL },
	{ "check", "[PROFILE]...", 0, ANY_NUMBER, cmd_check,
	  "validate profiles: every mistake at once, and what stays open", check_options, &check_manual,
	  .completes = COMPLETES_PROFILE },
	{ "show", "[PROFILE]", 0, 1, cmd_show, "print the resolved profile, or what it compiles to", show_options,
	  &show_manual, .completes = COMPLETES_PROFILE },
	{ "verify", "", 0, 0, cmd_verify,
	  "prove a profile on this kernel: build the jail in a test range, try every promise", verify_options,
	  &verify_manual },
	{ "explain", "FLOW...", 0, ANY_NUMBER, cmd_explain,
	  "say whether a flow would be allowed, and why: layer by layer, offline", explain_options, &explain_manual },
	{ "diff", "PROFILE [PROFILE]", 1, 2, cmd_diff,
	  "what one profile reaches and another does not, or a running jail", diff_options, &diff_manual,
	  .completes = COMPLETES_PROFILE },
	{ "import", "FILE|FOLDER|-...", 0, ANY_NUMBER, cmd_import,
	  "make a profile of what AWS prints of an account: aws ec2 describe-*, SageMaker jobs", import_options,
	  &import_manual, .completes = COMPLETES_PATH },
	{ "report", "[RUN]", 0, 1, cmd_report, "what a recorded run was denied, who wanted it, and what to change",
	  report_options, &report_manual, .completes = COMPLETES_PATH },
	{ "profiles", "", 0, 0, cmd_profiles, "list the named profiles and where they come from, or make one",
	  profiles_options, &profiles_manual },
	{ "doctor", "", 0, 0, cmd_doctor, "say what this host supports, what is missing and how to get it",
	  doctor_options, &doctor_manual },
	{ "completion", "SHELL", 1, 1, cmd_completion, "print a completion script for bash, zsh or fish",
	  completion_options, &completion_manual, .words = completion_shells },
	{ "help", "[COMMAND]", 0, 1, cmd_help, "explain vpcjail or one of its commands", help_options, &help_manual },
	{ NULL },
};

static int usage_error(const struct command *command, const struct error *err)
{
	output_message("%s: %s", command->name, err->message);
	output_message("try `vpcjail %s --help`", command->name);
	return STATUS_USAGE;
}

static int run_command(struct invocation *invocation, char *const *words)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };
	struct error err = { 0 };

	if (arguments_parse(words, invocation, &err) < 0)
		return usage_error(invocation->command, &err);
	if (!invocation->help)
		return (int)invocation->command->run(invocation);
	help_command(invocation->command, &out);
	return output_result(&out, STATUS_YES);
}

// Options that stand before any command.
static int program_option(const char *word)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };

	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		help_program(commands, &out);
		return output_result(&out, STATUS_YES);
	}
	if (strcmp(word, "--version") == 0) {
		strbuf_add(&out, "vpcjail " VPCJAIL_VERSION "\n");
		return output_result(&out, STATUS_YES);
	}
	output_message("unknown option \"%s\"; options follow the command, as in `vpcjail run -p PROFILE -- COMMAND`",
		       word);
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	unsigned closed = output_fill_closed();

	if (argc < 2) {
		CLEANUP(strbuf_release) struct strbuf out = { 0 };
		help_program(commands, &out);
		output_lines(&out);
		return STATUS_USAGE;
	}
	// A probe of `vpcjail verify`, inside the jail under test: never typed by anybody.
	if (strcmp(argv[1], PROBE_ARGUMENT) == 0 && argc == 2 + PROBE_WORDS)
		probe_main(argv + 2);
	if (argv[1][0] == '-')
		return program_option(argv[1]);

	const struct command *command = command_find(commands, argv[1]);
	if (!command) {
		help_unknown_command(commands, argv[1]);
		return STATUS_USAGE;
	}

	CLEANUP(invocation_release)
	struct invocation invocation = {
		.commands = commands,
		.command = command,
		.closed = closed,
		.stop_timeout = 120,
	};
	return run_command(&invocation, argv + 2);
}
