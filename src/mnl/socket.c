// SPDX-License-Identifier: GPL-2.0-or-later
// libmnl's sockets and callbacks for static builds (meson.build of this folder says why).
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct mnl_socket {
	int fd;
	struct sockaddr_nl address;
};

struct mnl_socket *mnl_socket_open(int bus)
{
	struct mnl_socket *nl = calloc(1, sizeof(*nl));

	if (!nl)
		return NULL;
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, bus);
	if (nl->fd >= 0)
		return nl;
	free(nl);
	return NULL;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	socklen_t length = sizeof(nl->address);

	nl->address = (struct sockaddr_nl){ .nl_family = AF_NETLINK, .nl_groups = groups, .nl_pid = (uint32_t)pid };
	if (bind(nl->fd, (const struct sockaddr *)&nl->address, sizeof(nl->address)) < 0)
		return -1;
	return getsockname(nl->fd, (struct sockaddr *)&nl->address, &length);
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *nl)
{
	return nl->address.nl_pid;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t siz)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	return sendto(nl->fd, req, siz, 0, (const struct sockaddr *)&kernel, sizeof(kernel));
}

ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t siz)
{
	struct iovec part = { .iov_base = buf, .iov_len = siz };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t got = recvmsg(nl->fd, &header, 0);

	if (got >= 0 && (header.msg_flags & MSG_TRUNC)) {
		errno = ENOSPC;
		return -1;
	}
	return got;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	int result = close(nl->fd);

	free(nl);
	return result;
}

static int take_error(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *answer = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*answer)) {
		errno = EBADMSG;
		return MNL_CB_ERROR;
	}
	errno = abs(answer->error);
	return answer->error ? MNL_CB_ERROR : MNL_CB_STOP;
}

int mnl_cb_run(const void *buf, size_t numbytes, unsigned int seq, unsigned int portid, mnl_cb_t cb_data, void *data)
{
	const struct nlmsghdr *nlh = buf;
	int left = (int)numbytes;
	int result = MNL_CB_OK;

	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		if ((seq && nlh->nlmsg_seq && nlh->nlmsg_seq != seq) ||
		    (portid && nlh->nlmsg_pid && nlh->nlmsg_pid != portid)) {
			errno = nlh->nlmsg_seq != seq ? EPROTO : ESRCH;
			return MNL_CB_ERROR;
		}
		if (nlh->nlmsg_type == NLMSG_ERROR)
			result = take_error(nlh);
		else if (nlh->nlmsg_type == NLMSG_DONE)
			result = MNL_CB_STOP;
		else if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && cb_data)
			result = cb_data(nlh, data);
		if (result <= MNL_CB_STOP)
			return result;
	}
	return result;
}
