// SPDX-License-Identifier: GPL-2.0-or-later
// isolation: full. The job's peers on every port in both directions, then nothing.
#include <netinet/in.h>

#include "policy/layer.h"
#include "policy/peer.h"

// Symmetric, so stateless: what a peer may answer it may also send first.
int isolation_layer(const struct profile *profile, struct layer_draft *draft, struct error *err)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 };
	bool carried = profile->network.uplink != UPLINK_NONE;

	(void)err;
	if (profile->network.isolation != ISOLATION_FULL)
		return 0;
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		struct policy_match match = match_of(protocols[i]);
		char text[12];

		peers_add(profile, &match.remote);
		layer_add(draft, carried ? VERDICT_ACCEPT : VERDICT_DENY, &match, &profile->network.peers_at,
			  carried ? "network isolation: the job's peers are reached and may reach the job, %s"
				  : "network isolation: the job's peers on %s, but uplink: none carries nothing",
			  protocol_print(protocols[i], text));
	}
	layer_close(draft, VERDICT_DENY, &profile->network.isolation_at,
		    "network isolation: only loopback and the job's peers");
	return 0;
}
