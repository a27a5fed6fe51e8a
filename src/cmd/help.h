// SPDX-License-Identifier: GPL-2.0-or-later
// The text that teaches the program and each command, from the table of commands.
#ifndef VPCJAIL_CMD_HELP_H
#define VPCJAIL_CMD_HELP_H

#include "base/strbuf.h"
#include "cmd/command.h"

// What `vpcjail --help` prints.
void help_program(const struct command *commands, struct strbuf *out);

// What `vpcjail COMMAND --help` prints.
void help_command(const struct command *command, struct strbuf *out);

// Says on standard error that there is no such command, and what may have been meant.
void help_unknown_command(const struct command *commands, const char *name);

#endif
