// SPDX-License-Identifier: GPL-2.0-or-later
// A policy_evaluate that keeps what it saw on the way: see explain.h.
#include "policy/explain.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdlib.h>

#include "base/cleanup.h"

static const char *const answer_names[ANSWERS] = {
	[ANSWER_ALLOWED] = "allowed",
	[ANSWER_DENIED] = "denied",
	[ANSWER_UNKNOWN] = "unknown",
};

const char *answer_name(enum answer answer)
{
	return answer_names[answer];
}

typedef VEC(uint32_t) port_vec_of;

static int compare_ports(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void add_edge(port_vec_of *edges, const struct port_range *within, uint32_t port)
{
	if (port > within->first && port <= within->last)
		vec_push(edges, port);
}

// The ports of the range from which on a flow may fare differently, ascending.
static void find_edges(const struct policy *policy, const struct flow *flow, const struct port_range *within,
		       port_vec_of *edges)
{
	vec_push(edges, within->first);
	vec_for_each (layer, &policy->layers[flow->direction]) {
		vec_for_each (rule, &layer->rules) {
			vec_for_each (range, &rule->match.ports) {
				add_edge(edges, within, range->first);
				add_edge(edges, within, (uint32_t)range->last + 1);
			}
		}
	}
	qsort(edges->items, edges->count, sizeof(*edges->items), compare_ports);
}

// Judges every port of the range; the first that is denied counts, else the first of all. refused may be NULL.
static struct judgement judge_ports(const struct policy *policy, const struct flow *flow,
				    const struct port_range *ports, struct flow *decided, port_range_vec *refused)
{
	struct judgement result = { 0 };
	port_vec_of edges = { 0 };

	find_edges(policy, flow, ports, &edges);
	for (size_t i = 0; i < edges.count; i++) {
		uint32_t end = i + 1 < edges.count ? edges.items[i + 1] : (uint32_t)ports->last + 1;
		struct flow one = *flow;

		one.destination_port = (uint16_t)edges.items[i];
		struct judgement judgement = policy_evaluate(policy, &one);
		if (i == 0 || (result.allowed && !judgement.allowed)) {
			result = judgement;
			*decided = one;
		}
		if (!judgement.allowed && refused && end > edges.items[i])
			vec_push(refused, (struct port_range){ (uint16_t)edges.items[i], (uint16_t)(end - 1) });
	}
	vec_release(&edges);
	if (refused)
		port_ranges_normalize(refused);
	return result;
}

struct judgement explain_judge(const struct policy *policy, const struct flow *flow, const struct port_range *ports,
			       struct flow *decided)
{
	struct flow one = *flow;
	struct judgement judgement =
	    ports && ports->first ? judge_ports(policy, flow, ports, &one, NULL) : policy_evaluate(policy, flow);

	if (decided)
		*decided = one;
	return judgement;
}

static void add_layer(struct explanation *out, const struct policy_layer *layer, bool *ended)
{
	struct met_layer met = { .layer = layer, .met = MET_NOT };

	if (*ended) {
		vec_push(&out->layers, met);
		return;
	}
	if (layer->stateful && out->flow.state == FLOW_ESTABLISHED) {
		met.met = MET_EXEMPT;
		vec_push(&out->layers, met);
		return;
	}
	met.rule = policy_layer_decide(layer, &out->flow);
	*ended = met.rule->verdict != VERDICT_PASS;
	met.met = *ended ? MET_DECIDED : MET_PASSED;
	if (met.rule->verdict == VERDICT_DENY)
		near_rules_find(layer, &out->flow, &met.near);
	vec_push(&out->layers, met);
}

void explain_flow(const struct policy *policy, const struct flow *flow, const struct port_range *ports,
		  struct explanation *out)
{
	bool ended = false;

	*out = (struct explanation){ .flow = *flow };
	if (ports && ports->first) {
		out->ports = *ports;
		out->judgement = judge_ports(policy, flow, ports, &out->flow, &out->refused);
	} else {
		out->judgement = policy_evaluate(policy, flow);
	}
	if (flow->loopback)
		return;
	vec_for_each (layer, &policy->layers[flow->direction])
		add_layer(out, layer, &ended);
}

void explanation_release(struct explanation *explanation)
{
	vec_for_each (met, &explanation->layers)
		vec_release(&met->near);
	vec_release(&explanation->layers);
	vec_release(&explanation->refused);
}

// Requests of ICMP and what answers them.
static const struct {
	int protocol;
	uint8_t request, reply;
} icmp_replies[] = {
	{ IPPROTO_ICMP, ICMP_ECHO, ICMP_ECHOREPLY },
	{ IPPROTO_ICMP, ICMP_TIMESTAMP, ICMP_TIMESTAMPREPLY },
	{ IPPROTO_ICMPV6, ICMP6_ECHO_REQUEST, ICMP6_ECHO_REPLY },
};

static int reply_type(const struct flow *flow, struct flow *reply, struct error *err)
{
	for (size_t i = 0; i < sizeof(icmp_replies) / sizeof(icmp_replies[0]); i++) {
		if (icmp_replies[i].protocol == flow->protocol && icmp_replies[i].request == flow->icmp_type) {
			reply->icmp_type = icmp_replies[i].reply;
			reply->icmp_code = 0;
			return 0;
		}
	}
	return error_set(err, -EINVAL, "an ICMP packet of type %u has no reply; an echo request has", flow->icmp_type);
}

int explain_reply_of(const struct flow *flow, struct flow *reply, struct port_range *ports, struct error *err)
{
	// net.ipv4.ip_local_port_range as Linux has it by default.
	static const struct port_range ephemeral = { 32768, 60999 };
	struct flow made = *flow;
	bool ported = flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP;
	int result = 0;

	made.direction = flow->direction == EGRESS ? INGRESS : EGRESS;
	made.state = FLOW_ESTABLISHED;
	made.source_port = flow->destination_port;
	made.destination_port = ported ? ephemeral.first : 0;
	if (flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6)
		result = reply_type(flow, &made, err);
	if (result < 0)
		return result;
	*reply = made;
	*ports = ported ? ephemeral : (struct port_range){ 0 };
	return 0;
}
