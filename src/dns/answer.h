// SPDX-License-Identifier: GPL-2.0-or-later
// From the bytes of a query to the bytes of its reply, or to the question that must be forwarded first.
#ifndef VPCJAIL_DNS_ANSWER_H
#define VPCJAIL_DNS_ANSWER_H

#include "dns/forward.h"
#include "dns/zone.h"

// All that decides an answer; zeroed knows no name.
struct dns_rules {
	struct zone zone;
	struct forward_rules forward;
	// Of an audit, in which the job is answered as the host is: what the profile itself would answer; owned. NULL:
	// these are the profile's.
	struct dns_rules *profile;
	bool made_up;  // a name that is not known has a made-up address (made_up.h) instead of a refusal
};

void dns_rules_build(const struct profile *profile, const struct zone_facts *facts, const struct address *nameservers,
		     size_t count, struct dns_rules *rules);
void dns_rules_release(struct dns_rules *rules);

// Likewise for an audit: the job's own names, and all others as the host's name servers know them.
void dns_rules_build_audit(const struct profile *profile, const struct zone_facts *facts,
			   const struct address *nameservers, size_t count, struct dns_rules *rules);

// The addresses that the profile itself gives a name, whoever answers the job; NULL: it gives none.
const dns_address_vec *dns_profile_addresses(const struct dns_rules *rules, const char *name);

// The addresses at which a job expects a resolver, without loopback's own: the VPC's, where a Region is given, and
// vpc.resolver. Appended to out, each once; none where dns is none.
void dns_service_addresses(const struct profile *profile, bool ipv6, dns_address_vec *out);

enum dns_outcome {
	DNS_DROPPED,    // nothing is sent
	DNS_ANSWERED,   // *reply is to be sent
	DNS_REFUSED,    // likewise, and question->text is a name that the profile does not know
	DNS_FORWARDED,  // *target is to be asked
	DNS_PASSED,     // likewise, and question->text is a name that the profile does not know: an audit
};

// Answers a query. question is filled unless it was dropped; *reply, where there is one, is the caller's.
enum dns_outcome dns_answer(const struct dns_rules *rules, const uint8_t *query, size_t length,
			    enum dns_transport transport, struct dns_question *question, struct forward_target *target,
			    struct dns_bytes *reply);

#endif
