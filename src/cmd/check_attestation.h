// SPDX-License-Identifier: GPL-2.0-or-later
// `vpcjail check --attestation FILE`: a statement held against a profile.
#ifndef VPCJAIL_CMD_CHECK_ATTESTATION_H
#define VPCJAIL_CMD_CHECK_ATTESTATION_H

#include "cmd/command.h"

enum status check_attestation(const struct invocation *invocation);

#endif
