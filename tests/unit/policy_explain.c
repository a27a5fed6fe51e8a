// SPDX-License-Identifier: GPL-2.0-or-later
// policy: explanations against the one judge, and edits against the loader and the judge, for random profiles.
#include "policy_random.h"

#include <stdio.h>

#include "policy/edit.h"
#include "policy/explain.h"
#include "policy/layer.h"
#include "profile/print.h"
#include "profile_edit.h"

enum { PROFILES = 100, FLOWS = 60, PORT_PROFILES = 80, EDIT_PROFILES = 80, EDIT_FLOWS = 20 };

struct random_case {
	struct profile profile;
	struct policy policy;
	struct strbuf text;
};

static void make_case(struct random_case *made, bool icmp, bool host)
{
	struct error err = { 0 };

	*made = (struct random_case){ 0 };
	random_text(&made->text);
	fixture_load(strbuf_text(&made->text), &made->profile);
	if (icmp)
		add_icmp(&made->profile);
	if (host)
		random_host(&made->profile);
	assert_int_equal(policy_build_layers(&made->profile, &made->policy, &err), 0);
}

static void release_case(struct random_case *made)
{
	policy_release(&made->policy);
	profile_release(&made->profile);
	strbuf_release(&made->text);
}

static void check_near(const struct met_layer *met, const struct flow *flow)
{
	for (size_t i = 0; i < met->near.count; i++) {
		const struct near_rule *near = &met->near.items[i];
		bool inside = near->rule >= met->layer->rules.items &&
			      near->rule < met->layer->rules.items + met->layer->rules.count - 1;

		assert_true(inside && near->rule->verdict != VERDICT_DENY);
		// One that lacks nothing stands behind the one that denied.
		assert_int_equal(near->lacks == 0, policy_match_holds(&near->rule->match, flow));
		assert_true(near->lacks || near->rule > met->rule);
		if (near->nearest.base.family == FAMILY_NONE)
			continue;
		struct address first = prefix_first(&near->nearest), last = prefix_last(&near->nearest);
		assert_true(near->lacks & LACKS_REMOTE);
		assert_true(prefix_set_contains(&near->rule->match.remote, &first));
		assert_true(prefix_set_covers(&near->rule->match.remote, &near->nearest));
		assert_false(prefix_contains(&near->nearest, &flow->remote));
		assert_true((first.bits > flow->remote.bits ? first.bits - flow->remote.bits
							    : flow->remote.bits - last.bits) == near->distance);
	}
}

// Whether the way that the layers tell leads to the verdict that policy_evaluate gives.
static void check_layers(const struct policy *policy, const struct explanation *explanation)
{
	const struct flow *flow = &explanation->flow;
	struct judgement judgement = policy_evaluate(policy, flow);
	const struct policy_rule *decided = NULL;

	assert_int_equal(explanation->judgement.allowed, judgement.allowed);
	assert_ptr_equal(explanation->judgement.rule, judgement.rule);
	assert_ptr_equal(explanation->judgement.layer, judgement.layer);
	assert_string_equal(explanation->judgement.reason, judgement.reason);
	assert_int_equal(explanation->layers.count, policy->layers[flow->direction].count);
	for (size_t i = 0; i < explanation->layers.count; i++) {
		const struct met_layer *met = &explanation->layers.items[i];

		assert_ptr_equal(met->layer, &policy->layers[flow->direction].items[i]);
		assert_int_equal(met->met == MET_NOT, decided != NULL);
		if (met->met == MET_EXEMPT)
			assert_true(met->layer->stateful && flow->state == FLOW_ESTABLISHED);
		if (met->met == MET_PASSED)
			assert_int_equal(met->rule->verdict, VERDICT_PASS);
		if (met->met == MET_DECIDED)
			decided = met->rule;
		assert_true(!met->near.count || (met->rule && met->rule->verdict == VERDICT_DENY));
		check_near(met, flow);
	}
	assert_ptr_equal(decided, judgement.rule);
}

static void test_agreement(void **state)
{
	unsigned denied = 0, allowed = 0, near = 0;

	(void)state;
	seed = 20261127;
	for (int i = 0; i < PROFILES; i++) {
		CLEANUP(release_case) struct random_case made;

		make_case(&made, true, chance(50));
		for (int j = 0; j < FLOWS; j++) {
			CLEANUP(explanation_release) struct explanation explanation = { 0 };
			struct flow flow = random_flow();

			explain_flow(&made.policy, &flow, NULL, &explanation);
			check_layers(&made.policy, &explanation);
			(*(explanation.judgement.allowed ? &allowed : &denied))++;
			vec_for_each (met, &explanation.layers)
				near += met->near.count > 0;
		}
	}
	assert_true(allowed > 500 && denied > 500 && near > 500);
}

// A range of ports is allowed when each port is, and the denied ones are named.
static void test_ports(void **state)
{
	static const struct port_range range = { 7900, 9100 };
	unsigned whole = 0, part = 0, none = 0;

	(void)state;
	seed = 99;
	for (int i = 0; i < PORT_PROFILES; i++) {
		CLEANUP(release_case) struct random_case made;

		make_case(&made, false, false);
		for (int j = 0; j < 10; j++) {
			CLEANUP(explanation_release) struct explanation explanation = { 0 };
			struct flow flow = random_flow(), decided;
			unsigned refused = 0;

			flow.state = FLOW_NEW;
			if (chance(70))
				assert_int_equal(address_parse(PICK(hosts), &flow.remote, NULL), 0);
			flow.protocol = chance(70) ? IPPROTO_TCP : IPPROTO_UDP;
			explain_flow(&made.policy, &flow, &range, &explanation);
			for (unsigned port = range.first; port <= range.last; port++) {
				flow.destination_port = (uint16_t)port;
				bool allowed = policy_evaluate(&made.policy, &flow).allowed;
				refused += !allowed;
				assert_int_equal(allowed, !port_ranges_contain(&explanation.refused, (uint16_t)port));
			}
			assert_int_equal(explanation.judgement.allowed, refused == 0);
			check_layers(&made.policy, &explanation);
			assert_ptr_equal(explain_judge(&made.policy, &flow, &range, &decided).rule,
					 explanation.judgement.rule);
			assert_int_equal(decided.destination_port, explanation.flow.destination_port);
			whole += refused == 0;
			none += refused == range.last - range.first + 1U;
			part += refused && refused <= (unsigned)(range.last - range.first);
		}
	}
	printf("%u whole, %u in part, %u none\n", whole, part, none);
	assert_true(whole > 5 && part > 5 && none > 5);
}

static void test_replies(void **state)
{
	static const struct {
		const char *flow;
		int type;  // of the reply; -1: there is none
	} rows[] = {
		{ "tcp 10.0.0.9:443", 0 },     { "icmp 10.0.0.9", 0 },         { "icmp 10.0.0.9 type 13", 14 },
		{ "icmpv6 2001:db8::1", 129 }, { "icmp 10.0.0.9 type 3", -1 }, { "icmpv6 2001:db8::1 type 1", -1 }
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow flow, reply;
		struct port_range ports_judged;
		struct error err = { 0 };

		assert_int_equal(flow_parse(rows[i].flow, &flow, &err), 0);
		int result = explain_reply_of(&flow, &reply, &ports_judged, &err);
		assert_int_equal(result, rows[i].type < 0 ? -EINVAL : 0);
		if (result)
			continue;
		assert_int_equal(reply.direction, INGRESS);
		assert_int_equal(reply.state, FLOW_ESTABLISHED);
		assert_int_equal(reply.source_port, flow.destination_port);
		assert_int_equal(reply.icmp_type, rows[i].type);
		assert_int_equal(ports_judged.first, flow.protocol == IPPROTO_TCP ? 32768 : 0);
		assert_int_equal(ports_judged.last, flow.protocol == IPPROTO_TCP ? 60999 : 0);
	}
}

static struct {
	unsigned ways[LAYER_UPLINK + 1], none[LAYER_UPLINK + 1], edits;
} edited;

// What profile_settle would add to the profile as edited: the same host.
static void settle_like(struct profile *profile, const struct profile *like)
{
	profile->host.known = like->host.known;
	prefix_set_copy(&profile->host.own, &like->host.own);
	prefix_set_copy(&profile->host.gateways, &like->host.gateways);
	prefix_set_copy(&profile->host.proxies, &like->host.proxies);
	profile->vpc.subnets_of_host = like->vpc.subnets_of_host;
}

// The way, written into the text that somebody would edit, loads, and lets the flow pass.
static void check_way(const struct random_case *made, const edit_vec *way, const struct flow *flow,
		      const struct port_range *range)
{
	AUTO_STRBUF struct strbuf text = { 0 };
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct error err = { 0 };
	bool fixed_subnets = false;

	profile_edit_apply(strbuf_text(&made->text), way, &text);
	vec_for_each (edit, way)
		fixed_subnets = fixed_subnets || (edit->path[1] && strcmp(edit->path[1], "subnets") == 0);
	fixture_load(strbuf_text(&text), &profile);
	settle_like(&profile, &made->profile);
	if (fixed_subnets)
		profile.vpc.subnets_of_host = false;
	assert_int_equal(policy_build_layers(&profile, &policy, &err), 0);
	struct judgement judgement = explain_judge(&policy, flow, range, NULL);
	if (!judgement.allowed)
		print_error("%s\n-- edited:\n%s\n-- still: %s\n", strbuf_text(&made->text), strbuf_text(&text),
			    judgement.reason);
	assert_true(judgement.allowed);
	edited.edits += (unsigned)way->count;
}

static void check_edits(const struct random_case *made, const struct flow *flow, const struct port_range *range)
{
	CLEANUP(edits_release) struct edits edits = { 0 };
	struct judgement judgement = explain_judge(&made->policy, flow, range, NULL);

	edits_find(&made->profile, flow, range, &edits);
	if (judgement.allowed) {
		assert_true(!edits.ways.count && !edits.why_none);
		return;
	}
	assert_int_equal(edits.ways.count > 0, edits.why_none == NULL);
	(edits.ways.count ? edited.ways : edited.none)[judgement.layer->kind]++;
	vec_for_each (way, &edits.ways)
		check_way(made, way, flow, range);
}

// What random flows seldom meet: AWS's own services, and other ports of endpoints.
static void check_service_edits(const struct random_case *made)
{
	static const char *const flows[] = { "tcp 169.254.169.254:80", "udp 169.254.169.253:53",  "udp 10.20.0.2:53",
					     "tcp 169.254.170.2:80",   "udp 169.254.169.123:123", "tcp 10.20.1.40:442",
					     "tcp 10.20.1.41:9999" };

	for (size_t i = 0; i < COUNT(flows); i++) {
		struct flow flow;

		assert_int_equal(flow_parse(flows[i], &flow, NULL), 0);
		check_edits(made, &flow, NULL);
	}
}

static void test_edits(void **state)
{
	static const struct port_range ephemeral = { 32768, 60999 };

	(void)state;
	seed = 4711;
	for (int i = 0; i < EDIT_PROFILES; i++) {
		CLEANUP(release_case) struct random_case made;

		make_case(&made, false, chance(50));
		check_service_edits(&made);
		for (int j = 0; j < EDIT_FLOWS; j++) {
			struct flow flow = random_flow();
			bool ported = flow.protocol == IPPROTO_TCP || flow.protocol == IPPROTO_UDP;
			bool reply = flow.state == FLOW_ESTABLISHED && ported;

			check_edits(&made, &flow, reply ? &ephemeral : NULL);
		}
	}
	for (int kind = 0; kind <= LAYER_UPLINK; kind++)
		printf("%s: %u allowed by an edit, %u by none\n", layer_name((enum layer_kind)kind, EGRESS),
		       edited.ways[kind], edited.none[kind]);
	assert_int_equal(edited.ways[LAYER_PACKET], 0);
	assert_true(edited.ways[LAYER_ISOLATION] && edited.ways[LAYER_SERVICE] && edited.ways[LAYER_SECURITY_GROUP] &&
		    edited.ways[LAYER_NETWORK_ACL] && edited.ways[LAYER_ROUTE] && edited.ways[LAYER_ENDPOINT] &&
		    edited.ways[LAYER_UPLINK]);
	assert_true(edited.edits > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_agreement),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_edits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
