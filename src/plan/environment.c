// SPDX-License-Identifier: GPL-2.0-or-later
// The job's environment: the caller's, less what leads out of the jail or opens doors elsewhere.
#include "plan/environment.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "plan/steps.h"

// A matcher of our own: fnmatch(3) would give `[` in a user's pattern a meaning nobody asked for.
int environment_matches(const char *name, const char *pattern)
{
	for (; *pattern; pattern++, name++) {
		if (*pattern == '*') {
			for (;; name++) {
				if (environment_matches(name, pattern + 1))
					return 1;
				if (!*name)
					return 0;
			}
		}
		if (*name != *pattern)
			return 0;
	}
	return *name == '\0';
}

const struct environment_row *environment_find(const char *name, int keep_aws)
{
	bool aws = false;

	for (size_t i = 0; i < environment_row_count; i++) {
		const struct environment_row *row = &environment_rows[i];
		if (row->kind == ENVIRONMENT_TRAINING || !environment_matches(name, row->pattern))
			continue;
		if (row->kind == ENVIRONMENT_AWS && keep_aws) {
			aws = true;  // kept by name, also where a pattern below says secret
			continue;
		}
		return aws ? NULL : row;
	}
	return NULL;
}

static bool is_training(const char *name)
{
	for (size_t i = 0; i < environment_row_count; i++)
		if (environment_rows[i].kind == ENVIRONMENT_TRAINING &&
		    environment_matches(name, environment_rows[i].pattern))
			return true;
	return false;
}

static bool listed(const text_vec *patterns, const char *name)
{
	vec_for_each (pattern, patterns)
		if (environment_matches(name, pattern->text))
			return true;
	return false;
}

bool environment_is_kept(const struct profile_process *process, const char *name)
{
	return listed(&process->environment_keep, name) && !listed(&process->environment_remove, name);
}

static bool goes(const struct profile_process *process, const char *name)
{
	if (listed(&process->environment_remove, name))
		return true;
	if (listed(&process->environment_keep, name))
		return false;
	if (environment_find(name, process->credentials == CREDENTIALS_KEEP))
		return true;
	return process->environment_mode == ENVIRONMENT_CLEAN && !is_training(name) &&
	       !(process->credentials == CREDENTIALS_KEEP && environment_find(name, 0));
}

static bool is_set(const named_text_vec *set, const char *name)
{
	vec_for_each (variable, set)
		if (strcmp(variable->name, name) == 0)
			return true;
	return false;
}

// As root for another user: the job is that user's, and so are its names.
static void add_own(struct launch_plan *plan, const struct launch_request *request)
{
	const struct identity *who = &request->host->identity;
	const struct {
		const char *name, *value;
	} rows[] = { { "HOME", who->home }, { "USER", who->name }, { "LOGNAME", who->name }, { "SHELL", who->shell } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!is_set(&request->profile->process.environment_set, rows[i].name))
			vec_push(&plan->environment, memory_format("%s=%s", rows[i].name, rows[i].value));
}

static bool is_own(const char *name)
{
	return strcmp(name, "HOME") == 0 || strcmp(name, "USER") == 0 || strcmp(name, "LOGNAME") == 0 ||
	       strcmp(name, "SHELL") == 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void plan_environment(struct launch_plan *plan, const struct launch_request *request)
{
	const struct profile_process *process = &request->profile->process;

	for (char *const *variable = request->environment; *variable; variable++) {
		size_t length = strcspn(*variable, "=");
		AUTO_FREE char *name = memory_copy_bytes(*variable, length);

		if (is_set(&process->environment_set, name) || (request->host->root && is_own(name)))
			continue;
		if (!goes(process, name))
			vec_push(&plan->environment, memory_copy_text(*variable));
		else
			vec_push(&plan->removed, STEAL(name));
	}
	if (process->credentials == CREDENTIALS_KEEP) {
		plan_open_door(plan, "environment_aws", "process.credentials: keep");
		plan_open_door(plan, "credentials_aws", "process.credentials: keep");
	}
	vec_for_each (variable, &process->environment_set)
		vec_push(&plan->environment, memory_format("%s=%s", variable->name, variable->text));
	if (request->host->root)
		add_own(plan, request);
	vec_push(&plan->environment, NULL);
	plan->environment.count--;  // the terminator is behind the last item
	if (plan->removed.count)
		qsort(plan->removed.items, plan->removed.count, sizeof(char *), compare);
}
