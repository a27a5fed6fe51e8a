// SPDX-License-Identifier: GPL-2.0-or-later
// Which denied packet is whose: the table of attempts.
#include "test.h"

#include <netinet/in.h>
#include <string.h>

#include "kernel/watch/attempts.h"

static const struct address remote = { FAMILY_IPV4, 0x0a000001 };

static int dead;

static bool is_alive(int pid)
{
	return pid != dead;
}

static struct caller *process(int pid)
{
	struct event_process made = { .pid = pid, .started = (uint64_t)pid * 10 };

	return caller_new(&made);
}

static void add(struct attempts *attempts, int64_t now, int protocol, uint16_t port, int pid)
{
	struct caller *caller = process(pid);

	attempts_add(attempts, now, protocol, &remote, port, caller);
	caller_drop(caller);
}

static int take(struct attempts *attempts, int64_t now, int protocol, uint16_t local_port, uint16_t port)
{
	const struct event_process *found = attempts_take(attempts, now, protocol, local_port, &remote, port);

	return found ? found->pid : 0;
}

static void test_order(void **state)
{
	struct attempts *attempts = attempts_new(is_alive);

	(void)state;
	assert_int_equal(take(attempts, 0, IPPROTO_TCP, 1000, 443), 0);
	for (int pid = 1; pid <= 3; pid++)
		add(attempts, 0, IPPROTO_TCP, 443, pid);
	add(attempts, 0, IPPROTO_TCP, 80, 9);
	assert_int_equal(take(attempts, 1, IPPROTO_TCP, 1001, 443), 1);
	assert_int_equal(take(attempts, 1, IPPROTO_TCP, 1002, 443), 2);
	assert_int_equal(take(attempts, SENT_AGAIN + 1, IPPROTO_TCP, 1001, 443), 1);  // sent again
	assert_int_equal(take(attempts, SENT_AGAIN + 1, IPPROTO_TCP, 1003, 443), 3);
	assert_int_equal(take(attempts, 1, IPPROTO_TCP, 1004, 443), 3);  // nobody's: the last who tried
	assert_int_equal(take(attempts, 1, IPPROTO_TCP, 1001, 80), 9);
	assert_int_equal(take(attempts, 1, IPPROTO_TCP, 1001, 81), 0);
	const struct address other = { FAMILY_IPV6, 0x0a000001 };
	assert_null(attempts_take(attempts, 1, IPPROTO_TCP, 1009, &other, 443));
	attempts_free(attempts);
}

static void test_protocols(void **state)
{
	struct attempts *attempts = attempts_new(is_alive);

	(void)state;
	add(attempts, 0, IPPROTO_UDP, 443, 1);
	add(attempts, 0, 0, 443, 2);
	add(attempts, 0, IPPROTO_TCP, 443, 3);
	assert_int_equal(take(attempts, 0, IPPROTO_TCP, 1000, 443), 3);
	assert_int_equal(take(attempts, 0, IPPROTO_TCP, 1001, 443), 2);
	assert_int_equal(take(attempts, 0, IPPROTO_UDP, 1002, 443), 1);
	assert_int_equal(take(attempts, 0, IPPROTO_ICMP, 0, 443), 2);
	attempts_free(attempts);
}

// Many sends of one socket are one conversation, and leave nothing behind that another's packet would take.
static void test_datagrams(void **state)
{
	struct attempts *attempts = attempts_new(is_alive);

	(void)state;
	for (int i = 0; i < 100; i++)
		add(attempts, i, IPPROTO_UDP, 53, 1);
	assert_int_equal(take(attempts, 100, IPPROTO_UDP, 1000, 53), 1);
	for (int i = 0; i < 99; i++)
		assert_int_equal(take(attempts, 100, IPPROTO_UDP, 1000, 53), 1);
	add(attempts, 101, IPPROTO_UDP, 53, 1);
	add(attempts, 101, IPPROTO_UDP, 53, 2);
	assert_int_equal(take(attempts, 102, IPPROTO_UDP, 1000, 53), 1);
	assert_int_equal(take(attempts, 102, IPPROTO_UDP, 1001, 53), 2);
	attempts_free(attempts);
}

// An attempt that was carried has no denied packet: a later one does not take it.
static void test_lifetime(void **state)
{
	struct attempts *attempts = attempts_new(is_alive);

	(void)state;
	add(attempts, 0, IPPROTO_TCP, 443, 1);
	add(attempts, ATTEMPT_LIFETIME + 1, IPPROTO_TCP, 443, 2);
	assert_int_equal(take(attempts, ATTEMPT_LIFETIME + 1, IPPROTO_TCP, 1000, 443), 2);
	add(attempts, 5000, IPPROTO_TCP, 443, 3);
	assert_int_equal(take(attempts, 5000 + ATTEMPT_LIFETIME, IPPROTO_TCP, 1001, 443), 3);
	assert_int_equal(take(attempts, 20000, IPPROTO_TCP, 1002, 443), 3);  // the last who tried, all the same
	attempts_free(attempts);
}

// A port that comes again soon, or after its process has ended, is another connection's.
static void test_ports_again(void **state)
{
	struct attempts *attempts = attempts_new(is_alive);

	(void)state;
	for (int pid = 1; pid <= 3; pid++)
		add(attempts, 0, IPPROTO_TCP, 443, pid);
	assert_int_equal(take(attempts, 0, IPPROTO_TCP, 1001, 443), 1);
	assert_int_equal(take(attempts, SENT_AGAIN - 1, IPPROTO_TCP, 1001, 443), 2);
	assert_int_equal(take(attempts, 2 * SENT_AGAIN, IPPROTO_TCP, 1001, 443), 2);
	add(attempts, 2 * SENT_AGAIN, IPPROTO_TCP, 443, 3);
	assert_int_equal(take(attempts, 3 * SENT_AGAIN - 1, IPPROTO_TCP, 1001, 443), 3);
	add(attempts, 5000, IPPROTO_TCP, 443, 4);
	dead = 3;
	assert_int_equal(take(attempts, 5000, IPPROTO_TCP, 1001, 443), 4);
	dead = 0;
	attempts_free(attempts);
}

static void test_same_pid_again(void **state)
{
	struct attempts *attempts = attempts_new(is_alive);
	struct event_process first = { .pid = 7, .started = 1 }, second = { .pid = 7, .started = 2 };
	struct caller *one = caller_new(&first), *other = caller_new(&second);

	(void)state;
	attempts_add(attempts, 0, IPPROTO_UDP, &remote, 53, one);
	attempts_add(attempts, 0, IPPROTO_UDP, &remote, 53, other);
	assert_int_equal(attempts_take(attempts, 0, IPPROTO_UDP, 1, &remote, 53)->started, 1);
	assert_int_equal(attempts_take(attempts, 0, IPPROTO_UDP, 2, &remote, 53)->started, 2);
	assert_int_equal(one->references, 2);
	caller_drop(one);
	caller_drop(other);
	attempts_free(attempts);
}

static void test_many_processes(void **state)
{
	struct attempts *attempts = attempts_new(is_alive);
	enum { PROCESSES = 100000, LATE = 2000 };

	(void)state;
	for (int pid = 1; pid <= PROCESSES + LATE; pid++) {
		if (pid <= PROCESSES)
			add(attempts, pid / 10, IPPROTO_TCP, 443, pid);
		if (pid > LATE)
			assert_int_equal(
			    take(attempts, pid / 10, IPPROTO_TCP, (uint16_t)(10000 + (pid - LATE) % 28000), 443),
			    pid - LATE);
	}
	attempts_free(attempts);
}

// More of everything than there is room for: bounded, and the newest are right.
static void test_bounds(void **state)
{
	struct attempts *attempts = attempts_new(is_alive);
	uint64_t seed = 88172645463325252;

	(void)state;
	for (int pid = 1; pid <= ATTEMPTS_MAXIMUM + 10; pid++)
		add(attempts, 0, IPPROTO_TCP, 443, pid);
	assert_int_equal(take(attempts, 0, IPPROTO_TCP, 1, 443), 11);
	for (int port = 1; port <= 3 * DESTINATIONS_MAXIMUM; port++)
		add(attempts, 0, IPPROTO_TCP, (uint16_t)port, port);
	assert_int_equal(take(attempts, 0, IPPROTO_TCP, 2, 443), 0);
	assert_int_equal(take(attempts, 0, IPPROTO_TCP, 2, 3 * DESTINATIONS_MAXIMUM), 3 * DESTINATIONS_MAXIMUM);
	for (int i = 0; i < 400000; i++) {
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		const int protocol = seed % 3 == 0 ? 0 : seed % 3 == 1 ? IPPROTO_TCP : IPPROTO_UDP;
		const uint16_t port = (uint16_t)(seed >> 8) % 2000;
		if (seed >> 60 & 1)
			add(attempts, i / 50, protocol, port, (int)(seed >> 32 & 63) + 1);
		else
			(void)take(attempts, i / 50, protocol, (uint16_t)(seed >> 40) % 6000, port);
	}
	attempts_free(attempts);
}

// What everybody wants waits for its packets while one scans others.
static void test_scan_beside(void **state)
{
	struct attempts *attempts = attempts_new(is_alive);

	(void)state;
	for (int i = 0; i < 3 * DESTINATIONS_MAXIMUM; i++) {
		add(attempts, 0, IPPROTO_TCP, 443, 10000 + i);
		add(attempts, 0, IPPROTO_TCP, (uint16_t)(1000 + i), 1);
		if (i >= 50)
			assert_int_equal(take(attempts, 0, IPPROTO_TCP, 0, 443), 10000 + i - 50);
	}
	attempts_free(attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),          cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_datagrams),      cmocka_unit_test(test_lifetime),
		cmocka_unit_test(test_ports_again),    cmocka_unit_test(test_same_pid_again),
		cmocka_unit_test(test_many_processes), cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_scan_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
