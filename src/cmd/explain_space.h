// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail explain --any-to` and `--internet`: every flow to an address space at once.
#ifndef VPCJAIL_CMD_EXPLAIN_SPACE_H
#define VPCJAIL_CMD_EXPLAIN_SPACE_H

#include "cmd/command.h"

// Answers the one of the two options that is given. STATUS_YES when something may be reached, STATUS_NO when nothing
// is.
enum status explain_space(const struct invocation *invocation);

#endif
