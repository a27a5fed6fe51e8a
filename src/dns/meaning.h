// SPDX-License-Identifier: GPL-2.0-or-later
// What a name can mean to a job: every address that it may resolve to, as far as that can be told without asking.
#ifndef VPCJAIL_DNS_MEANING_H
#define VPCJAIL_DNS_MEANING_H

#include "dns/answer.h"

enum name_kind {
	NAME_NOWHERE,    // it does not resolve
	NAME_ADDRESSES,  // to all of these
	NAME_WITHIN,     // to some of these: a gateway endpoint's prefix list
	NAME_ANYWHERE,   // to whatever a resolver answers
};

struct name_meaning {
	enum name_kind kind;
	struct prefix_set addresses;  // empty for the first and the last
	char *how;                    // one sentence: "a name of the profile: 10.20.1.40, 10.20.2.40"
	char *nearest;  // of one that the profile does not know: a name near to it that it does; NULL: none
};

// rules: with the names that /etc/hosts gives alone where the job has no resolver (resolver: whether it has one).
void name_meaning_find(const struct profile *profile, const struct dns_rules *rules, bool resolver, const char *name,
		       struct name_meaning *out);
void name_meaning_release(struct name_meaning *meaning);

#endif
