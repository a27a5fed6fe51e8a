// SPDX-License-Identifier: GPL-2.0-or-later
// Whether anything in a part of the address space can be reached: all that can, or the proof that nothing can.
#ifndef VPCJAIL_POLICY_SPACE_H
#define VPCJAIL_POLICY_SPACE_H

#include "policy/reach_algebra.h"

// A rule that denied something that had come as far as its layer.
struct space_denial {
	const struct policy_rule *rule;
	struct prefix_set remotes;  // to whom; normalized
};

struct space_step {
	const struct policy_layer *layer;
	VEC(struct space_denial) denials;
	struct reach left;  // of the space, once the layer has judged
};

struct space_answer {
	struct reach allowed;  // the new conversations within the space that can begin
	// When there are none: the layers in order, up to the one after which nothing is left. A packet of another
	// protocol than tcp, udp, icmp and icmpv6 never passes the first.
	VEC(struct space_step) proof;
};

// within is normalized. Fills in the zeroed *out; release it. It points into the policy.
void policy_space(const struct policy *policy, enum direction direction, const struct prefix_set *within,
		  struct space_answer *out);
void space_answer_release(struct space_answer *answer);

// Every address of both families that is neither private space (net/private_space.h) nor the VPC's (vpc.cidrs, or the
// subnets where there are none).
void profile_internet(const struct profile *profile, struct prefix_set *out);

#endif
