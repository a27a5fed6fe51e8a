// SPDX-License-Identifier: GPL-2.0-or-later
// Credentials that variables of the environment point to: see plan/pointed.c.
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/memory.h"
#include "kernel/host/guarded.h"
#include "plan/environment.h"

static bool is_known(const struct host_facts *facts, const char *path)
{
	vec_for_each (known, &facts->guarded)
		if (known->cover && strcmp(known->path, path) == 0)
			return true;
	return false;
}

static void add(struct host_facts *facts, const struct guarded_pointer *pointer, char *path)
{
	AUTO_FREE char *named = path;
	AUTO_FREE char *real = guarded_real_path(facts, named);

	if (!real || guarded_holds_the_job(facts, real) || is_known(facts, named))
		return;
	struct guarded_path found = { .row = &pointer->row, .cover = true, .shown = memory_copy_text(named) };
	if (strcmp(real, named) != 0)
		found.real = STEAL(real);
	found.path = STEAL(named);
	vec_push(&facts->guarded, found);
}

// "/one:/two", "FILE:/tmp/krb5cc_1000": whatever begins with a slash.
static void add_each(struct host_facts *facts, const struct guarded_pointer *pointer, const char *value)
{
	for (const char *part = value; *part;) {
		size_t length = strcspn(part, ":");
		if (*part == '/')
			add(facts, pointer, memory_format("%.*s%s", (int)length, part, pointer->below));
		part += length + (part[length] == ':');
	}
}

// As the caller has it, and as the profile sets it.
void guarded_pointed(const struct profile *profile, struct host_facts *facts)
{
	for (size_t i = 0; i < credential_pointer_count; i++) {
		const struct guarded_pointer *pointer = &credential_pointers[i];
		const char *value = getenv(pointer->variable);
		if (value && !environment_is_kept(&profile->process, pointer->variable))
			add_each(facts, pointer, value);
		vec_for_each (variable, &profile->process.environment_set)
			if (strcmp(variable->name, pointer->variable) == 0 && pointer->below[0])
				add_each(facts, pointer, variable->text);
	}
}
