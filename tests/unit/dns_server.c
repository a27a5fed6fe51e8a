// SPDX-License-Identifier: GPL-2.0-or-later
// kernel: the resolver as a source of the supervisor's loop, on sockets of this process's own loopback.
#include "dns_wire.h"

#include <poll.h>
#include <unistd.h>

#include "kernel/dns/server.h"

struct fixture {
	struct loop loop;
	struct dns_rules rules;
	unsigned refused, passed;
	char name[256];  // the one refused last
	struct address stand_in;
	struct dns_server *server;
	int udp, tcp;  // connected to it
};

static void refused(void *data, const char *name, const struct address *stand_in, bool passed)
{
	struct fixture *fixture = data;

	fixture->stand_in = stand_in ? *stand_in : (struct address){ 0 };
	fixture->refused++;
	fixture->passed += passed;
	(void)snprintf(fixture->name, sizeof(fixture->name), "%s", name);
}

// A socket on a port that the kernel chooses, served; the other end, connected to it.
static int serve(struct fixture *fixture, int type)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	const struct dns_sink sink = { .data = fixture, .refused = refused };
	struct error err = { 0 };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int client = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	assert_true(type == SOCK_DGRAM || listen(fd, 8) == 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, length), 0);
	assert_int_equal(dns_server_add(&fixture->server, &fixture->loop, &fixture->rules, &sink, fd, &err), 0);
	return client;
}

static int set_up(void **state)
{
	struct fixture *fixture = NEW(struct fixture);

	rules_of("endpoints", "", &fixture->rules);
	fixture->rules.forward.nameservers.count = 0;  // nothing is asked outside
	fixture->udp = serve(fixture, SOCK_DGRAM);
	fixture->tcp = serve(fixture, SOCK_STREAM);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	loop_release(&fixture->loop);
	dns_rules_release(&fixture->rules);
	close(fixture->udp);
	close(fixture->tcp);
	free(fixture);
	return 0;
}

// As the supervisor does, until nothing happens for a moment.
static void turn_loop(struct fixture *fixture)
{
	pollfd_vec watched = { 0 };

	for (int ready = 1; ready > 0;) {
		watched.count = 0;
		loop_watch(&fixture->loop, &watched);
		ready = poll(watched.items, (nfds_t)watched.count, 20);
		loop_turn(&fixture->loop, &watched);
	}
	vec_release(&watched);
}

static void question(const char *name, struct wire *wire)
{
	put_header(wire, 0x1234, FLAG_RD, 1);
	put_question(wire, name, TYPE_A, CLASS_IN);
}

// The code of the reply; *address is its first address.
static unsigned ask(struct fixture *fixture, const char *name, char *address)
{
	static struct wire wire;
	CLEANUP(seen_release) struct seen seen = { 0 };

	question(name, &wire);
	assert_int_equal(send(fixture->udp, wire.bytes, wire.length, 0), wire.length);
	turn_loop(fixture);
	ssize_t got = recv(fixture->udp, wire.bytes, sizeof(wire.bytes), MSG_DONTWAIT);
	assert_true(got > 0);
	see(&(struct dns_bytes){ wire.bytes, (size_t)got }, &seen);
	(void)strcpy(address, first_address(&seen));
	return seen.code;
}

static void answers_and_counts(void **state)
{
	struct fixture *fixture = *state;
	char address[ADDRESS_TEXT_SIZE];

	assert_int_equal(ask(fixture, "files.corp", address), DNS_CODE_OK);
	assert_string_equal(address, "10.20.1.9");
	assert_int_equal(ask(fixture, "pypi.org", address), DNS_CODE_NO_NAME);
	assert_int_equal(ask(fixture, "PyPI.org", address), DNS_CODE_NO_NAME);
	assert_int_equal(ask(fixture, "my-bucket.s3.eu-west-1.amazonaws.com", address), DNS_CODE_FAILED);
	assert_int_equal(fixture->refused, 2);
	assert_string_equal(fixture->name, "pypi.org");
	assert_int_equal(fixture->passed, 0);
	assert_int_equal(fixture->stand_in.family, FAMILY_NONE);
}

// An audit offline: whoever asks gets as far as its connect, also for a gateway endpoint's name that nobody resolves,
// which leads into the endpoint's prefix list; each of them is told of.
static void every_name_has_an_address(void **state)
{
	static const char *const rows[][2] = { { "pypi.org", "198.18.0.1" },
					       { "my-bucket.s3.eu-west-1.amazonaws.com", "3.5.64.2" },
					       { "s3.eu-west-1.amazonaws.com", "3.5.64.3" },
					       { "my-bucket.s3.eu-west-1.amazonaws.com", "3.5.64.2" } };
	struct fixture *fixture = *state;
	char address[ADDRESS_TEXT_SIZE];

	fixture->rules.made_up = true;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ask(fixture, rows[i][0], address), DNS_CODE_OK);
		assert_string_equal(address, rows[i][1]);
		assert_int_equal(fixture->refused, i + 1);
		assert_string_equal(fixture->name, rows[i][0]);
		assert_string_equal(address_print(&fixture->stand_in, address), rows[i][1]);
		assert_string_equal(dns_server_name_of(fixture->server, &fixture->stand_in), rows[i][0]);
	}
}

// What an update of the profile brings is answered at once, also when it takes everything away.
static void other_rules(void **state)
{
	struct fixture *fixture = *state;
	char address[ADDRESS_TEXT_SIZE];
	struct dns_rules rules = { 0 };

	assert_int_equal(ask(fixture, "many.corp", address), DNS_CODE_NO_NAME);
	vec_push(&rules.zone.names, (struct zone_name){ .name = memory_copy_text("many.corp") });
	vec_push(&rules.zone.names.items[0].addresses, (struct address){ FAMILY_IPV4, 0x0a000001 });
	dns_server_exchange(fixture->server, &rules);
	assert_null(rules.zone.names.items);  // moved
	assert_int_equal(ask(fixture, "many.corp", address), DNS_CODE_OK);
	assert_string_equal(address, "10.0.0.1");
	assert_int_equal(ask(fixture, "files.corp", address), DNS_CODE_NO_NAME);
	dns_server_exchange(fixture->server, &rules);
	assert_int_equal(ask(fixture, "many.corp", address), DNS_CODE_NO_NAME);
}

// Eight questions in one write, one answer each, and the end after the end.
static void pipelined(void **state)
{
	struct fixture *fixture = *state;
	static struct wire wire;
	uint8_t reply[4096];
	size_t got = 0;

	for (unsigned i = 0; i < 8; i++) {
		question("files.corp", &wire);
		const uint8_t length[2] = { 0, (uint8_t)wire.length };
		assert_int_equal(send(fixture->tcp, length, 2, MSG_MORE), 2);
		assert_int_equal(send(fixture->tcp, wire.bytes, wire.length, i < 7 ? MSG_MORE : 0), wire.length);
	}
	turn_loop(fixture);
	shutdown(fixture->tcp, SHUT_WR);
	turn_loop(fixture);
	for (ssize_t more; (more = recv(fixture->tcp, reply + got, sizeof(reply) - got, 0)) > 0;)
		got += (size_t)more;
	size_t each = 2 + (size_t)reply[1];
	assert_int_equal(got, 8 * each);
	for (size_t i = 0; i < got; i += each)
		assert_memory_equal(reply + i, reply, each);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_and_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_name_has_an_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_rules, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pipelined, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("dns_server", tests, NULL, NULL);
}
