// SPDX-License-Identifier: GPL-2.0-or-later
// Words of the command line that stand where an id of a subnet should.
#ifndef VPCJAIL_CMD_IMPORT_IDS_H
#define VPCJAIL_CMD_IMPORT_IDS_H

#include "cmd/command.h"
#include "import/selection/selection.h"

// Complains of a --subnet that is a block, or the id of something else, with the subnets that there are.
enum status import_check_subnets(const struct import_request *request, const struct account *account);

#endif
