// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel counted of each rule that denies, in the jail.
#ifndef VPCJAIL_KERNEL_NETLINK_COUNTERS_H
#define VPCJAIL_KERNEL_NETLINK_COUNTERS_H

#include "audit/record/run_record.h"

// Appends the counters that are not 0 of all deny rules that are there now, whatever policy they are of. fd: a socket
// of the namespace's rules (nfnetlink_open). To be called at the end of the job, and before an exchange of the policy
// takes the rules away; a later reading of the same rules holds what an earlier one did.
int counters_read(int fd, record_counter_vec *counters, struct error *err);

#endif
