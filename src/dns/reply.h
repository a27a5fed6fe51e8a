// SPDX-License-Identifier: GPL-2.0-or-later
// Replies to a question, made. ldns writes them.
#ifndef VPCJAIL_DNS_REPLY_H
#define VPCJAIL_DNS_REPLY_H

#include "base/vec.h"
#include "dns/question.h"
#include "net/address.h"

typedef VEC(struct address) dns_address_vec;

// The response codes that are given; the values are those of the wire.
enum dns_code {
	DNS_CODE_OK = 0,
	DNS_CODE_FORMAT = 1,
	DNS_CODE_FAILED = 2,
	DNS_CODE_NO_NAME = 3,
	DNS_CODE_NOT_IMPLEMENTED = 4,
	DNS_CODE_REFUSED = 5,
	DNS_CODE_BAD_VERSION = 16,
};

// A reply of that code without records; *out is the caller's to release.
void dns_reply_code(const struct dns_question *question, unsigned code, struct dns_bytes *out);

// The addresses of the question's family, of a name that exists: none of that family is an empty reply, not "no name".
void dns_reply_addresses(const struct dns_question *question, const dns_address_vec *addresses, uint32_t ttl,
			 struct dns_bytes *out);

// Appends the addresses that a reply of ours gives, of whatever name in it; nothing for what is no reply.
void dns_reply_read(const uint8_t *bytes, size_t length, dns_address_vec *out);

// The name that a reverse name leads to, to a question of type PTR; an empty reply to any other.
void dns_reply_pointer(const struct dns_question *question, const char *name, uint32_t ttl, struct dns_bytes *out);

#endif
