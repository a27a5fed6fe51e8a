// SPDX-License-Identifier: GPL-2.0-or-later
// What is said when a command was not run, and the exit status for it: a shell's.
#ifndef VPCJAIL_CMD_NOT_RUN_H
#define VPCJAIL_CMD_NOT_RUN_H

#include "base/error.h"
#include "cmd/command.h"

enum status not_run(const struct error *err, const char *command);

#endif
