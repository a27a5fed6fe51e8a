// SPDX-License-Identifier: GPL-2.0-or-later
// What is read of a process that calls: its /proc files, and the address it names.
#include "test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/watch/call_address.h"
#include "kernel/watch/process_note.h"

#define FIELDS(parent, started) "S " parent " 1 1 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 " started " 1 1 1"

static void test_stat(void **state)
{
	static const struct {
		const char *text, *name;
		int parent;
		uint64_t started;
	} good[] = {
		{ "12 (python3) " FIELDS("7", "99"), "python3", 7, 99 },
		{ "12 (a) R 1 (b) " FIELDS("8", "18446744073709551615"), "a) R 1 (b", 8, UINT64_MAX },
		{ "12 () " FIELDS("0", "0"), "", 0, 0 },
		{ "12 (\xff\n\x1b[) " FIELDS("7", "99"), "\xff\n\x1b[", 7, 99 },
	};
	static const char *const bad[] = {
		"",        "12",       "12 (",           "12 )(",      "12 (x)",
		"12 (x) ", "12 (x) S", "12 (x) S 7 1 1", "12 (x) S a", "12 (x) " FIELDS("7", "x")
	};
	struct process_stat stat;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(process_stat_parse(good[i].text, &stat), 0);
		assert_string_equal(stat.name, good[i].name);
		assert_int_equal(stat.parent, good[i].parent);
		assert_true(stat.started == good[i].started);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(process_stat_parse(bad[i], &stat), -EBADMSG);
}

static void test_arguments(void **state)
{
	static const char plain[] = "python3\0-u\0\0x";
	struct event_process process = { 0 };
	char *large = memory_new(1, EVENT_COMMAND_MAXIMUM + 1);

	(void)state;
	process_arguments(plain, sizeof(plain), &process);  // with the last end
	assert_int_equal(process.arguments.count, 4);
	assert_string_equal(process.arguments.items[2], "");
	assert_string_equal(process.arguments.items[3], "x");
	assert_false(process.cut);
	event_process_release(&process);

	process_arguments("ab", 2, &process);  // a process may have written over the end
	assert_int_equal(process.arguments.count, 1);
	assert_string_equal(process.arguments.items[0], "ab");
	event_process_release(&process);

	memset(large, 'x', EVENT_COMMAND_MAXIMUM + 1);
	process_arguments(large, EVENT_COMMAND_MAXIMUM + 1, &process);
	assert_true(process.cut);
	assert_int_equal(strlen(process.arguments.items[0]), EVENT_COMMAND_MAXIMUM);
	event_process_release(&process);

	memset(large, 0, EVENT_COMMAND_MAXIMUM);
	process_arguments(large, EVENT_COMMAND_MAXIMUM, &process);
	assert_true(process.cut);
	assert_int_equal(process.arguments.count, PROCESS_ARGUMENTS);
	event_process_release(&process);
	free(large);
}

static void test_process(void **state)
{
	struct event_process process = { 0 };

	(void)state;
	assert_int_equal(process_note(getpid(), getppid(), &process), 0);
	assert_int_equal(process.pid, getpid());
	assert_int_equal(process.parents.count, 0);
	assert_true(process.started > 0 && process.arguments.count > 0);
	event_process_release(&process);
	assert_int_equal(process_note(getpid(), 0, &process), 0);
	assert_int_equal(process.parents.items[0].pid, getppid());
	event_process_release(&process);

	pid_t gone = fork();
	if (gone == 0)
		_exit(0);
	assert_int_equal(waitpid(gone, NULL, 0), gone);
	assert_int_equal(process_note(gone, 0, &process), -ESRCH);
}

static void check_address(const void *bytes, size_t length, const char *text, uint16_t port)
{
	struct call_address address = { 0 };
	char printed[ADDRESS_TEXT_SIZE];

	assert_int_equal(call_address_parse(bytes, length, &address), text != NULL);
	if (!text)
		return;
	assert_string_equal(address_print(&address.remote, printed), text);
	assert_int_equal(address.port, port);
}

static void test_address(void **state)
{
	struct sockaddr_in narrow = { .sin_family = AF_INET, .sin_port = htons(443) };
	struct sockaddr_in6 wide = { .sin6_family = AF_INET6, .sin6_port = htons(53) };
	static const uint8_t mapped[16] = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = 9 };

	(void)state;
	check_address(&narrow, sizeof(narrow), "127.0.0.1", 443);  // none: the kernel takes the loopback
	narrow.sin_addr.s_addr = htonl(0x0a000009);
	check_address(&narrow, sizeof(narrow), "10.0.0.9", 443);
	check_address(&narrow, sizeof(narrow) - 1, NULL, 0);
	check_address(&narrow, 2, NULL, 0);
	check_address(&narrow, 0, NULL, 0);
	check_address(&wide, sizeof(wide), "::1", 53);
	wide.sin6_addr.s6_addr[0] = 0xfd;
	check_address(&wide, sizeof(wide), "fd00::", 53);
	check_address(&wide, 24, "fd00::", 53);
	check_address(&wide, 23, NULL, 0);
	memcpy(&wide.sin6_addr, mapped, sizeof(mapped));
	check_address(&wide, sizeof(wide), "10.0.0.9", 53);
	wide.sin6_family = AF_UNIX;
	check_address(&wide, sizeof(wide), NULL, 0);
}

// From our own memory, as from anybody's.
static void test_calls(void **state)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(443), .sin_addr.s_addr = htonl(0x0a000009) };
	struct mmsghdr messages[20] = { 0 };
	struct call_address found[CALL_ADDRESSES];
	int fds[3] = { socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0),
		       0 };
	const int protocols[3] = { IPPROTO_TCP, IPPROTO_UDP, 0 };
	const __u64 at = (__u64)(uintptr_t)&to, vector = (__u64)(uintptr_t)messages;

	(void)state;
	for (int i = 0; i < 3; i++) {
		const __u64 arguments[6] = { (__u64)fds[i], at, sizeof(to) };

		assert_int_equal(call_addresses_read(getpid(), OBSERVED_CONNECT, arguments, found), 1);
		assert_int_equal(found[0].protocol, protocols[i]);
		assert_int_equal(found[0].port, 443);
		assert_int_equal(call_addresses_read(getpid(), OBSERVED_NONE, arguments, found), 0);
		assert_int_equal(call_addresses_read(getpid(), OBSERVED_SENDTO, arguments, found), 0);
	}
	const __u64 sendto_arguments[6] = { (__u64)fds[1], 0, 0, 0, at, sizeof(to) };
	assert_int_equal(call_addresses_read(getpid(), OBSERVED_SENDTO, sendto_arguments, found), 1);
	const __u64 nowhere[6] = { 0, 8, 16, 0, 8, 16 };
	for (enum observed_call call = OBSERVED_CONNECT; call <= OBSERVED_SENDMMSG; call++)
		assert_int_equal(call_addresses_read(getpid(), call, nowhere, found), 0);
	for (int i = 0; i < 20; i++)
		if (i != 1)  // of a conversation that is connected already
			messages[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof(to) };
	const __u64 vector_arguments[6] = { (__u64)fds[1], vector, 20 };
	assert_int_equal(call_addresses_read(getpid(), OBSERVED_SENDMSG, vector_arguments, found), 1);
	assert_int_equal(call_addresses_read(getpid(), OBSERVED_SENDMMSG, vector_arguments, found), CALL_ADDRESSES - 1);
	const __u64 two[6] = { (__u64)fds[1], vector, 2 };
	assert_int_equal(call_addresses_read(getpid(), OBSERVED_SENDMMSG, two, found), 1);
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stat),    cmocka_unit_test(test_arguments), cmocka_unit_test(test_process),
		cmocka_unit_test(test_address), cmocka_unit_test(test_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
