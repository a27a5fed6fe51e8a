// SPDX-License-Identifier: GPL-2.0-or-later
// The names by which a job knows addresses: the last one counts, and the oldest go.
#include "test.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "kernel/dns/names.h"

static struct address numbered(unsigned number)
{
	return number & 1 ? (struct address){ FAMILY_IPV4, 0x0a000000 + number }
			  : (struct address){ FAMILY_IPV6, (address_bits)number << 64 | 7 };
}

static void the_last_name_counts(void **state)
{
	CLEANUP(dns_names_release) struct dns_names names = { 0 };
	const struct address four = { FAMILY_IPV4, 5 }, six = { FAMILY_IPV6, 5 };

	(void)state;
	assert_null(dns_names_find(&names, &four));
	dns_names_note(&names, &four, "a.example");
	assert_null(dns_names_find(&names, &six));
	dns_names_note(&names, &six, "six.example");
	dns_names_note(&names, &four, "b.example");
	assert_string_equal(dns_names_find(&names, &four), "b.example");
	assert_string_equal(dns_names_find(&names, &six), "six.example");
	assert_int_equal(names.count, 2);
}

// Also where many share a bucket: there are as many addresses as buckets, three times over.
static void the_oldest_goes(void **state)
{
	CLEANUP(dns_names_release) struct dns_names names = { 0 };
	enum { NOTED = 3 * DNS_NAMES_MAXIMUM };
	char name[32];

	(void)state;
	for (unsigned i = 0; i < NOTED; i++) {
		const struct address address = numbered(i);
		(void)snprintf(name, sizeof(name), "n%u", i);
		dns_names_note(&names, &address, name);
	}
	assert_int_equal(names.count, DNS_NAMES_MAXIMUM);
	for (unsigned i = 0; i < NOTED; i++) {
		const struct address address = numbered(i);
		const char *found = dns_names_find(&names, &address);
		(void)snprintf(name, sizeof(name), "n%u", i);
		if (i < NOTED - DNS_NAMES_MAXIMUM)
			assert_null(found);
		else
			assert_string_equal(found, name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_last_name_counts), cmocka_unit_test(the_oldest_goes) };

	return cmocka_run_group_tests_name("dns_names", tests, NULL, NULL);
}
