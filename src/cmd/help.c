// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail help [COMMAND]` and --help: generated from the table of commands.
#include "cmd/help.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "cmd/output.h"

const struct option_row help_options[] = { OPTION_HELP, OPTIONS_END };

const struct manual help_manual = {
	.about = "Explains vpcjail, or one of its commands.",
	.examples = { { "vpcjail help", "what there is" }, { "vpcjail help run", "the same as vpcjail run --help" } },
	.exits = "0, or 2 for an unknown command.",
	.see = "vpcjail(1)",
};

static void add_column(struct strbuf *out, const char *text, int width)
{
	strbuf_format(out, "  %-*s  ", width, text);
}

static void option_text(const struct option_row *row, char *text, size_t size)
{
	char letter[8] = "    ";

	if (row->letter)
		(void)snprintf(letter, sizeof(letter), "-%c, ", row->letter);
	(void)snprintf(text, size, "%s--%s%s%s", letter, row->name, row->argument ? " " : "",
		       row->argument ? row->argument : "");
}

static void add_options(const struct option_row *options, struct strbuf *out)
{
	char text[64];
	int width = 0;

	for (const struct option_row *row = options; row->name; row++) {
		option_text(row, text, sizeof(text));
		if ((int)strlen(text) > width)
			width = (int)strlen(text);
	}
	strbuf_add(out, "\noptions:\n");
	for (const struct option_row *row = options; row->name; row++) {
		option_text(row, text, sizeof(text));
		add_column(out, text, width);
		strbuf_format(out, "%s\n", row->help);
	}
}

static void add_examples(const struct example *examples, struct strbuf *out)
{
	strbuf_add(out, "\nexamples:\n");
	for (size_t i = 0; i < MANUAL_EXAMPLES && examples[i].line; i++)
		strbuf_format(out, "  %s\n      %s\n", examples[i].line, examples[i].does);
}

static void add_usage(const struct command *command, struct strbuf *out)
{
	strbuf_format(out, "usage: vpcjail %s [OPTION]...%s%s%s\n", command->name,
		      command->runs_command && !strstr(command->operands, "--") ? " [--]" : "",
		      *command->operands ? " " : "", command->operands);
}

void help_command(const struct command *command, struct strbuf *out)
{
	const struct manual *manual = command->manual;

	add_usage(command, out);
	strbuf_format(out, "\n%s\n", manual->about);
	add_options(command->options, out);
	add_examples(manual->examples, out);
	strbuf_format(out, "\nexit status: %s\n", manual->exits);
	strbuf_format(out, "see also: %s\n", manual->see);
}

static const char introduction[] =
    "usage: vpcjail COMMAND [OPTION]... [ARGUMENT]...\n"
    "\n"
    "Runs a training job as if it ran in a private VPC: a profile says what it may reach, and\n"
    "the kernel denies everything else. It is not a container: files, user and libraries are\n"
    "those of the host.\n"
    "\n"
    "commands:\n";

static const char conclusion[] =
    "\n"
    "options:\n"
    "  -h, --help     print this text; after a command: explain that command\n"
    "      --version  print the version\n"
    "\n"
    "examples:\n"
    "  vpcjail run -p network-isolation -- python3 train.py\n"
    "      loopback alone, as EnableNetworkIsolation=True\n"
    "  vpcjail doctor\n"
    "      what this host supports, and how to get what is missing\n"
    "  vpcjail check ./vpc.yaml\n"
    "      every mistake of a profile at once\n"
    "\n"
    "exit status: 0 yes, 1 no, 2 usage, 3 the profile is wrong; `run` gives the job's own (128+n\n"
    "for signal n), 125 when nothing was run, 126 or 127 when the command cannot be executed or\n"
    "found.\n"
    "see also: vpcjail(1), vpcjail-profile(5), vpcjail-design(7)\n";

void help_program(const struct command *commands, struct strbuf *out)
{
	strbuf_add(out, introduction);
	for (const struct command *row = commands; row->name; row++) {
		add_column(out, row->name, 10);
		strbuf_format(out, "%s\n", row->help);
	}
	strbuf_add(out, conclusion);
}

enum status cmd_help(const struct invocation *invocation)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };

	if (invocation->operands.count) {
		const char *name = invocation->operands.items[0];
		const struct command *command = command_find(invocation->commands, name);
		if (!command) {
			help_unknown_command(invocation->commands, name);
			return STATUS_USAGE;
		}
		help_command(command, &out);
	} else {
		help_program(invocation->commands, &out);
	}
	return output_result(&out, STATUS_YES);
}

void help_unknown_command(const struct command *commands, const char *name)
{
	const char *nearest = command_nearest(commands, name);
	if (nearest)
		output_message("unknown command \"%s\"; did you mean \"%s\"?", name, nearest);
	else
		output_message("unknown command \"%s\"; `vpcjail --help` lists the commands", name);
}
