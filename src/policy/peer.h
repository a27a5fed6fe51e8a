// SPDX-License-Identifier: GPL-2.0-or-later
// What the profile's words for a peer stand for: addresses, and for an endpoint its protocol and ports.
#ifndef VPCJAIL_POLICY_PEER_H
#define VPCJAIL_POLICY_PEER_H

#include "policy/policy.h"

// The addresses of a peer other than an endpoint, added to match (PEER_ANY: any_remote). -EINVAL with where and
// what when the profile has no such prefix list or group.
int peer_add(const struct profile *profile, const struct rule_peer *peer, struct policy_match *match,
	     struct error *err);

// The addresses of an endpoint: its own, or the prefix list of a gateway. Likewise.
int endpoint_add(const struct profile *profile, const struct profile_endpoint *endpoint, struct prefix_set *set,
		 struct error *err);

// Takes the endpoint's protocol and ports into match. -EINVAL when TCP or UDP come without ports.
int endpoint_ports(const struct profile_endpoint *endpoint, struct policy_match *match, struct error *err);

// The endpoint's name as the profile writes it: name, else service, else the prefix list. Borrowed.
const char *endpoint_name(const struct profile_endpoint *endpoint);

// "10.0.0.0/8", "pl-6da54004 (s3)", "the job's peers", "endpoint minio".
void peer_describe(const struct profile *profile, const struct rule_peer *peer, struct strbuf *out);

// A location in an error: "file:line:col".
int peer_error(const struct location *at, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// The job's peers and the subnets of the VPC, added to set.
void peers_add(const struct profile *profile, struct prefix_set *set);
void subnets_add(const struct profile *profile, struct prefix_set *set);

#endif
