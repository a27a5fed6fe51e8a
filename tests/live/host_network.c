// SPDX-License-Identifier: GPL-2.0-or-later
// What is read of the host's network, in a network namespace of the test's own.
#include "../unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/host/network.h"
#include "kernel/host/ports.h"

// The machine lacks something. Under REQUIRE_LIVE=1 that is a failure.
static int lacks(const char *what)
{
	fprintf(stderr, "SKIPPED, missing: %s\n", what);
	return getenv("REQUIRE_LIVE") ? EXIT_FAILURE : 77;
}

static const char *const commands[] = {
	"ip link set lo up",
	"ip link add out0 address 02:00:00:00:00:01 mtu 1400 type veth peer name other0",
	"ip link add bridge0 type bridge",
	"ip addr add 10.20.1.5/24 dev out0",
	"ip addr add fd00:20::5/64 dev out0 nodad",
	"ip link set out0 up",
	"ip link set other0 up",
	"ip route add default via 10.20.1.1 metric 50",
	"ip route add 10.30.0.0/16 nexthop via 10.20.1.2 dev out0 nexthop via 10.20.1.3 dev out0",
	"ip route add blackhole 10.40.0.0/16",
	"ip route add 10.50.0.0/16 via 10.20.1.1 table 77",
	"ip -6 route add default via fd00:20::1 dev out0 metric 7",
};

static ino_t network_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/net", &status) == 0 ? status.st_ino : 0;
}

static int enter(void)
{
	ino_t before = network_namespace();

	if (unshare(geteuid() == 0 ? CLONE_NEWNET : CLONE_NEWNET | CLONE_NEWUSER) < 0)
		return lacks("no network namespace of our own");
	if (!before || network_namespace() == before)
		return EXIT_FAILURE;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (system(commands[i]) != 0)
			return lacks(commands[i]);
	return 0;
}

static const struct host_interface *find(const struct host_network *host, const char *name)
{
	vec_for_each (interface, &host->interfaces)
		if (strcmp(interface->name, name) == 0)
			return interface;
	fail_msg("no interface %s", name);
	return NULL;
}

static size_t count_routes(const struct host_network *host, const char *destination, const char *gateway)
{
	struct prefix to;
	struct address via = { FAMILY_NONE, 0 };
	size_t count = 0;

	assert_int_equal(prefix_parse(destination, &to, NULL), 0);
	if (gateway)
		assert_int_equal(address_parse(gateway, &via, NULL), 0);
	vec_for_each (route, &host->routes)
		count += prefix_covers(&to, &route->destination) && prefix_covers(&route->destination, &to) &&
			 address_equal(&route->gateway, &via) && route->interface == find(host, "out0")->index;
	return count;
}

static void test_interfaces(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	CLEANUP(host_network_release) struct host_network host = { 0 };
	struct error err = { 0 };
	char text[ADDRESS_TEXT_SIZE];
	bool found = false;

	(void)state;
	assert_int_equal(host_network_read(&host, &err), 0);
	assert_int_equal(host.interfaces.count, 4);
	const struct host_interface *out = find(&host, "out0"), *loopback = find(&host, "lo");
	assert_string_equal(out->kind, "veth");
	assert_true(out->up);
	assert_false(out->loopback);
	assert_int_equal(out->mtu, 1400);
	assert_memory_equal(out->mac, mac, sizeof(mac));
	vec_for_each (own, &out->addresses) {
		address_print(&own->address, text);
		found = found || (strcmp(text, "10.20.1.5") == 0 && own->length == 24);
	}
	assert_true(found);
	assert_true(loopback->loopback);
	assert_string_equal(loopback->kind, "");
	assert_string_equal(find(&host, "bridge0")->kind, "bridge");
	assert_false(find(&host, "bridge0")->up);
}

static void test_routes(void **state)
{
	CLEANUP(host_network_release) struct host_network host = { 0 };
	struct error err = { 0 };
	struct address outside;

	(void)state;
	assert_int_equal(host_network_read(&host, &err), 0);
	assert_int_equal(count_routes(&host, "0.0.0.0/0", "10.20.1.1"), 1);
	assert_int_equal(count_routes(&host, "::/0", "fd00:20::1"), 1);
	assert_int_equal(count_routes(&host, "10.20.1.0/24", NULL), 1);
	assert_int_equal(count_routes(&host, "fd00:20::/64", NULL), 1);
	assert_int_equal(count_routes(&host, "10.30.0.0/16", "10.20.1.2"), 1);
	assert_int_equal(count_routes(&host, "10.30.0.0/16", "10.20.1.3"), 1);
	vec_for_each (route, &host.routes) {
		char text[PREFIX_TEXT_SIZE];
		prefix_print(&route->destination, text);
		assert_string_not_equal(text, "10.40.0.0/16");  // leads nowhere
		assert_string_not_equal(text, "10.50.0.0/16");  // of another table
		if (strcmp(text, "::/0") == 0)
			assert_int_equal(route->metric, 7);
	}
	assert_int_equal(address_parse("192.0.2.1", &outside, NULL), 0);
	assert_int_equal(host_network_route(&host, &outside)->metric, 50);
}

static void test_proxies(void **state)
{
	CLEANUP(host_network_release) struct host_network host = { 0 };
	struct error err = { 0 };
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_int_equal(setenv("HTTPS_PROXY", "http://10.20.1.9:3128", 1), 0);
	assert_int_equal(host_network_read(&host, &err), 0);
	assert_true(host.proxies.count >= 1);
	bool found = false;
	vec_for_each (proxy, &host.proxies)
		found = found || strcmp(address_print(proxy, text), "10.20.1.9") == 0;
	assert_true(found);
}

// A listener at an address's port, or for port 0 a socket that only is bound to 4444.
static int listen_at(const char *text, uint16_t port)
{
	bool six = strchr(text, ':');
	struct sockaddr_in6 address6 = { .sin6_family = AF_INET6, .sin6_port = htons(port ? port : 4444) };
	struct sockaddr_in address4 = { .sin_family = AF_INET, .sin_port = address6.sin6_port };
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(
	    inet_pton(six ? AF_INET6 : AF_INET, text, six ? (void *)&address6.sin6_addr : (void *)&address4.sin_addr),
	    1);
	if (six)
		assert_int_equal(bind(fd, (const struct sockaddr *)&address6, sizeof(address6)), 0);
	else
		assert_int_equal(bind(fd, (const struct sockaddr *)&address4, sizeof(address4)), 0);
	if (port)
		assert_int_equal(listen(fd, 1), 0);
	return fd;
}

// What is found at 127.0.0.1, and at ::1.
static void test_listeners(void **state)
{
	static const struct {
		const char *address;
		uint16_t port;
		bool found[2];
	} rows[] = {
		{ "127.0.0.1", 4001, { true, false } },
		{ "0.0.0.0", 4003, { true, false } },
		{ "::1", 4004, { false, true } },
		{ "::", 4005, { true, true } },
		{ "::ffff:127.0.0.1", 4006, { true, false } },
		{ "10.20.1.5", 4007, { false, false } },
		{ "127.1.2.3", 4002, { false, false } },
		{ "::ffff:10.20.1.5", 4008, { false, false } },
		{ "fd00:20::5", 4009, { false, false } },
		{ "127.0.0.1", 0, { false, false } },
	};
	struct address asked[2];

	(void)state;
	assert_int_equal(address_parse("127.0.0.1", &asked[0], NULL), 0);
	assert_int_equal(address_parse("::1", &asked[1], NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint16_t port = rows[i].port ? rows[i].port : 4444;

		assert_false(host_listens_loopback(&asked[0], port) || host_listens_loopback(&asked[1], port));
		int fd = listen_at(rows[i].address, rows[i].port);
		for (size_t family = 0; family < 2; family++)
			if (host_listens_loopback(&asked[family], port) != rows[i].found[family])
				fail_msg("%s %u, family %zu", rows[i].address, rows[i].port, family);
		close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_routes),
		cmocka_unit_test(test_proxies),
		cmocka_unit_test(test_listeners),
	};
	int result = enter();

	return result ? result : cmocka_run_group_tests(tests, NULL, NULL);
}
