// SPDX-License-Identifier: GPL-2.0-or-later
// Both ends of the datapath benchmark: so small that the path between them is what is measured.
//
//	bench-echo serve ADDRESS PORT              answers each byte, each connection in turn, until standard input ends
//	bench-echo trips ADDRESS PORT SECONDS      1-byte round trips on one connection: prints how many a second
//	bench-echo clock - 0                       prints the monotonic clock's seconds: when a launch has come so far
//	bench-echo opens ADDRESS PORT SECONDS      new connections, one byte each way: prints how many a second
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "bench-echo: %s: %s\n", what, strerror(errno));
	exit(1);
}

struct end {
	union {
		struct sockaddr any;
		struct sockaddr_in four;
		struct sockaddr_in6 six;
	};
	socklen_t length;
};

static struct end parse(const char *address, const char *port)
{
	struct end end = { 0 };
	uint16_t number = htons((uint16_t)strtoul(port, NULL, 10));

	if (inet_pton(AF_INET, address, &end.four.sin_addr) == 1) {
		end.four.sin_family = AF_INET;
		end.four.sin_port = number;
		end.length = sizeof(end.four);
	} else if (inet_pton(AF_INET6, address, &end.six.sin6_addr) == 1) {
		end.six.sin6_family = AF_INET6;
		end.six.sin6_port = number;
		end.length = sizeof(end.six);
	} else {
		fail(address);
	}
	return end;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void set_on(int fd, int level, int option)
{
	const int on = 1;

	if (setsockopt(fd, level, option, &on, sizeof(on)) < 0)
		fail("setsockopt");
}

static void answer(int connection)
{
	char byte;

	set_on(connection, IPPROTO_TCP, TCP_NODELAY);
	while (read(connection, &byte, 1) == 1)
		if (write(connection, &byte, 1) != 1)
			break;
	close(connection);
}

static int serve(const struct end *end)
{
	int listener = socket(end->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct pollfd watched[2] = { { .fd = STDIN_FILENO, .events = POLLIN }, { .events = POLLIN } };

	set_on(listener, SOL_SOCKET, SO_REUSEADDR);
	if (bind(listener, &end->any, end->length) < 0 || listen(listener, 512) < 0)
		fail("listen");
	watched[1].fd = listener;
	puts("ready");
	fflush(stdout);
	while (poll(watched, 2, -1) >= 0 && !watched[0].revents) {
		int connection = accept(listener, NULL, NULL);
		if (connection >= 0)
			answer(connection);
	}
	return 0;
}

// A connection that leaves no TIME_WAIT behind: there are only so many ports.
static int open_to(const struct end *end)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int connection = socket(end->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connection < 0 || connect(connection, &end->any, end->length) < 0)
		fail("connect");
	set_on(connection, IPPROTO_TCP, TCP_NODELAY);
	setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	return connection;
}

static void exchange(int connection)
{
	char byte = 'x';

	if (write(connection, &byte, 1) != 1 || read(connection, &byte, 1) != 1)
		fail("round trip");
}

static int count_trips(const struct end *end, double seconds)
{
	int connection = open_to(end);
	unsigned long count = 0;
	double start = now(), spent;

	do {
		for (int i = 0; i < 64; i++)
			exchange(connection);
		count += 64;
		spent = now() - start;
	} while (spent < seconds);
	printf("%.1f\n", (double)count / spent);
	return 0;
}

static int count_opens(const struct end *end, double seconds)
{
	unsigned long count = 0;
	double start = now(), spent;

	do {
		for (int i = 0; i < 16; i++) {
			int connection = open_to(end);
			exchange(connection);
			close(connection);
		}
		count += 16;
		spent = now() - start;
	} while (spent < seconds);
	printf("%.1f\n", (double)count / spent);
	return 0;
}

int main(int count, char **words)
{
	if (count > 1 && strcmp(words[1], "clock") == 0) {
		printf("%.9f\n", now());
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	if (count < 4)
		return 2;
	struct end end = parse(words[2], words[3]);
	double seconds = count > 4 ? strtod(words[4], NULL) : 1;
	if (strcmp(words[1], "serve") == 0)
		return serve(&end);
	if (strcmp(words[1], "trips") == 0)
		return count_trips(&end, seconds);
	if (strcmp(words[1], "opens") == 0)
		return count_opens(&end, seconds);
	return 2;
}
