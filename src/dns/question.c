// SPDX-License-Identifier: GPL-2.0-or-later
// Reads a query: see question.h.
#include "dns/question.h"

#include <string.h>

#include "dns/wire.h"

enum { BYTE_FLAGS = 2, FLAG_REPLY = 0x80, EXTENDED_BAD_VERSION = 16, TYPE_FIRST_META = 249, TYPE_LAST_META = 255 };

void dns_bytes_release(struct dns_bytes *bytes)
{
	free(bytes->bytes);
	*bytes = (struct dns_bytes){ 0 };
}

static void print_byte(uint8_t byte, char **out)
{
	if (byte >= 'A' && byte <= 'Z')
		byte = (uint8_t)(byte + 'a' - 'A');
	if (byte > ' ' && byte < 0x7f && byte != '.' && byte != '\\') {
		*(*out)++ = (char)byte;
		return;
	}
	*(*out)++ = '\\';
	*(*out)++ = (char)('0' + byte / 100);
	*(*out)++ = (char)('0' + byte / 10 % 10);
	*(*out)++ = (char)('0' + byte % 10);
}

void dns_name_print(const uint8_t *name, size_t length, char *out)
{
	char *end = out;

	for (size_t i = 0; i < length && name[i]; i += 1U + name[i]) {
		if (end != out)
			*end++ = '.';
		for (size_t j = 1; j <= name[i] && i + j < length; j++)
			print_byte(name[i + j], &end);
	}
	if (end == out)
		*end++ = '.';
	*end = '\0';
}

static unsigned count_at(const uint8_t *bytes, size_t offset)
{
	return (unsigned)bytes[offset] << 8 | bytes[offset + 1];
}

// Checked before the packet is taken apart: so that what a query may hold is little, and so is the work.
static bool counts_are_plain(const uint8_t *bytes)
{
	enum { QUESTIONS = 4, ANSWERS = 6, AUTHORITIES = 8, ADDITIONAL = 10, ADDITIONAL_MAXIMUM = 2 };

	return count_at(bytes, QUESTIONS) == 1 && count_at(bytes, ANSWERS) == 0 && count_at(bytes, AUTHORITIES) == 0 &&
	       count_at(bytes, ADDITIONAL) <= ADDITIONAL_MAXIMUM;
}

// ldns takes every OPT record out of the additional section, and one is allowed.
static bool has_two_opt(const uint8_t *bytes, const ldns_pkt *packet)
{
	enum { ADDITIONAL = 10 };
	size_t left = ldns_rr_list_rr_count(ldns_pkt_additional(packet)) + (ldns_pkt_tsig(packet) ? 1 : 0);

	return count_at(bytes, ADDITIONAL) > left + 1;
}

static void read_edns(const ldns_pkt *packet, enum dns_transport transport, struct dns_question *question)
{
	size_t asked = ldns_pkt_edns_udp_size(packet);

	question->edns = ldns_pkt_edns(packet);
	question->dnssec_ok = ldns_pkt_edns_do(packet);
	if (transport == DNS_TCP || !question->edns)
		return;
	question->room = asked < DNS_UDP_SIZE           ? DNS_UDP_SIZE
			 : asked > DNS_UDP_SIZE_MAXIMUM ? DNS_UDP_SIZE_MAXIMUM
							: asked;
}

static int judge_packet(const uint8_t *bytes, const ldns_pkt *packet, enum dns_transport transport,
			struct dns_question *question)
{
	const ldns_rr *asked = ldns_rr_list_rr(ldns_pkt_question(packet), 0);
	const ldns_rdf *name = ldns_rr_owner(asked);

	question->name_length = ldns_rdf_size(name);
	memcpy(question->name, ldns_rdf_data(name), question->name_length);
	dns_name_print(question->name, question->name_length, question->text);
	question->type = (uint16_t)ldns_rr_get_type(asked);
	question->class = (uint16_t)ldns_rr_get_class(asked);
	read_edns(packet, transport, question);
	if (has_two_opt(bytes, packet) || question->type == LDNS_RR_TYPE_OPT)
		return LDNS_RCODE_FORMERR;
	if (question->edns && ldns_pkt_edns_version(packet))
		return EXTENDED_BAD_VERSION;
	// Zone transfers, ANY (RFC 8482), and what is no type of records; CHAOS and all classes but the Internet's.
	if ((question->type >= TYPE_FIRST_META && question->type <= TYPE_LAST_META) ||
	    question->class != LDNS_RR_CLASS_IN)
		return LDNS_RCODE_REFUSED;
	return QUESTION_GOOD;
}

int dns_question_read(const uint8_t *bytes, size_t length, enum dns_transport transport, struct dns_question *question)
{
	CLEANUP(dns_packet_release) ldns_pkt *packet = NULL;

	if (length < DNS_HEADER_SIZE || length > DNS_MESSAGE_SIZE || bytes[BYTE_FLAGS] & FLAG_REPLY)
		return QUESTION_DROP;
	*question = (struct dns_question){
		.id = (uint16_t)count_at(bytes, 0),
		.recursion_desired = bytes[BYTE_FLAGS] & 1,
		.checking_disabled = bytes[BYTE_FLAGS + 1] & 0x10,
		.room = transport == DNS_TCP ? DNS_MESSAGE_SIZE : DNS_UDP_SIZE,
		.opcode = bytes[BYTE_FLAGS] >> 3 & 0xf,
	};
	if (question->opcode != LDNS_PACKET_QUERY)
		return LDNS_RCODE_NOTIMPL;
	if (!counts_are_plain(bytes) || ldns_wire2pkt(&packet, bytes, length) != LDNS_STATUS_OK)
		return LDNS_RCODE_FORMERR;
	return judge_packet(bytes, packet, transport, question);
}
