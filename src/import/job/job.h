// SPDX-License-Identifier: GPL-2.0-or-later
// Jobs in YAML, and what SageMaker would refuse of a job in any form.
#ifndef VPCJAIL_IMPORT_JOB_JOB_H
#define VPCJAIL_IMPORT_JOB_JOB_H

#include "import/account/account.h"
#include "profile/load.h"

// SageMaker API Reference, VpcConfig: the most items of each list, and the longest id.
enum { JOB_SUBNETS = 16, JOB_GROUPS = 5, JOB_ID_LENGTH = 32 };

// Adds the jobs of a YAML text: the SageMaker Python SDK's config.yaml, a manifest of the Kubernetes controller, or a
// request or description as aws reads and prints it in YAML. Mistakes have their places. A text that is none of them is
// a mistake that says what it is, where that is known, and what to give instead.
void job_read_yaml(struct account *account, const char *file, const char *text, size_t length,
		   struct mistakes *mistakes);

// Adds what SageMaker would refuse in a job's networks: counts (1 to 16 subnets, 1 to 5 groups), the patterns of ids.
// What reads jobs calls it for each. Source: SageMaker API Reference, VpcConfig.
void job_check(const struct aws_job *job, struct mistakes *mistakes);

#endif
