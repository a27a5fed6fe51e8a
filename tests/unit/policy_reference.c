// SPDX-License-Identifier: GPL-2.0-or-later
// policy: random profiles against the reference evaluator.
#include "policy_oracle.h"
#include "policy_random.h"

#include <stdio.h>

#include "../live/differential/random_profile.h"
#include "../live/differential/subject.h"
#include "../live/differential/talk.h"
#include "policy/reach.h"

enum { PROFILES = 400, FLOWS = 120, WIDER = 150 };

// How often each answer was given: a property that never meets a layer would prove nothing about it.
static unsigned seen[LAYER_UPLINK + 2];

static unsigned reached, not_reached;

// The flattened policy says the same of each new conversation, at whatever edge.
static int compare_reach(const struct policy *policy, const struct reach reach[DIRECTIONS], const struct flow *flow,
			 const char *text)
{
	bool allowed = policy_evaluate(policy, flow).allowed;
	char out[ADDRESS_TEXT_SIZE];

	if (flow->state != FLOW_NEW)
		return 0;
	(*(allowed ? &reached : &not_reached))++;
	if (allowed == reach_contains(&reach[flow->direction], flow))
		return 0;
	printf("%s\nprotocol %d to %s port %u type %u code %u direction %d: reach differs\n", text, flow->protocol,
	       address_print(&flow->remote, out), flow->destination_port, flow->icmp_type, flow->icmp_code,
	       (int)flow->direction);
	return 1;
}

static int compare_flow(const struct profile *profile, const struct policy *policy, const struct flow *flow,
			const char *text)
{
	int wanted = reference(profile, flow);
	struct judgement judgement = policy_evaluate(policy, flow);
	int got = judgement.allowed ? ALLOWED : (int)judgement.layer->kind;
	char out[ADDRESS_TEXT_SIZE];

	seen[wanted + 1]++;
	if (got == wanted)
		return 0;
	printf("%s\nprotocol %d to %s port %u type %u code %u direction %d state %d: layer %d (%s), wanted %d\n", text,
	       flow->protocol, address_print(&flow->remote, out), flow->destination_port, flow->icmp_type,
	       flow->icmp_code, (int)flow->direction, (int)flow->state, got, judgement.reason, wanted);
	return 1;
}

static void test_reference(void **state)
{
	int wrong = 0;

	(void)state;
	seed = 20240611;
	for (int i = 0; i < PROFILES && !wrong; i++) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		CLEANUP(policy_release) struct policy policy = { 0 };
		AUTO_STRBUF struct strbuf text = { 0 };
		struct reach reach[DIRECTIONS] = { 0 };
		struct error err = { 0 };

		random_text(&text);
		fixture_load(strbuf_text(&text), &profile);
		add_icmp(&profile);
		if (chance(50))
			random_host(&profile);
		if (policy_build(&profile, &policy, &err))
			print_error("%s\n%s\n", strbuf_text(&text), err.message);
		assert_int_equal(err.code, 0);
		for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
			policy_reach(&policy, direction, &reach[direction]);
		for (int j = 0; j < FLOWS && !wrong; j++) {
			struct flow flow = random_flow();
			wrong += compare_flow(&profile, &policy, &flow, strbuf_text(&text));
			wrong += compare_reach(&policy, reach, &flow, strbuf_text(&text));
		}
		reach_release(&reach[EGRESS]);
		reach_release(&reach[INGRESS]);
	}
	assert_int_equal(wrong, 0);
	assert_true(reached > 1000 && not_reached > 1000);
	for (size_t i = 0; i < COUNT(seen); i++) {
		if (seen[i] < 50)
			print_error("answer %zu was given %u times only\n", i, seen[i]);
		assert_true(seen[i] >= 50);
	}
}

// A VPC that is elsewhere is not in the reference.
static bool wider_profile(struct random *random, struct strbuf *text, struct profile *profile)
{
	strbuf_clear(text);
	random_profile(random, false, text);
	return !strstr(strbuf_text(text), "located: elsewhere") && subject_profile(strbuf_text(text), profile, NULL);
}

// The profiles and flows that the differential test tries on the kernel (tests/live/differential.c): long prefix lists,
// IPv6 throughout, every edge of every rule.
static void test_wider(void **state)
{
	int wrong = 0, tried = 0;

	(void)state;
	for (unsigned i = 0; i < WIDER && !wrong; i++) {
		CLEANUP(profile_release) struct profile profile = { 0 };
		CLEANUP(policy_release) struct policy policy = { 0 };
		AUTO_STRBUF struct strbuf text = { 0 };
		struct random random = random_from(7, i);
		talk_vec talks = { 0 };

		if (!wider_profile(&random, &text, &profile))
			continue;
		assert_int_equal(policy_build(&profile, &policy, NULL), 0);
		talks_draw(&random, &policy, FLOWS, &talks);
		vec_for_each (talk, &talks) {
			talk->flow.loopback = false;
			wrong += compare_flow(&profile, &policy, &talk->flow, strbuf_text(&text));
			wrong += compare_reach(&policy, policy.reach, &talk->flow, strbuf_text(&text));
			tried++;
		}
		vec_release(&talks);
	}
	assert_int_equal(wrong, 0);
	assert_true(tried > FLOWS * WIDER / 2);
}

// Equal profiles give equal policies.
static void test_deterministic(void **state)
{
	(void)state;
	seed = 7;
	for (int i = 0; i < 20; i++) {
		CLEANUP(policy_release) struct policy one = { 0 }, two = { 0 };
		AUTO_STRBUF struct strbuf text = { 0 }, first = { 0 }, second = { 0 };

		random_text(&text);
		fixture_build(strbuf_text(&text), &one);
		fixture_build(strbuf_text(&text), &two);
		policy_print_json(&one, &first);
		policy_print_json(&two, &second);
		assert_string_equal(strbuf_text(&first), strbuf_text(&second));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_wider),
		cmocka_unit_test(test_deterministic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
