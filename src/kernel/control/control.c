// SPDX-License-Identifier: GPL-2.0-or-later
// Messages over a control socket: see control.h.
#include "kernel/control/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/memory.h"

enum { ROOM = CONTROL_TEXT_MAXIMUM + 1024 };

union rights {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(CONTROL_FDS * sizeof(int))];
};

int control_send(int fd, const struct control_message *message, int flags, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf text = { 0 };
	union rights rights = { 0 };

	if (control_message_format(message, &text, err) < 0)
		return -E2BIG;
	struct iovec part = { .iov_base = text.text, .iov_len = text.length };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	if (message->fd_count) {
		header.msg_control = rights.bytes;
		header.msg_controllen = CMSG_SPACE(message->fd_count * sizeof(int));
		struct cmsghdr *c = CMSG_FIRSTHDR(&header);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(message->fd_count * sizeof(int));
		memcpy(CMSG_DATA(c), message->fds, message->fd_count * sizeof(int));
	}
	while (sendmsg(fd, &header, flags | MSG_NOSIGNAL) < 0)
		if (errno != EINTR)
			return error_set_errno(err, -errno, "cannot speak to the other side");
	return 0;
}

// Takes the descriptors that came, all of them: one that is not taken is lost open.
static size_t take_rights(struct msghdr *header, int fds[CONTROL_FDS])
{
	size_t count = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		size_t here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (size_t i = 0; i < here; i++) {
			int fd;
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (count < CONTROL_FDS)
				fds[count++] = fd;
			else
				close(fd);
		}
	}
	return count;
}

int control_receive(int fd, int flags, struct control_message *message, struct error *err)
{
	AUTO_FREE char *bytes = memory_new(ROOM, 1);
	union rights rights = { 0 };
	struct control_message came = { .fds = { -1, -1, -1 } };
	struct iovec part = { .iov_base = bytes, .iov_len = ROOM };
	struct msghdr header = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = rights.bytes, .msg_controllen = sizeof(rights.bytes)
	};
	ssize_t got;

	while ((got = recvmsg(fd, &header, flags | MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR)
		;
	if (got == 0 || (got < 0 && errno == ECONNRESET))
		return 0;
	if (got < 0)
		return error_set_errno(err, -errno, "cannot hear the other side");
	came.fd_count = take_rights(&header, came.fds);
	int result = header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)
			 ? error_set(err, -EBADMSG, "a message that is too long")
			 : control_message_parse(bytes, (size_t)got, came.fd_count, message, err);
	if (result < 0) {
		control_message_release(&came);
		return result;
	}
	memcpy(message->fds, came.fds, sizeof(came.fds));
	message->fd_count = came.fd_count;
	return 1;
}

static int address_of(const char *path, struct sockaddr_un *address, struct error *err)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path))
		return error_set(err, -ENAMETOOLONG, "%s is too long for a socket", path);
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

int control_connect(const struct registry_state *jail, struct error *err)
{
	struct sockaddr_un address;

	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_set_errno(err, -errno, "cannot make a socket");
	if (address_of(jail->control, &address, err) < 0)
		return err->code;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return error_set_errno(err, -errno, "cannot speak to the supervisor of jail %s (%s)", jail->id,
				       jail->control);
	return steal_fd(&fd);
}

int control_ask(int fd, const struct control_message *request, enum control_kind kind, struct control_message *answer,
		struct error *err)
{
	struct control_message came = { 0 };

	if (control_send(fd, request, 0, err) < 0)
		return err->code;
	int got = control_receive(fd, 0, &came, err);
	if (got < 0)
		return got;
	if (got == 0)
		return error_set(err, -ECONNRESET, "the jail has ended, or its supervisor refuses this user");
	if (came.kind == CONTROL_ERROR) {
		error_set(err, came.value, "%s", came.words.items[1]);
		(void)snprintf(err->step, sizeof(err->step), "%s", came.words.items[0]);
	} else if (came.kind != kind) {
		error_set(err, -EBADMSG, "the supervisor's answer makes no sense");
	} else {
		*answer = came;
		return 0;
	}
	control_message_release(&came);
	return err->code;
}

int control_listen(const char *path, struct error *err)
{
	enum { WAITING = 16 };
	struct sockaddr_un address;

	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_set_errno(err, -errno, "cannot make a socket");
	if (address_of(path, &address, err) < 0)
		return err->code;
	// Its folder is this user's alone.
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, WAITING) < 0)
		return error_set_errno(err, -errno, "cannot listen on %s", path);
	return steal_fd(&fd);
}

// A job has its user's id and could speak as that, if the socket were ever in its sight. It has no way to start a
// process in the supervisor's pid namespace.
static bool is_beside_us(pid_t pid)
{
	char path[40];
	struct stat own, other;

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	return pid > 0 && stat("/proc/self/ns/pid", &own) == 0 && stat(path, &other) == 0 &&
	       own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

bool control_may_speak(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
		return false;
	if (peer.uid == 0 && geteuid() != 0)
		return true;  // whose processes we may not look at; no job of ours has that id
	return peer.uid == geteuid() && is_beside_us(peer.pid);
}
