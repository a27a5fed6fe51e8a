// SPDX-License-Identifier: GPL-2.0-or-later
// What pasta is told: the options of the program that carries an ordinary user's link (kernel/pasta.h starts it).
#ifndef VPCJAIL_PLAN_PASTA_H
#define VPCJAIL_PLAN_PASTA_H

#include "plan/launch_plan.h"

// The largest size of a packet that pasta takes, and with it the link's.
enum { PASTA_MTU = 65520 };

// Appends the options for the link: what it carries, and the refusal of everything that pasta would do beyond. Those
// that need a number of the running launch (the namespaces, where to say that it is ready) are not among them.
void pasta_options(const struct link_plan *link, const struct policy *policy, text_list *out);

#endif
