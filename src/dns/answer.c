// SPDX-License-Identifier: GPL-2.0-or-later
// Answers queries: see answer.h.
#include "dns/answer.h"

#include <string.h>

#include "dns/wire.h"

enum { ZONE_TTL = 60 };

static bool asks_address(const struct dns_question *question)
{
	return question->type == LDNS_RR_TYPE_A || question->type == LDNS_RR_TYPE_AAAA;
}

static void answer_from_zone(const struct zone_name *name, const struct dns_question *question, struct dns_bytes *reply)
{
	if (name->pointer)
		dns_reply_pointer(question, name->pointer, ZONE_TTL, reply);
	else
		dns_reply_addresses(question, &name->addresses, ZONE_TTL, reply);
}

// Whether the profile itself would say that there is no such name.
static bool is_refused(const struct dns_rules *rules, const char *name)
{
	struct forward_target target;

	return !zone_find(&rules->zone, name) && !forward_find(&rules->forward, name, &target);
}

enum dns_outcome dns_answer(const struct dns_rules *rules, const uint8_t *query, size_t length,
			    enum dns_transport transport, struct dns_question *question, struct forward_target *target,
			    struct dns_bytes *reply)
{
	int code = dns_question_read(query, length, transport, question);

	if (code == QUESTION_DROP)
		return DNS_DROPPED;
	if (code != QUESTION_GOOD) {
		dns_reply_code(question, (unsigned)code, reply);
		return DNS_ANSWERED;
	}
	const struct zone_name *known = zone_find(&rules->zone, question->text);
	if (known) {
		answer_from_zone(known, question, reply);
		return DNS_ANSWERED;
	}
	if (!forward_find(&rules->forward, question->text, target)) {
		dns_reply_code(question, DNS_CODE_NO_NAME, reply);
		return DNS_REFUSED;
	}
	if (target->within &&
	    !asks_address(question)) {  // the name may exist; only its addresses are anyone's business
		dns_reply_code(question, DNS_CODE_OK, reply);
		return DNS_ANSWERED;
	}
	return rules->profile && is_refused(rules->profile, question->text) ? DNS_PASSED : DNS_FORWARDED;
}
