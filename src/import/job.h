// SPDX-License-Identifier: GPL-2.0-or-later
// Jobs in YAML: the SageMaker Python SDK's config.yaml, and job manifests of the Kubernetes controller.
#ifndef VPCJAIL_IMPORT_JOB_H
#define VPCJAIL_IMPORT_JOB_H

#include "import/account.h"
#include "profile/load.h"

// Adds the jobs of a YAML text; mistakes with their places. A text that is neither is a mistake that says so.
void job_read_yaml(struct account *account, const char *file, const char *text, size_t length,
		   struct mistakes *mistakes);

// Adds what SageMaker would refuse in a job's networks: counts (1 to 16 subnets, 1 to 5 groups), the patterns of ids.
// Source: SageMaker API Reference, VpcConfig.
void job_check(const struct aws_job *job, struct mistakes *mistakes);

#endif
