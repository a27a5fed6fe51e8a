// SPDX-License-Identifier: GPL-2.0-or-later
// What the parts of src/dns share of ldns. Private to src/dns: no other stage sees a type of ldns.
#ifndef VPCJAIL_DNS_WIRE_H
#define VPCJAIL_DNS_WIRE_H

#include <ldns/ldns.h>

#include "base/cleanup.h"
#include "dns/question.h"
#include "net/address.h"

static inline void dns_packet_release(ldns_pkt **packet)
{
	ldns_pkt_free(*packet);
}

// A reply to the question without any record: header, question, EDNS as it was asked. The caller frees it.
ldns_pkt *dns_reply_new(const struct dns_question *question, unsigned code);

// Writes the reply; where it is larger than what the client takes, without its records and marked as cut off.
void dns_reply_write(const struct dns_question *question, ldns_pkt *packet, struct dns_bytes *out);

// A record of the question's name; data is what it holds, in wire form. The caller frees it, or pushes it.
ldns_rr *dns_record_new(const struct dns_question *question, ldns_rr_type type, uint32_t ttl, ldns_rdf *data);

// The address of a record of type A or AAAA; false: it has none.
bool dns_record_address(const ldns_rr *record, struct address *address);

// A name as data of a record, or a question's: length bytes in wire form.
ldns_rdf *dns_name_new(const uint8_t *name, size_t length);

#endif
