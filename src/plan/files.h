// SPDX-License-Identifier: GPL-2.0-or-later
// The contents of the small files of which the job has its own.
#ifndef VPCJAIL_PLAN_FILES_H
#define VPCJAIL_PLAN_FILES_H

#include "plan/launch_plan.h"

// Each returns text that the caller frees.
char *file_hosts(const struct launch_plan *plan, const struct launch_request *request);  // /etc/hosts
char *file_resolv(const struct launch_request *request);                                 // /etc/resolv.conf
char *file_nsswitch(const struct launch_request *request);                               // /etc/nsswitch.conf
char *file_passwd(const struct launch_request *request);                                 // NULL: the host's does
char *file_group(const struct launch_request *request);                                  // NULL: the host's does

#endif
