// SPDX-License-Identifier: GPL-2.0-or-later
// What SageMaker would refuse in a job's networks: see job.h.
#include "import/job/job.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN = 80 };  // of a foreign text in a message

// A list of VpcConfig.
struct id_kind {
	const char *member, *one, *example, *command;
	size_t most;
};

static const struct id_kind subnet_kind = { "Subnets", "subnet", "subnet-0a1b2c3d", "aws ec2 describe-subnets",
					    JOB_SUBNETS };
static const struct id_kind group_kind = { "SecurityGroupIds", "security group", "sg-0a1b2c3d",
					   "aws ec2 describe-security-groups", JOB_GROUPS };

// [-0-9a-zA-Z]+, at most 32 of them; in any locale.
static bool is_id(const char *text)
{
	static const char letters[] = "-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t length = strlen(text);

	return length && length <= JOB_ID_LENGTH && strspn(text, letters) == length;
}

static void check_id(const struct id_kind *kind, const struct aws_job_id *id, struct mistakes *mistakes)
{
	char hint[200];

	if (is_id(id->id))
		return;
	snprintf(hint, sizeof(hint), "letters, digits and \"-\", at most %d of them, as in %s; `%s` lists them",
		 JOB_ID_LENGTH, kind->example, kind->command);
	if (strpbrk(id->id, "$<{"))
		mistakes_add(mistakes, SEVERITY_ERROR, &id->at, hint, "a placeholder still stands for a %s: \"%.*s\"",
			     kind->one, SHOWN, id->id);
	else
		mistakes_add(mistakes, SEVERITY_ERROR, &id->at, hint, "not a %s's id: \"%.*s\"", kind->one, SHOWN,
			     id->id);
}

static void check_ids(const struct id_kind *kind, const job_id_vec *ids, const struct location *at,
		      struct mistakes *mistakes)
{
	vec_for_each (id, ids)
		check_id(kind, id, mistakes);
	if (!at->line)
		return;
	if (!ids->count)
		mistakes_add(mistakes, SEVERITY_ERROR, at, "or leave VpcConfig out, when the job has none",
			     "\"VpcConfig\" wants 1 to %zu %ss in \"%s\": there is none", kind->most, kind->one,
			     kind->member);
	if (ids->count > kind->most)
		mistakes_add(mistakes, SEVERITY_ERROR, &ids->items[kind->most].at, NULL,
			     "\"%s\" takes at most %zu %ss: this is one more", kind->member, kind->most, kind->one);
}

void job_check(const struct aws_job *job, struct mistakes *mistakes)
{
	check_ids(&group_kind, &job->groups, &job->groups_at, mistakes);
	check_ids(&subnet_kind, &job->subnets, &job->subnets_at, mistakes);
}
