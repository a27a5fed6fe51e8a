// SPDX-License-Identifier: GPL-2.0-or-later
// What is said after a job of which something was denied.
#ifndef VPCJAIL_CMD_BREADCRUMB_H
#define VPCJAIL_CMD_BREADCRUMB_H

#include "kernel/launch/launch.h"
#include "profile/profile.h"

// "3 destinations denied; first: 192.0.2.1:443 (tcp), network isolation: … (isolation_egress rule 1)" into line,
// without the end of line; line stays empty when nothing was denied. The profile says what is tolerated; NULL: nothing.
void breadcrumb_format(const struct launch_result *result, const struct profile *profile, struct strbuf *line);

// The same on standard error, with breadcrumb_print_blocks.
void breadcrumb_print(const struct launch_result *result, const struct profile *profile);

// A line for each rule of the host's own firewall that stopped packets of the job.
void breadcrumb_print_blocks(const struct launch_result *result);

// A line for each port of the jail that `vpcjail forward` let in.
void breadcrumb_print_forwarded(const struct launch_result *result);

#endif
