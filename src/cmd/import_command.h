// SPDX-License-Identifier: GPL-2.0-or-later
// What the head of an imported profile says of the import itself.
#ifndef VPCJAIL_CMD_IMPORT_COMMAND_H
#define VPCJAIL_CMD_IMPORT_COMMAND_H

#include "cmd/command.h"

// The command line that makes the profile again, to be copied into a shell, its files in the order of their names:
// "vpcjail import aws/ --subnet subnet-1". The caller's.
char *import_command_line(const struct invocation *invocation);

// Today, or the day of $SOURCE_DATE_EPOCH: "2026-11-28". The caller's.
char *import_date(void);

#endif
