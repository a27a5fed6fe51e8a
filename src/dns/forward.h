// SPDX-License-Identifier: GPL-2.0-or-later
// Which questions leave the jail, to whom, in what form, and what of an answer comes back in.
//
// Under `dns: endpoints` that is the names of gateway endpoints and of buckets below them, asked of the host's own
// name servers and believed only where the answer lies in the endpoint's prefix list; and vpc.domains, asked of
// vpc.resolver. Under `dns: resolver` it is every name that the zone does not know, asked of vpc.resolver.
#ifndef VPCJAIL_DNS_FORWARD_H
#define VPCJAIL_DNS_FORWARD_H

#include "dns/reply.h"
#include "net/prefix_set.h"
#include "profile/profile.h"

// A gateway endpoint's names: "s3.eu-west-1.amazonaws.com", "*.s3.eu-west-1.amazonaws.com".
struct forward_gateway {
	VEC(char *) names;
	struct prefix_set within;
};

// Zeroed forwards nothing.
struct forward_rules {
	VEC(struct forward_gateway) gateways;
	VEC(char *) domains;          // lower case, without dots around them
	bool everything;              // dns: resolver
	bool elsewhere;               // vpc.located: the VPC's resolver is not here, the host's own are asked instead
	struct address resolver;      // of domains and everything
	dns_address_vec nameservers;  // of gateways, in order
};

// Where a question goes.
struct forward_target {
	const struct prefix_set *within;  // the addresses that may come back; NULL: the whole answer
	const struct address *servers;    // borrowed from the rules, in order
	size_t server_count;
};

// nameservers: the host's own, in the order they are asked.
void forward_rules_build(const struct profile *profile, const struct address *nameservers, size_t count,
			 struct forward_rules *rules);
void forward_rules_release(struct forward_rules *rules);

// Whether a question of that name leaves, and where to. Its type is the caller's to look at.
bool forward_find(const struct forward_rules *rules, const char *name, struct forward_target *target);

// Whether the name is a gateway endpoint's, also where another rule would forward it first.
bool forward_find_gateway(const struct forward_rules *rules, const char *name, struct forward_target *target);

enum { FORWARD_RANDOM_SIZE = 2 + (DNS_NAME_SIZE + 7) / 8 };

// A question as it is sent: with an id and a spelling that nobody else knows, so that a forged answer is told.
struct forward_query {
	uint16_t id;
	uint8_t name[DNS_NAME_SIZE];
	struct dns_bytes bytes;  // owned
};

// Writes what is sent. random: bits nobody can guess; the first 16 are the id, the rest the spelling.
void forward_query_make(const struct dns_question *question, const struct forward_target *target,
			const uint8_t random[FORWARD_RANDOM_SIZE], struct forward_query *query);
void forward_query_release(struct forward_query *query);

enum forward_verdict {
	FORWARD_NOT_OURS,  // not the answer to this query: go on waiting
	FORWARD_BY_TCP,    // cut off, or by one that does not keep the spelling: ask again, where forging is hard
	FORWARD_FAILED,    // the server could not say: ask another
	FORWARD_DONE,      // *reply is for the client
	FORWARD_OUTSIDE,   // likewise; addresses outside the prefix list were left out and none remains
};

// Judges what a server sent back. *reply is made, and the caller's, for the last two alone.
enum forward_verdict forward_judge(const struct dns_question *question, const struct forward_target *target,
				   const struct forward_query *query, enum dns_transport transport,
				   const uint8_t *bytes, size_t length, struct dns_bytes *reply);

#endif
