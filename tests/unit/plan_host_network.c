// SPDX-License-Identifier: GPL-2.0-or-later
// plan: questions to the host's network; resolv.conf and proxy variables.
#include "parsed.h"
#include "test.h"

#include "base/cleanup.h"
#include "plan/host_network.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void add_route(struct host_network *host, const char *to, unsigned interface, unsigned metric)
{
	struct host_route route = { .interface = interface, .metric = metric };

	assert_int_equal(prefix_parse(to, &route.destination, NULL), 0);
	vec_push(&host->routes, route);
}

static void test_route(void **state)
{
	static const struct {
		const char *to;
		unsigned interface;  // 0: no route
	} rows[] = {
		{ "10.1.2.3", 3 },  { "10.1.3.3", 2 },    { "10.2.0.1", 4 },
		{ "192.0.2.1", 6 }, { "2001:db8::1", 7 }, { "fe80::1", 0 },
	};
	CLEANUP(host_network_release) struct host_network host = { 0 };

	(void)state;
	add_route(&host, "0.0.0.0/0", 5, 200);
	add_route(&host, "0.0.0.0/0", 6, 100);
	add_route(&host, "10.0.0.0/8", 4, 900);
	add_route(&host, "10.1.0.0/16", 2, 0);
	add_route(&host, "10.1.2.0/24", 3, 1000);
	add_route(&host, "2001:db8::/32", 7, 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct address address = address_of(rows[i].to);
		const struct host_route *route = host_network_route(&host, &address);

		assert_int_equal(route ? route->interface : 0, rows[i].interface);
	}
}

static void test_nameservers(void **state)
{
	CLEANUP(host_network_release) struct host_network host = { 0 };
	struct address first = address_of("10.0.0.2"), second = address_of("fd00::53"), third = address_of("fe80::1");

	(void)state;
	assert_false(host_network_add_nameservers(&host, "# nameserver 192.0.2.9\nsearch corp.example\n"
							 "nameserver 10.0.0.2\r\n\tnameserver  fd00::53 # second\n"
							 "nameserver fe80::1%eth0\nnameserver 10.0.0.2\n"
							 "nameserver nonsense\nnameserver\nnameservers 192.0.2.1"));
	assert_int_equal(host.nameservers.count, 3);
	assert_true(address_equal(&host.nameservers.items[0], &first));
	assert_true(address_equal(&host.nameservers.items[1], &second));
	assert_true(address_equal(&host.nameservers.items[2], &third));
	assert_true(host_network_add_nameservers(&host, "nameserver 127.0.0.53\n"));
	assert_true(host_network_add_nameservers(&host, "nameserver ::1"));
	assert_false(host_network_add_nameservers(&host, ""));
	assert_int_equal(host.nameservers.count, 5);
}

static void test_proxies(void **state)
{
	static const struct {
		const char *value, *address;  // NULL: none
	} rows[] = {
		{ "http://10.0.0.1:3128/", "10.0.0.1" },
		{ "10.0.0.1:3128", "10.0.0.1" },
		{ "10.0.0.1", "10.0.0.1" },
		{ "http://user:pa:ss@10.0.0.1:3128", "10.0.0.1" },
		{ "http://user:p@ss@10.0.0.1:3128/x@192.0.2.1", "10.0.0.1" },
		{ "socks5h://[fd00::1]:1080", "fd00::1" },
		{ "[fe80::1%25eth0]:3128", "fe80::1" },
		{ "http://proxy.corp.example:3128/", NULL },
		{ "http://10.0.1:3128", NULL },
		{ "http://", NULL },
		{ "[", NULL },
		{ "@", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		CLEANUP(host_network_release) struct host_network host = { 0 };

		host_network_add_proxy(&host, rows[i].value);
		host_network_add_proxy(&host, rows[i].value);
		assert_int_equal(host.proxies.count, rows[i].address ? 1 : 0);
		if (rows[i].address) {
			struct address address = address_of(rows[i].address);
			assert_true(address_equal(&host.proxies.items[0], &address));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route),
		cmocka_unit_test(test_nameservers),
		cmocka_unit_test(test_proxies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
