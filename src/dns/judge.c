// SPDX-License-Identifier: GPL-2.0-or-later
// What of a name server's answer comes into the jail: see forward.h.
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "dns/forward.h"
#include "dns/wire.h"

enum {
	RECORDS_MAXIMUM = 128,  // of an answer: what is more is not taken apart
	CHAIN_MAXIMUM = 8,      // aliases followed
	FORWARDED_TTL = 5,      // seconds; the addresses behind a gateway change often
};

static unsigned records(const uint8_t *bytes)
{
	unsigned count = 0;

	for (size_t i = 6; i < DNS_HEADER_SIZE; i += 2)
		count += (unsigned)bytes[i] << 8 | bytes[i + 1];
	return count;
}

// The answer's question, which must be the one that was asked; its spelling is looked at later.
static bool same_question(const struct dns_question *question, ldns_pkt *packet)
{
	const ldns_rr_list *list = ldns_pkt_question(packet);

	if (ldns_rr_list_rr_count(list) != 1)
		return false;
	const ldns_rr *asked = ldns_rr_list_rr(list, 0);
	const ldns_rdf *name = ldns_rr_owner(asked);
	return ldns_rr_get_type(asked) == (ldns_rr_type)question->type &&
	       ldns_rr_get_class(asked) == (ldns_rr_class)question->class &&
	       ldns_rdf_size(name) == question->name_length &&
	       strncasecmp((const char *)ldns_rdf_data(name), (const char *)question->name, question->name_length) == 0;
}

static bool same_spelling(const struct forward_query *query, ldns_pkt *packet)
{
	const ldns_rdf *name = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_question(packet), 0));

	return memcmp(ldns_rdf_data(name), query->name, ldns_rdf_size(name)) == 0;
}

// An alias of the name in the answer, or NULL.
static const ldns_rr *alias_of(const ldns_rr_list *answer, const ldns_rdf *name)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
		const ldns_rr *record = ldns_rr_list_rr(answer, i);
		if (ldns_rr_get_type(record) == LDNS_RR_TYPE_CNAME && ldns_rr_get_class(record) == LDNS_RR_CLASS_IN &&
		    ldns_rr_rd_count(record) == 1 && ldns_dname_compare(ldns_rr_owner(record), name) == 0)
			return record;
	}
	return NULL;
}

struct gathered {
	dns_address_vec addresses;  // within the prefix list
	bool outside;               // there were others
	uint32_t ttl;
};

static void gather(const ldns_rr_list *answer, const ldns_rdf *name, const struct dns_question *question,
		   const struct prefix_set *within, struct gathered *out)
{
	struct address address;

	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
		const ldns_rr *record = ldns_rr_list_rr(answer, i);
		if (ldns_rr_get_type(record) != (ldns_rr_type)question->type ||
		    ldns_rr_get_class(record) != LDNS_RR_CLASS_IN ||
		    ldns_dname_compare(ldns_rr_owner(record), name) != 0 || !dns_record_address(record, &address))
			continue;
		if (!prefix_set_contains(within, &address)) {
			out->outside = true;
			continue;
		}
		vec_push(&out->addresses, address);
		if (ldns_rr_ttl(record) < out->ttl)
			out->ttl = ldns_rr_ttl(record);
	}
}

// Addresses alone pass, as those of the name that was asked: what else an answer holds is not believed.
static enum forward_verdict pass_addresses(const struct dns_question *question, const struct prefix_set *within,
					   ldns_pkt *packet, struct dns_bytes *reply)
{
	const ldns_rr_list *answer = ldns_pkt_answer(packet);
	const ldns_rdf *name = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_question(packet), 0));
	struct gathered gathered = { .ttl = FORWARDED_TTL };
	const ldns_rr *alias;

	for (unsigned i = 0; i < CHAIN_MAXIMUM && (alias = alias_of(answer, name)); i++)
		name = ldns_rr_rdf(alias, 0);
	gather(answer, name, question, within, &gathered);
	bool outside = gathered.outside && !gathered.addresses.count;
	if (ldns_pkt_get_rcode(packet) == LDNS_RCODE_NXDOMAIN)
		dns_reply_code(question, DNS_CODE_NO_NAME, reply);
	else
		dns_reply_addresses(question, &gathered.addresses, gathered.ttl, reply);
	vec_release(&gathered.addresses);
	return outside ? FORWARD_OUTSIDE : FORWARD_DONE;
}

static void copy_section(ldns_pkt *to, ldns_pkt_section section, const ldns_rr_list *list)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		if (!ldns_pkt_push_rr(to, section, memory_must(ldns_rr_clone(ldns_rr_list_rr(list, i)))))
			memory_must(NULL);
}

static void pass_whole(const struct dns_question *question, ldns_pkt *packet, struct dns_bytes *reply)
{
	CLEANUP(dns_packet_release) ldns_pkt *made = dns_reply_new(question, ldns_pkt_get_rcode(packet));

	ldns_pkt_set_ad(made, ldns_pkt_ad(packet));
	copy_section(made, LDNS_SECTION_ANSWER, ldns_pkt_answer(packet));
	copy_section(made, LDNS_SECTION_AUTHORITY, ldns_pkt_authority(packet));
	copy_section(made, LDNS_SECTION_ADDITIONAL, ldns_pkt_additional(packet));
	dns_reply_write(question, made, reply);
}

enum forward_verdict forward_judge(const struct dns_question *question, const struct forward_target *target,
				   const struct forward_query *query, enum dns_transport transport,
				   const uint8_t *bytes, size_t length, struct dns_bytes *reply)
{
	CLEANUP(dns_packet_release) ldns_pkt *packet = NULL;

	if (length < DNS_HEADER_SIZE || (bytes[0] << 8 | bytes[1]) != query->id || records(bytes) > RECORDS_MAXIMUM ||
	    ldns_wire2pkt(&packet, bytes, length) != LDNS_STATUS_OK)
		return FORWARD_NOT_OURS;
	if (!ldns_pkt_qr(packet) || ldns_pkt_get_opcode(packet) != LDNS_PACKET_QUERY ||
	    !same_question(question, packet))
		return FORWARD_NOT_OURS;
	if (transport == DNS_UDP && (ldns_pkt_tc(packet) || !same_spelling(query, packet)))
		return FORWARD_BY_TCP;
	if (ldns_pkt_get_rcode(packet) != LDNS_RCODE_NOERROR && ldns_pkt_get_rcode(packet) != LDNS_RCODE_NXDOMAIN)
		return FORWARD_FAILED;
	if (target->within)
		return pass_addresses(question, target->within, packet, reply);
	pass_whole(question, packet, reply);
	return FORWARD_DONE;
}
