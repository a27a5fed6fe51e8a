// SPDX-License-Identifier: GPL-2.0-or-later
// dns: an audit's answers: forwarded as the host would ask, or made up; and the addresses read out of replies.
#include "dns_wire.h"

#include "dns/made_up.h"

static void audit_rules_of(struct dns_rules *rules)
{
	static const struct address nameservers[] = { { FAMILY_IPV4, 0xc6336401 }, { FAMILY_IPV4, 0xc6336402 } };
	const struct zone_facts facts = { .hostname = "box", .full_name = "box.lab.example", .ipv6 = true };
	CLEANUP(profile_release) struct profile profile = { 0 };
	char text[sizeof(dns_profile) + 256];

	(void)snprintf(text, sizeof(text), dns_profile, "endpoints", ", domains: [in.corp]");
	fixture_load(text, &profile);
	dns_rules_build_audit(&profile, &facts, nameservers, 2, rules);
}

static void ask(struct wire *wire, const char *name, unsigned type)
{
	put_header(wire, 0x1234, FLAG_RD, 1);
	put_question(wire, name, type, CLASS_IN);
}

static const struct {
	const char *name;
	enum dns_outcome outcome;
	const char *address;  // that the profile gives; NULL: it gives none
} rows[] = {
	{ "localhost", DNS_ANSWERED, "127.0.0.1" },
	{ "box", DNS_ANSWERED, "127.0.0.1" },
	{ "algo-1", DNS_ANSWERED, "10.20.1.21" },
	{ "files.corp", DNS_ANSWERED, "10.20.1.9" },
	// The profile's own, which the host asks for elsewhere.
	{ "sts.eu-west-1.amazonaws.com", DNS_FORWARDED, "10.20.1.15" },
	{ "store.corp", DNS_FORWARDED, "10.20.1.30" },
	{ "my-bucket.s3.eu-west-1.amazonaws.com", DNS_FORWARDED, NULL },
	{ "db.in.corp", DNS_FORWARDED, NULL },
	{ "pypi.org", DNS_PASSED, NULL },
	{ "sts.eu-west-2.amazonaws.com", DNS_PASSED, NULL },
	{ "9.9.9.9.in-addr.arpa", DNS_PASSED, NULL },
	{ "9.1.20.10.in-addr.arpa", DNS_ANSWERED, NULL },
};

static void online(void **state)
{
	CLEANUP(dns_rules_release) struct dns_rules rules = { 0 };
	static struct wire wire;

	(void)state;
	audit_rules_of(&rules);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CLEANUP(dns_bytes_release) struct dns_bytes reply = { 0 };
		struct dns_question question;
		struct forward_target target = { 0 };
		char text[ADDRESS_TEXT_SIZE];

		ask(&wire, rows[i].name, TYPE_A);
		enum dns_outcome outcome =
		    dns_answer(&rules, wire.bytes, wire.length, DNS_UDP, &question, &target, &reply);
		if (outcome != rows[i].outcome)
			fail_msg("%s: outcome %d", rows[i].name, outcome);
		if (outcome != DNS_ANSWERED) {  // of the host's servers, and whatever they say
			assert_int_equal(target.server_count, 2);
			assert_string_equal(address_print(&target.servers[0], text), "198.51.100.1");
			assert_null(target.within);
		}
		const dns_address_vec *known = dns_profile_addresses(&rules, rows[i].name);
		if (!rows[i].address) {
			assert_null(known);
			continue;
		}
		assert_non_null(known);
		assert_string_equal(address_print(&known->items[0], text), rows[i].address);
		assert_ptr_equal(dns_profile_addresses(rules.profile, rows[i].name), known);
	}
}

// What a name is answered with; "" without an address, NULL where nothing is made up.
static const char *made_up_of(struct made_up *state, const char *name, unsigned type, const struct prefix_set *within)
{
	CLEANUP(dns_bytes_release) struct dns_bytes reply = { 0 };
	CLEANUP(seen_release) struct seen seen = { 0 };
	struct dns_question question;
	struct address address;
	static char text[ADDRESS_TEXT_SIZE];
	static struct wire wire;

	ask(&wire, name, type);
	assert_int_equal(dns_question_read(wire.bytes, wire.length, DNS_UDP, &question), QUESTION_GOOD);
	if (!made_up_answer(state, &question, within, &address, &reply)) {
		assert_null(reply.bytes);
		return NULL;
	}
	see(&reply, &seen);
	assert_int_equal(seen.code, DNS_CODE_OK);
	assert_string_equal(seen.name, name);
	assert_int_equal(seen.addresses.count, type == TYPE_A);
	if (type == TYPE_A)
		assert_true(
		    (within ? prefix_set_contains(within, &address) : prefix_contains(&dns_made_up_range, &address)) &&
		    address_equal(&address, &seen.addresses.items[0]));
	(void)snprintf(text, sizeof(text), "%s", first_address(&seen));
	return text;
}

static const char *made_up(struct made_up *state, const char *name, unsigned type)
{
	return made_up_of(state, name, type, NULL);
}

// A gateway endpoint's name: out of its list, whatever else is in it, and one after the other.
static void names_of_a_list_are_of_it(void **state)
{
	static const struct prefix blocks[] = { IPV4_PREFIX(52, 218, 0, 0, 31), IPV6_PREFIX(0x2a05d07880000000, 0, 40),
						IPV4_PREFIX(192, 0, 2, 8, 32) };
	CLEANUP(prefix_set_release) struct prefix_set list = { 0 }, sixes = { 0 };
	CLEANUP(made_up_release) struct made_up made = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		prefix_set_add(&list, &blocks[i]);
	prefix_set_normalize(&list);
	assert_string_equal(made_up_of(&made, "one.s3", TYPE_AAAA, &list), "");
	assert_string_equal(made_up_of(&made, "one.s3", TYPE_A, &list), "52.218.0.1");
	assert_string_equal(made_up_of(&made, "two.s3", TYPE_A, &list), "192.0.2.8");
	assert_string_equal(made_up_of(&made, "three.s3", TYPE_A, &list), "52.218.0.0");
	assert_string_equal(made_up_of(&made, "one.s3", TYPE_A, &list), "52.218.0.1");
	assert_string_equal(made_up(&made, "unknown.example", TYPE_A), "198.18.0.4");
	prefix_set_add(&sixes, &blocks[1]);
	prefix_set_normalize(&sixes);
	struct dns_bytes reply = { 0 };
	struct dns_question question;
	struct address address;
	static struct wire wire;
	ask(&wire, "three.s3", TYPE_A);
	assert_int_equal(dns_question_read(wire.bytes, wire.length, DNS_UDP, &question), QUESTION_GOOD);
	assert_true(made_up_answer(&made, &question, &sixes, &address, &reply));
	assert_true(prefix_contains(&dns_made_up_range, &address));
	dns_bytes_release(&reply);
}

static void names_are_made_up(void **state)
{
	CLEANUP(made_up_release) struct made_up made = { 0 };

	(void)state;
	assert_string_equal(made_up(&made, "a.example", TYPE_AAAA), "");
	assert_string_equal(made_up(&made, "b.example", TYPE_A), "198.18.0.1");
	assert_string_equal(made_up(&made, "a.example", TYPE_A), "198.18.0.2");
	assert_string_equal(made_up(&made, "B.Example", TYPE_A), "198.18.0.1");
	assert_string_equal(made_up(&made, "b.example", TYPE_AAAA), "");
	assert_string_equal(made_up(&made, "b.example", TYPE_MX), "");
	assert_null(made_up(&made, "1.0.18.198.in-addr.arpa", TYPE_PTR));
	assert_null(made_up(&made, "8.b.d.0.1.0.0.2.ip6.arpa", TYPE_A));
	assert_int_equal(made.names.count, 2);
}

static void no_more_than_there_are(void **state)
{
	CLEANUP(made_up_release) struct made_up made = { 0 };
	char name[32], last[ADDRESS_TEXT_SIZE] = "";

	(void)state;
	for (unsigned i = 0; i < MADE_UP_MAXIMUM; i++) {
		(void)snprintf(name, sizeof(name), "n%u.example", i);
		const char *text = made_up(&made, name, TYPE_A);
		assert_non_null(text);
		assert_null(strstr(text, ".255"));
		assert_string_not_equal(text, last);
		(void)snprintf(last, sizeof(last), "%s", text);
	}
	assert_string_equal(last, "198.18.16.32");
	assert_null(made_up(&made, "one.more", TYPE_A));
	assert_null(made_up(&made, "one.more", TYPE_AAAA));
	assert_string_equal(made_up(&made, "n0.example", TYPE_A), "198.18.0.1");
}

// Through aliases, of both families; and nothing of what is no reply.
static void addresses_of_replies(void **state)
{
	static const uint8_t four[] = { 192, 0, 2, 7 }, alias[] = { 1, 'w', 0 };
	static const uint8_t six[16] = { 0x20, 1, 0xd, 0xb8, [15] = 9 };
	static struct wire wire;
	dns_address_vec found = { 0 };
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	put_header(&wire, 7, FLAG_QR, 1);
	put_question(&wire, "a.example", TYPE_A, CLASS_IN);
	put_record(&wire, 3, "a.example", TYPE_CNAME, 5, alias, sizeof(alias));
	put_record(&wire, 3, "w", TYPE_A, 5, four, sizeof(four));
	put_record(&wire, 3, "w", TYPE_AAAA, 5, six, sizeof(six));
	put_record(&wire, 3, "w", TYPE_TXT, 5, "\3abc", 4);
	dns_reply_read(wire.bytes, wire.length, &found);
	assert_int_equal(found.count, 2);
	assert_string_equal(address_print(&found.items[0], text), "192.0.2.7");
	assert_string_equal(address_print(&found.items[1], text), "2001:db8::9");
	for (size_t length = 0; length < wire.length; length++)
		dns_reply_read(wire.bytes, length, &found);
	assert_int_equal(found.count, 2);
	vec_release(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(online),
		cmocka_unit_test(names_are_made_up),
		cmocka_unit_test(names_of_a_list_are_of_it),
		cmocka_unit_test(no_more_than_there_are),
		cmocka_unit_test(addresses_of_replies),
	};

	return cmocka_run_group_tests_name("dns_audit", tests, NULL, NULL);
}
