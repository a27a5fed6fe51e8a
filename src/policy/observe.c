// SPDX-License-Identifier: GPL-2.0-or-later
// What a program sees of a verdict, and what Reachability Analyzer would call it.
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stddef.h>
#include <string.h>

#include "policy/explain.h"

static bool is_last(const struct judgement *judgement)
{
	return judgement->rule == &judgement->layer->rules.items[judgement->layer->rules.count - 1];
}

// A gateway's denial has the addresses of the rule that lets all of TCP pass.
static bool is_of_gateway(const struct judgement *judgement)
{
	vec_for_each (rule, &judgement->layer->rules)
		if (rule->verdict == VERDICT_PASS && rule->match.protocol == IPPROTO_TCP && !rule->match.ports.count &&
		    !rule->match.any_remote && prefix_set_equal(&rule->match.remote, &judgement->rule->match.remote))
			return true;
	return false;
}

const char *explanation_code(const struct judgement *judgement, enum direction direction)
{
	if (judgement->allowed)
		return NULL;
	switch (judgement->layer->kind) {
	case LAYER_PACKET:
		return is_last(judgement)    ? "PROTOCOL_RESTRICTION"
		       : direction == EGRESS ? "NO_POSSIBLE_DESTINATION"
					     : NULL;
	case LAYER_SECURITY_GROUP:
		return judgement->layer->rules.count == 1 ? "SG_HAS_NO_RULES" : "ENI_SG_RULES_MISMATCH";
	case LAYER_NETWORK_ACL:
		return "SUBNET_ACL_RESTRICTION";
	case LAYER_ROUTE:
		return is_last(judgement) ? "NO_ROUTE_TO_DESTINATION" : "BAD_STATE_ROUTE";
	case LAYER_ENDPOINT:
		return is_of_gateway(judgement) ? "VPCE_GATEWAY_PROTOCOL_RESTRICTION" : NULL;
	case LAYER_ISOLATION:
	case LAYER_SERVICE:
	case LAYER_UPLINK:
		return NULL;
	}
	return NULL;
}

// What a denied packet of the job's meets, by protocol: see the rule set's chain `refuse`. Measured by
// tests/live/nft_refusal.py and vpc_conformance.py.
static const struct {
	int protocol;
	const char *reject, *drop;
} egress_rows[] = {
	{ IPPROTO_TCP, "connect() is refused at once (ECONNREFUSED)",
	  "connect() hangs for about 130 s, then fails with ETIMEDOUT, as on AWS" },
	{ IPPROTO_UDP, "the send fails at once with EPERM", "the send succeeds, and no answer ever comes, as on AWS" },
	{ IPPROTO_ICMP, "the send fails at once with EPERM", "the send succeeds, and no answer ever comes, as on AWS" },
	{ IPPROTO_ICMPV6, "the send succeeds, and no answer ever comes: of ICMPv6 the kernel tells the sender nothing",
	  "the send succeeds, and no answer ever comes, as on AWS" },
};

// Addresses that the kernel treats by itself, before any rule or beside it; protocol 0: any. Measured in a jail.
static const struct {
	struct prefix prefix;
	int protocol;
	const char *observed;
} special_rows[] = {
	{ IPV4_PREFIX(224, 0, 0, 0, 4), IPPROTO_TCP, "connect() fails at once with ENETUNREACH: TCP has no multicast" },
	{ IPV6_PREFIX(0xff00000000000000, 0, 8), IPPROTO_TCP,
	  "connect() fails at once with ENETUNREACH: TCP has no multicast" },
	{ IPV4_PREFIX(255, 255, 255, 255, 32), IPPROTO_TCP,
	  "connect() fails at once with ENETUNREACH: TCP has no broadcast" },
	{ IPV4_PREFIX(255, 255, 255, 255, 32), IPPROTO_UDP,
	  "the send fails at once with EACCES, unless the socket has SO_BROADCAST; it is denied then" },
	{ IPV4_PREFIX(0, 0, 0, 0, 32), 0, "the kernel takes it for loopback: what listens in the job itself answers" },
	{ IPV6_PREFIX(0, 0, 128), 0, "the kernel takes it for loopback: what listens in the job itself answers" },
	{ IPV6_PREFIX(0xfe80000000000000, 0, 10), IPPROTO_TCP,
	  "connect() fails at once with EINVAL: the address names no link" },
};

static const char *special_egress(const struct flow *flow)
{
	for (size_t i = 0; i < sizeof(special_rows) / sizeof(special_rows[0]); i++)
		if ((!special_rows[i].protocol || special_rows[i].protocol == flow->protocol) &&
		    prefix_contains(&special_rows[i].prefix, &flow->remote))
			return special_rows[i].observed;
	return NULL;
}

static const char *denied_egress(const struct policy *policy, const struct flow *flow)
{
	bool echoes = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;

	const char *special = special_egress(flow);

	if (special && !echoes && (flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP))
		return special;
	if (echoes && !policy->icmp)
		return "socket() fails: ping sockets with EPROTONOSUPPORT, raw ones with EPERM";
	for (size_t i = 0; i < sizeof(egress_rows) / sizeof(egress_rows[0]); i++)
		if (egress_rows[i].protocol == flow->protocol)
			return policy->on_deny == ON_DENY_REJECT ? egress_rows[i].reject : egress_rows[i].drop;
	return "socket() fails with EPERM: raw sockets are closed";
}

// An ICMP message that answers or reports. Linux tracks the requests below as conversations (nf_conntrack_proto_icmp.c,
// nf_conntrack_proto_icmpv6.c); all else that belongs to none is invalid.
static bool belongs_to_another(const struct flow *flow)
{
	enum { INFORMATION_REQUEST = 15 };
	static const uint8_t requests[] = { ICMP_ECHO, ICMP_TIMESTAMP, INFORMATION_REQUEST, ICMP_ADDRESS };

	if (flow->state != FLOW_NEW || flow->loopback)
		return false;
	if (flow->protocol == IPPROTO_ICMPV6)
		return flow->icmp_type != ICMP6_ECHO_REQUEST;
	return flow->protocol == IPPROTO_ICMP && !memchr(requests, flow->icmp_type, sizeof(requests));
}

void explain_observed(const struct policy *policy, const struct flow *flow, const struct judgement *judgement,
		      struct strbuf *out)
{
	if (judgement->allowed && belongs_to_another(flow))
		strbuf_add(
		    out, "the layers let it pass, but it begins no conversation: the kernel carries it as part of one "
			 "alone, and drops it otherwise (packet_egress or packet_ingress rule 1001)");
	else if (!judgement->allowed && flow->direction == INGRESS)
		strbuf_add(out, flow->state == FLOW_ESTABLISHED
				    ? "the answer is dropped: the job waits as if nobody had answered"
				    : "the packet is dropped: who sent it gets no answer, and the job sees nothing");
	else if (!judgement->allowed && flow->state == FLOW_ESTABLISHED)
		strbuf_add(out, "the answer does not leave: who asked waits");
	else if (!judgement->allowed)
		strbuf_add(out, denied_egress(policy, flow));
	else if (flow->loopback)
		strbuf_add(out, "what listens in the job itself answers");
	else if (flow->direction == INGRESS)
		strbuf_add(out, "the packet reaches the job");
	else
		strbuf_add(out, "the packet leaves; the answer is the other side's");
}
