// SPDX-License-Identifier: GPL-2.0-or-later
// What a profile may say and this version cannot enforce yet: refused by name, never ignored.
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "plan/launch_plan.h"

static void add(unavailable_vec *out, struct location at, char *message)
{
	vec_push(out, (struct unavailable){ .at = at, .message = message });
}

// Whether full isolation makes a key mean nothing.
static bool is_of_vpc(const char *key)
{
	static const char *const sections[] = { "vpc",          "prefix-lists", "endpoints", "security-groups",
						"network-acls", "routes" };
	size_t length = strcspn(key, ".");

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strlen(sections[i]) == length && strncmp(sections[i], key, length) == 0)
			return true;
	return false;
}

void launch_placeholders(const struct profile *profile, unavailable_vec *out)
{
	vec_for_each (placeholder, &profile->placeholders)
		if (profile->network.isolation == ISOLATION_VPC || !is_of_vpc(placeholder->key))
			add(out, placeholder->at,
			    memory_format("%s has a made-up value of the template", placeholder->key));
}

void launch_unavailable(const struct profile *profile, unavailable_vec *out)
{
	launch_placeholders(profile, out);
}

void unavailable_release(unavailable_vec *list)
{
	vec_for_each (row, list)
		free(row->message);
	vec_release(list);
}
