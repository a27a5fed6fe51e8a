// SPDX-License-Identifier: GPL-2.0-or-later
// nft: the rules, interpreted here as the kernel would, and policy_evaluate agree on every flow at the edges of every
// golden profile: the verdict, and which rule of which layer denied.
#include "test.h"

#include <dirent.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "nft_interpret.h"
#include "nft_profile.h"

enum { STATE_INVALID = 1, STATE_ESTABLISHED = 2, STATE_RELATED = 4, STATE_NEW = 8 };

// How conntrack sees a packet, and what the policy makes of that. Only the mark of this generation on an established
// conversation counts; an ICMP error is related, and carries the mark of the conversation it speaks of.
static const struct tracked {
	uint32_t state;
	uint32_t mark;  // less that of the generation
	enum flow_state as;
} tracked_rows[] = {
	{ STATE_NEW, -1U, FLOW_NEW },       { STATE_ESTABLISHED, 0, FLOW_ESTABLISHED },
	{ STATE_ESTABLISHED, 1, FLOW_NEW }, { STATE_ESTABLISHED, -1U, FLOW_NEW },
	{ STATE_RELATED, 0, FLOW_NEW },
};

static const char *leaves_by = "eth0";

static void put(uint8_t *to, enum selector selector, uint32_t number)
{
	struct value value = value_of_number(selector, number);

	memcpy(to, value.bytes, sizeof(value.bytes));
}

// The other side, as it stands in the first packet of the conversation.
static bool load_original(const struct packet *packet, enum selector selector, uint8_t *to)
{
	bool six = selector == SELECT_CT_IP6_SADDR || selector == SELECT_CT_IP6_DADDR;
	bool destination = selector == SELECT_CT_IP_DADDR || selector == SELECT_CT_IP6_DADDR;

	if (packet->flow->remote.family != (six ? FAMILY_IPV6 : FAMILY_IPV4))
		return false;
	if (destination == (packet->flow->direction == EGRESS))
		address_to_bytes(&packet->flow->remote, to);
	return true;
}

// What a selector loads of the packet; false where the packet has no such thing.
static bool load(const struct packet *packet, enum selector selector, uint8_t *to)
{
	const struct selector_row *row = &selector_rows[selector];
	const struct flow *flow = packet->flow;

	if ((row->family != FAMILY_NONE && row->family != flow->remote.family) ||
	    (row->protocol && row->protocol != flow->protocol))
		return false;
	memset(to, 0, 16);
	switch (selector) {
	case SELECT_NFPROTO:
		put(to, selector, flow->remote.family == FAMILY_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6);
		break;
	case SELECT_L4PROTO:
	case SELECT_IP6_NEXTHDR:
		put(to, selector, (uint32_t)flow->protocol);
		break;
	case SELECT_PROTOCOL:
		put(to, selector, flow->remote.family == FAMILY_IPV4 ? ETH_P_IP : ETH_P_IPV6);
		break;
	case SELECT_MARK:
		put(to, selector, packet->packet_mark);
		break;
	case SELECT_IIF:
	case SELECT_OIF:
		put(to, selector, flow->loopback ? 1 : 7);
		break;
	case SELECT_IIFNAME:
	case SELECT_OIFNAME:
		strcpy((char *)to, flow->loopback ? "lo" : leaves_by);
		break;
	case SELECT_CT_STATE:
		put(to, selector, packet->state);
		break;
	case SELECT_CT_MARK:
		put(to, selector, packet->mark);
		break;
	case SELECT_SOURCE_TYPE:
		put(to, selector, RTN_LOCAL);
		break;
	case SELECT_IP_SADDR:
	case SELECT_IP6_SADDR:
		address_to_bytes(flow->direction == INGRESS ? &flow->remote
							    : &ruleset_sample_link.own[selector == SELECT_IP6_SADDR],
				 to);
		break;
	case SELECT_IP_DADDR:
	case SELECT_IP6_DADDR:
		if (flow->direction == EGRESS)
			address_to_bytes(&flow->remote, to);
		break;
	case SELECT_IP_LENGTH:
		put(to, selector, 0x45);  // with the version in the upper half
		break;
	case SELECT_IP_FRAGMENT:
		break;
	case SELECT_LENGTH:
		put(to, selector, 1000);
		break;
	case SELECT_PACKET_TYPE:
		break;  // to this host
	case SELECT_ETHER_SOURCE:
		memcpy(to, ruleset_sample_subnet_link.neighbours->mac, 6);
		break;
	case SELECT_IP6_HOPLIMIT:
		put(to, selector, 64);
		break;
	case SELECT_TCP_SPORT:
	case SELECT_UDP_SPORT:
		put(to, selector, flow->source_port);
		break;
	case SELECT_TCP_DPORT:
	case SELECT_UDP_DPORT:
		put(to, selector, flow->destination_port);
		break;
	case SELECT_TCP_FLAGS:
		put(to, selector, packet->state == STATE_NEW ? 0x02 : 0x10);
		break;
	case SELECT_ICMP_TYPE:
	case SELECT_ICMPV6_TYPE:
		put(to, selector, flow->icmp_type);
		break;
	case SELECT_ICMP_CODE:
	case SELECT_ICMPV6_CODE:
		put(to, selector, flow->icmp_code);
		break;
	case SELECT_ICMP_TYPE_CODE:
	case SELECT_ICMPV6_TYPE_CODE:
		put(to, selector, (uint32_t)flow->icmp_type << 8 | flow->icmp_code);
		break;
	case SELECT_CT_IP_SADDR:
	case SELECT_CT_IP6_SADDR:
	case SELECT_CT_IP_DADDR:
	case SELECT_CT_IP6_DADDR:
		return load_original(packet, selector, to);
	case SELECT_CT_DPORT:
		put(to, selector,
		    flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6
			? (uint32_t)flow->icmp_type << 8 | flow->icmp_code
			: flow->destination_port);
		break;
	case SELECT_CT_STATUS:
	case SELECT_ARP_HARDWARE:
	case SELECT_ARP_PROTOCOL:
	case SELECT_ARP_HARDWARE_LENGTH:
	case SELECT_ARP_PROTOCOL_LENGTH:
	case SELECT_ARP_OPERATION:
	case SELECT_ARP_SOURCE_MAC:
	case SELECT_ARP_SOURCE:
	case SELECT_ARP_TARGET_MAC:
	case SELECT_ARP_TARGET:
	case SELECT_ND_TARGET:
	case SELECT_ND_OPTION:
	case SELECT_CT_DIRECTION:
	case SELECTORS:
		return false;
	}
	return true;
}

static unsigned flows_tried, flows_allowed, link_tried, link_allowed, again_tried, again_allowed;

// Which message such a one answers, if any: with the same code.
static bool asks(const struct flow *flow, struct flow *asked)
{
	static const struct {
		int protocol;
		uint8_t request, answer;
	} rows[] = { { IPPROTO_ICMP, 8, 0 }, { IPPROTO_ICMP, 13, 14 }, { IPPROTO_ICMPV6, 128, 129 } };

	if (flow->protocol != IPPROTO_ICMP && flow->protocol != IPPROTO_ICMPV6)
		return true;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].protocol == flow->protocol && rows[i].answer == flow->icmp_type) {
			asked->icmp_type = rows[i].request;
			return true;
		}
	return false;
}

// The wall of the link lets out what begins a conversation that the layers allow, and what answers one.
static void agree_on_link(const struct policy *policy, const struct ruleset *ruleset, const struct flow *flow)
{
	const struct nft_chain *chain = find_chain(ruleset, "link");
	struct packet packet = { load, flow, .state = STATE_NEW };
	struct flow asked = *flow;
	char text[FLOW_TEXT_SIZE];

	if (!chain || flow->direction != EGRESS || flow->state != FLOW_NEW)
		return;
	asked.direction = INGRESS;
	asked.source_port = flow->destination_port;
	asked.destination_port = flow->source_port;
	bool answers = asks(flow, &asked) && policy_evaluate(policy, &asked).allowed;
	bool wanted = policy_evaluate(policy, flow).allowed || answers;
	bool accepted = run_chain(&packet, chain) == NF_ACCEPT;
	if (accepted != wanted)
		fail_msg("%s from port %u: the link's wall %s, wanted %s", flow_print(flow, text), flow->source_port,
			 accepted ? "accepts" : "drops", wanted ? "accept" : "drop");
	link_tried++;
	link_allowed += accepted;
}

// An answer to an older conversation passes where the conversation could begin under the exchanged policy: flow is how
// it began.
static void agree_on_again(const struct policy *policy, const struct ruleset *again, const struct flow *flow)
{
	const struct nft_chain *chain = find_chain(again, flow->direction == EGRESS ? "again_ingress" : "again_egress");
	struct packet packet = { load, flow, .state = STATE_ESTABLISHED, .mark = ruleset_defaults.generation };
	char text[FLOW_TEXT_SIZE];

	if (!chain || flow->state != FLOW_NEW)
		return;
	bool wanted = policy_evaluate(policy, flow).allowed;
	bool passes = run_chain(&packet, chain) == NFT_RETURN;
	if (passes != wanted || (packet.mark == ruleset_defaults.generation + 1) != wanted)
		fail_msg("answer to %s %s: passes %d, wanted %d, mark %u",
			 flow->direction == EGRESS ? "egress" : "ingress", flow_print(flow, text), passes, wanted,
			 packet.mark);
	again_tried++;
	again_allowed += passes;
}

static const struct ruleset *exchanged;  // of the policy that is looked at, in its second generation

static const struct ruleset *observing;  // likewise, of an audit
static unsigned observed, observed_denied;

// An audit lets everything pass, and logs once what the rule set logs that denies it: where the job's packets have a
// link to leave by. Else it refuses them at once.
static void agree_on_observed(const struct flow *flow, const struct tracked *tracked, const char *expected)
{
	const struct nft_chain *chain = find_chain(observing, flow->direction == EGRESS ? "output" : "input");
	struct packet first = { load, flow, .state = tracked->state, .mark = 0 };

	if (tracked->state != STATE_NEW)
		return;
	assert_int_equal(run_chain(&first, chain), NF_ACCEPT);
	assert_string_equal(first.log, expected);
	for (unsigned again = 0; again < 2; again++) {
		struct packet later = { load, flow, .state = again ? STATE_ESTABLISHED : STATE_NEW,
					.mark = first.mark };

		assert_int_equal(run_chain(&later, chain), NF_ACCEPT);
		assert_string_equal(later.log, "");
	}
	struct packet odd = { load, flow, .state = STATE_INVALID };
	assert_int_equal(run_chain(&odd, chain), NF_ACCEPT);
	assert_true(odd.log[0]);
	if (flow->direction == EGRESS && expected[0]) {
		struct packet nowhere = { load, flow, .state = STATE_NEW };

		leaves_by = ruleset_defaults.sink;
		assert_int_equal(run_chain(&nowhere, chain), NF_DROP);
		leaves_by = "eth0";
		assert_string_equal(nowhere.log, expected);
	}
	observed++;
	observed_denied += expected[0] != '\0';
}

static void agree(const struct policy *policy, const struct ruleset *ruleset, const struct flow *flow,
		  const struct tracked *tracked)
{
	struct packet packet = { load, flow, .state = tracked->state,
				 .mark = ruleset_defaults.generation + tracked->mark };
	struct judgement judgement = policy_evaluate(policy, flow);
	bool accepted =
	    run_chain(&packet, find_chain(ruleset, flow->direction == EGRESS ? "output" : "input")) == NF_ACCEPT;
	char text[FLOW_TEXT_SIZE], expected[64] = "";

	// Marked, it leaves by the sink, or not at all.
	if (packet.packet_mark) {
		assert_int_equal(packet.packet_mark, RULESET_SINK_MARK);
		assert_int_equal(run_chain(&packet, find_chain(ruleset, "last")), NF_DROP);
		accepted = false;
	}

	if (!judgement.allowed)
		snprintf(expected, sizeof(expected), "vj1:%s:%u", layer_name(judgement.layer->kind, flow->direction),
			 judgement.rule->number);
	if (accepted != judgement.allowed || strcmp(packet.log, expected) != 0)
		fail_msg("%s %s %s: policy %s \"%s\", rules %s \"%s\"",
			 flow->direction == EGRESS ? "egress" : "ingress",
			 flow->state == FLOW_NEW ? "new" : "established", flow_print(flow, text),
			 judgement.allowed ? "allows" : "denies", expected, accepted ? "accept" : "drop", packet.log);
	flows_tried++;
	flows_allowed += accepted;
	agree_on_observed(flow, tracked, expected);
	agree_on_link(policy, ruleset, flow);
	agree_on_again(policy, exchanged, flow);
}

typedef VEC(struct address) address_list;

// The first and the last address of each range that a rule names, and their neighbours; and some that none names.
static void edges(const struct policy *policy, address_list *out)
{
	static const char *const others[] = { "192.0.2.1", "10.20.200.1", "2001:4860::8888", "fd00::1", "::2" };

	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		vec_for_each (layer, &policy->layers[direction]) {
			vec_for_each (rule, &layer->rules) {
				vec_for_each (range, &rule->match.remote.ranges) {
					struct address before = range->first, after = range->last;

					before.bits--;
					after.bits++;
					vec_push(out, range->first);
					vec_push(out, range->last);
					if (range->first.bits)
						vec_push(out, before);
					if (after.bits && (after.family == FAMILY_IPV6 || !(after.bits >> 32)))
						vec_push(out, after);
				}
			}
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct address address;

		assert_int_equal(address_parse(others[i], &address, NULL), 0);
		vec_push(out, address);
	}
}

static void agree_on_ports(const struct policy *policy, const struct ruleset *ruleset, struct flow *flow,
			   const struct tracked *tracked)
{
	static const uint16_t ports[] = { 1,    2,    22,   53,   79,   80,   81,   123,  442,  443,   444,   1023,
					  1024, 3000, 3010, 3011, 7999, 8000, 8100, 8101, 9000, 64999, 65000, 65535 };

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		flow->destination_port = ports[i];
		agree(policy, ruleset, flow, tracked);
	}
	flow->destination_port = 0;
}

static void agree_on_types(const struct policy *policy, const struct ruleset *ruleset, struct flow *flow,
			   const struct tracked *tracked)
{
	static const uint8_t types[] = { 0, 3, 8, 13, 14, 128, 129 };

	for (size_t i = 0; i < sizeof(types); i++) {
		for (flow->icmp_code = 0; flow->icmp_code < 2; flow->icmp_code++) {
			flow->icmp_type = types[i];
			agree(policy, ruleset, flow, tracked);
		}
	}
	flow->icmp_type = flow->icmp_code = 0;
}

static void agree_on_remote(const struct policy *policy, const struct ruleset *ruleset, struct flow *flow,
			    const struct tracked *tracked)
{
	bool six = flow->remote.family == FAMILY_IPV6;
	const int protocols[] = { IPPROTO_TCP, IPPROTO_UDP, six ? IPPROTO_ICMPV6 : IPPROTO_ICMP };

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		flow->protocol = protocols[i];
		if (flow->protocol == IPPROTO_TCP || flow->protocol == IPPROTO_UDP)
			agree_on_ports(policy, ruleset, flow, tracked);
		else
			agree_on_types(policy, ruleset, flow, tracked);
	}
	flow->protocol = 47;
	if (!six)  // in IPv6 the wall of extension headers may be what denies
		agree(policy, ruleset, flow, tracked);
}

static void agree_on_profile(const char *path)
{
	struct ruleset_options options = ruleset_defaults;
	struct ruleset *ruleset;
	struct policy policy;
	enum uplink uplink = UPLINK_AUTO;
	address_list remotes = { 0 };
	size_t rows;

	assert_true(nft_profile_policy(path, &policy, &uplink));
	options.link = ruleset_sample(&policy, uplink);
	ruleset = ruleset_compile(&policy, &options);
	options.generation++;
	struct ruleset *second = ruleset_compile(&policy, &options);
	exchanged = second;
	options.generation--;
	options.observe = true;
	struct ruleset *audit = ruleset_compile(&policy, &options);
	observing = audit;
	edges(&policy, &remotes);
	// Where nothing is accepted nothing is tracked: every packet is like a new one.
	rows = find_chain(ruleset, "untracked_output") ? sizeof(tracked_rows) / sizeof(tracked_rows[0]) : 1;
	vec_for_each (remote, &remotes) {
		for (size_t i = 0; i < 2 * rows; i++) {
			const struct tracked *tracked = &tracked_rows[i / 2];
			struct flow flow = {
				.direction = i & 1, .state = tracked->as, .remote = *remote, .source_port = 40000
			};

			agree_on_remote(&policy, ruleset, &flow, tracked);
		}
	}
	vec_release(&remotes);
	ruleset_free(audit);
	ruleset_free(second);
	ruleset_free(ruleset);
	policy_release(&policy);
}

static void test_agreement(void **state)
{
	AUTO_FREE char *folder = memory_format("%s/tests/golden/nft", getenv("VPCJAIL_SOURCE"));
	DIR *entries = opendir(folder);
	struct dirent *entry;

	(void)state;
	assert_non_null(entries);
	while ((entry = readdir(entries))) {
		AUTO_FREE char *path = memory_format("%s/%s", folder, entry->d_name);

		if (strlen(path) > 5 && !strcmp(path + strlen(path) - 5, ".yaml"))
			agree_on_profile(path);
	}
	closedir(entries);
	print_message("%u flows, %u allowed; on links %u, %u allowed; answers to older ones %u, %u allowed\n",
		      flows_tried, flows_allowed, link_tried, link_allowed, again_tried, again_allowed);
	print_message("in audits %u, %u told\n", observed, observed_denied);
	assert_true(observed_denied > 1000 && observed - observed_denied > 1000);
	assert_true(again_allowed > 1000 && again_tried - again_allowed > 1000);
	assert_true(link_allowed > 1000 && link_tried - link_allowed > 1000);
	assert_true(flows_allowed > 1000 && flows_tried - flows_allowed > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_agreement) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
