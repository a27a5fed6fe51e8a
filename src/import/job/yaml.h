// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds of YAML that jobs are read from: a row of yaml.c and a reader each.
#ifndef VPCJAIL_IMPORT_JOB_YAML_H
#define VPCJAIL_IMPORT_JOB_YAML_H

#include "import/job/rows.h"

// The SageMaker Python SDK's config.yaml: a job of kind JOB_DEFAULTS for each section that runs the user's code in a
// network of its own and says something of that network, with the section's name as its id.
void job_read_configuration(struct job_reader *reader, const struct job_value *document);

// A manifest for the SageMaker controller of Kubernetes, or a list of them as kubectl prints it. Also of JSON.
void job_read_manifest(struct job_reader *reader, const struct job_value *document);

#endif
