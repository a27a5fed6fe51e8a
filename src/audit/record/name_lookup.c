// SPDX-License-Identifier: GPL-2.0-or-later
// Where a name leads: see name_lookup.h.
#include "audit/record/name_lookup.h"

#include "base/cleanup.h"
#include "policy/service_name.h"

static const struct host_value *find_host(const struct profile *profile, const char *name)
{
	vec_for_each (host, &profile->hosts)
		if (endpoint_name_matches(host->name, name))
			return host;
	return NULL;
}

// Whose name it is, where its names resolve.
static const struct profile_endpoint *find_endpoint(const struct profile *profile, const char *name)
{
	if (profile->network.isolation == ISOLATION_FULL || profile->vpc.dns == DNS_NONE)
		return NULL;
	vec_for_each (endpoint, &profile->endpoints) {
		CLEANUP(name_vec_release) name_vec names = { 0 };

		endpoint_dns_names(profile, endpoint, &names);
		vec_for_each (pattern, &names)
			if (endpoint_name_matches(*pattern, name))
				return endpoint;
	}
	return NULL;
}

bool name_leads_to(const struct profile *profile, const char *name, struct address *address)
{
	const struct host_value *host = find_host(profile, name);
	const struct profile_endpoint *endpoint = host ? NULL : find_endpoint(profile, name);
	const struct profile_prefix_list *list = NULL;

	if (endpoint && endpoint->prefix_list.text)
		list = profile_find_prefix_list(profile, endpoint->prefix_list.text);
	if (host)
		*address = host->address;
	else if (endpoint && endpoint->addresses.count)
		*address = endpoint->addresses.items[0].address;
	else if (list && list->entries.ranges.count)
		*address = list->entries.ranges.items[0].first;
	return host || endpoint;
}
