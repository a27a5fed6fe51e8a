// SPDX-License-Identifier: GPL-2.0-or-later
// Words of a command line → struct invocation, driven by the option rows of the command.
#ifndef VPCJAIL_CMD_ARGUMENTS_H
#define VPCJAIL_CMD_ARGUMENTS_H

#include "base/error.h"
#include "cmd/command.h"

// Parses words (NULL-terminated, after the command's name) by the rows of out->command into *out: `--name VALUE`,
// `--name=VALUE`, `-nVALUE`, `-n VALUE`, letters without arguments may share a dash; no abbreviations. Options end at
// `--` and, when the operands are a command line, at the first operand. With --help nothing else is checked.
// 0, or -EINVAL with what is wrong and the nearest right word; *out is to be released in both cases.
int arguments_parse(char *const *words, struct invocation *out, struct error *err);

#endif
