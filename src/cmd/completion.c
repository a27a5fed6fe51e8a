// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail completion`: completion scripts for three shells, generated from the table of commands.
#include <string.h>

#include "base/cleanup.h"
#include "cmd/output.h"

const char *const completion_shells[] = { "bash", "zsh", "fish", NULL };

const struct option_row completion_options[] = { OPTION_HELP, OPTIONS_END };

const struct manual completion_manual = {
	.about = "Prints a script that completes commands, options and the names of profiles in SHELL.",
	.examples = { { "source <(vpcjail completion bash)", "in ~/.bashrc" },
		      { "vpcjail completion zsh > ~/.zfunc/_vpcjail", "a folder that is in zsh's $fpath" },
		      { "vpcjail completion fish > ~/.config/fish/completions/vpcjail.fish", "fish finds it there" } },
	.exits = "0, or 2 for another shell.",
	.see = "vpcjail(1)",
};

static void add_command_names(const struct command *commands, struct strbuf *out)
{
	for (const struct command *row = commands; row->name; row++)
		strbuf_format(out, "%s%s", row == commands ? "" : " ", row->name);
}

static void add_words(const char *const *words, struct strbuf *out)
{
	for (size_t i = 0; words[i]; i++)
		strbuf_format(out, "%s%s", i ? " " : "", words[i]);
}

// bash: the words for what an argument may be; ends the case.
static void bash_reply(enum completes completes, const char *const *words, struct strbuf *out)
{
	if (words) {
		strbuf_add(out, "COMPREPLY=($(compgen -W \"");
		add_words(words, out);
		strbuf_add(out, "\" -- \"$word\"));");
		return;
	}
	switch (completes) {
	case COMPLETES_NOTHING:
		strbuf_add(out, "COMPREPLY=();");
		break;
	case COMPLETES_PROFILE:
		strbuf_add(out, "COMPREPLY=($(compgen -W \"$(vpcjail profiles --names 2>/dev/null)\" -- \"$word\") "
				"$(compgen -f -- \"$word\"));");
		break;
	case COMPLETES_PATH:
		strbuf_add(out, "COMPREPLY=($(compgen -f -- \"$word\"));");
		break;
	case COMPLETES_USER:
		strbuf_add(out, "COMPREPLY=($(compgen -u -- \"$word\"));");
		break;
	case COMPLETES_COMMAND:
		strbuf_add(out, "COMPREPLY=($(compgen -c -- \"$word\"));");
		break;
	case COMPLETES_JAIL:
		strbuf_add(out, "COMPREPLY=($(compgen -W \"$(vpcjail ps --names 2>/dev/null)\" -- \"$word\"));");
		break;
	}
}

static void bash_option_values(const struct command *command, struct strbuf *out)
{
	for (const struct option_row *row = command->options; row->name; row++) {
		if (!row->argument)
			continue;
		strbuf_format(out, "\t%s:--%s", command->name, row->name);
		if (row->letter)
			strbuf_format(out, "|%s:-%c", command->name, row->letter);
		strbuf_add(out, ")\n\t\t");
		bash_reply(row->completes, row->words, out);
		strbuf_add(out, "\n\t\treturn ;;\n");
	}
}

static void bash_words(const struct command *command, struct strbuf *out)
{
	strbuf_format(out, "\t%s:-*)\n\t\tCOMPREPLY=($(compgen -W \"", command->name);
	for (const struct option_row *row = command->options; row->name; row++)
		strbuf_format(out, "%s--%s", row == command->options ? "" : " ", row->name);
	strbuf_format(out, "\" -- \"$word\")) ;;\n\t%s:*)\n\t\t", command->name);
	bash_reply(command->completes, command->words, out);
	strbuf_add(out, " ;;\n");
}

// After `--` the words belong to the command that is run.
static void bash_inner_command(const struct command *commands, struct strbuf *out)
{
	for (const struct command *row = commands; row->name; row++)
		if (row->runs_command)
			strbuf_format(out,
				      "\tif [ \"$command\" = %s ] && [[ \" ${COMP_WORDS[*]:0:COMP_CWORD} \" == *\" -- "
				      "\"* ]]; then\n"
				      "\t\tCOMPREPLY=($(compgen -c -f -- \"$word\"))\n\t\treturn\n\tfi\n",
				      row->name);
}

static void bash(const struct command *commands, struct strbuf *out)
{
	strbuf_add(
	    out,
	    "# bash completion of vpcjail; made by `vpcjail completion bash`\n"
	    "_vpcjail() {\n"
	    "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}\n"
	    "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\tCOMPREPLY=($(compgen -W \"");
	add_command_names(commands, out);
	strbuf_add(out, " --help --version\" -- \"$word\"))\n\t\treturn\n\tfi\n");
	bash_inner_command(commands, out);
	strbuf_add(out, "\tcase $command:$before in\n");
	for (const struct command *row = commands; row->name; row++)
		bash_option_values(row, out);
	strbuf_add(out, "\tesac\n\tcase $command:$word in\n");
	for (const struct command *row = commands; row->name; row++)
		bash_words(row, out);
	strbuf_add(out, "\tesac\n}\ncomplete -F _vpcjail vpcjail\n");
}

// Text inside '...' of zsh and fish. Brackets and backslashes would need escaping twice; no help text needs them.
static void add_quoted(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			strbuf_add(out, "'\\''");
		else if (!strchr("[]\\", *text))
			strbuf_add_char(out, *text);
	}
}

static void zsh_action(enum completes completes, const char *const *words, struct strbuf *out)
{
	if (words) {
		strbuf_add_char(out, '(');
		add_words(words, out);
		strbuf_add_char(out, ')');
		return;
	}
	switch (completes) {
	case COMPLETES_NOTHING:
		break;
	case COMPLETES_PROFILE:
		strbuf_add(out, "_vpcjail_profiles");
		break;
	case COMPLETES_PATH:
		strbuf_add(out, "_files");
		break;
	case COMPLETES_USER:
		strbuf_add(out, "_users");
		break;
	case COMPLETES_COMMAND:
		strbuf_add(out, "_normal");
		break;
	case COMPLETES_JAIL:
		strbuf_add(out, "_vpcjail_jails");
		break;
	}
}

static void zsh_option(const struct option_row *row, struct strbuf *out)
{
	const char *repeat = row->kind == OPTION_TEXTS || row->kind == OPTION_NUMBERS ? "*" : "";

	for (int letter = 0; letter <= (row->letter ? 1 : 0); letter++) {
		strbuf_format(out, " \\\n\t\t\t'%s", repeat);
		if (letter)
			strbuf_format(out, "-%c[", row->letter);
		else
			strbuf_format(out, "--%s[", row->name);
		add_quoted(out, row->help);
		strbuf_add_char(out, ']');
		if (row->argument) {
			strbuf_format(out, ":%s:", row->argument);
			zsh_action(row->completes, row->words, out);
		}
		strbuf_add_char(out, '\'');
	}
}

static void zsh_command(const struct command *command, struct strbuf *out)
{
	strbuf_format(out, "\t%s)\n\t\t_arguments -s -S", command->name);
	for (const struct option_row *row = command->options; row->name; row++)
		zsh_option(row, out);
	if (command->runs_command && command->completes == COMPLETES_COMMAND) {
		strbuf_add(out, " \\\n\t\t\t'(-)1:command:_command_names -e' '*::arguments:_normal'");
	} else if (command->maximum != 0) {
		strbuf_add(out, " \\\n\t\t\t'*:argument:");
		zsh_action(command->completes, command->words, out);
		strbuf_add_char(out, '\'');
	}
	strbuf_add(out, " ;;\n");
}

static void zsh(const struct command *commands, struct strbuf *out)
{
	strbuf_add(out, "#compdef vpcjail\n# zsh completion of vpcjail; made by `vpcjail completion zsh`\n"
			"_vpcjail_profiles() {\n\tlocal -a names=(${(f)\"$(vpcjail profiles --names 2>/dev/null)\"})\n"
			"\tcompadd -a names\n\t_files\n}\n\n"
			"_vpcjail_jails() {\n\tlocal -a names=(${(f)\"$(vpcjail ps --names 2>/dev/null)\"})\n"
			"\tcompadd -a names\n}\n\n"
			"_vpcjail() {\n\tif (( CURRENT == 2 )); then\n\t\tlocal -a commands=(\n");
	for (const struct command *row = commands; row->name; row++) {
		strbuf_format(out, "\t\t\t'%s:", row->name);
		add_quoted(out, row->help);
		strbuf_add(out, "'\n");
	}
	strbuf_add(out, "\t\t)\n\t\t_describe command commands\n\t\tcompadd -- --help --version\n\t\treturn\n\tfi\n"
			"\tlocal command=${words[2]}\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n");
	for (const struct command *row = commands; row->name; row++)
		zsh_command(row, out);
	strbuf_add(out, "\tesac\n}\n\n_vpcjail \"$@\"\n");
}

static void fish_values(enum completes completes, const char *const *words, struct strbuf *out)
{
	if (words) {
		strbuf_add(out, " -xa '");
		add_words(words, out);
		strbuf_add_char(out, '\'');
		return;
	}
	switch (completes) {
	case COMPLETES_NOTHING:
		strbuf_add(out, " -x");
		break;
	case COMPLETES_PROFILE:
		strbuf_add(out, " -ra '(vpcjail profiles --names 2>/dev/null)'");
		break;
	case COMPLETES_PATH:
		strbuf_add(out, " -rF");
		break;
	case COMPLETES_USER:
		strbuf_add(out, " -xa '(__fish_complete_users)'");
		break;
	case COMPLETES_COMMAND:
		strbuf_add(out, " -xa '(__fish_complete_subcommand)'");
		break;
	case COMPLETES_JAIL:
		strbuf_add(out, " -xa '(vpcjail ps --names 2>/dev/null)'");
		break;
	}
}

static void fish_command(const struct command *command, struct strbuf *out)
{
	strbuf_format(out, "complete -c vpcjail -n __fish_use_subcommand -xa %s -d '", command->name);
	add_quoted(out, command->help);
	strbuf_add(out, "'\n");
	for (const struct option_row *row = command->options; row->name; row++) {
		strbuf_format(out, "complete -c vpcjail -n '__fish_seen_subcommand_from %s' -l %s", command->name,
			      row->name);
		if (row->letter)
			strbuf_format(out, " -s %c", row->letter);
		if (row->argument)
			fish_values(row->completes, row->words, out);
		strbuf_add(out, " -d '");
		add_quoted(out, row->help);
		strbuf_add(out, "'\n");
	}
	if (command->maximum == 0 || (!command->words && command->completes == COMPLETES_NOTHING))
		return;
	strbuf_format(out, "complete -c vpcjail -n '__fish_seen_subcommand_from %s'", command->name);
	fish_values(command->completes, command->words, out);
	strbuf_add_char(out, '\n');
}

static void fish(const struct command *commands, struct strbuf *out)
{
	strbuf_add(out, "# fish completion of vpcjail; made by `vpcjail completion fish`\n"
			"complete -c vpcjail -f\n"
			"complete -c vpcjail -n __fish_use_subcommand -l help -s h -d 'print what there is'\n"
			"complete -c vpcjail -n __fish_use_subcommand -l version -d 'print the version'\n");
	for (const struct command *row = commands; row->name; row++)
		fish_command(row, out);
}

// In the order of completion_shells.
static void (*const generators[])(const struct command *commands, struct strbuf *out) = { bash, zsh, fish };

enum status cmd_completion(const struct invocation *invocation)
{
	CLEANUP(strbuf_release) struct strbuf out = { 0 };

	for (size_t i = 0; completion_shells[i]; i++) {
		if (strcmp(completion_shells[i], invocation->operands.items[0]) == 0) {
			generators[i](invocation->commands, &out);
			return output_result(&out, STATUS_YES);
		}
	}
	output_message("completion: \"%s\": must be one of bash, zsh, fish", invocation->operands.items[0]);
	return STATUS_USAGE;
}
