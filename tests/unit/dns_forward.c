// SPDX-License-Identifier: GPL-2.0-or-later
// dns: which questions leave, how they look, and what of an answer is believed.
#include "dns_wire.h"

#include <ctype.h>

#include "dns/budget.h"

#define BUCKET "my-bucket.s3.eu-west-1.amazonaws.com"

static void where_questions_go(void **state)
{
	static const struct {
		const char *mode, *more, *name, *server;  // "" : nowhere
	} rows[] = {
		{ "endpoints", "", BUCKET, "198.51.100.1" },
		{ "endpoints", "", "s3.eu-west-1.amazonaws.com", "198.51.100.1" },
		{ "endpoints", "", "abc.s3.eu-west-1.amazonaws.com", "198.51.100.1" },
		{ "endpoints", "", "ab.s3.eu-west-1.amazonaws.com", "" },
		{ "endpoints", "", "a..b.s3.eu-west-1.amazonaws.com", "" },
		{ "endpoints", "", "abc-.s3.eu-west-1.amazonaws.com", "" },
		{ "endpoints", "", "a\\046b.s3.eu-west-1.amazonaws.com", "" },
		{ "endpoints", "", "x.corp.example", "" },
		{ "endpoints", ", domains: [corp.example, .lab.example]", "x.corp.example", "10.20.0.2" },
		{ "endpoints", ", domains: [corp.example, .lab.example]", "corp.example", "10.20.0.2" },
		{ "endpoints", ", domains: [corp.example, .lab.example]", "a.lab.example", "10.20.0.2" },
		{ "endpoints", ", domains: [corp.example, .lab.example]", "xcorp.example", "" },
		{ "endpoints", ", domains: [corp.example, .lab.example]", "example", "" },
		{ "resolver", "", "anything.org", "10.20.0.2" },
		{ "resolver", "", BUCKET, "10.20.0.2" },
		{ "resolver", ", located: elsewhere", "anything.org", "198.51.100.1" },
		{ "none", "", BUCKET, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(dns_rules_release) struct dns_rules rules = { 0 };
		struct forward_target target = { 0 };
		char server[ADDRESS_TEXT_SIZE] = "";
		rules_of(rows[i].mode, rows[i].more, &rules);
		bool found = forward_find(&rules.forward, rows[i].name, &target);
		if (found)
			address_print(&target.servers[0], server);
		if (strcmp(server, rows[i].server) != 0)
			fail_msg("%s %s: %s", rows[i].mode, rows[i].name, server);
		if (found)
			assert_int_equal(target.within != NULL, strcmp(rows[i].mode, "endpoints") == 0 &&
								    strstr(rows[i].server, "198.51") != NULL);
	}
}

// Without vpc.resolver it is AWS's: the third address of the first IPv4 block, where there is a Region.
static void the_usual_resolver(void **state)
{
	CLEANUP(profile_release) struct profile profile = { 0 };
	CLEANUP(forward_rules_release) struct forward_rules rules = { 0 };
	struct forward_target target;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	fixture_load("vpcjail: 1\ndescription: a\nnetwork: {isolation: vpc}\nprocess: {credentials: scrub}\n"
		     "vpc: {region: eu-west-1, cidrs: [\"2001:db8::/56\", 10.30.0.0/16, 10.20.0.0/16],\n"
		     "  subnets: [10.20.1.0/24], dns: resolver}\n",
		     &profile);
	forward_rules_build(&profile, NULL, 0, &rules);
	assert_true(forward_find(&rules, "pypi.org", &target));
	assert_int_equal(target.server_count, 1);
	assert_string_equal(address_print(&target.servers[0], text), "10.30.0.2");
}

// One question under way.
struct exchange {
	struct dns_rules rules;
	struct dns_question question;
	struct forward_target target;
	struct forward_query query;
};

static void exchange_release(struct exchange *exchange)
{
	dns_rules_release(&exchange->rules);
	forward_query_release(&exchange->query);
}

static void begin(const char *mode, const char *name, unsigned type, struct exchange *exchange)
{
	static struct wire wire;
	struct dns_bytes reply = { 0 };
	uint8_t random[FORWARD_RANDOM_SIZE];

	for (size_t i = 0; i < sizeof(random); i++)
		random[i] = (uint8_t)(0x5a + 31 * i);
	rules_of(mode, "", &exchange->rules);
	put_header(&wire, 0x1234, FLAG_RD, 1);
	put_question(&wire, name, type, CLASS_IN);
	assert_int_equal(dns_answer(&exchange->rules, wire.bytes, wire.length, DNS_UDP, &exchange->question,
				    &exchange->target, &reply),
			 DNS_FORWARDED);
	forward_query_make(&exchange->question, &exchange->target, random, &exchange->query);
}

// Nothing of the client but the name's letters: no id, no case, no flag, no option.
static void what_is_sent(void **state)
{
	CLEANUP(exchange_release) struct exchange exchange = { 0 };
	CLEANUP(seen_release) struct seen seen = { 0 };
	unsigned upper = 0, lower = 0;

	(void)state;
	begin("endpoints", "MY-BUCKET.s3.eu-west-1.amazonaws.com", TYPE_A, &exchange);
	see(&exchange.query.bytes, &seen);
	assert_int_equal(seen.id, 0x5a79);
	assert_int_equal(seen.flags, FLAG_RD);
	assert_int_equal(seen.edns_size, DNS_EDNS_SIZE);
	assert_false(seen.dnssec_ok);
	assert_int_equal(strcasecmp(seen.name, BUCKET), 0);
	for (const char *c = seen.name; *c; c++) {
		upper += isupper((unsigned char)*c) != 0;
		lower += islower((unsigned char)*c) != 0;
	}
	assert_true(upper > 5 && lower > 5);
	assert_string_equal(exchange.question.text, BUCKET);
}

// What a server may send back. Each row begins with the right header and question.
static void answer_begin(const struct exchange *exchange, struct wire *wire)
{
	put_header(wire, exchange->query.id, FLAG_QR | FLAG_RD | FLAG_RA, 1);
	put_bytes(wire, exchange->query.name, exchange->question.name_length);
	put16(wire, exchange->question.type);
	put16(wire, CLASS_IN);
}

static void put_alias(struct wire *wire, const char *name, const char *to)
{
	struct wire *data = calloc(1, sizeof(*data));

	put_name(data, to);
	put_record(wire, 3, name, TYPE_CNAME, 300, data->bytes, data->length);
	free(data);
}

static const uint8_t inside1[] = { 52, 218, 1, 2 }, inside2[] = { 3, 5, 71, 255 };
static const uint8_t below[] = { 52, 217, 255, 255 }, above[] = { 52, 218, 128, 0 };

static void direct(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_record(wire, 3, BUCKET, TYPE_A, 300, inside1, 4);
	put_record(wire, 3, BUCKET, TYPE_A, 2, inside2, 4);
}

static void mixed(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_record(wire, 3, BUCKET, TYPE_A, 300, below, 4);
	put_record(wire, 3, BUCKET, TYPE_A, 300, inside1, 4);
	put_record(wire, 3, BUCKET, TYPE_A, 300, above, 4);
}

static void only_outside(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_record(wire, 3, BUCKET, TYPE_A, 300, below, 4);
	put_record(wire, 3, BUCKET, TYPE_A, 300, above, 4);
}

static void alias(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_alias(wire, BUCKET, "s3-r-w.eu-west-1.amazonaws.com");
	put_record(wire, 3, "S3-R-W.eu-west-1.amazonaws.com", TYPE_A, 300, inside1, 4);
}

static void alias_to_elsewhere(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_alias(wire, BUCKET, "evil.example");
	put_record(wire, 3, BUCKET, TYPE_A, 300, inside1, 4);  // not the alias's
	put_record(wire, 3, "evil.example", TYPE_A, 300, above, 4);
}

static void alias_ring(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_alias(wire, BUCKET, "a.example");
	put_alias(wire, "a.example", BUCKET);
	put_record(wire, 3, "b.example", TYPE_A, 300, inside1, 4);
}

static void alias_long(const struct exchange *exchange, struct wire *wire)
{
	char from[32], to[32];

	(void)exchange;
	put_alias(wire, BUCKET, "n0.example");
	for (int i = 0; i < 20; i++) {
		(void)snprintf(from, sizeof(from), "n%d.example", i);
		(void)snprintf(to, sizeof(to), "n%d.example", i + 1);
		put_alias(wire, from, to);
	}
	put_record(wire, 3, "n20.example", TYPE_A, 300, inside1, 4);
}

static void of_another_name(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_record(wire, 3, "other.s3.eu-west-1.amazonaws.com", TYPE_A, 300, inside1, 4);
}

static void additional_only(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_record(wire, 5, BUCKET, TYPE_A, 300, inside1, 4);
}

static void text_only(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_record(wire, 3, BUCKET, TYPE_TXT, 300, "\5hello", 6);
}

static void nothing(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	(void)wire;
}

static void no_such_name(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	wire->bytes[3] |= 3;
}

static void server_failed(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	wire->bytes[3] |= 2;
}

static void server_refuses(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	wire->bytes[3] |= 5;
}

static void wrong_id(const struct exchange *exchange, struct wire *wire)
{
	direct(exchange, wire);
	wire->bytes[1] ^= 1;
}

static void not_a_reply(const struct exchange *exchange, struct wire *wire)
{
	direct(exchange, wire);
	wire->bytes[2] &= 0x7f;
}

static void wrong_opcode(const struct exchange *exchange, struct wire *wire)
{
	direct(exchange, wire);
	wire->bytes[2] |= 4 << 3;
}

static void wrong_question(const struct exchange *exchange, struct wire *wire)
{
	put_header(wire, exchange->query.id, FLAG_QR | FLAG_RD | FLAG_RA, 1);
	put_question(wire, "other.s3.eu-west-1.amazonaws.com", TYPE_A, CLASS_IN);
	direct(exchange, wire);
}

static void wrong_type(const struct exchange *exchange, struct wire *wire)
{
	wire->bytes[wire->length - 3] = TYPE_TXT;
	direct(exchange, wire);
}

static void no_question(const struct exchange *exchange, struct wire *wire)
{
	put_header(wire, exchange->query.id, FLAG_QR | FLAG_RD | FLAG_RA, 0);
}

static void another_spelling(const struct exchange *exchange, struct wire *wire)
{
	wire->bytes[13] ^= 0x20;
	direct(exchange, wire);
}

static void cut_off(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	wire->bytes[2] |= 2;
}

static void too_many(const struct exchange *exchange, struct wire *wire)
{
	direct(exchange, wire);
	wire->bytes[10] = 0xff;
}

static void broken(const struct exchange *exchange, struct wire *wire)
{
	direct(exchange, wire);
	wire->length -= 2;
}

static void wrong_length(const struct exchange *exchange, struct wire *wire)
{
	(void)exchange;
	put_record(wire, 3, BUCKET, TYPE_A, 300, "\1\2\3\4\5", 5);
}

#define ROW(function, ...)                                                                                             \
	{                                                                                                              \
#function, function, __VA_ARGS__                                                                       \
	}
static const struct {
	const char *name;
	void (*fill)(const struct exchange *exchange, struct wire *wire);
	enum forward_verdict verdict, by_tcp;
	unsigned code, count, ttl;
} answer_rows[] = {
	ROW(direct, FORWARD_DONE, FORWARD_DONE, DNS_CODE_OK, 2, 2),
	ROW(mixed, FORWARD_DONE, FORWARD_DONE, DNS_CODE_OK, 1, 5),
	ROW(only_outside, FORWARD_OUTSIDE, FORWARD_OUTSIDE, DNS_CODE_OK, 0, 0),
	ROW(alias, FORWARD_DONE, FORWARD_DONE, DNS_CODE_OK, 1, 5),
	ROW(alias_to_elsewhere, FORWARD_OUTSIDE, FORWARD_OUTSIDE, DNS_CODE_OK, 0, 0),
	ROW(alias_ring, FORWARD_DONE, FORWARD_DONE, DNS_CODE_OK, 0, 0),
	ROW(alias_long, FORWARD_DONE, FORWARD_DONE, DNS_CODE_OK, 0, 0),
	ROW(of_another_name, FORWARD_DONE, FORWARD_DONE, DNS_CODE_OK, 0, 0),
	ROW(additional_only, FORWARD_DONE, FORWARD_DONE, DNS_CODE_OK, 0, 0),
	ROW(text_only, FORWARD_DONE, FORWARD_DONE, DNS_CODE_OK, 0, 0),
	ROW(nothing, FORWARD_DONE, FORWARD_DONE, DNS_CODE_OK, 0, 0),
	ROW(no_such_name, FORWARD_DONE, FORWARD_DONE, DNS_CODE_NO_NAME, 0, 0),
	ROW(server_failed, FORWARD_FAILED, FORWARD_FAILED),
	ROW(server_refuses, FORWARD_FAILED, FORWARD_FAILED),
	ROW(wrong_id, FORWARD_NOT_OURS, FORWARD_NOT_OURS),
	ROW(not_a_reply, FORWARD_NOT_OURS, FORWARD_NOT_OURS),
	ROW(wrong_opcode, FORWARD_NOT_OURS, FORWARD_NOT_OURS),
	ROW(wrong_question, FORWARD_NOT_OURS, FORWARD_NOT_OURS),
	ROW(wrong_type, FORWARD_NOT_OURS, FORWARD_NOT_OURS),
	ROW(no_question, FORWARD_NOT_OURS, FORWARD_NOT_OURS),
	ROW(another_spelling, FORWARD_BY_TCP, FORWARD_DONE, DNS_CODE_OK, 2, 2),
	ROW(cut_off, FORWARD_BY_TCP, FORWARD_DONE, DNS_CODE_OK, 0, 0),
	ROW(too_many, FORWARD_NOT_OURS, FORWARD_NOT_OURS),
	ROW(broken, FORWARD_NOT_OURS, FORWARD_NOT_OURS),
	ROW(wrong_length, FORWARD_OUTSIDE, FORWARD_OUTSIDE, DNS_CODE_OK, 0, 0),
};

static void check_answer(size_t row, enum dns_transport transport)
{
	CLEANUP(exchange_release) struct exchange exchange = { 0 };
	CLEANUP(dns_bytes_release) struct dns_bytes reply = { 0 };
	CLEANUP(seen_release) struct seen seen = { 0 };
	static struct wire wire;

	begin("endpoints", BUCKET, TYPE_A, &exchange);
	answer_begin(&exchange, &wire);
	answer_rows[row].fill(&exchange, &wire);
	enum forward_verdict verdict = forward_judge(&exchange.question, &exchange.target, &exchange.query, transport,
						     wire.bytes, wire.length, &reply);
	if (verdict != (transport == DNS_TCP ? answer_rows[row].by_tcp : answer_rows[row].verdict))
		fail_msg("%s: verdict %d", answer_rows[row].name, verdict);
	if (verdict != FORWARD_DONE && verdict != FORWARD_OUTSIDE) {
		assert_null(reply.bytes);
		return;
	}
	see(&reply, &seen);
	assert_int_equal(seen.id, 0x1234);
	assert_string_equal(seen.name, BUCKET);
	assert_int_equal(seen.code, answer_rows[row].code);
	if (seen.addresses.count != answer_rows[row].count || seen.ttl != answer_rows[row].ttl)
		fail_msg("%s: %zu addresses, ttl %u", answer_rows[row].name, seen.addresses.count, seen.ttl);
	vec_for_each (address, &seen.addresses)
		assert_true(prefix_set_contains(exchange.target.within, address));
	assert_int_equal(seen.counts[2] + seen.counts[3], 0);  // nothing else comes in
}

static void what_is_believed(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * sizeof(answer_rows) / sizeof(answer_rows[0]); i++)
		check_answer(i / 2, i & 1 ? DNS_TCP : DNS_UDP);
}

// Under `dns: resolver` the whole answer passes, whatever its type: with the client's id and spelling.
static void what_a_resolver_says(void **state)
{
	CLEANUP(exchange_release) struct exchange exchange = { 0 };
	CLEANUP(dns_bytes_release) struct dns_bytes reply = { 0 };
	CLEANUP(seen_release) struct seen seen = { 0 };
	static struct wire wire;

	(void)state;
	begin("resolver", "PyPI.org", TYPE_TXT, &exchange);
	answer_begin(&exchange, &wire);
	put_record(&wire, 3, "pypi.org", TYPE_TXT, 300, "\5hello", 6);
	put_record(&wire, 4, "org", TYPE_NS, 300, "\1a\0", 3);
	put_opt(&wire, 4096, 0, true);
	assert_int_equal(forward_judge(&exchange.question, &exchange.target, &exchange.query, DNS_UDP, wire.bytes,
				       wire.length, &reply),
			 FORWARD_DONE);
	see(&reply, &seen);
	assert_int_equal(seen.id, 0x1234);
	assert_string_equal(seen.name, "PyPI.org");
	assert_int_equal(seen.counts[1], 1);
	assert_int_equal(seen.counts[2], 1);
	assert_int_equal(seen.counts[3], 0);  // the client had no EDNS
	assert_int_equal(seen.ttl, 300);
}

static void what_a_tunnel_gets_out(void **state)
{
	CLEANUP(dns_budget_release) struct dns_budget budget = { 0 };
	uint64_t now = 1000000;
	unsigned fresh = 0, known = 0;
	char name[32];

	(void)state;
	for (unsigned i = 0; i < 1000; i++, now += 60) {  // a minute of asking as fast as it is allowed
		(void)snprintf(name, sizeof(name), "data-%u", i);
		fresh += dns_budget_take(&budget, name, now);
	}
	assert_in_range(fresh, BUDGET_NEW_NAMES, BUDGET_NEW_NAMES + 60000 / BUDGET_NEW_NAME_EVERY + 1);
	for (unsigned i = 0; i < 5000; i++)
		known += dns_budget_take(&budget, "data-0", now);
	assert_in_range(known, BUDGET_QUERIES - 1, BUDGET_QUERIES);
	assert_true(dns_budget_take(&budget, "data-0", now + 1000));
	assert_true(dns_budget_take(&budget, "later", now + BUDGET_NEW_NAME_EVERY));
	(void)dns_budget_take(&budget, "later-still", now + BUDGET_NEW_NAME_EVERY);  // what was left over
	assert_false(dns_budget_take(&budget, "too-soon", now + BUDGET_NEW_NAME_EVERY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_questions_go),   cmocka_unit_test(the_usual_resolver),
		cmocka_unit_test(what_is_sent),         cmocka_unit_test(what_is_believed),
		cmocka_unit_test(what_a_resolver_says), cmocka_unit_test(what_a_tunnel_gets_out),
	};

	return cmocka_run_group_tests_name("dns_forward", tests, NULL, NULL);
}
