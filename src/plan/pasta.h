// SPDX-License-Identifier: GPL-2.0-or-later
// What pasta is told: the options of the program that carries an ordinary user's link (kernel/link/pasta_process.h
// starts it).
#ifndef VPCJAIL_PLAN_PASTA_H
#define VPCJAIL_PLAN_PASTA_H

#include "plan/launch_plan.h"

// The link's. pasta takes nearly 64 KiB, and large packets are what makes it fast; but the kernel joins two segments at
// least, and what is longer than 64 KiB together has an extension header in IPv6, which no rule lets through.
enum { PASTA_MTU = 32768 };

// Appends the options for the link: what it carries, and the refusal of everything that pasta would do beyond. Those
// that need a number of the running launch (the namespaces, where to say that it is ready) are not among them.
void pasta_options(const struct link_plan *link, const struct policy *policy, text_list *out);

#endif
