// SPDX-License-Identifier: GPL-2.0-or-later
// The recorded runs as a list: `vpcjail report --list`.
#ifndef VPCJAIL_CMD_REPORT_LIST_H
#define VPCJAIL_CMD_REPORT_LIST_H

#include "cmd/command.h"

enum status report_list(bool json);

#endif
