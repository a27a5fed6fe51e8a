// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses out of replies.
#include "base/memory.h"
#include "dns/reply.h"
#include "dns/wire.h"

bool dns_record_address(const ldns_rr *record, struct address *address)
{
	bool four = ldns_rr_get_type(record) == LDNS_RR_TYPE_A;

	if (!four && ldns_rr_get_type(record) != LDNS_RR_TYPE_AAAA)
		return false;
	const ldns_rdf *data = ldns_rr_rd_count(record) == 1 ? ldns_rr_rdf(record, 0) : NULL;

	if (!data || ldns_rdf_size(data) != (four ? 4 : 16))
		return false;
	*address = address_from_bytes(four ? FAMILY_IPV4 : FAMILY_IPV6, ldns_rdf_data(data));
	return true;
}

void dns_reply_read(const uint8_t *bytes, size_t length, dns_address_vec *out)
{
	CLEANUP(dns_packet_release) ldns_pkt *packet = NULL;
	struct address address;

	if (length < DNS_HEADER_SIZE || ldns_wire2pkt(&packet, bytes, length) != LDNS_STATUS_OK)
		return;
	const ldns_rr_list *answer = ldns_pkt_answer(packet);
	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++)
		if (dns_record_address(ldns_rr_list_rr(answer, i), &address))
			vec_push(out, address);
}
