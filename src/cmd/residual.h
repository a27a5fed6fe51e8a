// SPDX-License-Identifier: GPL-2.0-or-later
// What stays open under a profile without being its mistake: by design, or because kernels cannot close it.
#ifndef VPCJAIL_CMD_RESIDUAL_H
#define VPCJAIL_CMD_RESIDUAL_H

#include "plan/launch_plan.h"

// Appends a sentence for each channel that stays open under the profile, wherever it runs.
void residual_add(const struct profile *profile, text_list *out);

// Of them, those that lead to other machines by way of vpcjail itself: what becomes of the job's questions for names.
void residual_add_names(const struct profile *profile, text_list *out);

// Appends a sentence for each channel of this very host: what its kernel lacks, and which of the file systems that the
// job sees are reached over a network.
int residual_add_host(const struct profile *profile, const struct host_facts *host, text_list *out, struct error *err);

#endif
