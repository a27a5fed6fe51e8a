// SPDX-License-Identifier: GPL-2.0-or-later
// dns: queries and what is answered, over UDP and TCP; what is wrong with a query and what that gets.
#include "dns_wire.h"

#include <time.h>

enum { FORWARD = 1000 };  // in place of a code: the question goes to a name server

#define LONG_LABEL "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"  // 63

static const struct query_row {
	const char *mode, *name;
	unsigned type, class, code;
	const char *address;  // the first that is expected, "" for none
	bool counted;         // among the refused names
} query_rows[] = {
	{ "endpoints", "sts.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_OK, "10.20.1.15" },
	{ "endpoints", "STS.eu-west-1.AMAZONAWS.com", TYPE_A, CLASS_IN, DNS_CODE_OK, "10.20.1.15" },
	{ "endpoints", "sts.eu-west-1.amazonaws.com", TYPE_AAAA, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "sts.eu-west-1.amazonaws.com", TYPE_MX, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "sts.eu-west-1.amazonaws.com", TYPE_TXT, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "sts.eu-west-1.amazonaws.com", TYPE_HTTPS, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "sts.eu-west-1.amazonaws.com", 0xff00, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "123.dkr.ecr.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_OK, "10.20.1.17" },
	{ "endpoints", "six.corp", TYPE_AAAA, CLASS_IN, DNS_CODE_OK, "2001:db8::9" },
	{ "endpoints", "six.corp", TYPE_A, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "files.corp", TYPE_A, CLASS_IN, DNS_CODE_OK, "10.20.1.9" },
	{ "endpoints", "algo-2", TYPE_A, CLASS_IN, DNS_CODE_OK, "10.20.1.22" },
	{ "endpoints", "localhost", TYPE_AAAA, CLASS_IN, DNS_CODE_OK, "::1" },
	{ "endpoints", "9.1.20.10.in-addr.arpa", TYPE_PTR, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "9.1.20.10.in-addr.arpa", TYPE_A, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "8.8.8.8.in-addr.arpa", TYPE_PTR, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "pypi.org", TYPE_A, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "pypi.org", TYPE_AAAA, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "pypi.org", TYPE_TXT, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "_x._tcp.corp", TYPE_SRV, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "", TYPE_NS, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", LONG_LABEL "." LONG_LABEL "." LONG_LABEL ".x.org", TYPE_A, CLASS_IN, DNS_CODE_NO_NAME, "",
	  true },
	{ "endpoints", "sts.eu-west-1.amazonaws.com", TYPE_ANY, CLASS_IN, DNS_CODE_REFUSED, "" },
	{ "endpoints", "corp", TYPE_AXFR, CLASS_IN, DNS_CODE_REFUSED, "" },
	{ "endpoints", "corp", TYPE_IXFR, CLASS_IN, DNS_CODE_REFUSED, "" },
	{ "endpoints", "version.bind", TYPE_TXT, CLASS_CHAOS, DNS_CODE_REFUSED, "" },
	{ "endpoints", "files.corp", TYPE_A, CLASS_ANY, DNS_CODE_REFUSED, "" },
	{ "endpoints", "files.corp", TYPE_A, 0, DNS_CODE_REFUSED, "" },
	{ "endpoints", "files.corp", TYPE_OPT, CLASS_IN, DNS_CODE_FORMAT, "" },
	{ "endpoints", "s3.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, FORWARD, "" },
	{ "endpoints", "my-bucket.s3.eu-west-1.amazonaws.com", TYPE_AAAA, CLASS_IN, FORWARD, "" },
	{ "endpoints", "My.Bucket.S3.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, FORWARD, "" },
	{ "endpoints", "my-bucket.s3.eu-west-1.amazonaws.com", TYPE_TXT, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "my-bucket.s3.eu-west-1.amazonaws.com", TYPE_HTTPS, CLASS_IN, DNS_CODE_OK, "" },
	{ "endpoints", "ab.s3.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "my_bucket.s3.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "-bucket.s3.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "a." LONG_LABEL ".s3.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "my-bucket.s3.eu-west-2.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "endpoints", "s3.eu-west-1.amazonaws.com.evil.org", TYPE_A, CLASS_IN, DNS_CODE_NO_NAME, "", true },
	{ "resolver", "pypi.org", TYPE_A, CLASS_IN, FORWARD, "" },
	{ "resolver", "pypi.org", TYPE_TXT, CLASS_IN, FORWARD, "" },
	{ "resolver", "sts.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_OK, "10.20.1.15" },
	{ "resolver", "pypi.org", TYPE_ANY, CLASS_IN, DNS_CODE_REFUSED, "" },
	{ "resolver", "version.bind", TYPE_TXT, CLASS_CHAOS, DNS_CODE_REFUSED, "" },
	{ "none", "sts.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_OK, "10.20.1.15" },
	{ "none", "my-bucket.s3.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN, DNS_CODE_NO_NAME, "", true },
};

static void check_reply(const struct query_row *row, const struct dns_bytes *reply, bool edns)
{
	CLEANUP(seen_release) struct seen seen = { 0 };

	see(reply, &seen);
	assert_int_equal(seen.id, 0x1234);
	assert_int_equal(seen.flags & ~(unsigned)FLAG_AA, FLAG_QR | FLAG_RD | FLAG_RA);
	assert_int_equal(seen.code, row->code);
	assert_string_equal(seen.name, row->name);  // its case, too
	assert_int_equal(seen.type, row->type);
	assert_string_equal(first_address(&seen), row->address);
	assert_int_equal(seen.edns, edns);
	assert_int_equal(seen.dnssec_ok, edns);
	assert_true(!seen.addresses.count || seen.ttl == 60);
	if (row->type == TYPE_PTR && row->code == DNS_CODE_OK)
		assert_string_equal(seen.text, "files.corp");
}

static void check_query(const struct query_row *row, enum dns_transport transport, bool edns)
{
	CLEANUP(dns_rules_release) struct dns_rules rules = { 0 };
	CLEANUP(dns_bytes_release) struct dns_bytes reply = { 0 };
	struct dns_question question;
	struct forward_target target;
	static struct wire wire;

	put_header(&wire, 0x1234, FLAG_RD, 1);
	put_question(&wire, row->name, row->type, row->class);
	if (edns)
		put_opt(&wire, 4096, 0, true);
	rules_of(row->mode, "", &rules);
	enum dns_outcome outcome = dns_answer(&rules, wire.bytes, wire.length, transport, &question, &target, &reply);
	if (row->code == FORWARD) {
		assert_int_equal(outcome, DNS_FORWARDED);
		return;
	}
	if (outcome != (row->counted ? DNS_REFUSED : DNS_ANSWERED))
		fail_msg("%s %u: outcome %d", row->name, row->type, outcome);
	check_reply(row, &reply, edns);
}

static void queries(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(query_rows) / sizeof(query_rows[0]); i++)
		for (int how = 0; how < 4; how++)
			check_query(&query_rows[i], how & 1 ? DNS_TCP : DNS_UDP, how & 2);
}

// Each makes one wrong thing in a query for a name that is known.
static void good(struct wire *wire)
{
	put_header(wire, 0x1234, FLAG_RD, 1);
	put_question(wire, "files.corp", TYPE_A, CLASS_IN);
}

static void is_reply(struct wire *wire)
{
	wire->bytes[2] |= 0x80;
}

static void no_header(struct wire *wire)
{
	wire->length = 11;
}

static void empty(struct wire *wire)
{
	wire->length = 0;
}

static void header_alone(struct wire *wire)
{
	wire->length = 12;
}

static void no_question(struct wire *wire)
{
	put_header(wire, 0x1234, FLAG_RD, 0);
}

static void two_questions(struct wire *wire)
{
	wire->bytes[5] = 2;
	put_question(wire, "pypi.org", TYPE_A, CLASS_IN);
}

static void many_questions(struct wire *wire)
{
	wire->bytes[4] = wire->bytes[5] = 0xff;
}

static void name_cut(struct wire *wire)
{
	wire->length = 12 + 3;
}

static void type_cut(struct wire *wire)
{
	wire->length -= 3;
}

static void class_cut(struct wire *wire)
{
	wire->length -= 1;
}

static void pointer_to_itself(struct wire *wire)
{
	wire->length = 12;
	put16(wire, 0xc00c);
	put16(wire, TYPE_A);
	put16(wire, CLASS_IN);
}

static void pointers_in_a_ring(struct wire *wire)
{
	wire->length = 12;
	put16(wire, 0xc00e);
	put16(wire, 0xc00c);
	put16(wire, TYPE_A);
	put16(wire, CLASS_IN);
}

static void pointer_beyond(struct wire *wire)
{
	wire->length = 12;
	put16(wire, 0xffff);
	put16(wire, TYPE_A);
	put16(wire, CLASS_IN);
}

static void label_type_reserved(struct wire *wire)
{
	wire->bytes[12] = 0x80;
}

static void label_type_extended(struct wire *wire)
{
	wire->bytes[12] = 0x41;
}

static void name_too_long(struct wire *wire)
{
	wire->length = 12;
	for (int i = 0; i < 5; i++) {
		wire->bytes[wire->length++] = 63;
		put_bytes(wire, LONG_LABEL, 63);
	}
	put_name(wire, "");
	put16(wire, TYPE_A);
	put16(wire, CLASS_IN);
}

static void has_answer(struct wire *wire)
{
	put_record(wire, 3, "files.corp", TYPE_A, 1, "\1\2\3\4", 4);
}

static void has_authority(struct wire *wire)
{
	put_record(wire, 4, "files.corp", TYPE_A, 1, "\1\2\3\4", 4);
}

static void opt_twice(struct wire *wire)
{
	put_opt(wire, 4096, 0, false);
	put_opt(wire, 4096, 0, false);
}

static void opt_cut(struct wire *wire)
{
	put_opt(wire, 4096, 0, false);
	wire->length -= 4;
}

static void additional_missing(struct wire *wire)
{
	wire->bytes[11] = 1;
}

static void additional_other(struct wire *wire)
{
	put_record(wire, 5, "", TYPE_A, 1, "\1\2\3\4", 4);
}

static void additional_pointer(struct wire *wire)
{
	put_opt(wire, 4096, 0, false);
	wire->bytes[wire->length - 11] = 0xc0;
}

static void many_additional(struct wire *wire)
{
	for (int i = 0; i < 3; i++)
		put_record(wire, 5, "", TYPE_A, 1, "\1\2\3\4", 4);
}

static void length_beyond(struct wire *wire)
{
	put_record(wire, 5, "", TYPE_A, 1, "\1\2\3\4", 4);
	wire->bytes[wire->length - 5] = 200;
}

static void edns_version(struct wire *wire)
{
	put_opt(wire, 4096, 0x0001, false);  // the low byte of the upper half is the version
}

static void opcode_status(struct wire *wire)
{
	wire->bytes[2] |= 2 << 3;
}

static void opcode_update(struct wire *wire)
{
	wire->bytes[2] |= 5 << 3;
}

static void opcode_unknown(struct wire *wire)
{
	wire->bytes[2] |= 15 << 3;
}

#define ROW(function, code)                                                                                            \
	{                                                                                                              \
#function, function, code                                                                              \
	}
static const struct {
	const char *name;
	void (*spoil)(struct wire *wire);
	int code;  // -1: no answer
} wrong_rows[] = {
	ROW(is_reply, -1),
	ROW(no_header, -1),
	ROW(empty, -1),
	ROW(header_alone, DNS_CODE_FORMAT),
	ROW(no_question, DNS_CODE_FORMAT),
	ROW(two_questions, DNS_CODE_FORMAT),
	ROW(many_questions, DNS_CODE_FORMAT),
	ROW(name_cut, DNS_CODE_FORMAT),
	ROW(type_cut, DNS_CODE_FORMAT),
	ROW(class_cut, DNS_CODE_FORMAT),
	ROW(pointer_to_itself, DNS_CODE_FORMAT),
	ROW(pointers_in_a_ring, DNS_CODE_FORMAT),
	ROW(pointer_beyond, DNS_CODE_FORMAT),
	ROW(label_type_reserved, DNS_CODE_FORMAT),
	ROW(label_type_extended, DNS_CODE_FORMAT),
	ROW(name_too_long, DNS_CODE_FORMAT),
	ROW(has_answer, DNS_CODE_FORMAT),
	ROW(has_authority, DNS_CODE_FORMAT),
	ROW(opt_twice, DNS_CODE_FORMAT),
	ROW(opt_cut, DNS_CODE_FORMAT),
	ROW(additional_missing, DNS_CODE_FORMAT),
	ROW(additional_other, DNS_CODE_FORMAT),
	ROW(additional_pointer, DNS_CODE_FORMAT),
	ROW(many_additional, DNS_CODE_FORMAT),
	ROW(length_beyond, DNS_CODE_FORMAT),
	ROW(edns_version, DNS_CODE_BAD_VERSION),
	ROW(opcode_status, DNS_CODE_NOT_IMPLEMENTED),
	ROW(opcode_update, DNS_CODE_NOT_IMPLEMENTED),
	ROW(opcode_unknown, DNS_CODE_NOT_IMPLEMENTED),
};

static void wrong_queries(void **state)
{
	CLEANUP(dns_rules_release) struct dns_rules rules = { 0 };
	static struct wire wire;

	(void)state;
	rules_of("endpoints", "", &rules);
	for (size_t i = 0; i < 2 * sizeof(wrong_rows) / sizeof(wrong_rows[0]); i++) {
		CLEANUP(dns_bytes_release) struct dns_bytes reply = { 0 };
		CLEANUP(seen_release) struct seen seen = { 0 };
		struct dns_question question;
		struct forward_target target;
		good(&wire);
		wrong_rows[i / 2].spoil(&wire);
		enum dns_outcome outcome =
		    dns_answer(&rules, wire.bytes, wire.length, i & 1 ? DNS_TCP : DNS_UDP, &question, &target, &reply);
		int code = wrong_rows[i / 2].code;
		if (outcome != (code < 0 ? DNS_DROPPED : DNS_ANSWERED))
			fail_msg("%s: outcome %d", wrong_rows[i / 2].name, outcome);
		if (code < 0)
			continue;
		see(&reply, &seen);
		if (seen.code != (unsigned)code)
			fail_msg("%s: code %u", wrong_rows[i / 2].name, seen.code);
		assert_int_equal(seen.id, 0x1234);
		assert_true(seen.flags & FLAG_QR);
		assert_int_equal(seen.addresses.count, 0);
	}
}

// More addresses than a datagram holds: cut off, and whole over TCP or where the client takes more.
static void truncation(void **state)
{
	static const struct {
		unsigned edns_size;  // 0: none
		enum dns_transport transport;
		bool whole;
	} rows[] = { { 0, DNS_UDP, false },    { 512, DNS_UDP, false }, { 1232, DNS_UDP, true },
		     { 65535, DNS_UDP, true }, { 100, DNS_UDP, false }, { 0, DNS_TCP, true } };
	CLEANUP(dns_rules_release) struct dns_rules rules = { 0 };
	static struct wire wire;

	(void)state;
	vec_push(&rules.zone.names, (struct zone_name){ .name = memory_copy_text("many.corp") });
	for (unsigned i = 0; i < 60; i++)
		vec_push(&rules.zone.names.items[0].addresses, (struct address){ FAMILY_IPV4, 0x0a000001 + i });
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(dns_bytes_release) struct dns_bytes reply = { 0 };
		CLEANUP(seen_release) struct seen seen = { 0 };
		struct dns_question question;
		struct forward_target target;
		put_header(&wire, 1, FLAG_RD | FLAG_CD, 1);
		put_question(&wire, "many.corp", TYPE_A, CLASS_IN);
		if (rows[i].edns_size)
			put_opt(&wire, rows[i].edns_size, 0, false);
		assert_int_equal(
		    dns_answer(&rules, wire.bytes, wire.length, rows[i].transport, &question, &target, &reply),
		    DNS_ANSWERED);
		see(&reply, &seen);
		assert_int_equal(!(seen.flags & FLAG_TC), rows[i].whole);
		assert_int_equal(seen.addresses.count, rows[i].whole ? 60 : 0);
		assert_int_equal(seen.code, DNS_CODE_OK);
		assert_true(seen.flags & FLAG_CD);
		assert_int_equal(seen.edns_size, rows[i].edns_size ? DNS_EDNS_SIZE : 0);
		if (rows[i].transport == DNS_UDP && !rows[i].whole)
			assert_true(reply.length <= 512);
	}
}

// Bytes that no host name has are told apart from those that look like them.
static void names_as_text(void **state)
{
	static const struct {
		const char *wire;
		size_t length;
		const char *text;
	} rows[] = {
		{ "\3www\4CORP\0", 10, "www.corp" },
		{ "\0", 1, "." },
		{ "\7a.b\\c\0d\0", 9, "a\\046b\\092c\\000d" },
		{ "\2\377 \0", 4, "\\255\\032" },
	};
	char text[DNS_NAME_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		dns_name_print((const uint8_t *)rows[i].wire, rows[i].length, text);
		assert_string_equal(text, rows[i].text);
	}
}

// A ring of pointers is no work: ldns alone would follow it 65,535 times, a thousand times as long as a good query
// takes.
static void rings_are_cheap(void **state)
{
	CLEANUP(dns_rules_release) struct dns_rules rules = { 0 };
	static struct wire wire;

	(void)state;
	rules_of("endpoints", "", &rules);
	good(&wire);
	pointers_in_a_ring(&wire);
	clock_t begin = clock();
	for (unsigned i = 0; i < 10000; i++) {
		struct dns_question question;
		assert_int_equal(dns_question_read(wire.bytes, wire.length, DNS_UDP, &question), DNS_CODE_FORMAT);
	}
	assert_true(clock() - begin < CLOCKS_PER_SEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries),    cmocka_unit_test(wrong_queries), cmocka_unit_test(rings_are_cheap),
		cmocka_unit_test(truncation), cmocka_unit_test(names_as_text),
	};

	return cmocka_run_group_tests_name("dns_answer", tests, NULL, NULL);
}
