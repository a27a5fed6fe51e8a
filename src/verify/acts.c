// SPDX-License-Identifier: GPL-2.0-or-later
// What a job may always do: see acts.h. A function gives 0, or the errno of what failed.
#include "verify/acts.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "verify/board.h"

static int failure(void)
{
	return errno ? errno : EIO;
}

static socklen_t loopback(int family, struct sockaddr_storage *out)
{
	const struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	if (family == AF_INET)
		memcpy(out, &ipv4, sizeof(ipv4));
	else
		memcpy(out, &ipv6, sizeof(ipv6));
	return family == AF_INET ? sizeof(ipv4) : sizeof(ipv6);
}

// A byte there and back.
static int exchange(int near, int far)
{
	char byte = 'x';

	if (send(near, &byte, 1, MSG_NOSIGNAL) != 1 || recv(far, &byte, 1, 0) != 1 ||
	    send(far, &byte, 1, MSG_NOSIGNAL) != 1 || recv(near, &byte, 1, 0) != 1)
		return failure();
	return 0;
}

static int converse(int server, bool stream, struct sockaddr_storage *name, socklen_t length)
{
	int client = socket(name->ss_family, stream ? SOCK_STREAM : SOCK_DGRAM, 0);

	if (client < 0 || connect(client, (struct sockaddr *)name, length) < 0)
		return failure();
	if (stream) {
		int accepted = accept(server, NULL, NULL);
		return accepted < 0 ? failure() : exchange(client, accepted);
	}
	length = sizeof(*name);
	if (getsockname(client, (struct sockaddr *)name, &length) < 0 ||
	    connect(server, (struct sockaddr *)name, length) < 0)
		return failure();
	return exchange(client, server);
}

static int over_loopback(int family, bool stream)
{
	struct sockaddr_storage name = { 0 };
	socklen_t length = loopback(family, &name);
	int server = socket(family, stream ? SOCK_STREAM : SOCK_DGRAM, 0);

	if (server < 0 || bind(server, (struct sockaddr *)&name, length) < 0 || (stream && listen(server, 1) < 0) ||
	    getsockname(server, (struct sockaddr *)&name, &length) < 0)
		return failure();
	return converse(server, stream, &name, length);
}

static int tcp4(void)
{
	return over_loopback(AF_INET, true);
}

static int tcp6(void)
{
	return over_loopback(AF_INET6, true);
}

static int udp4(void)
{
	return over_loopback(AF_INET, false);
}

static int udp6(void)
{
	return over_loopback(AF_INET6, false);
}

// By a name that the kernel makes up.
static int unix_socket(void)
{
	struct sockaddr_storage name = { .ss_family = AF_UNIX };
	socklen_t length = sizeof(sa_family_t);
	int server = socket(AF_UNIX, SOCK_STREAM, 0);

	if (server < 0 || bind(server, (struct sockaddr *)&name, length) < 0 || listen(server, 1) < 0)
		return failure();
	length = sizeof(name);
	if (getsockname(server, (struct sockaddr *)&name, &length) < 0)
		return failure();
	return converse(server, true, &name, length);
}

static int pipe_between(void)
{
	int ends[2];
	char byte = 'x';

	return pipe(ends) < 0 || write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1 ? failure() : 0;
}

static int shared_memory(void)
{
	int fd = shm_open("/vpcjail-verify-own", O_CREAT | O_EXCL | O_RDWR, 0600);

	if (fd < 0 || ftruncate(fd, 1) < 0 || mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED)
		return failure();
	return shm_unlink("/vpcjail-verify-own") < 0 ? failure() : 0;
}

static const struct {
	const char *name;
	int (*act)(void);
} rows[] = {
	{ "TCP over 127.0.0.1", tcp4 },     { "TCP over ::1", tcp6 },         { "UDP over 127.0.0.1", udp4 },
	{ "UDP over ::1", udp6 },           { "a UNIX socket", unix_socket }, { "a pipe", pipe_between },
	{ "shared memory", shared_memory },
};

const size_t verify_act_count = sizeof(rows) / sizeof(rows[0]);

const char *verify_act_name(size_t index)
{
	return rows[index].name;
}

int verify_act_try(size_t index)
{
	enum { SECONDS = 2 };
	pid_t child = index < verify_act_count ? fork() : -1;
	int status = 0;

	if (child < 0)
		return OUTCOME_NOT_TRIED;
	if (child == 0) {
		(void)alarm(SECONDS);
		_exit(rows[index].act());
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return OUTCOME_NOT_TRIED;
	if (!WIFEXITED(status))
		return OUTCOME_SILENT;
	return WEXITSTATUS(status) ? WEXITSTATUS(status) : OUTCOME_THROUGH;
}
