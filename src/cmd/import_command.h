// SPDX-License-Identifier: GPL-2.0-or-later
// What the head of an imported profile says of the import itself.
#ifndef VPCJAIL_CMD_IMPORT_COMMAND_H
#define VPCJAIL_CMD_IMPORT_COMMAND_H

#include "cmd/command.h"
#include "import/selection/selection.h"

// The command line that makes the profile again, to be copied into a shell, its files in the order of their names:
// "vpcjail import aws/ --subnet subnet-1". request: what was asked for, also of an earlier profile. The caller's.
char *import_command_line(const struct invocation *invocation, const struct import_request *request);

// What the options of such a line were.
struct import_command {
	bool found;  // else the head has no such line, and nothing is known
	bool strict, assume_default_acl, named_groups;
	char *job_file;  // NULL
	VEC(char *) subnets;
};

// Reads it from the comments at the head of a profile's text.
void import_command_read(const char *text, struct import_command *out);
void import_command_release(struct import_command *command);

// Today, or the day of $SOURCE_DATE_EPOCH: "2026-11-28". The caller's.
char *import_date(void);

#endif
