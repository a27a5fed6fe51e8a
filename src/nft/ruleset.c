// SPDX-License-Identifier: GPL-2.0-or-later
// struct policy → the rule set.
//
// Theory of operation. A packet of the job meets `output`: loopback is accepted by interface alone, first, because the
// reset that a rejection makes has a foreign source and comes back on lo. Then one chain a layer, in the policy's
// order, each under the layer's name; a chain that has no objection returns, and behind the last one the packet is
// accepted. A denial counts, logs, and goes to `refuse`, which all denials of the job share. `input` is the mirror
// image, and denials there are dropped. Both have policy drop, so that a rule set without its rules accepts nothing.
//
// Conntrack is asked only where something can be accepted. Without that no expression mentions it, so that the kernel
// does not even register its hooks, and loopback is as fast as in a bare namespace.
#include <linux/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>

#include "nft/compile.h"
#include "policy/reach.h"

enum { PRIORITY_RAW = -300, PRIORITY_FILTER = 0 };

const struct ruleset_options ruleset_defaults = {
	.sink = "sink0",
	.sink_peer = "sink1",
	.generation = 1,
	.log_group = 1,
	.log_rate = 1000,
};

static const struct nft_hook output_hook = { "filter", "output", NF_INET_LOCAL_OUT, PRIORITY_FILTER, "filter",
					     NF_DROP,  NULL };
// Where a mark changes the route.
static const struct nft_hook route_hook = { "route", "output", NF_INET_LOCAL_OUT, PRIORITY_FILTER, "filter",
					    NF_DROP, NULL };
static const struct nft_hook last_hook = { "filter",  "postrouting", NF_INET_POST_ROUTING, PRIORITY_FILTER, "filter",
					   NF_ACCEPT, NULL };
static const struct nft_hook input_hook = { "filter", "input", NF_INET_LOCAL_IN, PRIORITY_FILTER, "filter",
					    NF_DROP,  NULL };
static const struct nft_hook forward_hook = { "filter", "forward", NF_INET_FORWARD, PRIORITY_FILTER, "filter",
					      NF_DROP,  NULL };
static const struct nft_hook raw_output_hook = { "filter",  "output", NF_INET_LOCAL_OUT, PRIORITY_RAW, "raw",
						 NF_ACCEPT, NULL };
static const struct nft_hook raw_input_hook = { "filter",  "prerouting", NF_INET_PRE_ROUTING, PRIORITY_RAW, "raw",
						NF_ACCEPT, NULL };

// Addresses of RFC 2544 and RFC 4193.
#define SAMPLE_IPV4(last)                                                                                              \
	{                                                                                                              \
		FAMILY_IPV4, (address_bits)(0xc6120000 | (last))                                                       \
	}
#define SAMPLE_IPV6(last)                                                                                              \
	{                                                                                                              \
		FAMILY_IPV6, (address_bits)0xfd5c8b1e7a420001 << 64 | (last)                                           \
	}

const struct ruleset_link ruleset_sample_link = {
	.device = "eth0",
	.own = { SAMPLE_IPV4(2), SAMPLE_IPV6(2) },
};

static struct address_range sample_ranges[] = {
	{ SAMPLE_IPV4(0), SAMPLE_IPV4(0xff) },
	{ SAMPLE_IPV6(0), SAMPLE_IPV6(0xffffffffffffffff) },
};

static const struct ruleset_neighbours sample_neighbours = {
	.mac = { 0x02, 0x76, 0, 0, 0, 2 },
	.whom = { .ranges = { .items = sample_ranges, .count = sizeof(sample_ranges) / sizeof(sample_ranges[0]) } },
};

const struct ruleset_link ruleset_sample_subnet_link = {
	.device = "eth0",
	.own = { SAMPLE_IPV4(2), SAMPLE_IPV6(2) },
	.neighbours = &sample_neighbours,
};

void ruleset_neighbours_release(struct ruleset_neighbours *neighbours)
{
	prefix_set_release(&neighbours->whom);
}

bool ruleset_asks_neighbours(enum uplink uplink)
{
	return uplink == UPLINK_MACVLAN || uplink == UPLINK_IPVLAN || uplink == UPLINK_DEVICE;
}

const struct ruleset_link *ruleset_sample(const struct policy *policy, enum uplink uplink)
{
	if (!policy_needs_link(policy))
		return NULL;
	return ruleset_asks_neighbours(uplink) ? &ruleset_sample_subnet_link : &ruleset_sample_link;
}

static bool layer_has(const struct policy_layer *layer, enum verdict verdict)
{
	vec_for_each (rule, &layer->rules) {
		if (rule->verdict == verdict)
			return true;
	}
	return false;
}

// Some new conversation is accepted: by a layer, or because all let it pass.
static bool accepts_something(const struct policy *policy, enum direction direction)
{
	vec_for_each (layer, &policy->layers[direction]) {
		if (layer_has(layer, VERDICT_ACCEPT))
			return true;
		if (!layer_has(layer, VERDICT_PASS))
			return false;
	}
	return true;
}

// The end behind the last layer can be reached: by new conversations, or by established ones, which stateful layers let
// through.
static bool passes_all(const struct compilation *c, enum direction direction)
{
	vec_for_each (layer, &c->policy->layers[direction]) {
		if (!layer_has(layer, VERDICT_PASS) && !(layer->stateful && c->tracks))
			return false;
	}
	return true;
}

static void add_verdict(struct nft_chain *chain, int code, const struct nft_chain *to)
{
	rule_add(chain_add_rule(chain), statement_verdict(code, to));
}

static void add_loopback(struct nft_chain *chain, enum selector interface, struct statement statement)
{
	struct nft_rule *rule = chain_add_rule(chain);

	rule_add(rule, statement_compare(interface, 1));
	rule_add(rule, statement);
}

// A denied packet that has a link to leave by is sent to the sink by its mark.
static bool sinks_by_mark(const struct compilation *c)
{
	return c->policy->on_deny == ON_DENY_DROP && c->options->link && !c->options->observe;
}

// Every denial of the job ends here. Without an answer the packet goes to the sink, whose other end drops it: a drop in
// `output` would tell the program. What would leave on a real link is never accepted as it is: marked, it takes another
// route, or is dropped behind it.
static const struct nft_chain *compile_refuse(const struct compilation *c)
{
	struct nft_chain *chain = table_add_chain(c->table, "refuse", NULL);
	struct nft_rule *rule = chain_add_rule(chain);

	switch (c->policy->on_deny) {
	case ON_DENY_REJECT:
		rule_add(rule, statement_compare(SELECT_L4PROTO, IPPROTO_TCP));
		rule_add(rule, statement_reject(REJECT_TCP_RESET));
		rule_add(chain_add_rule(chain), statement_reject(REJECT_PROHIBITED));
		break;
	case ON_DENY_DROP:
		rule_add(rule, statement_compare_name(SELECT_OIFNAME, c->options->sink));
		rule_add(rule, statement_verdict(NF_ACCEPT, NULL));
		if (sinks_by_mark(c))
			rule_add(chain_add_rule(chain), statement_mark(RULESET_SINK_MARK));
		add_verdict(chain, sinks_by_mark(c) ? NF_ACCEPT : NF_DROP, NULL);
		break;
	}
	return chain;
}

static void add_walls(const struct compilation *c, enum direction direction, struct nft_chain *base)
{
	add_verdict(base, NFT_JUMP, compile_walls(c, direction));
	if (c->options->generation > ruleset_defaults.generation && !c->options->observe)
		compile_again(c, direction, base);
}

// What the policy lets go to a made-up address leaves by no link: it is answered like a denial.
static void compile_made_up(const struct compilation *c, struct nft_chain *base)
{
	struct nft_rule *rule = chain_add_rule(base);

	rule_add(rule, statement_compare_name(SELECT_OIFNAME, c->options->sink));
	rule_add(rule, compile_denied(c, EGRESS));
}

// The layers of one direction behind each other. The walls stand behind the packet layer, which has the better names
// for what both would deny.
static void compile_direction(const struct compilation *c, enum direction direction, struct nft_chain *base)
{
	bool walled = !c->tracks;

	if (c->options->observe)
		compile_seen(c, direction, base);
	vec_for_each (layer, &c->policy->layers[direction]) {
		if (!walled && layer->kind != LAYER_PACKET) {
			add_walls(c, direction, base);
			walled = true;
		}
		add_verdict(base, NFT_JUMP, compile_layer(c, direction, layer));
	}
	if (!walled)
		add_walls(c, direction, base);
	if (c->options->made_up && direction == EGRESS)
		compile_made_up(c, base);
	if (c->options->observe || passes_all(c, direction))
		compile_acceptance(c, direction, chain_add_rule(base));
}

static void compile_last(const struct compilation *c)
{
	struct nft_chain *chain = table_add_chain(c->table, "last", &last_hook);
	struct nft_rule *rule = chain_add_rule(chain);
	struct statement elsewhere = statement_compare_name(SELECT_OIFNAME, c->options->sink);

	elsewhere.match.negated = true;
	rule_add(rule, statement_compare(SELECT_MARK, RULESET_SINK_MARK));
	rule_add(rule, elsewhere);
	rule_add(rule, statement_verdict(NF_DROP, NULL));
}

static void compile_untracked(const struct compilation *c)
{
	add_loopback(table_add_chain(c->table, "untracked_output", &raw_output_hook), SELECT_OIF, statement_notrack());
	add_loopback(table_add_chain(c->table, "untracked_input", &raw_input_hook), SELECT_IIF, statement_notrack());
}

// The peer drops what it receives, before any protocol looks at it. A drop where the packet leaves would be told: a
// socket with IP_RECVERR (every resolver's) and a ping socket get ENOBUFS at once.
static void compile_sink(struct nft_table *table, const struct ruleset_options *options)
{
	const struct nft_hook hook = { "filter", "ingress", NF_NETDEV_INGRESS, PRIORITY_FILTER,
				       "filter", NF_DROP,   options->sink_peer };

	table_add_chain(table, "sink", &hook);
}

static void compile_devices(struct ruleset *ruleset, const struct policy *policy, const struct ruleset_options *options)
{
	struct nft_table *table = ruleset_add_table(ruleset, NFPROTO_NETDEV, "vpcjail");

	compile_sink(table, options);
	if (options->link) {
		const struct nft_hook hook = { "filter", "egress", NF_NETDEV_EGRESS,     PRIORITY_FILTER,
					       "filter", NF_DROP,  options->link->device };
		compile_link(table, &hook, policy, options->link);
	}
}

struct ruleset *ruleset_compile(const struct policy *policy, const struct ruleset_options *options)
{
	struct ruleset *ruleset = NEW(struct ruleset);
	struct compilation c = { .policy = policy, .options = options };
	struct nft_chain *output, *input;

	compile_devices(ruleset, policy, options);
	c.table = ruleset_add_table(ruleset, NFPROTO_INET, "vpcjail");
	c.tracks = options->observe || accepts_something(policy, EGRESS) || accepts_something(policy, INGRESS);
	c.denied[EGRESS] = options->observe ? compile_observed(&c, EGRESS) : compile_refuse(&c);
	c.denied[INGRESS] = options->observe ? compile_observed(&c, INGRESS) : NULL;
	output = table_add_chain(c.table, "output", sinks_by_mark(&c) ? &route_hook : &output_hook);
	input = table_add_chain(c.table, "input", &input_hook);
	table_add_chain(c.table, "forward", &forward_hook);
	if (sinks_by_mark(&c))
		compile_last(&c);
	if (c.tracks)
		compile_untracked(&c);
	add_loopback(output, SELECT_OIF, statement_verdict(NF_ACCEPT, NULL));
	add_loopback(input, SELECT_IIF, statement_verdict(NF_ACCEPT, NULL));
	if (options->link && options->link->neighbours) {
		add_verdict(output, NFT_JUMP, compile_neighbours(&c, EGRESS));
		add_verdict(input, NFT_JUMP, compile_neighbours(&c, INGRESS));
	}
	compile_direction(&c, EGRESS, output);
	compile_direction(&c, INGRESS, input);
	return ruleset;
}
