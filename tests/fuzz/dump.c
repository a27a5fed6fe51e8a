// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: whatever bytes stand where the kernel tells its rules, they are compared and digested without a fault.
//
// The first byte of an input says what follows: 'r' raw bytes of a dump; 'p' patches of the messages that load the
// rule set, three bytes each (the offset, big-endian, and the value), so that a few bytes reach deep into the reader.
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/sha256.h"
#include "memory_source.h"
#include "nft/denial_counters.h"
#include "nft/ruleset.h"
#include "policy/policy.h"

// One of everything that a rule set is made of: both kinds of sets in both families, groups, ports, ICMP.
static const char profile_text[] =
    "vpcjail: 1\n"
    "description: what dumps are compared with\n"
    "network: {isolation: vpc, on-deny: reject, peers: [10.20.1.21, \"2001:db8::21\"]}\n"
    "vpc:\n"
    "  cidrs: [10.20.0.0/16, \"2001:db8::/56\"]\n"
    "  subnets: [10.20.1.0/24, \"2001:db8::/64\"]\n"
    "process: {credentials: scrub}\n"
    "security-groups:\n"
    "  sg-train:\n"
    "    egress: [{to: 10.20.0.0/16, protocol: tcp, ports: [443, 8000-8100]}, {to: 10.20.1.9, protocol: icmp}]\n"
    "    ingress: [{from: self, protocol: all}]\n";

static struct ruleset *compile_fixed(void)
{
	struct profile_source source = memory_source(profile_text);
	struct mistakes mistakes = { 0 };
	struct profile profile;
	struct policy policy;
	struct error err = { 0 };

	source.folder = "/fuzz";
	if (profile_load(&source, MEMORY_SOURCE_MAIN, &profile, &mistakes) < 0) {
		fprintf(stderr, "%u: %s\n", mistakes.list.items[0].at.line, mistakes.list.items[0].message);
		abort();
	}
	require(policy_build(&profile, &policy, &err) == 0);
	struct ruleset *ruleset = ruleset_compile(&policy, &ruleset_defaults);
	require(ruleset);
	policy_release(&policy);
	profile_release(&profile);
	mistakes_release(&mistakes);
	return ruleset;
}

// The rule set and the messages that load it: made once, never changed.
struct fixed {
	struct ruleset *ruleset;
	nft_batch_vec batches;
};

static const struct fixed *fixed_get(void)
{
	static struct fixed fixed;
	struct error err;

	if (!fixed.ruleset) {
		fixed.ruleset = compile_fixed();
		require(ruleset_batches(fixed.ruleset, 0, &fixed.batches, &err) == 0 && fixed.batches.count == 1);
	}
	return &fixed;
}

static void add_bytes(struct nft_dump *dump, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		vec_push(&dump->bytes, bytes[i]);
}

// Counters are read of whatever a digest is made of, and each is named once.
static void read_counters(const struct nft_dump *dump, bool readable)
{
	denial_counter_vec counters = { 0 };
	struct error err;

	require((denial_counters_read(dump, &counters, &err) == 0) == readable);
	vec_for_each (counter, &counters) {
		require(counter->packets && counter->generation && counter->layer[0]);
		vec_for_each (other, &counters)
			require(other == counter || other->rule != counter->rule ||
				other->generation != counter->generation || strcmp(other->layer, counter->layer) != 0);
	}
	vec_release(&counters);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct fixed *fixed = fixed_get();
	const struct nft_batch *batch = &fixed->batches.items[0];
	bool patched = size && data[0] == 'p';
	struct nft_dump dump = { 0 };
	struct error err = { 0 };

	if (patched)
		add_bytes(&dump, batch->bytes, batch->length);
	else if (size)
		add_bytes(&dump, data + 1, size - 1);
	for (size_t i = 1; patched && i + 3 <= size; i += 3)
		dump.bytes.items[(data[i] << 8 | data[i + 1]) % dump.bytes.count] = data[i + 2];
	// The reader is promised aligned memory of exactly the dump's length, not the growth's spare room.
	if (dump.bytes.count)
		dump.bytes.items = memory_resize(dump.bytes.items, dump.bytes.count, 1);
	dump.bytes.capacity = dump.bytes.count;

	int result = ruleset_compare(fixed->ruleset, &dump, &err);
	require(result == 0 || result == -EBADE || result == -EBADMSG);
	require(result == 0 || err.message[0]);
	// Nothing is not the rule set; what loads it is.
	require(result != 0 || dump.bytes.count);
	require(result == 0 || !patched || memcmp(dump.bytes.items, batch->bytes, batch->length) != 0);
	// A digest is made of whatever can be read, and equal rules have the same.
	char digest[SHA256_TEXT_SIZE] = "", meant[SHA256_TEXT_SIZE];
	int digested = ruleset_digest_dump(&dump, digest, &err);
	require(digested == 0 || (digested == -EBADMSG && !digest[0]));
	require(digested == 0 || result != 0);
	require(result != 0 || strcmp(digest, ruleset_digest(fixed->ruleset, meant)) == 0);
	read_counters(&dump, digested == 0);
	vec_release(&dump.bytes);
	return 0;
}
