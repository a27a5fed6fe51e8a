// SPDX-License-Identifier: GPL-2.0-or-later
// The jail's link to the host's network: which kind, by which of the host's links, with which addresses and routes.
//
// Pure: chosen from the policy, the profile and what the host has. kernel/link/uplink.h makes it.
#ifndef VPCJAIL_PLAN_UPLINK_H
#define VPCJAIL_PLAN_UPLINK_H

#include "plan/audit_mode.h"
#include "plan/host_network.h"
#include "policy/policy.h"

enum { LINK_NAME_SIZE = 16, LINK_FAMILIES = 2 };  // IFNAMSIZ; IPv4 and IPv6, in this order

// What the command line says of the link: an own address on the subnet, for the kinds that need one.
struct link_request {
	struct host_address own[LINK_FAMILIES];  // family NONE: not given
	struct address gateways[LINK_FAMILIES];  // of the subnet, likewise
};

struct link_way {
	char device[LINK_NAME_SIZE];
	bool carries[LINK_FAMILIES];  // it has an address of the family
};

struct link_plan {
	enum uplink kind;             // UPLINK_NONE: there is no link; never UPLINK_AUTO
	bool open;                    // it carries all that the host reaches: an audit's
	bool made_up;                 // names have made-up addresses, which no route of its may have
	const char *why;              // it was chosen: a literal; NULL when the profile names it
	char device[LINK_NAME_SIZE];  // the host's: what packets leave by, the parent, or the one that is moved
	unsigned device_index;
	VEC(struct link_way) ways;     // further links of the host, by which packets of an open pair may leave
	char inside[LINK_NAME_SIZE];   // its name in the jail
	char outside[LINK_NAME_SIZE];  // the host's end of a pair; "" for the other kinds
	struct host_address own[LINK_FAMILIES];  // the jail's; family NONE: not carried
	struct address gateways[LINK_FAMILIES];  // what is behind one goes there; family NONE: all is on the link
	uint8_t mac[6];                          // of the jail's end
	uint8_t gateway_mac[6];                  // of the host's; of a pair alone
	unsigned mtu;
	// What the link carries: all that the policy can reach, and nothing else. The first are neighbours on the link
	// itself, the others lie behind the gateway of their family.
	prefix_vec neighbours, routes;
	const char *left_out[LINK_FAMILIES];  // why a family that the policy allows is not carried: a literal
};

// What the choice is made from.
struct link_facts {
	const struct profile *profile;
	const struct policy *policy;
	const struct host_network *network;
	const struct link_request *request;
	bool root;
	bool ipv6;           // the kernel has IPv6
	bool forwards_ipv6;  // it can forward IPv6 by single links (Linux 6.17)
	uint32_t jail;       // a random number, from which names and addresses are made
	enum audit_mode audit;
};

// Which kind it is, as far as the profile and the right of a user tell: `auto` resolved. *why as in struct link_plan.
enum uplink link_kind(const struct profile *profile, const struct policy *policy, bool root, const char **why);

// Chooses. 0 (release it), or -EINVAL, -ENODEV, -EADDRINUSE, -EPERM with what is missing and the remedy.
int link_plan_choose(const struct link_facts *facts, struct link_plan *link, struct error *err);
void link_plan_release(struct link_plan *link);

// Who is asked for on the link: what the policy reaches there, and the router to the rest (release it). Of a link on a
// subnet alone.
struct ruleset_neighbours;
void link_plan_neighbours(const struct link_plan *link, struct ruleset_neighbours *out);

// What the link would carry under another policy: neighbours and routes alone (release it). Families that it does not
// carry stay out. -EINVAL when that policy needs a link and there is none, -EHOSTUNREACH when it needs a gateway.
int link_plan_reroute(const struct link_plan *link, const struct policy *policy, struct link_plan *routes,
		      struct error *err);

// "IPv4", "IPv6": by index. A literal.
const char *link_family_name(size_t index);

// The addresses that this jail's policy names, of both directions, and those of its VPC.
void link_named_addresses(const struct link_facts *facts, struct prefix_set *out);

// Two neighbouring addresses of one family (the first of a pair of a prefix of 31 or 127 bits) that neither the set nor
// the host's addresses and routes cover. -EADDRINUSE when the ranges kept for it are full.
int link_free_pair(const struct host_network *network, const struct prefix_set *taken, enum family family,
		   uint32_t seed, struct address *first, struct error *err);

#endif
