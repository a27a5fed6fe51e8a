// SPDX-License-Identifier: GPL-2.0-or-later
// The record of a run from its file.
#ifndef VPCJAIL_CMD_LOAD_RECORD_H
#define VPCJAIL_CMD_LOAD_RECORD_H

#include "audit/record/run_record.h"

// 0 or a negative errno, with the path. *record is released by the caller, also after an error.
int load_record(const char *path, struct run_record *record, struct error *err);

#endif
