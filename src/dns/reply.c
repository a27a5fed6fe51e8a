// SPDX-License-Identifier: GPL-2.0-or-later
// Makes replies: see reply.h and wire.h.
#include "dns/reply.h"

#include <string.h>

#include "base/memory.h"
#include "dns/wire.h"

ldns_rdf *dns_name_new(const uint8_t *name, size_t length)
{
	return memory_must(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, length, name));
}

static void push(ldns_pkt *packet, ldns_pkt_section section, ldns_rr *record)
{
	if (!ldns_pkt_push_rr(packet, section, record))
		memory_must(NULL);
}

static void push_question(ldns_pkt *packet, const struct dns_question *question)
{
	ldns_rr *asked = memory_must(ldns_rr_new());

	ldns_rr_set_question(asked, true);
	ldns_rr_set_owner(asked, dns_name_new(question->name, question->name_length));
	ldns_rr_set_type(asked, (ldns_rr_type)question->type);
	ldns_rr_set_class(asked, (ldns_rr_class)question->class);
	push(packet, LDNS_SECTION_QUESTION, asked);
}

ldns_pkt *dns_reply_new(const struct dns_question *question, unsigned code)
{
	ldns_pkt *packet = memory_must(ldns_pkt_new());

	ldns_pkt_set_id(packet, question->id);
	ldns_pkt_set_qr(packet, true);
	ldns_pkt_set_opcode(packet, (ldns_pkt_opcode)question->opcode);
	ldns_pkt_set_rd(packet, question->recursion_desired);
	ldns_pkt_set_cd(packet, question->checking_disabled);
	ldns_pkt_set_ra(packet, true);
	ldns_pkt_set_rcode(packet, code & 0xf);
	if (question->edns) {
		ldns_pkt_set_edns_udp_size(packet, DNS_EDNS_SIZE);
		ldns_pkt_set_edns_do(packet, question->dnssec_ok);
		ldns_pkt_set_edns_extended_rcode(packet, (uint8_t)(code >> 4));
	}
	if (question->name_length)
		push_question(packet, question);
	return packet;
}

ldns_rr *dns_record_new(const struct dns_question *question, ldns_rr_type type, uint32_t ttl, ldns_rdf *data)
{
	ldns_rr *record = memory_must(ldns_rr_new());

	ldns_rr_set_owner(record, dns_name_new(question->name, question->name_length));
	ldns_rr_set_type(record, type);
	ldns_rr_set_class(record, LDNS_RR_CLASS_IN);
	ldns_rr_set_ttl(record, ttl);
	if (!ldns_rr_push_rdf(record, data))
		memory_must(NULL);
	return record;
}

static void clear_section(ldns_pkt *packet, ldns_pkt_section section, ldns_rr_list *list)
{
	ldns_rr *record;

	while ((record = ldns_rr_list_pop_rr(list)))
		ldns_rr_free(record);
	ldns_pkt_set_section_count(packet, section, 0);
}

void dns_reply_write(const struct dns_question *question, ldns_pkt *packet, struct dns_bytes *out)
{
	uint8_t *bytes = NULL;
	size_t length = 0;

	if (ldns_pkt2wire(&bytes, packet, &length) == LDNS_STATUS_OK && length <= question->room) {
		*out = (struct dns_bytes){ .bytes = bytes, .length = length };
		return;
	}
	free(bytes);
	bytes = NULL;
	clear_section(packet, LDNS_SECTION_ANSWER, ldns_pkt_answer(packet));
	clear_section(packet, LDNS_SECTION_AUTHORITY, ldns_pkt_authority(packet));
	clear_section(packet, LDNS_SECTION_ADDITIONAL, ldns_pkt_additional(packet));
	ldns_pkt_set_tc(packet, true);
	if (ldns_pkt2wire(&bytes, packet, &length) != LDNS_STATUS_OK)
		memory_must(NULL);
	*out = (struct dns_bytes){ .bytes = bytes, .length = length };
}

void dns_reply_code(const struct dns_question *question, unsigned code, struct dns_bytes *out)
{
	CLEANUP(dns_packet_release) ldns_pkt *packet = dns_reply_new(question, code);

	dns_reply_write(question, packet, out);
}

void dns_reply_addresses(const struct dns_question *question, const dns_address_vec *addresses, uint32_t ttl,
			 struct dns_bytes *out)
{
	CLEANUP(dns_packet_release) ldns_pkt *packet = dns_reply_new(question, DNS_CODE_OK);

	vec_for_each (address, addresses) {
		bool four = address->family == FAMILY_IPV4;
		uint8_t bytes[16];
		if (question->type != (four ? LDNS_RR_TYPE_A : LDNS_RR_TYPE_AAAA))
			continue;
		size_t length = address_to_bytes(address, bytes);
		ldns_rdf *data =
		    memory_must(ldns_rdf_new_frm_data(four ? LDNS_RDF_TYPE_A : LDNS_RDF_TYPE_AAAA, length, bytes));
		push(packet, LDNS_SECTION_ANSWER,
		     dns_record_new(question, four ? LDNS_RR_TYPE_A : LDNS_RR_TYPE_AAAA, ttl, data));
	}
	dns_reply_write(question, packet, out);
}

void dns_reply_pointer(const struct dns_question *question, const char *name, uint32_t ttl, struct dns_bytes *out)
{
	CLEANUP(dns_packet_release) ldns_pkt *packet = dns_reply_new(question, DNS_CODE_OK);

	if (question->type == LDNS_RR_TYPE_PTR)
		push(packet, LDNS_SECTION_ANSWER,
		     dns_record_new(question, LDNS_RR_TYPE_PTR, ttl, memory_must(ldns_dname_new_frm_str(name))));
	dns_reply_write(question, packet, out);
}
