// SPDX-License-Identifier: GPL-2.0-or-later
// VpcConfig and NetworkConfig of a job. Source: SageMaker API Reference, VpcConfig.
#include "import/job/job.h"
#include "import/job/rows.h"

// Both lists are looked for at VpcConfig itself until they are found.
void take_vpc(struct job_reader *reader, const struct job_value *value)
{
	reader->job->has_vpc = true;
	reader->job->subnets_at = value_place(reader->json, value);
	reader->job->groups_at = reader->job->subnets_at;
}

// One more than SageMaker takes is enough to say so.
static void take_ids(struct job_reader *reader, const struct job_value *list, const char *key, size_t most,
		     job_id_vec *ids, struct location *at)
{
	*at = value_place(reader->json, list);
	if (!value_is_list(list)) {
		job_complain(reader, list, NULL, "\"%s\" must be a list of ids, not %s", key, value_kind(list));
		at->line = 0;
		return;
	}
	for (size_t i = 0; i < value_count(list) && i <= most; i++) {
		struct job_value item = value_item(list, i);
		const char *text = value_text(&item);

		if (text) {
			struct aws_job_id id = { memory_copy_text(text), value_place(reader->json, &item) };
			vec_push(ids, id);
			continue;
		}
		job_complain(reader, &item, NULL, "an id in \"%s\" must be a text, not %s", key, value_kind(&item));
		at->line = 0;
	}
}

static void take_subnets(struct job_reader *reader, const struct job_value *value)
{
	take_ids(reader, value, "Subnets", JOB_SUBNETS, &reader->job->subnets, &reader->job->subnets_at);
}

static void take_groups(struct job_reader *reader, const struct job_value *value)
{
	take_ids(reader, value, "SecurityGroupIds", JOB_GROUPS, &reader->job->groups, &reader->job->groups_at);
}

const struct job_row vpc_config_rows[] = {
	{ "SecurityGroupIds", take_groups },
	{ "Subnets", take_subnets },
	{ 0 },
};

const struct job_row network_config_rows[] = {
	{ "EnableNetworkIsolation", take_isolation },
	{ "EnableInterContainerTrafficEncryption", take_encryption },
	{ "VpcConfig", take_vpc, vpc_config_rows },
	{ 0 },
};
