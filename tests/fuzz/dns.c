// SPDX-License-Identifier: GPL-2.0-or-later
// Fuzz target: whatever bytes come as a query, an answer is well formed and no larger than it may be; whatever bytes
// come from a name server, no address outside the prefix list gets in.
//
// The first byte of an input says what follows: 'u' or 't' a query over UDP or TCP; 'a' or 'w' what a name server
// answers where addresses, or whole answers, pass. Such an answer is given the id and the question that were sent, so
// that a few bytes reach deep: the input is its flags, counts and records.
#include "fuzz.h"

#include <string.h>

#include "base/cleanup.h"
#include "dns/answer.h"
#include "memory_source.h"

static const char profile_text[] = "vpcjail: 1\n"
				   "description: what questions are about\n"
				   "network: {isolation: vpc, peers: [10.20.1.21]}\n"
				   "vpc: {region: eu-west-1, subnets: [10.20.1.0/24], resolver: 10.20.1.2, dns: %s}\n"
				   "process: {credentials: scrub}\n"
				   "prefix-lists: {pl-1: {entries: [52.218.0.0/17]}}\n"
				   "hosts: {files.corp: 10.20.1.9}\n"
				   "endpoints:\n"
				   "  - {service: s3, type: gateway, prefix-list: pl-1}\n"
				   "  - {service: ecr.dkr, type: interface, addresses: [10.20.1.15]}\n";

// abc.s3.eu-west-1.amazonaws.com, type A: forwarded in either mode.
static const uint8_t asked[] = "\0\7\1\0\0\1\0\0\0\0\0\0\3abc\2s3\teu-west-1\tamazonaws\3com\0\0\1\0\1";

// What decides, and a question under way: made once for each mode, never changed.
struct fixed {
	bool made;
	struct dns_rules rules;
	struct dns_question question;
	struct forward_target target;
	struct forward_query query;
};

static void fixed_make(const char *mode, struct fixed *fixed)
{
	static const struct address server = { FAMILY_IPV4, 0xc6336401 };
	static const uint8_t random[FORWARD_RANDOM_SIZE] = "\x12\x34\x5a\xa5\x0f\xf0";
	const struct zone_facts facts = { .hostname = "box", .full_name = "box.example", .ipv6 = true };
	AUTO_FREE char *text = memory_format(profile_text, mode);
	struct profile_source source = memory_source(text);
	struct mistakes mistakes = { 0 };
	struct dns_bytes reply = { 0 };
	struct profile profile;

	source.folder = "/fuzz";
	require(profile_load(&source, MEMORY_SOURCE_MAIN, &profile, &mistakes) == 0);
	dns_rules_build(&profile, &facts, &server, 1, &fixed->rules);
	require(dns_answer(&fixed->rules, asked, sizeof(asked) - 1, DNS_UDP, &fixed->question, &fixed->target,
			   &reply) == DNS_FORWARDED);
	forward_query_make(&fixed->question, &fixed->target, random, &fixed->query);
	profile_release(&profile);
	mistakes_release(&mistakes);
	fixed->made = true;
}

static const struct fixed *fixed_get(bool whole)
{
	static struct fixed fixed[2];

	if (!fixed[whole].made)
		fixed_make(whole ? "resolver" : "endpoints", &fixed[whole]);
	return &fixed[whole];
}

static void require_reply(const struct dns_question *question, const struct dns_bytes *reply)
{
	require(reply->length >= DNS_HEADER_SIZE && reply->length <= question->room);
	require((reply->bytes[0] << 8 | reply->bytes[1]) == question->id);
	require(reply->bytes[2] & 0x80);
}

static void fuzz_query(const uint8_t *bytes, size_t size, enum dns_transport transport)
{
	for (int whole = 0; whole < 2; whole++) {
		struct dns_question question;
		struct forward_target target;
		struct forward_query query;
		struct dns_bytes reply = { 0 };
		const uint8_t random[FORWARD_RANDOM_SIZE] = { 0 };

		switch (dns_answer(&fixed_get(whole)->rules, bytes, size, transport, &question, &target, &reply)) {
		case DNS_DROPPED:
			require(!reply.bytes);
			break;
		case DNS_ANSWERED:
		case DNS_REFUSED:
			require_reply(&question, &reply);
			break;
		case DNS_PASSED:
		case DNS_FORWARDED:
			require(!reply.bytes && target.server_count == 1);
			forward_query_make(&question, &target, random, &query);
			require(query.bytes.length > DNS_HEADER_SIZE);
			forward_query_release(&query);
			break;
		}
		dns_bytes_release(&reply);
	}
}

// Every address of the records, which are all of the question's name and so each 12 bytes and four, the name a pointer
// or written out: read from the end, where they stand one behind the other.
static void require_within(const struct fixed *fixed, const struct dns_bytes *reply)
{
	const uint8_t *bytes = reply->bytes;
	unsigned count = (unsigned)bytes[6] << 8 | bytes[7];
	size_t at = DNS_HEADER_SIZE + fixed->question.name_length + 4;

	require(bytes[8] == 0 && bytes[9] == 0 && bytes[10] == 0 && bytes[11] == 0);
	for (; count; count--) {
		require(at < reply->length);
		at += bytes[at] >= 0xc0 ? 2 : fixed->question.name_length;
		require(at + 14 <= reply->length && bytes[at + 1] == 1 && bytes[at + 9] == 4);
		const struct address address = address_from_bytes(FAMILY_IPV4, bytes + at + 10);
		require(prefix_set_contains(fixed->target.within, &address));
		at += 14;
	}
	require(at == reply->length);
}

static void fuzz_answer(const uint8_t *bytes, size_t size, bool whole)
{
	enum { REST = 10 };  // of a header, behind the id
	const struct fixed *fixed = fixed_get(whole);
	size_t question = fixed->question.name_length + 4;
	uint8_t *answer = memory_new(1, 2 + REST + question + size);

	if (size < REST) {
		free(answer);
		return;
	}
	answer[0] = (uint8_t)(fixed->query.id >> 8);
	answer[1] = (uint8_t)fixed->query.id;
	memcpy(answer + 2, bytes, REST);
	memcpy(answer + 2 + REST, fixed->query.name, fixed->question.name_length);
	answer[2 + REST + question - 3] = answer[2 + REST + question - 1] = 1;  // type A, class IN
	memcpy(answer + 2 + REST + question, bytes + REST, size - REST);
	for (int transport = DNS_UDP; transport <= DNS_TCP; transport++) {
		struct dns_bytes reply = { 0 };
		enum forward_verdict verdict =
		    forward_judge(&fixed->question, &fixed->target, &fixed->query, (enum dns_transport)transport,
				  answer, DNS_HEADER_SIZE + question + size - REST, &reply);
		bool done = verdict == FORWARD_DONE || verdict == FORWARD_OUTSIDE;
		require(done == (reply.bytes != NULL));
		if (done)
			require_reply(&fixed->question, &reply);
		if (done && !whole)
			require_within(fixed, &reply);
		dns_bytes_release(&reply);
	}
	free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	switch (data[0]) {
	case 'u':
		fuzz_query(data + 1, size - 1, DNS_UDP);
		break;
	case 't':
		fuzz_query(data + 1, size - 1, DNS_TCP);
		break;
	case 'a':
		fuzz_answer(data + 1, size - 1, false);
		break;
	case 'w':
		fuzz_answer(data + 1, size - 1, true);
		break;
	default:
		break;
	}
	return 0;
}
