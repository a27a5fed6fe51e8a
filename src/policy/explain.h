// SPDX-License-Identifier: GPL-2.0-or-later
// Why a flow is allowed or denied: each layer it meets, the rule that decided there, and the rules that came near.
//
// policy_evaluate is the one judge: an explanation's verdict is its verdict, and the rest is how it came to it.
#ifndef VPCJAIL_POLICY_EXPLAIN_H
#define VPCJAIL_POLICY_EXPLAIN_H

#include "policy/policy.h"

enum answer { ANSWER_ALLOWED, ANSWER_DENIED, ANSWER_UNKNOWN, ANSWERS };

// "allowed", "denied", "unknown": a literal.
const char *answer_name(enum answer answer);

// What of a rule's match does not hold.
enum { LACKS_PROTOCOL = 1, LACKS_PORT = 2, LACKS_TYPE = 4, LACKS_REMOTE = 8 };

// A rule that would have let the flow pass, but for what it lacks.
struct near_rule {
	const struct policy_rule *rule;
	unsigned lacks;  // LACKS_*; 0: it matches, and an earlier one denied
	struct prefix
	    nearest;  // of its remotes, the block nearest to the flow's; family NONE: it has none of the family
	address_bits distance;  // to that block
};

typedef VEC(struct near_rule) near_rule_vec;

// What a layer did.
enum met {
	MET_PASSED,   // rule let the flow go on to the next layer
	MET_DECIDED,  // rule ended it, with yes or no
	MET_EXEMPT,   // stateful: an established flow does not meet its rules
	MET_NOT,      // decided before
};

struct met_layer {
	const struct policy_layer *layer;
	enum met met;
	const struct policy_rule *rule;  // NULL for the last two
	near_rule_vec near;              // nearest first; only where it denied
};

// Borrows the policy. Zeroed is releasable.
struct explanation {
	struct flow flow;         // with the port that decided, of a reply
	struct port_range ports;  // of a reply: where it may go to; first 0: the flow has one port or none
	port_range_vec refused;   // of those, the denied ones
	struct judgement judgement;
	VEC(struct met_layer) layers;  // of the flow's direction, in order; none for loopback
};

// Explains a flow. ports: of a reply whose port is not known, else NULL; the flow's own port does not count then, and
// the verdict is "allowed" when all of them are.
void explain_flow(const struct policy *policy, const struct flow *flow, const struct port_range *ports,
		  struct explanation *out);
void explanation_release(struct explanation *explanation);

// The verdict alone, without a search for near rules: for many flows. *decided (may be NULL) is flow with the port that
// decided.
struct judgement explain_judge(const struct policy *policy, const struct flow *flow, const struct port_range *ports,
			       struct flow *decided);

// The packet that answers flow, as its receiver's layers judge it: the other direction, established. *ports: where it
// may go to (Linux's ephemeral ports), first 0 where the protocol has none. -EINVAL for an ICMP type that nobody
// answers.
int explain_reply_of(const struct flow *flow, struct flow *reply, struct port_range *ports, struct error *err);

// "port 80 is not in it; 52.95.0.1 is not in it: nearest is 52.92.0.0/17", added to out.
void near_rule_describe(const struct near_rule *near, const struct flow *flow, const struct policy_rule *decided,
			struct strbuf *out);

// Reachability Analyzer's explanation code for what decided; NULL: allowed, or none fits. A literal. Source: Amazon
// VPC Reachability Analyzer, "Explanation codes".
const char *explanation_code(const struct judgement *judgement, enum direction direction);

// What the program (or, of ingress, the remote) would observe: a sentence, added to out.
void explain_observed(const struct policy *policy, const struct flow *flow, const struct judgement *judgement,
		      struct strbuf *out);

// In near.c: the rules of a layer nearest to what would let the flow pass, nearest first; few.
void near_rules_find(const struct policy_layer *layer, const struct flow *flow, near_rule_vec *out);

#endif
