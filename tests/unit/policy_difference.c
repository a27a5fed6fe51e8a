// SPDX-License-Identifier: GPL-2.0-or-later
// policy: what two policies let through differently, and what of an address space can be reached, against the verdict
// for each single flow.
#include "policy_random.h"

#include <stdio.h>

#include "policy/difference.h"
#include "policy/space.h"

enum { PROFILES = 400, FLOWS = 200 };

struct side {
	struct profile profile;
	struct policy policy;
};

static void side_make(struct side *side)
{
	AUTO_STRBUF struct strbuf text = { 0 };

	random_text(&text);
	fixture_load(strbuf_text(&text), &side->profile);
	add_icmp(&side->profile);
	if (chance(50))
		random_host(&side->profile);
	assert_int_equal(policy_build(&side->profile, &side->policy, NULL), 0);
}

static void side_release(struct side *side)
{
	policy_release(&side->policy);
	profile_release(&side->profile);
}

// Whether a conversation with the flow's remote can begin by its protocol, whoever begins it.
static bool is_partner(const struct policy *policy, const struct flow *flow)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++)
		vec_for_each (row, &policy->reach[direction].rows)
			if (row->protocol == flow->protocol && prefix_set_contains(&row->remotes, &flow->remote))
				return true;
	return false;
}

static unsigned seen[2][4];

static void check_flow(const struct side *a, const struct side *b, const struct difference *difference,
		       const struct flow *flow)
{
	const struct reach_difference *part = &difference->parts[flow->direction][flow->state];
	bool before = policy_evaluate(&a->policy, flow).allowed, after = policy_evaluate(&b->policy, flow).allowed;
	bool known = flow->state == FLOW_NEW || (is_partner(&a->policy, flow) && is_partner(&b->policy, flow));
	bool gained = reach_contains(&part->gained, flow), lost = reach_contains(&part->lost, flow);
	char text[FLOW_TEXT_SIZE];

	if (gained != (known && after && !before) || lost != (known && before && !after)) {
		print_error("%s (direction %d, state %d): before %d, after %d, known %d; gained %d, lost %d\n",
			    flow_print(flow, text), (int)flow->direction, (int)flow->state, before, after, known,
			    gained, lost);
		fail();
	}
	seen[flow->state][gained ? 0 : lost ? 1 : before ? 2 : 3]++;
}

// What reach.h says of rows holds for those of a difference too.
static void check_form(const struct reach *reach)
{
	vec_for_each (row, &reach->rows) {
		assert_true(row->ranges.count > 0 && !prefix_set_is_empty(&row->remotes));
		for (size_t i = 1; i < row->ranges.count; i++)
			assert_true(row->ranges.items[i - 1].last + 1 < row->ranges.items[i].first);
		vec_for_each (other, &reach->rows) {
			if (other == row || other->protocol != row->protocol)
				continue;
			assert_false(prefix_set_equal(&row->remotes, &other->remotes));
			vec_for_each (x, &row->ranges)
				vec_for_each (y, &other->ranges)
					assert_true(x->last < y->first || y->last < x->first);
		}
	}
}

// A rule that is named for a row decides its first and last packets.
static unsigned named;

static void check_fate(const struct policy *policy, enum direction direction, const struct reach *reach, bool allowed)
{
	vec_for_each (row, &reach->rows) {
		struct row_fate fate = policy_row_fate(policy, direction, FLOW_NEW, row);
		struct reach_range ends[2] = { row->ranges.items[0], row->ranges.items[row->ranges.count - 1] };
		const struct address_range *remotes = row->remotes.ranges.items;

		if (!fate.rule)
			continue;
		named++;
		assert_true(fate.allowed == allowed);
		// of all that let it pass, the group's is the rule that somebody wrote for it
		assert_true(!allowed || fate.rule->verdict == VERDICT_ACCEPT ||
			    fate.layer->kind == LAYER_SECURITY_GROUP);
		for (int i = 0; i < 4; i++) {
			uint16_t at = i & 1 ? ends[1].last : ends[0].first;
			struct flow flow = { .direction = direction,
					     .protocol = row->protocol,
					     .remote =
						 i & 2 ? remotes[row->remotes.ranges.count - 1].last : remotes[0].first,
					     .destination_port = at,
					     .icmp_type = (uint8_t)(at >> 8),
					     .icmp_code = (uint8_t)at };
			struct judgement judgement = policy_evaluate(policy, &flow);
			assert_true(judgement.allowed == allowed);
			assert_true(policy_match_holds(&fate.rule->match, &flow));
			assert_true(allowed || judgement.rule == fate.rule);
		}
	}
}

static void test_difference(void **state)
{
	(void)state;
	seed = 20261127;
	for (int i = 0; i < PROFILES; i++) {
		CLEANUP(side_release) struct side a = { 0 };
		CLEANUP(side_release) struct side b = { 0 };
		CLEANUP(difference_release) struct difference difference = { 0 };

		side_make(&a);
		side_make(&b);
		policy_difference(&a.policy, &b.policy, &difference);
		for (int j = 0; j < FLOWS; j++) {
			struct flow flow = random_flow();
			check_flow(&a, &b, &difference, &flow);
		}
		for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
			const struct reach_difference *part = &difference.parts[direction][FLOW_NEW];
			check_fate(&b.policy, direction, &part->gained, true);
			check_fate(&a.policy, direction, &part->gained, false);
			check_fate(&a.policy, direction, &part->lost, true);
			check_fate(&b.policy, direction, &part->lost, false);
			for (int s = 0; s < FLOW_STATES; s++) {
				check_form(&difference.parts[direction][s].gained);
				check_form(&difference.parts[direction][s].lost);
			}
		}
	}
	for (size_t i = 0; i < 8; i++) {
		if (seen[i / 4][i % 4] < 50)
			print_error("state %zu, answer %zu: %u times only\n", i / 4, i % 4, seen[i / 4][i % 4]);
		assert_true(seen[i / 4][i % 4] >= 50);
	}
	assert_true(named > 500);
}

static void test_no_difference(void **state)
{
	(void)state;
	seed = 4711;
	for (int i = 0; i < 50; i++) {
		CLEANUP(side_release) struct side a = { 0 };
		CLEANUP(difference_release) struct difference difference = { 0 };

		side_make(&a);
		policy_difference(&a.policy, &a.policy, &difference);
		assert_true(difference_is_empty(&difference));
	}
}

// Equal rows for equal space, whatever the rules it was written with.
static void test_canonical(void **state)
{
	static const char head[] =
	    "vpcjail: 1\nnetwork: {isolation: vpc, uplink: veth}\n"
	    "vpc: {subnets: [10.1.0.0/24]}\nprocess: {credentials: scrub}\nsecurity-groups:\n  sg-a:\n    egress:\n";
	AUTO_FREE char *first = memory_format("%s      - {to: 10.2.0.0/23, protocol: tcp, ports: [80-90]}\n", head);
	AUTO_FREE char *second = memory_format("%s      - {to: 10.2.1.0/24, protocol: tcp, ports: [85-90]}\n"
					       "      - {to: 10.2.0.0/24, protocol: tcp, ports: [80-90]}\n"
					       "      - {to: 10.2.1.0/24, protocol: tcp, ports: [80-84]}\n",
					       head);
	CLEANUP(policy_release) struct policy a = { 0 };
	CLEANUP(policy_release) struct policy b = { 0 };
	CLEANUP(difference_release) struct difference difference = { 0 };

	(void)state;
	fixture_build(first, &a);
	fixture_build(second, &b);
	policy_difference(&a, &b, &difference);
	assert_true(difference_is_empty(&difference));
}

static void random_space(struct prefix_set *set)
{
	for (unsigned i = 0, count = 1 + below(3); i < count; i++) {
		struct prefix prefix;

		assert_int_equal(prefix_parse(chance(50)   ? PICK(cidrs)
					      : chance(50) ? PICK(hosts)
							   : PICK(edges),
					      &prefix, NULL),
				 0);
		prefix_set_add(set, &prefix);
	}
	prefix_set_normalize(set);
}

// What has come to a layer and is not left after it was denied by one of those that are named.
static bool was_denied(const struct space_answer *answer, const struct flow *flow, const struct policy *policy)
{
	const struct judgement judgement = policy_evaluate(policy, flow);

	vec_for_each (step, &answer->proof) {
		if (step->layer != judgement.layer) {
			assert_true(reach_contains(&step->left, flow));
			continue;
		}
		assert_false(reach_contains(&step->left, flow));
		vec_for_each (denial, &step->denials)
			if (denial->rule == judgement.rule)
				return prefix_set_contains(&denial->remotes, &flow->remote);
		return false;
	}
	return false;
}

static unsigned allowed_spaces, empty_spaces, denied_flows, allowed_flows;

static void check_space(const struct side *side, enum direction direction)
{
	CLEANUP(prefix_set_release) struct prefix_set within = { 0 };
	CLEANUP(space_answer_release) struct space_answer answer = { 0 };
	bool empty;

	random_space(&within);
	policy_space(&side->policy, direction, &within, &answer);
	empty = reach_is_empty(&answer.allowed);
	(*(empty ? &empty_spaces : &allowed_spaces))++;
	assert_true(empty == (answer.proof.count > 0));
	vec_for_each (step, &answer.proof)  // the last one alone leaves nothing
		assert_true(reach_is_empty(&step->left) == (step + 1 == answer.proof.items + answer.proof.count));
	for (int j = 0; j < FLOWS; j++) {
		struct flow flow = random_flow();
		bool icmp = flow.protocol == IPPROTO_ICMP || flow.protocol == IPPROTO_ICMPV6;
		bool real = flow.protocol != 47 &&
			    (!icmp || (flow.protocol == IPPROTO_ICMP) == (flow.remote.family == FAMILY_IPV4));

		flow.direction = direction;
		flow.state = FLOW_NEW;
		bool inside = prefix_set_contains(&within, &flow.remote);
		bool allowed = policy_evaluate(&side->policy, &flow).allowed;
		assert_true(reach_contains(&answer.allowed, &flow) == (inside && allowed));
		if (inside && allowed)
			allowed_flows++;
		if (empty && inside && real) {
			assert_true(was_denied(&answer, &flow, &side->policy));
			denied_flows++;
		}
	}
}

static void test_space(void **state)
{
	(void)state;
	seed = 99;
	for (int i = 0; i < PROFILES; i++) {
		CLEANUP(side_release) struct side side = { 0 };

		side_make(&side);
		check_space(&side, EGRESS);
		check_space(&side, INGRESS);
	}
	assert_true(allowed_spaces > 50 && empty_spaces > 50 && denied_flows > 500 && allowed_flows > 500);
}

static const struct {
	const char *address;
	bool internet;
} internet_rows[] = {
	{ "9.255.255.255", true },    { "10.0.0.0", false },        { "10.255.255.255", false },
	{ "11.0.0.0", true },         { "100.63.255.255", true },   { "100.64.0.0", false },
	{ "100.127.255.255", false }, { "100.128.0.0", true },      { "172.15.255.255", true },
	{ "172.16.0.0", false },      { "172.31.255.255", false },  { "172.32.0.0", true },
	{ "192.0.0.8", false },       { "192.0.0.9", true },        { "192.0.0.10", true },
	{ "192.0.0.11", false },      { "192.167.255.255", true },  { "192.168.0.0", false },
	{ "192.169.0.0", true },      { "169.254.169.254", false }, { "198.17.255.255", true },
	{ "198.18.0.0", false },      { "198.19.255.255", false },  { "198.20.0.0", true },
	{ "223.255.255.255", true },  { "224.0.0.0", false },       { "255.255.255.255", false },
	{ "52.216.1.1", true },       { "203.0.113.7", false },     { "64:ff9b::1", true },
	{ "64:ff9b:1::1", true },     { "2001::1", true },          { "2001:2::1", false },
	{ "2001:db8::1", false },     { "2001:db9::1", true },      { "2002::1", true },
	{ "fbff::1", true },          { "fc00::1", false },         { "fdff::1", false },
	{ "fe00::1", true },          { "fe80::1", false },         { "fec0::1", true },
	{ "feff::1", true },          { "ff02::1", false },         { "2600:1f00::1", true },
	{ "44.0.0.5", false },        { "44.1.0.0", true },         { "::1", false },
};

static void test_internet(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(prefix_set_release) struct prefix_set internet = { 0 };

	(void)state;
	fixture_load("vpcjail: 1\nnetwork: {isolation: vpc}\n"
		     "vpc: {cidrs: [44.0.0.0/16], subnets: [44.0.1.0/24]}\n"
		     "process: {credentials: scrub}\n",
		     &profile);
	profile_internet(&profile, &internet);
	for (size_t i = 0; i < COUNT(internet_rows); i++) {
		struct address address;

		assert_int_equal(address_parse(internet_rows[i].address, &address, NULL), 0);
		if (prefix_set_contains(&internet, &address) != internet_rows[i].internet)
			print_error("%s\n", internet_rows[i].address);
		assert_true(prefix_set_contains(&internet, &address) == internet_rows[i].internet);
	}
}

static void test_counts(void **state)
{
	struct reach_row row = { .protocol = IPPROTO_TCP };
	struct reach reach = { 0 };
	char text[BIG_NUMBER_TEXT_SIZE];
	AUTO_STRBUF struct strbuf said = { 0 };

	(void)state;
	prefix_set_add(&row.remotes, &(struct prefix)IPV4_PREFIX(0, 0, 0, 0, 0));
	prefix_set_add(&row.remotes, &(struct prefix)IPV6_PREFIX(0, 0, 0));
	prefix_set_normalize(&row.remotes);
	vec_push(&row.ranges, (struct reach_range){ 0, UINT16_MAX });
	vec_push(&reach.rows, row);
	struct reach_count count = reach_count(&reach);
	assert_string_equal(big_number_print(&count.addresses[0], text), "4294967296");
	assert_string_equal(big_number_print(&count.addresses[1], text), "340282366920938463463374607431768211456");
	// (2^128 + 2^32) * 65536
	assert_string_equal(big_number_print(&count.pairs, text), "22300745198530623141535718272929836482691072");
	assert_string_equal(big_number_describe(&count.pairs, text), "more than 2^144");
	addresses_describe(count.addresses, &said);
	assert_string_equal(strbuf_text(&said), "4,294,967,296 addresses and 2^128 IPv6 addresses");
	reach_release(&reach);
}

static const struct {
	int protocol;
	struct reach_range ranges[3];
	size_t count;
	const char *text;
} describe_rows[] = {
	{ IPPROTO_TCP, { { 443, 443 } }, 1, "tcp 443" },
	{ IPPROTO_UDP, { { 53, 53 }, { 8000, 8100 } }, 2, "udp 53,8000-8100" },
	{ IPPROTO_UDP, { { 0, 65535 } }, 1, "udp, all ports" },
	{ IPPROTO_ICMP, { { 0, 65535 } }, 1, "icmp, all types" },
	{ IPPROTO_ICMP, { { 0x800, 0x8ff } }, 1, "icmp type 8" },
	{ IPPROTO_ICMP, { { 0x800, 0x800 } }, 1, "icmp type 8 code 0" },
	{ IPPROTO_ICMP, { { 0x801, 0x8ff } }, 1, "icmp type 8 codes 1-255" },
	{ IPPROTO_ICMP, { { 0x0, 0x7ff } }, 1, "icmp types 0-7" },
	{ IPPROTO_ICMP, { { 0x4, 0x7ff } }, 1, "icmp type 0 codes 4-255, types 1-7" },
	{ IPPROTO_ICMP,
	  { { 0x4, 0x302 }, { 0x900, 0x900 } },
	  2,
	  "icmp type 0 codes 4-255, types 1-2, type 3 codes 0-2, type 9 code 0" },
	{ IPPROTO_ICMPV6, { { 0xff, 0x100 } }, 1, "icmpv6 type 0 code 255, type 1 code 0" },
};

static void test_describe(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(describe_rows); i++) {
		AUTO_STRBUF struct strbuf text = { 0 };
		struct reach_row row = { .protocol = describe_rows[i].protocol };

		for (size_t j = 0; j < describe_rows[i].count; j++)
			vec_push(&row.ranges, describe_rows[i].ranges[j]);
		reach_row_describe(&row, &text);
		assert_string_equal(strbuf_text(&text), describe_rows[i].text);
		vec_release(&row.ranges);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_difference), cmocka_unit_test(test_no_difference),
		cmocka_unit_test(test_canonical),  cmocka_unit_test(test_space),
		cmocka_unit_test(test_internet),   cmocka_unit_test(test_counts),
		cmocka_unit_test(test_describe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
