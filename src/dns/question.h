// SPDX-License-Identifier: GPL-2.0-or-later
// A query that came in, read: all that an answer to it needs. ldns takes the packet apart.
#ifndef VPCJAIL_DNS_QUESTION_H
#define VPCJAIL_DNS_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum dns_transport { DNS_UDP, DNS_TCP };

enum {
	DNS_HEADER_SIZE = 12,
	DNS_TYPE_A = 1,
	DNS_NAME_SIZE = 255,          // of a name in wire form
	DNS_NAME_TEXT_SIZE = 1024,    // of a name as text: each byte may become \DDD
	DNS_UDP_SIZE = 512,           // what a client takes that says nothing
	DNS_UDP_SIZE_MAXIMUM = 4096,  // what we send at most, whatever it says; over loopback nothing is cut in pieces
	DNS_EDNS_SIZE = 1232,         // what we say that we take
	DNS_MESSAGE_SIZE = 65535,
};

struct dns_question {
	uint16_t id;
	uint8_t opcode;
	bool recursion_desired, checking_disabled;
	bool edns, dnssec_ok;  // whether there was an OPT record, and its DO bit
	size_t room;           // bytes that the reply may have
	// The name as it was asked, case and all, to be sent back; length 0: the query had no question that can be.
	uint8_t name[DNS_NAME_SIZE];
	size_t name_length;
	char text[DNS_NAME_TEXT_SIZE];  // lower case, without the final dot; "." is the root
	uint16_t type, class;
};

// A message, owned.
struct dns_bytes {
	uint8_t *bytes;
	size_t length;
};

void dns_bytes_release(struct dns_bytes *bytes);

// What is to be done with a query: the code to answer it with at once, or one of these.
enum { QUESTION_GOOD = 0, QUESTION_DROP = -1 };

// Reads a query into *question, which is filled as far as an answer needs in any case but QUESTION_DROP.
// QUESTION_GOOD: one question of class IN whose type names records. Else the response code (RFC 1035, 6891, 8906), or
// QUESTION_DROP for what must not be answered: a reply, or less than a header.
int dns_question_read(const uint8_t *bytes, size_t length, enum dns_transport transport, struct dns_question *question);

// A name in wire form as the text above; out holds DNS_NAME_TEXT_SIZE bytes.
void dns_name_print(const uint8_t *name, size_t length, char *out);

#endif
