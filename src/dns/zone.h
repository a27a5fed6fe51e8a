// SPDX-License-Identifier: GPL-2.0-or-later
// The names that the profile itself knows, and what they resolve to: a back end of the profile, as the rule set is one.
#ifndef VPCJAIL_DNS_ZONE_H
#define VPCJAIL_DNS_ZONE_H

#include "base/vec.h"
#include "dns/reply.h"
#include "profile/profile.h"

// A name, lower case, without the final dot. "*.REST" stands for one label or more in front of the rest.
struct zone_name {
	char *name;
	dns_address_vec addresses;
	char *pointer;  // of a reverse name: the name it leads to; else NULL
	unsigned rank;  // whose word the addresses are; the least says it all
};

// Zeroed is empty. names: sorted.
struct zone {
	VEC(struct zone_name) names;
};

// What the zone must know of the job's host.
struct zone_facts {
	const char *hostname, *full_name;
	bool ipv6;
	bool hosts_only;          // no names of endpoints
	struct address own;       // the job's address; family NONE: loopback is all it has
	struct address known_as;  // what its peers reach it by, which differs behind a NAT; family NONE: nobody does
};

// localhost; the job's own names; `hosts`; the job's hosts as algo-1, algo-2, …; the names of interface and custom
// endpoints. Where two say the same name the earlier of these is right. Reverse names of all their addresses.
// Under isolation: full there are no endpoints.
void zone_build(const struct profile *profile, const struct zone_facts *facts, struct zone *zone);
void zone_release(struct zone *zone);

// The name as text of a question; NULL: not in the zone.
const struct zone_name *zone_find(const struct zone *zone, const char *name);

struct zone_host {
	struct address address;
	char *name;
};
typedef VEC(struct zone_host) zone_host_vec;

// The hosts of the job by the names that training toolkits give them: algo-1, … in the order of the addresses that all
// of them know; the job itself is among them, by its own address, and last where nobody reaches it.
void zone_job_hosts(const struct profile *profile, const struct zone_facts *facts, zone_host_vec *hosts);
void zone_hosts_release(zone_host_vec *hosts);

#endif
