// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: any text is a profile or a list of mistakes, and a profile goes through the whole compiler: it prints
// as a profile that loads again as the same, builds a policy that judges every flow, and compiles to a rule set.
#include "fuzz.h"

#include <string.h>

#include "base/cleanup.h"
#include "memory_source.h"
#include "nft/ruleset.h"
#include "policy/policy.h"
#include "profile/print.h"

static const char *const flows[] = {
	"tcp 52.216.1.1:443", "udp 10.20.0.2:53",     "tcp 10.20.1.21:22", "tcp 169.254.169.254:80",
	"icmp 10.20.1.1",     "udp 224.0.0.251:5353", "47 10.20.1.1",      "tcp [2001:db8::1]:443",
	"icmpv6 fd00:ec2::1", "udp [ff02::1]:5353",   "tcp 0.0.0.0:65535", "tcp 255.255.255.255:1",
};

static void judge(const struct policy *policy, struct flow *flow)
{
	for (enum direction direction = EGRESS; direction < DIRECTIONS; direction++) {
		for (unsigned i = 0; i < 4; i++) {
			flow->direction = direction;
			flow->state = i & 1 ? FLOW_ESTABLISHED : FLOW_NEW;
			flow->loopback = i & 2;
			struct judgement judgement = policy_evaluate(policy, flow);
			require(judgement.reason && judgement.reason[0]);
			require(!flow->loopback || judgement.allowed);
			require(judgement.rule ? judgement.layer != NULL : judgement.allowed);
		}
	}
}

static void compile(const struct policy *policy)
{
	CLEANUP(strbuf_release) struct strbuf first = { 0 };
	CLEANUP(strbuf_release) struct strbuf second = { 0 };
	struct ruleset *ruleset = ruleset_compile(policy, &ruleset_defaults);
	struct ruleset *again = ruleset_compile(policy, &ruleset_defaults);
	nft_batch_vec batches = { 0 };
	struct error err;

	require(ruleset && again);
	ruleset_print(ruleset, &first);
	ruleset_print(again, &second);
	require(first.length && strcmp(strbuf_text(&first), strbuf_text(&second)) == 0);
	require(ruleset_batches(ruleset, 0, &batches, &err) == 0);
	require(batches.count == 1);
	nft_batches_release(&batches);
	ruleset_free(again);
	ruleset_free(ruleset);
}

static void build(const struct profile *profile)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	struct policy policy = { 0 };
	struct error err = { 0 };

	if (policy_build(profile, &policy, &err) < 0) {
		require(err.message[0]);
		return;
	}
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		struct flow flow;
		require(flow_parse(flows[i], &flow, &err) == 0);
		judge(&policy, &flow);
	}
	policy_print(&policy, &text);
	policy_print_json(&policy, &text);
	compile(&policy);
	policy_release(&policy);
}

// Every mistake is one that can be shown: a message, an error count that is right.
static void check_mistakes(const struct mistakes *mistakes, bool loaded)
{
	size_t errors = 0;

	vec_for_each (mistake, &mistakes->list) {
		require(mistake->message && mistake->message[0]);
		errors += mistake->severity == SEVERITY_ERROR;
	}
	require(errors == mistakes->errors);
	require(loaded == (errors == 0));
}

// What profile_print writes loads back as a profile that prints the same.
static void reload(const struct profile *profile)
{
	CLEANUP(strbuf_release) struct strbuf first = { 0 };
	CLEANUP(strbuf_release) struct strbuf second = { 0 };
	struct mistakes mistakes = { 0 };
	struct profile again;

	profile_print(profile, &first);
	struct profile_source source = memory_source(strbuf_text(&first));
	source.folder = "/fuzz";
	if (profile_load(&source, MEMORY_SOURCE_MAIN, &again, &mistakes) < 0) {
		fprintf(stderr, "%s\n%u: %s\n", strbuf_text(&first), mistakes.list.items[0].at.line,
			mistakes.list.items[0].message);
		abort();
	}
	profile_print(&again, &second);
	if (strcmp(strbuf_text(&first), strbuf_text(&second)) != 0) {
		fprintf(stderr, "printed:\n%s\nloaded and printed again:\n%s\n", strbuf_text(&first),
			strbuf_text(&second));
		abort();
	}
	profile_release(&again);
	mistakes_release(&mistakes);
}

// What the caller of profile_load does for `subnets: host`.
static void add_host_subnets(struct profile *profile)
{
	struct prefix_value subnet = { .at = profile->vpc.subnets_at };
	struct error err;

	if (!profile->vpc.subnets_of_host)
		return;
	require(prefix_parse("10.20.1.0/24", &subnet.prefix, &err) == 0);
	vec_push(&profile->vpc.subnets, subnet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = memory_copy_bytes((const char *)data, size);
	CLEANUP(strbuf_release) struct strbuf shown = { 0 };
	struct profile_source source = memory_source(text);
	struct mistakes mistakes = { 0 };
	struct profile profile;

	source.folder = "/fuzz";
	bool loaded = profile_load(&source, MEMORY_SOURCE_MAIN, &profile, &mistakes) == 0;
	check_mistakes(&mistakes, loaded);
	mistakes_format(&mistakes, &shown);
	if (loaded) {
		reload(&profile);
		profile_print_json(&profile, &shown);
		add_host_subnets(&profile);
		build(&profile);
		profile_release(&profile);
	}
	mistakes_release(&mistakes);
	return 0;
}
