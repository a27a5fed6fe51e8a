// SPDX-License-Identifier: GPL-2.0-or-later
// `explain --file`: a line for each flow of a file.
#ifndef VPCJAIL_CMD_EXPLAIN_FILE_H
#define VPCJAIL_CMD_EXPLAIN_FILE_H

#include <stdbool.h>

#include "cmd/command.h"
#include "plan/asked.h"

// Answers each line of the file ("-": standard input) with a line on standard output, while reading. A line that is no
// flow is told with its number, and the others are answered all the same: STATUS_USAGE then.
enum status explain_file(const struct asked_rules *rules, const char *file, bool json);

#endif
