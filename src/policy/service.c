// SPDX-License-Identifier: GPL-2.0-or-later
// What AWS filters by no group, no ACL and no route: resolver, instance metadata, task credentials, time, licences.
#include <netinet/in.h>

#include "base/cleanup.h"
#include "policy/layer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum service { SERVICE_RESOLVER, SERVICE_IMDS, SERVICE_CREDENTIALS, SERVICE_TIME, SERVICE_LICENCE };

static const struct {
	enum service service;
	int protocol;
	uint16_t port;
	struct prefix addresses[3];
	const char *allowed;
	const char *denied;
} service_rows[] = {
	{ SERVICE_RESOLVER,
	  IPPROTO_UDP,
	  53,
	  { IPV4_PREFIX(169, 254, 169, 253, 32), IPV6_PREFIX(0xfd000ec200000000, 0x253, 128) },
	  "the VPC resolver: dns is resolver, and vpcjail asks it",
	  "the VPC resolver itself is closed: dns is not resolver" },
	{ SERVICE_RESOLVER,
	  IPPROTO_TCP,
	  53,
	  { IPV4_PREFIX(169, 254, 169, 253, 32), IPV6_PREFIX(0xfd000ec200000000, 0x253, 128) },
	  "the VPC resolver: dns is resolver, and vpcjail asks it",
	  "the VPC resolver itself is closed: dns is not resolver" },
	{ SERVICE_IMDS,
	  IPPROTO_TCP,
	  80,
	  { IPV4_PREFIX(169, 254, 169, 254, 32), IPV6_PREFIX(0xfd000ec200000000, 0x254, 128) },
	  "instance metadata: imds is allow",
	  "instance metadata is closed: imds is deny" },
	{ SERVICE_CREDENTIALS,
	  IPPROTO_TCP,
	  80,
	  { IPV4_PREFIX(169, 254, 170, 2, 32), IPV4_PREFIX(169, 254, 170, 23, 32),
	    IPV6_PREFIX(0xfd000ec200000000, 0x23, 128) },
	  "task credentials: credentials is keep",
	  "task credentials are closed: credentials is scrub" },
	{ SERVICE_TIME,
	  IPPROTO_UDP,
	  123,
	  { IPV4_PREFIX(169, 254, 169, 123, 32), IPV6_PREFIX(0xfd000ec200000000, 0x123, 128) },
	  "Time Sync: time-sync is allow",
	  "Time Sync is closed: time-sync is deny" },
	{ SERVICE_LICENCE,
	  IPPROTO_TCP,
	  1688,
	  { IPV4_PREFIX(169, 254, 169, 250, 32), IPV4_PREFIX(169, 254, 169, 251, 32) },
	  NULL,
	  "licence server: no training job needs one" },
};

// Whole ranges where services live: closed even where nothing of AWS is assumed.
static const struct prefix service_ranges[] = {
	IPV4_PREFIX(169, 254, 0, 0, 16),
	IPV6_PREFIX(0xfd000ec200000000, 0, 32),
};

static bool service_is_allowed(const struct profile *profile, enum service service)
{
	// What answers at such an address here is another VPC's, if anybody's. Names are the supervisor's own.
	if (profile->vpc.located == LOCATED_ELSEWHERE && service != SERVICE_RESOLVER)
		return false;
	switch (service) {
	case SERVICE_RESOLVER:
		return profile->vpc.dns == DNS_RESOLVER;
	case SERVICE_IMDS:
		return profile->vpc.imds == PERMISSION_ALLOW;
	case SERVICE_CREDENTIALS:
		return profile->process.credentials == CREDENTIALS_KEEP;
	case SERVICE_TIME:
		return profile->vpc.time_sync == PERMISSION_ALLOW;
	case SERVICE_LICENCE:
		return false;
	}
	return false;
}

static const struct location *service_at(const struct profile *profile, enum service service)
{
	switch (service) {
	case SERVICE_RESOLVER:
		return &profile->vpc.dns_at;
	case SERVICE_IMDS:
		return &profile->vpc.imds_at;
	case SERVICE_CREDENTIALS:
		return &profile->process.credentials_at;
	case SERVICE_TIME:
		return &profile->vpc.time_sync_at;
	case SERVICE_LICENCE:
		return NULL;
	}
	return NULL;
}

// AWS's resolver is the third address of each of the VPC's IPv4 blocks.
static void vpc_resolvers_add(const struct profile *profile, struct prefix_set *set)
{
	vec_for_each (cidr, &profile->vpc.cidrs) {
		struct address address = prefix_first(&cidr->prefix);
		struct prefix resolver;

		if (address.family != FAMILY_IPV4 || cidr->prefix.length > 30)
			continue;
		address.bits += 2;
		resolver = prefix_of_address(&address);
		prefix_set_add(set, &resolver);
	}
}

// The addresses of a row under this profile; none where nothing of AWS is assumed, except a resolver that is given.
static void row_addresses(const struct profile *profile, size_t row, struct prefix_set *set)
{
	bool resolver = service_rows[row].service == SERVICE_RESOLVER;

	if (profile->vpc.region.text) {
		prefix_set_add_row(set, service_rows[row].addresses, COUNT(service_rows[row].addresses));
		if (resolver)
			vpc_resolvers_add(profile, set);
	}
	if (resolver && profile->vpc.dns == DNS_RESOLVER && profile->vpc.resolver.address.family != FAMILY_NONE) {
		struct prefix given = prefix_of_address(&profile->vpc.resolver.address);

		prefix_set_add(set, &given);
	}
}

void service_accepted(const struct profile *profile, struct prefix_set *set)
{
	for (size_t i = 0; i < COUNT(service_rows); i++) {
		if (service_is_allowed(profile, service_rows[i].service))
			row_addresses(profile, i, set);
	}
	prefix_set_normalize(set);
}

static void service_rule(const struct profile *profile, size_t row, struct layer_draft *draft)
{
	bool allowed = service_is_allowed(profile, service_rows[row].service);
	bool carried = profile->network.uplink != UPLINK_NONE;  // an accepted packet meets no later layer that says so
	struct policy_match match = match_of(service_rows[row].protocol);
	struct port_range port = { service_rows[row].port, service_rows[row].port };
	struct policy_rule *rule;

	vec_push(&match.ports, port);
	row_addresses(profile, row, &match.remote);
	rule = layer_add(draft, allowed && carried ? VERDICT_ACCEPT : VERDICT_DENY, &match,
			 service_at(profile, service_rows[row].service), "%s%s",
			 allowed ? service_rows[row].allowed : service_rows[row].denied,
			 allowed && !carried ? ", but uplink: none carries nothing" : "");
	if (rule && rule->verdict == VERDICT_DENY)
		rule->aws = "allowed";
}

// Egress is stateless: an accepted service skips the groups, ACLs and routes with every packet, as on AWS.
// Ingress is stateful: its answers are established and pass, and nothing else comes from there.
int service_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	bool leaving = draft->direction == EGRESS;
	struct policy_match rest = match_of(PROTOCOL_ALL);

	(void)err;
	draft->layer.stateful = !leaving;
	for (size_t i = 0; leaving && i < COUNT(service_rows); i++)
		service_rule(profile, i, draft);
	prefix_set_add_row(&rest.remote, service_ranges, COUNT(service_ranges));
	if (profile->vpc.region.text)
		vpc_resolvers_add(profile, &rest.remote);
	layer_add(draft, VERDICT_DENY, &rest, NULL, "%s",
		  leaving ? "link-local, metadata or VPC resolver address: nothing else is open there"
			  : "link-local, metadata or VPC resolver address: it answers, it opens no connections");
	layer_close(draft, VERDICT_PASS, NULL, "not an AWS service address");
	return 0;
}
