// SPDX-License-Identifier: GPL-2.0-or-later
// The life of a struct profile, and looking things up in one: see profile.h.
#include "profile/profile.h"

#include <string.h>

#include "base/cleanup.h"
#include "profile/kind.h"

void profile_init(struct profile *profile)
{
	table_init(&profile_keys, profile);
}

static void host_release(struct profile_host *host)
{
	prefix_set_release(&host->own);
	prefix_set_release(&host->gateways);
	prefix_set_release(&host->nameservers);
	prefix_set_release(&host->proxies);
}

void profile_release(struct profile *profile)
{
	vec_for_each (list, &profile->prefix_lists)
		free(list->date);
	table_release(&profile_keys, profile);
	host_release(&profile->host);
	vec_for_each (placeholder, &profile->placeholders)
		free(placeholder->key);
	vec_release(&profile->placeholders);
	vec_for_each (file, &profile->files)
		free(*file);
	vec_release(&profile->files);
	free(profile->name);
	free(profile->path);
	memset(profile, 0, sizeof(*profile));
}

char *profile_place(const struct profile *profile, const struct location *at, const char *key)
{
	if (!at->line)
		return memory_copy_text(key);
	return memory_format("%s:%u:%u: %s", at->file ? at->file : profile->path, at->line, at->column, key);
}

const struct profile_prefix_list *profile_find_prefix_list(const struct profile *profile, const char *id)
{
	vec_for_each (list, &profile->prefix_lists)
		if (strcmp(list->id, id) == 0)
			return list;
	return NULL;
}

// A name of its own beats a service: two endpoints of one service differ by name.
const struct profile_endpoint *profile_find_endpoint(const struct profile *profile, const char *name_or_service)
{
	vec_for_each (endpoint, &profile->endpoints)
		if (endpoint->name.text && strcmp(endpoint->name.text, name_or_service) == 0)
			return endpoint;
	vec_for_each (endpoint, &profile->endpoints)
		if (endpoint->service.text && strcmp(endpoint->service.text, name_or_service) == 0)
			return endpoint;
	return NULL;
}

const struct security_group *profile_find_security_group(const struct profile *profile, const char *id)
{
	vec_for_each (group, &profile->security_groups)
		if (strcmp(group->id, id) == 0)
			return group;
	return NULL;
}
