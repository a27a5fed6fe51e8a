// SPDX-License-Identifier: GPL-2.0-or-later
// Which process has a socket: see socket_owner.h.
#include "kernel/watch/socket_owner.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/loop/clock.h"
#include "kernel/watch/attempts.h"
#include "kernel/watch/process_note.h"

enum {
	ANSWERS = 64,           // that are remembered
	DESCRIPTORS = 1 << 14,  // that one look may read
	SHARE = 9,              // for each millisecond of looking, so many without
	DUMP_BUFFER = 32 * 1024,
	LOOPBACK_DEVICE = 1,  // its number, in every namespace
	LISTENING = 10,       // TCP_LISTEN of the kernel
};

struct answer {
	int64_t until;
	int protocol;
	uint16_t local_port, remote_port;
	struct address remote;
	bool any;  // the socket is connected to nobody: it is the one for every other end
	enum event_evidence evidence;
	struct caller *caller;
};

struct socket_owners {
	int fd;
	pid_t init;
	ino_t pid_namespace;
	int64_t next;  // no look before that
	unsigned turn;
	uint32_t sequence;  // of the last question about one socket
	struct answer answers[ANSWERS];
};

// What a question is about, and the best socket that was found.
struct question {
	int protocol;
	uint16_t local_port, remote_port;
	const struct address *remote;
	unsigned inode;
	bool any;
	enum event_evidence evidence;
};

struct socket_owners *socket_owners_new(int fd, pid_t init, ino_t pid_namespace)
{
	struct socket_owners *owners = NEW(struct socket_owners);

	*owners = (struct socket_owners){ .fd = fd, .init = init, .pid_namespace = pid_namespace };
	return owners;
}

void socket_owners_free(struct socket_owners *owners)
{
	if (!owners)
		return;
	close(owners->fd);
	for (size_t i = 0; i < ANSWERS; i++)
		caller_drop(owners->answers[i].caller);
	free(owners);
}

static struct address address_of(const struct inet_diag_msg *message)
{
	const uint8_t *bytes = (const uint8_t *)message->id.idiag_dst;

	if (message->idiag_family == AF_INET)
		return address_from_bytes(FAMILY_IPV4, bytes);
	return address_from_socket(bytes);
}

// A socket that is connected to the other end, or to nobody, is the one; any other of that port a neighbour.
static void judge(const struct inet_diag_msg *message, struct question *question)
{
	const struct address remote = address_of(message);
	const uint16_t port = be16toh(message->id.idiag_dport);
	const bool own = !port || (port == question->remote_port && address_equal(&remote, question->remote));

	if (be16toh(message->id.idiag_sport) != question->local_port || !message->idiag_inode)
		return;
	if (!own && question->evidence != EVIDENCE_NONE)
		return;
	if (own || question->evidence == EVIDENCE_NONE) {
		question->inode = message->idiag_inode;
		question->any = !port;
		question->evidence = own ? EVIDENCE_SOCKET : EVIDENCE_PORT;
	}
}

// Reads one dump to its end. False where the kernel does not answer.
static bool read_dump(int fd, struct question *question)
{
	AUTO_FREE char *buffer = memory_new(1, DUMP_BUFFER);

	for (;;) {
		ssize_t length = recv(fd, buffer, DUMP_BUFFER, MSG_DONTWAIT);
		const struct nlmsghdr *message = (const void *)buffer;
		int left = (int)length;

		if (length <= 0)
			return false;
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR)
				return true;
			if (message->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
			    message->nlmsg_len >= NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
				judge(mnl_nlmsg_get_payload(message), question);
		}
	}
}

static void ask(int fd, int family, struct question *question)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = { .nlmsg_len = sizeof(message),
			    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.request = { .sdiag_family = (uint8_t)family,
			     .sdiag_protocol = (uint8_t)question->protocol,
			     .idiag_states = UINT32_MAX,
			     .id = { .idiag_sport = htobe16(question->local_port) } },
	};

	if (send(fd, &message, sizeof(message), 0) == (ssize_t)sizeof(message))
		(void)read_dump(fd, question);
}

static bool has_socket(pid_t pid, const char *wanted, unsigned *left)
{
	char path[64], target[48];
	const struct dirent *entry;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	AUTO_CLOSEDIR DIR *folder = opendir(path);
	while (folder && *left && (entry = readdir(folder))) {
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);

		--*left;
		target[length > 0 ? length : 0] = '\0';
		if (strcmp(target, wanted) == 0)
			return true;
	}
	return false;
}

static bool is_jailed(const struct socket_owners *owners, pid_t pid)
{
	struct stat status;
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	return pid != owners->init && stat(path, &status) == 0 && status.st_ino == owners->pid_namespace;
}

static pid_t find_process(const struct socket_owners *owners, unsigned inode)
{
	AUTO_CLOSEDIR DIR *folder = opendir("/proc");
	const struct dirent *entry;
	unsigned left = DESCRIPTORS;
	char wanted[48];

	(void)snprintf(wanted, sizeof(wanted), "socket:[%u]", inode);
	while (folder && left && (entry = readdir(folder))) {
		const pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && is_jailed(owners, pid) && has_socket(pid, wanted, &left))
			return pid;
	}
	return 0;
}

static void look(struct socket_owners *owners, struct answer *answer)
{
	struct question question = { .protocol = answer->protocol,
				     .local_port = answer->local_port,
				     .remote_port = answer->remote_port,
				     .remote = &answer->remote };
	struct event_process process = { 0 };
	pid_t pid;

	ask(owners->fd, answer->remote.family == FAMILY_IPV6 ? AF_INET6 : AF_INET, &question);
	if (question.evidence != EVIDENCE_SOCKET && answer->remote.family == FAMILY_IPV4)
		ask(owners->fd, AF_INET6, &question);  // which carries both
	pid = question.inode ? find_process(owners, question.inode) : 0;
	if (!pid || process_note(pid, owners->init, &process) < 0)
		return;
	answer->caller = caller_new(&process);
	answer->evidence = question.evidence;
	answer->any = question.any;
}

static const struct answer *remembered(const struct socket_owners *owners, int64_t now, const struct answer *asked)
{
	for (const struct answer *answer = owners->answers; answer < owners->answers + ANSWERS; answer++)
		if (answer->until > now && answer->protocol == asked->protocol &&
		    answer->local_port == asked->local_port &&
		    (answer->any ||
		     (answer->remote_port == asked->remote_port && address_equal(&answer->remote, &asked->remote))))
			return answer;
	return NULL;
}

const struct event_process *socket_owners_find(struct socket_owners *owners, int64_t now, int protocol,
					       uint16_t local_port, const struct address *remote, uint16_t remote_port,
					       enum event_evidence *evidence)
{
	struct answer asked = { .protocol = protocol, .local_port = local_port, .remote_port = remote_port };
	const struct answer *found;

	asked.remote = *remote;
	if (!local_port || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return NULL;
	found = remembered(owners, now, &asked);
	if (!found) {
		struct answer *answer = &owners->answers[owners->turn];
		const int64_t begun = clock_milliseconds(CLOCK_MONOTONIC);

		if (now < owners->next)
			return NULL;
		owners->turn = (owners->turn + 1) % ANSWERS;
		caller_drop(answer->caller);
		*answer = asked;
		answer->until = now + SOCKET_MEMORY;
		look(owners, answer);
		owners->next = now + (clock_milliseconds(CLOCK_MONOTONIC) - begun) * (SHARE + 1);
		if (owners->next < now + 1000 / SOCKET_LOOKS)
			owners->next = now + 1000 / SOCKET_LOOKS;
		found = answer;
	}
	if (!found->caller)
		return NULL;
	*evidence = found->evidence;
	return &found->caller->process;
}

// Reads up to the answer of that number; what else is there is the rest of a dump that was given up.
static enum socket_listens read_listener(int fd, uint32_t sequence)
{
	union {
		struct nlmsghdr header;
		uint8_t bytes[4096];
	} buffer;

	for (;;) {
		ssize_t length = recv(fd, &buffer, sizeof(buffer), MSG_DONTWAIT);
		const struct nlmsghdr *message = &buffer.header;
		const struct nlmsgerr *failure = mnl_nlmsg_get_payload(message);
		const struct inet_diag_msg *found = mnl_nlmsg_get_payload(message);

		if (length < 0)
			return LISTENS_UNKNOWN;
		if (!mnl_nlmsg_ok(message, (int)length) || message->nlmsg_seq != sequence)
			continue;
		if (message->nlmsg_type == NLMSG_ERROR && message->nlmsg_len >= NLMSG_LENGTH(sizeof(*failure)))
			return failure->error == -ENOENT ? LISTENS_NO : LISTENS_UNKNOWN;
		if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY || message->nlmsg_len < NLMSG_LENGTH(sizeof(*found)))
			return LISTENS_UNKNOWN;
		return found->idiag_state == LISTENING ? LISTENS_YES : LISTENS_NO;
	}
}

// The kernel looks it up as it would for a connection's first packet.
enum socket_listens socket_owners_listens(struct socket_owners *owners, const struct address *local, uint16_t port)
{
	const bool narrow = local->family == FAMILY_IPV4;
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 request;
	} message = {
		.header = { .nlmsg_len = sizeof(message),
			    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			    .nlmsg_flags = NLM_F_REQUEST,
			    .nlmsg_seq = ++owners->sequence },
		.request = { .sdiag_family = narrow ? AF_INET : AF_INET6,
			     .sdiag_protocol = IPPROTO_TCP,
			     .idiag_states = UINT32_MAX,
			     .id = { .idiag_sport = htobe16(port),
				     .idiag_if = LOOPBACK_DEVICE,
				     .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } },
	};
	uint8_t bytes[16];

	address_to_bytes(local, bytes);
	memcpy(message.request.id.idiag_src, bytes, narrow ? 4 : 16);
	memcpy(message.request.id.idiag_dst, bytes, narrow ? 4 : 16);
	if (send(owners->fd, &message, sizeof(message), 0) != (ssize_t)sizeof(message))
		return LISTENS_UNKNOWN;
	return read_listener(owners->fd, owners->sequence);
}
