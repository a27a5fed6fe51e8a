// SPDX-License-Identifier: GPL-2.0-or-later
// Public names of services, asked once, before the launch: see stand_in.h.
#include "kernel/host/stand_in.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>

#include "base/cleanup.h"
#include "policy/service_name.h"

static void release_answer(struct addrinfo **answer)
{
	if (*answer)
		freeaddrinfo(*answer);
}

static bool is_of_vpc(const struct profile *profile, const struct address *address)
{
	vec_for_each (cidr, &profile->vpc.cidrs)
		if (prefix_contains(&cidr->prefix, address))
			return true;
	vec_for_each (subnet, &profile->vpc.subnets)
		if (prefix_contains(&subnet->prefix, address))
			return true;
	return false;
}

// The first of each family. One of the VPC's own ranges is what the name means inside it, not here.
static void take_addresses(const struct profile *profile, const struct addrinfo *answer,
			   struct profile_endpoint *endpoint)
{
	for (; answer; answer = answer->ai_next) {
		bool ipv6 = answer->ai_family == AF_INET6;
		const void *bytes =
		    ipv6 ? (const void *)&((const struct sockaddr_in6 *)(const void *)answer->ai_addr)->sin6_addr
			 : (const void *)&((const struct sockaddr_in *)(const void *)answer->ai_addr)->sin_addr;
		struct address address = address_from_bytes(ipv6 ? FAMILY_IPV6 : FAMILY_IPV4, bytes);
		if (endpoint->stand_in_at[ipv6].family == FAMILY_NONE && !is_of_vpc(profile, &address))
			endpoint->stand_in_at[ipv6] = address;
	}
}

static int resolve(const struct profile *profile, struct profile_endpoint *endpoint, const char *name,
		   struct error *err)
{
	CLEANUP(release_answer) struct addrinfo *answer = NULL;
	const struct addrinfo wanted = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	int code = getaddrinfo(name, NULL, &wanted, &answer);

	if (code == 0)
		take_addresses(profile, answer, endpoint);
	if (endpoint->stand_in_at[0].family != FAMILY_NONE || endpoint->stand_in_at[1].family != FAMILY_NONE)
		return 0;
	AUTO_FREE char *place = profile_place(profile, &endpoint->stand_in.at, "stand-in");
	return error_set(err, -EHOSTUNREACH,
			 "%s: %s has no address outside the VPC here (%s); give one instead of public", place, name,
			 code ? gai_strerror(code) : "the answers lie in the VPC's ranges");
}

int stand_ins_resolve(struct profile *profile, struct error *err)
{
	if (profile->vpc.located != LOCATED_ELSEWHERE || profile->network.isolation != ISOLATION_VPC)
		return 0;
	vec_for_each (endpoint, &profile->endpoints) {
		CLEANUP(name_vec_release) name_vec names = { 0 };
		const char *name = NULL;

		if (!endpoint->stand_in_public || endpoint->type == ENDPOINT_GATEWAY)
			continue;
		endpoint_dns_names(profile, endpoint, &names);
		for (size_t i = 0; i < names.count && !name; i++)
			name = names.items[i][0] == '*' ? NULL : names.items[i];
		if (!name) {
			AUTO_FREE char *place = profile_place(profile, &endpoint->stand_in.at, "stand-in");
			return error_set(err, -EINVAL, "%s: no single public name stands for it; give its address",
					 place);
		}
		if (resolve(profile, endpoint, name, err) < 0)
			return err ? err->code : -EHOSTUNREACH;
	}
	return 0;
}
