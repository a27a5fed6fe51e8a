// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel must do with a packet of a conversation, by policy_evaluate and by what stands around the policy: the
// walls, conntrack, the kernel's own refusals. Pure.
#ifndef VPCJAIL_TEST_EXPECT_H
#define VPCJAIL_TEST_EXPECT_H

#include "talk.h"

enum fate {
	FATE_CARRIED,   // arrives at the other end: of the link, or inside
	FATE_LOOPBACK,  // arrives on lo
	FATE_DENIED,    // by that rule, which logs it; hangs or is refused, as the profile says
	FATE_WALLED,    // by the wall of the link, without a word
	FATE_KERNEL,    // the kernel drops it before any rule sees it
};

struct expectation {
	enum fate fate;
	const char *layer;  // of a denial
	unsigned number;
	bool hangs;                  // of a denial: it goes to the sink, and the sender is not told
	bool vanishes;               // likewise, but it does not get that far
	unsigned also;               // a wall that may stand in place of that rule; 0: none may
	bool or_kernel;              // of a denial: some kernels drop it by themselves instead
	struct judgement judgement;  // what policy_evaluate says; of FATE_WALLED and FATE_LOOPBACK nothing
	struct flow flow;            // what it was asked
};

// The rules that stand when a packet is sent.
struct rules {
	const struct policy *policy;
	bool asks_neighbours;  // its link does
	uint32_t generation;
};

// began: under which rules the first packet is sent; now: under which all others are. Equal, unless the policy is
// exchanged in between. false: that packet is not sent.
bool expect(const struct rules *began, const struct rules *now, const struct talk *talk, enum step step,
	    struct expectation *out);

#endif
