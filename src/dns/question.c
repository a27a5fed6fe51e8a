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

// Where the name at an offset ends, when it is written out: nothing stands before a query's name that it could point
// to. 0: it is not.
static size_t name_end(const uint8_t *bytes, size_t length, size_t at)
{
	enum { LONGEST_LABEL = 63 };

	while (at < length && bytes[at]) {
		if (bytes[at] > LONGEST_LABEL)
			return 0;
		at += 1U + bytes[at];
	}
	return at < length ? at + 1 : 0;
}

// Looked at before ldns takes the packet apart: ldns follows pointers 65,535 times, which would give a job a cheap way
// to keep the supervisor at work. One question, and beside it an OPT record at most: no client sends another (a
// signature would not be understood).
static bool is_plain(const uint8_t *bytes, size_t length)
{
	enum { QUESTIONS = 4, ANSWERS = 6, AUTHORITIES = 8, ADDITIONAL = 10, TYPE_AND_CLASS = 4, ROOT_AND_TYPE = 3 };
	size_t end = name_end(bytes, length, DNS_HEADER_SIZE);

	if (!end || count_at(bytes, QUESTIONS) != 1 || count_at(bytes, ANSWERS) || count_at(bytes, AUTHORITIES))
		return false;
	end += TYPE_AND_CLASS;
	if (!count_at(bytes, ADDITIONAL))
		return true;
	return count_at(bytes, ADDITIONAL) == 1 && end + ROOT_AND_TYPE <= length && bytes[end] == 0 &&
	       count_at(bytes, end + 1) == LDNS_RR_TYPE_OPT;
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

static int judge_packet(const ldns_pkt *packet, enum dns_transport transport, struct dns_question *question)
{
	const ldns_rr *asked = ldns_rr_list_rr(ldns_pkt_question(packet), 0);
	const ldns_rdf *name = ldns_rr_owner(asked);

	question->name_length = ldns_rdf_size(name);
	memcpy(question->name, ldns_rdf_data(name), question->name_length);
	dns_name_print(question->name, question->name_length, question->text);
	question->type = (uint16_t)ldns_rr_get_type(asked);
	question->class = (uint16_t)ldns_rr_get_class(asked);
	read_edns(packet, transport, question);
	if (question->type == LDNS_RR_TYPE_OPT)
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
	if (!is_plain(bytes, length) || ldns_wire2pkt(&packet, bytes, length) != LDNS_STATUS_OK)
		return LDNS_RCODE_FORMERR;
	return judge_packet(packet, transport, question);
}
