// SPDX-License-Identifier: GPL-2.0-or-later
// What one policy lets through and another does not: see difference.h.
#include "policy/difference.h"

#include <netinet/in.h>

#include "base/cleanup.h"

static void subtract_both(const struct reach *before, const struct reach *after, struct reach_difference *out)
{
	reach_subtract(after, before, &out->gained);
	reach_subtract(before, after, &out->lost);
}

// With whom a conversation can begin by the protocol, whoever begins it.
static void partners(const struct policy *policy, int protocol, struct prefix_set *out)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		reach_remotes_of(&policy->reach[direction], protocol, out);
}

// Of packets of conversations that both policies know.
static void keep_partners(const struct policy *before, const struct policy *after, struct reach *reach)
{
	static const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6 };

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]) && !reach_is_empty(reach); i++) {
		CLEANUP(prefix_set_release) struct prefix_set ours = { 0 };
		CLEANUP(prefix_set_release) struct prefix_set theirs = { 0 };

		partners(before, protocols[i], &ours);
		partners(after, protocols[i], &theirs);
		prefix_set_intersect(&ours, &theirs);
		reach_intersect(reach, protocols[i], &ours);
	}
}

static void established(const struct policy *before, const struct policy *after, enum direction direction,
			struct reach_difference *out)
{
	const struct reach_question question = { .state = FLOW_ESTABLISHED, .layers = SIZE_MAX };
	CLEANUP(reach_release) struct reach old = { 0 };
	CLEANUP(reach_release) struct reach new = { 0 };

	policy_reach_of(before, direction, &question, &old);
	policy_reach_of(after, direction, &question, &new);
	subtract_both(&old, &new, out);
	keep_partners(before, after, &out->gained);
	keep_partners(before, after, &out->lost);
}

void policy_difference(const struct policy *before, const struct policy *after, struct difference *out)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		subtract_both(&before->reach[direction], &after->reach[direction], &out->parts[direction][FLOW_NEW]);
		established(before, after, direction, &out->parts[direction][FLOW_ESTABLISHED]);
	}
}

void difference_release(struct difference *difference)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		for (unsigned state = 0; state < FLOW_STATES; state++) {
			reach_release(&difference->parts[direction][state].gained);
			reach_release(&difference->parts[direction][state].lost);
		}
}

bool difference_is_empty(const struct difference *difference)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		for (unsigned state = 0; state < FLOW_STATES; state++)
			if (!reach_is_empty(&difference->parts[direction][state].gained) ||
			    !reach_is_empty(&difference->parts[direction][state].lost))
				return false;
	return true;
}
