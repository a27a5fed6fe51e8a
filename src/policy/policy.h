// SPDX-License-Identifier: GPL-2.0-or-later
// What may be reached and why: layers per direction, each with ordered rules, each rule with its reason.
//
// A packet meets the layers of its direction in order; in each, the first rule that matches decides:
// PASS goes on to the next layer, ACCEPT ends with yes, DENY ends with no. Every layer's last rule matches
// everything, so a layer always decides. A packet that passes every layer is accepted. There is no other logic:
// nft/ruleset compiles it, policy/evaluate interprets it, `show` prints it, and the three are tested to agree.
// Loopback traffic is accepted before the first layer.
#ifndef VPCJAIL_POLICY_POLICY_H
#define VPCJAIL_POLICY_POLICY_H

#include "base/strbuf.h"
#include "net/flow.h"
#include "net/port_range.h"
#include "net/prefix_set.h"
#include "policy/reach.h"
#include "profile/profile.h"

// In the order a leaving packet meets them, as on AWS. Ingress is the mirror image of endpoint, ACL and group; packet
// form, isolation and services come first and the uplink last in both directions, and there is no route.
enum layer_kind {
	LAYER_PACKET,          // what no profile can allow: multicast, broadcast, protocols other than TCP, UDP, ICMP
	LAYER_ISOLATION,       // isolation: full: peers, then nothing
	LAYER_SERVICE,         // what AWS filters by no group: resolver, IMDS, task credentials, time sync, …
	LAYER_SECURITY_GROUP,  // stateful
	LAYER_NETWORK_ACL,     // stateless
	LAYER_ROUTE,           // stateless
	LAYER_ENDPOINT,        // a gateway carries TCP and ICMP echo only; an interface endpoint has its own ports
	LAYER_UPLINK,          // uplink: none carries nothing
};

enum verdict { VERDICT_PASS, VERDICT_ACCEPT, VERDICT_DENY };

// What a rule matches: all given parts together.
struct policy_match {
	bool any_remote;           // else remote decides
	struct prefix_set remote;  // destination of an egress packet, source of an ingress packet; normalized
	int protocol;          // IPPROTO_* or PROTOCOL_ALL; IPPROTO_ICMP matches IPv4 only, IPPROTO_ICMPV6 IPv6 only
	port_range_vec ports;  // the packet's destination ports, for TCP and UDP; empty: all
	int icmp_type, icmp_code;  // -1: any
};

struct policy_rule {
	unsigned number;  // 1, 2, … within its layer and direction: what NFLOG carries
	enum verdict verdict;
	struct policy_match match;
	char *reason;     // one sentence: "security group sg-train allows tcp 443 to pl-6da54004"
	char *origin;     // "profile.yaml:12:5", an AWS id, or "built-in"
	const char *aws;  // a denial that is stricter than AWS: what happens there ("allowed"), a literal; else NULL
};

struct policy_layer {
	enum layer_kind kind;
	bool stateful;                  // established traffic passes without meeting the rules
	VEC(struct policy_rule) rules;  // never empty; the last matches everything
};

struct policy {
	enum isolation isolation;
	enum on_deny on_deny;
	bool icmp;                                    // some rule lets ICMP out: ping sockets are then allowed
	port_range_vec host_ports;                    // no rule, since loopback passes all of them: relayed outside
	VEC(struct policy_layer) layers[DIRECTIONS];  // an allow-all layer is left out
	struct reach reach[DIRECTIONS];               // what they let through together
};

// Builds the policy of a loaded profile. 0 (release it), or -EINVAL with where and what in err.
int policy_build(const struct profile *profile, struct policy *policy, struct error *err);
void policy_release(struct policy *policy);

// The layer's name in rule sets, logs and reports: "isolation_egress", "sg_egress", "nacl_ingress", …: a literal.
const char *layer_name(enum layer_kind kind, enum direction direction);

// The layer's name for people: "network isolation", "security group, egress", …: a literal.
const char *layer_title(enum layer_kind kind, enum direction direction);

struct judgement {
	bool allowed;
	const struct policy_layer *layer;  // NULL: loopback, or passed every layer
	const struct policy_rule *rule;    // NULL likewise; else the rule that decided last
	const char *reason;                // never NULL
};

// The verdict for one flow. Pure and total.
struct judgement policy_evaluate(const struct policy *policy, const struct flow *flow);

// Whether a rule's match holds for a flow, and the rule of a layer that decides; what evaluate is made of.
bool policy_match_holds(const struct policy_match *match, const struct flow *flow);
const struct policy_rule *policy_layer_decide(const struct policy_layer *layer, const struct flow *flow);

// The rule that an NFLOG prefix "vj1:<layer name>:<number>" names; NULL when there is none. *layer may be NULL.
const struct policy_rule *policy_find(const struct policy *policy, const char *layer_name, unsigned number,
				      const struct policy_layer **layer);

// `show --as policy`: every layer, rule, reason and origin as text, or as JSON.
void policy_print(const struct policy *policy, struct strbuf *out);
void policy_print_json(const struct policy *policy, struct strbuf *out);

#endif
