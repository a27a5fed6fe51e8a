// SPDX-License-Identifier: GPL-2.0-or-later
// Made-up addresses for names that nobody resolves, so that who asks for one gets as far as its connect.
#ifndef VPCJAIL_DNS_MADE_UP_H
#define VPCJAIL_DNS_MADE_UP_H

#include "dns/reply.h"
#include "net/prefix_set.h"

enum { MADE_UP_MAXIMUM = 4096 };  // names in all

// Where those of names that a profile does not know lie: no host of the Internet has an address of it (RFC 2544,
// section C.2.2).
extern const struct prefix dns_made_up_range;

struct made_up_name {
	char *name;
	uint32_t hash;
};

// Zeroed has none.
struct made_up {
	VEC(struct made_up_name) names;  // in the order of their addresses
};

// Answers a question: to type A with an address, the same for the same name and the next one for a new name; to any
// other type with nothing, as of a name that exists. within: the prefix list of a gateway endpoint whose name it is,
// from which the address is then taken, so that the policy judges it as what the name means; NULL: the profile does not
// know the name. *address is the name's, of family NONE where it has none yet. false: this name gets none (a reverse
// name, or there are MADE_UP_MAXIMUM), and nothing was made.
bool made_up_answer(struct made_up *made_up, const struct dns_question *question, const struct prefix_set *within,
		    struct address *address, struct dns_bytes *reply);
void made_up_release(struct made_up *made_up);

#endif
