// SPDX-License-Identifier: GPL-2.0-or-later
// A flow to a name: the verdict for every address that the name can mean. Inside src/plan only.
#ifndef VPCJAIL_PLAN_ASKED_NAMES_H
#define VPCJAIL_PLAN_ASKED_NAMES_H

#include "dns/meaning.h"
#include "plan/asked.h"

// The verdict for flow (without a remote) to the name; fills answer, flow, judgement and text.
void asked_name_judge(const struct asked_rules *rules, const struct name_meaning *meaning, const struct flow *flow,
		      const struct port_range *ports, struct verdict_given *given);

#endif
