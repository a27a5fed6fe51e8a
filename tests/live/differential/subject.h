// SPDX-License-Identifier: GPL-2.0-or-later
// What a trial is about: a profile's text, the policy it means, and the rules that it is compiled to.
#ifndef VPCJAIL_TEST_SUBJECT_H
#define VPCJAIL_TEST_SUBJECT_H

#include "nft/ruleset.h"
#include "policy/policy.h"

struct subject {
	struct policy policy;
	enum uplink uplink;
};

// The profile of a text as random_profile writes it, with what it says of the host. false: the text is refused; *why
// (NULL: of no interest) says so. Release it with profile_release.
bool subject_profile(const char *text, struct profile *profile, struct strbuf *why);

// And its policy. false: the text is refused; *why (NULL: of no interest) says so. Release it with subject_release.
bool subject_load(const char *text, struct subject *subject, struct strbuf *why);
void subject_release(struct subject *subject);

// The rules of the subject, for a jail with that link (device, own addresses; its neighbours where the uplink asks for
// them). NULL in place of link: see policy_needs_link.
struct ruleset *subject_compile(const struct subject *subject, const struct ruleset_link *link, uint32_t generation);

#endif
