// SPDX-License-Identifier: GPL-2.0-or-later
// For the tests of nft: the rule set of a profile in a file.
#ifndef VPCJAIL_TEST_NFT_PROFILE_H
#define VPCJAIL_TEST_NFT_PROFILE_H

#include <stdio.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "nft/ruleset.h"
#include "policy/policy.h"
#include "profile/load.h"

static int nft_profile_open(void *data, const char *name, const char *from, char **path, char **text, size_t *length,
			    struct error *err)
{
	(void)data;
	(void)from;
	*path = memory_copy_text(name);
	return io_read_file(name, 64 << 20, text, length, err);
}

// The policy of the profile at path, and its uplink; false after saying why there is none. Release it with
// policy_release.
static inline bool nft_profile_policy(const char *path, struct policy *policy, enum uplink *uplink)
{
	const struct profile_source source = { .open = nft_profile_open, .read = nft_profile_open };
	struct mistakes mistakes = { 0 };
	struct profile profile;
	struct error err = { 0 };
	bool made = false;

	if (profile_load(&source, path, &profile, &mistakes)) {
		vec_for_each (mistake, &mistakes.list)
			fprintf(stderr, "%s:%u: %s\n", path, mistake->at.line, mistake->message);
	} else {
		made = !policy_build(&profile, policy, &err);
		*uplink = profile.network.uplink;
		if (!made)
			fprintf(stderr, "%s: %s\n", path, err.message);
		profile_release(&profile);
	}
	mistakes_release(&mistakes);
	return made;
}

// As `show` prints it: with the sample link where the policy needs one.
static inline struct ruleset *nft_profile_ruleset(const char *path)
{
	struct ruleset_options options = ruleset_defaults;
	const char *generation = getenv("NFT_GENERATION");  // of a policy that was exchanged
	struct ruleset_link link = ruleset_sample_link;
	struct policy policy;
	struct ruleset *ruleset;
	enum uplink uplink;

	if (!nft_profile_policy(path, &policy, &uplink))
		return NULL;
	options.link = ruleset_sample(&policy, uplink);
	if (getenv("NFT_OBSERVE")) {  // of an audit
		link.open = options.observe = true;
		options.link = &link;
	}
	if (generation)
		options.generation = (uint32_t)strtoul(generation, NULL, 10);
	ruleset = ruleset_compile(&policy, &options);
	policy_release(&policy);
	return ruleset;
}

#endif
