// SPDX-License-Identifier: GPL-2.0-or-later
// The process that tries: see probe.h. Nothing here waits for one flow: all of an ASK_GO are under way at once.
#include "verify/probe.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/vec.h"
#include "verify/acts.h"
#include "verify/doors.h"
#include "verify/socket_name.h"

struct attempt {
	unsigned row;
	int fd;  // -1: answered
	bool stream, awaited;
};

struct probe {
	VEC(struct attempt) attempts;
	VEC(struct pollfd) listeners;
};

static void answer(unsigned row, int outcome, const struct address *address)
{
	const struct answer words = { row, outcome, address ? *address : (struct address){ 0 } };
	ssize_t written;

	while ((written = write(STDOUT_FILENO, &words, sizeof(words))) < 0 && errno == EINTR)
		;
	if (written != (ssize_t)sizeof(words))
		_exit(EXIT_FAILURE);
}

static int open_socket(const struct flow *flow, bool *stream)
{
	int family = flow->remote.family == FAMILY_IPV4 ? AF_INET : AF_INET6;
	bool icmp = flow->protocol == IPPROTO_ICMP || flow->protocol == IPPROTO_ICMPV6;

	*stream = flow->protocol == IPPROTO_TCP;
	return socket(family, (*stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC,
		      icmp ? flow->protocol : 0);
}

// The first packet. 0, or the errno that refuses it at once.
static int begin(int fd, const struct flow *flow, bool stream)
{
	static const char text[] = "vpcjail verify: is anybody there?";
	bool icmp = !stream && flow->protocol != IPPROTO_UDP;
	uint8_t echo[8 + sizeof(text)] = { flow->icmp_type, flow->icmp_code };
	struct sockaddr_storage to;
	socklen_t length = socket_name(&flow->remote, icmp ? 0 : flow->destination_port, 0, &to);

	memcpy(echo + 8, text, sizeof(text));
	if (connect(fd, (struct sockaddr *)&to, length) < 0)
		return errno == EINPROGRESS ? 0 : errno;
	if (stream)
		return 0;
	return send(fd, icmp ? (const void *)echo : text, icmp ? sizeof(echo) : sizeof(text), MSG_NOSIGNAL) < 0 ? errno
														: 0;
}

static void start(struct probe *probe, const struct ask *ask)
{
	struct attempt attempt = { .row = ask->row, .awaited = ask->awaited };
	int refused;

	attempt.fd = open_socket(&ask->flow, &attempt.stream);
	if (attempt.fd < 0) {
		answer(ask->row, errno, NULL);
		return;
	}
	refused = begin(attempt.fd, &ask->flow, attempt.stream);
	if (refused) {
		close(attempt.fd);
		answer(ask->row, refused, NULL);
		return;
	}
	vec_push(&probe->attempts, attempt);
}

// What has become of it. Closing a stream by a reset leaves nothing behind, here or there.
static void finish(struct attempt *attempt)
{
	const struct linger at_once = { .l_onoff = 1 };
	char byte;
	int failure = 0;
	socklen_t length = sizeof(failure);

	if (getsockopt(attempt->fd, SOL_SOCKET, SO_ERROR, &failure, &length) < 0)
		failure = errno;
	if (!failure && !attempt->stream && recv(attempt->fd, &byte, 1, MSG_DONTWAIT) < 0)
		failure = errno;
	if (failure == EAGAIN)
		return;
	(void)setsockopt(attempt->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(attempt->fd);
	attempt->fd = -1;
	answer(attempt->row, failure ? failure : OUTCOME_THROUGH, NULL);
}

static int64_t now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

// Waits for all that is under way: `wait` ms at most, and `patience` for what is promised an answer.
static void await(struct probe *probe, unsigned wait, unsigned patience)
{
	int64_t start = now();
	VEC(struct pollfd) fds = { 0 };

	for (;;) {
		bool open = false, awaited = false;
		vec_release(&fds);
		vec_for_each (attempt, &probe->attempts) {
			vec_push(&fds,
				 (struct pollfd){ .fd = attempt->fd, .events = attempt->stream ? POLLOUT : POLLIN });
			open = open || attempt->fd >= 0;
			awaited = awaited || (attempt->fd >= 0 && attempt->awaited);
		}
		int64_t left = start + (awaited ? patience : wait) - now();
		if (!open || left <= 0 || poll(fds.items, fds.count, (int)left) <= 0)
			break;
		for (size_t i = 0; i < fds.count; i++)
			if (fds.items[i].fd >= 0 && fds.items[i].revents)
				finish(&probe->attempts.items[i]);
	}
	vec_for_each (attempt, &probe->attempts)
		if (attempt->fd >= 0) {
			close(attempt->fd);
			answer(attempt->row, OUTCOME_SILENT, NULL);
		}
	vec_release(&fds);
	vec_release(&probe->attempts);
}

static void look_up(const struct ask *ask)
{
	const struct addrinfo hints = { .ai_family = ask->flow.remote.family == FAMILY_IPV6 ? AF_INET6 : AF_INET,
					.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	struct address address = { 0 };

	if (getaddrinfo(ask->name, NULL, &hints, &found) != 0 || !found) {
		answer(ask->row, ENOENT, NULL);
		return;
	}
	address = socket_name_address(found->ai_addr);
	freeaddrinfo(found);
	answer(ask->row, OUTCOME_THROUGH, &address);
}

// Both families in one socket, so that a port is answered wherever the job is reached.
static void listen_on(struct probe *probe, const struct ask *ask)
{
	bool stream = ask->flow.protocol == IPPROTO_TCP;
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(ask->flow.destination_port) };
	const int yes = 1, no = 0;
	int fd = socket(AF_INET6, (stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0 ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)) < 0 || (stream && listen(fd, 128) < 0)) {
		answer(ask->row, errno, NULL);
		if (fd >= 0)
			close(fd);
		return;
	}
	vec_push(&probe->listeners, (struct pollfd){ .fd = fd, .events = POLLIN });
	answer(ask->row, OUTCOME_THROUGH, NULL);
}

// All who wait.
static void serve(int fd)
{
	char bytes[512];
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	ssize_t got;

	for (int accepted; (accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0;)
		close(accepted);
	while ((got = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT, (struct sockaddr *)&from, &length)) >= 0) {
		(void)sendto(fd, bytes, (size_t)got, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&from, length);
		length = sizeof(from);
	}
}

// The next ask, while those who come are served. False: there is none any more.
static bool next(struct probe *probe, struct ask *ask)
{
	size_t have = 0;

	while (have < sizeof(*ask)) {
		VEC(struct pollfd) fds = { 0 };
		vec_push(&fds, (struct pollfd){ .fd = STDIN_FILENO, .events = POLLIN });
		vec_for_each (listener, &probe->listeners)
			vec_push(&fds, *listener);
		if (poll(fds.items, fds.count, -1) < 0 && errno != EINTR)
			_exit(EXIT_FAILURE);
		for (size_t i = 1; i < fds.count; i++)
			if (fds.items[i].revents)
				serve(fds.items[i].fd);
		bool asked = fds.items[0].revents != 0;
		vec_release(&fds);
		if (!asked)
			continue;
		ssize_t got = read(STDIN_FILENO, (char *)ask + have, sizeof(*ask) - have);
		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		have += got > 0 ? (size_t)got : 0;
	}
	return true;
}

_Noreturn void probe_main(char *const *words)
{
	struct probe probe = { 0 };
	struct ask ask;

	doors_world_set(words);
	while (next(&probe, &ask)) {
		switch (ask.kind) {
		case ASK_FLOW:
			start(&probe, &ask);
			break;
		case ASK_FRAME:
			answer(ask.row, frame_send(&ask), NULL);
			break;
		case ASK_RAW:
			answer(ask.row, raw_send(&ask), NULL);
			break;
		case ASK_ACT:
			answer(ask.row, verify_act_try(ask.door), NULL);
			break;
		case ASK_NAME:
			look_up(&ask);
			break;
		case ASK_DOOR:
			answer(ask.row, verify_door_try(ask.door), NULL);
			break;
		case ASK_LISTEN:
			listen_on(&probe, &ask);
			break;
		case ASK_GO:
			await(&probe, ask.wait, ask.patience);
			answer(ANSWER_END, 0, NULL);
			break;
		}
	}
	_exit(EXIT_SUCCESS);
}
