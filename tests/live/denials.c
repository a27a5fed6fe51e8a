// SPDX-License-Identifier: GPL-2.0-or-later
// A job that is denied: many processes, many packets, many destinations. For audit_flood.py and tests/bench/audit.
//
//	denials each COUNT FLIGHT    COUNT processes, FLIGHT at a time: the N-th is `denials one N`
//	denials one N                connects to where N is told apart, from port 10000 + N
//	denials flood COUNT          UDP packets to 203.0.113.7:9; prints how many were sent, and refused
//	denials scan COUNT           a UDP packet to each of COUNT addresses, likewise
//	denials timed COUNT          as flood: "ready"; a line is awaited; prints ns of processor a packet; waits
//	denials beside SECONDS CORE  works on that core, and floods from the other; prints how much it did
//	denials calls COUNT          allowed system calls, ns each
//	denials connects COUNT       connects a datagram socket to 203.0.113.7, ns each
//	denials trips COUNT          round trips of a byte by TCP over loopback, ns each
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 256, FIRST_PORT = 10000 };

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "denials: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double seconds_of(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct sockaddr_in end_of(uint32_t address, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr = { .s_addr = htonl(address) } };
}

// Even ones go to the same place, and are told apart by their own port.
static struct sockaddr_in destination_of(unsigned number)
{
	return number % 2 ? end_of(0x0b000000 + number, (uint16_t)(2000 + number)) : end_of(0xcb007101, 443);
}

static int one(unsigned number)
{
	struct sockaddr_in to = destination_of(number), from = end_of(INADDR_ANY, (uint16_t)(FIRST_PORT + number));
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0)
		fail("bind");
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 || errno != ECONNREFUSED)
		fail("it was not refused");
	return 0;
}

static unsigned await(unsigned running, unsigned most)
{
	int status;

	for (; running > most; running--)
		if (wait(&status) < 0 || status)
			fail("one of them");
	return running;
}

static int each(char *own, unsigned count, unsigned flight)
{
	unsigned running = 0;

	for (unsigned i = 0; i < count; i++) {
		char number[16], word[] = "one";
		char *const arguments[] = { own, word, number, NULL }, *const environment[] = { NULL };
		pid_t pid;

		(void)snprintf(number, sizeof(number), "%u", i);
		running = await(running, flight - 1);
		if (posix_spawn(&pid, own, NULL, NULL, arguments, environment))
			fail("posix_spawn");
		running++;
	}
	return (int)await(running, 0);
}

struct flood {
	int fd;
	unsigned long sent, refused;
	struct sockaddr_in to[BATCH];
	struct mmsghdr messages[BATCH];
};

static void flood_init(struct flood *flood)
{
	static char byte[] = "x";
	static struct iovec piece = { byte, 1 };

	*flood = (struct flood){ .fd = socket(AF_INET, SOCK_DGRAM, 0) };
	if (flood->fd < 0)
		fail("socket");
	for (size_t i = 0; i < BATCH; i++) {
		flood->to[i] = end_of(0xcb007107, 9);
		flood->messages[i].msg_hdr = (struct msghdr){ .msg_name = &flood->to[i],
							      .msg_namelen = sizeof(flood->to[i]),
							      .msg_iov = &piece,
							      .msg_iovlen = 1 };
	}
}

// A datagram that is refused ends the call when it is the first.
static unsigned flood_send(struct flood *flood, unsigned first, unsigned count)
{
	int sent = sendmmsg(flood->fd, flood->messages + first, count, 0);

	if (sent > 0) {
		flood->sent += (unsigned)sent;
		return (unsigned)sent;
	}
	if (errno != EPERM && errno != EACCES)
		fail("sendmmsg");
	flood->refused++;
	return 1;
}

static void flood_run(struct flood *flood, unsigned long count)
{
	while (count) {
		unsigned some = count < BATCH ? (unsigned)count : BATCH;

		for (unsigned at = 0; at < some;)
			at += flood_send(flood, at, some - at);
		count -= some;
	}
}

static int scan(struct flood *flood, unsigned long count)
{
	for (unsigned long first = 0; first < count; first += BATCH) {
		for (unsigned i = 0; i < BATCH; i++)
			flood->to[i] = end_of(0x0b000000 + (uint32_t)first + i, 9);
		flood_run(flood, count - first < BATCH ? count - first : BATCH);
	}
	printf("%lu %lu\n", flood->sent, flood->refused);
	return 0;
}

static int timed(struct flood *flood, unsigned long count)
{
	printf("ready\n");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	double begun = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	flood_run(flood, count);
	double spent = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - begun;
	usleep(400000);  // who records is done then
	printf("%.1f\n", spent * 1e9 / (double)count);
	fflush(stdout);
	while (getchar() != EOF)
		;
	return 0;
}

static void pin(unsigned core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		fail("sched_setaffinity");
}

static int beside(struct flood *flood, double seconds, unsigned core)
{
	volatile unsigned long work = 0;
	pid_t other = fork();

	if (other == 0) {
		pin(!core);
		for (;;)
			flood_run(flood, BATCH);
	}
	pin(core);
	usleep(100000);
	double end = seconds_of(CLOCK_MONOTONIC) + seconds, begun = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	while (seconds_of(CLOCK_MONOTONIC) < end)
		for (unsigned i = 0; i < 10000; i++)
			work = work + i;
	printf("%lu %.6f\n", work, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - begun);
	fflush(stdout);
	usleep(20000);  // who measures looks at the supervisor
	kill(other, SIGKILL);
	return waitpid(other, NULL, 0) != other;
}

static int calls(unsigned long count)
{
	double begun = seconds_of(CLOCK_MONOTONIC);

	for (unsigned long i = 0; i < count; i++)
		(void)syscall(SYS_getppid);
	printf("%.1f\n", (seconds_of(CLOCK_MONOTONIC) - begun) * 1e9 / (double)count);
	return 0;
}

static int connects(unsigned long count)
{
	struct sockaddr_in to = end_of(0xcb007107, 9);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	double begun = seconds_of(CLOCK_MONOTONIC);

	for (unsigned long i = 0; i < count; i++)
		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0)
			fail("connect");
	printf("%.1f\n", (seconds_of(CLOCK_MONOTONIC) - begun) * 1e9 / (double)count);
	return 0;
}

static _Noreturn void echo(int listener)
{
	int fd = accept(listener, NULL, NULL), on = 1;
	char byte;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	while (read(fd, &byte, 1) == 1)
		if (write(fd, &byte, 1) != 1)
			break;
	_exit(0);
}

static int trips(unsigned long count)
{
	struct sockaddr_in here = end_of(INADDR_LOOPBACK, 0);
	socklen_t length = sizeof(here);
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
	char byte = 'x';

	if (bind(listener, (struct sockaddr *)&here, length) < 0 || listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&here, &length) < 0)
		fail("listen");
	if (fork() == 0)
		echo(listener);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&here, length) < 0)
		fail("connect");
	double begun = seconds_of(CLOCK_MONOTONIC);
	for (unsigned long i = 0; i < count; i++)
		if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
			fail("round trip");
	printf("%.1f\n", (seconds_of(CLOCK_MONOTONIC) - begun) * 1e9 / (double)count);
	shutdown(fd, SHUT_WR);  // the other process has it too
	return wait(NULL) < 0;
}

int main(int argc, char **argv)
{
	static struct flood flood;
	const char *what = argc > 2 ? argv[1] : "";
	const unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	const unsigned second = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1;

	flood_init(&flood);
	if (strcmp(what, "one") == 0)
		return one((unsigned)count);
	if (strcmp(what, "each") == 0)
		return each(argv[0], (unsigned)count, second);
	if (strcmp(what, "flood") == 0) {
		flood_run(&flood, count);
		return printf("%lu %lu\n", flood.sent, flood.refused) < 0;
	}
	if (strcmp(what, "scan") == 0)
		return scan(&flood, count);
	if (strcmp(what, "timed") == 0)
		return timed(&flood, count);
	if (strcmp(what, "beside") == 0)
		return beside(&flood, strtod(argv[2], NULL), second);
	if (strcmp(what, "calls") == 0)
		return calls(count);
	if (strcmp(what, "connects") == 0)
		return connects(count);
	if (strcmp(what, "trips") == 0)
		return trips(count);
	fprintf(stderr, "usage: see the beginning of denials.c\n");
	return 2;
}
