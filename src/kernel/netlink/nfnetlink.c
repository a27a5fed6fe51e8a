// SPDX-License-Identifier: GPL-2.0-or-later
// nf_tables over netlink: commit and dump.
#include "kernel/netlink/nfnetlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "kernel/netlink/nfnetlink_socket.h"
#include "nft/message.h"

enum {
	BUFFER_WANTED = 256 * 1024 * 1024,  // a bound, not an allocation
	BUFFER_OVERHEAD = 64,               // the kernel keeps 32 bytes of it
	DUMP_TRIES = 8,
};

int nfnetlink_open(int *fd, size_t *limit, struct error *err)
{
	AUTO_CLOSE int opened = -1;
	int sent, received, result = netlink_socket_open(&opened, err);

	if (result)
		return result;
	sent = netlink_buffer_raise(opened, SO_SNDBUFFORCE, SO_SNDBUF, BUFFER_WANTED);
	received = netlink_buffer_raise(opened, SO_RCVBUFFORCE, SO_RCVBUF, BUFFER_WANTED);
	if (sent >= BUFFER_WANTED && received >= BUFFER_WANTED)
		*limit = 0;
	else
		*limit = (size_t)(sent < received ? sent : received) - BUFFER_OVERHEAD;
	*fd = steal_fd(&opened);
	return 0;
}

// What an errno means for a type of message (0: any).
static const struct {
	int code;
	uint16_t type;
	const char *hint;
} error_rows[] = {
	{ EEXIST, NFT_MSG_NEWTABLE, "a table of that name exists already; it is not ours and stays as it is" },
	{ EPERM, 0, "changing this network namespace's rules needs CAP_NET_ADMIN in it" },
	{ EOPNOTSUPP, 0, "this kernel lacks a part of nf_tables that the rule set needs; `vpcjail doctor` names it" },
	{ ENOENT, 0, "this kernel lacks a part of nf_tables that the rule set needs; `vpcjail doctor` names it" },
	{ EAFNOSUPPORT, 0, "this kernel lacks a family of nf_tables; `vpcjail doctor` names it" },
	{ ENODEV, NFT_MSG_NEWCHAIN, "its device is not there" },
	{ ENOMEM, 0, "the kernel has no memory for it" },
};

// The message of our own batch with that sequence number, or NULL.
static const struct nlmsghdr *batch_find(const struct nft_batch *batch, uint32_t sequence)
{
	const struct nlmsghdr *message = (const void *)batch->bytes;
	int left = (int)batch->length;

	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_seq == sequence)
			return message;
	}
	return NULL;
}

static int commit_failed(const struct nft_batch *batch, uint32_t sequence, int code, struct error *err)
{
	CLEANUP(strbuf_release) struct strbuf what = { 0 };
	const struct nlmsghdr *message = batch_find(batch, sequence);
	uint16_t type = message ? message->nlmsg_type & 0xff : 0;

	// A batch as a whole is refused at its beginning.
	if (message && message_kind_of(message) != MESSAGE_KINDS)
		message_describe(message, &what);
	else
		strbuf_add(&what, "the rule set");
	for (size_t i = 0; i < sizeof(error_rows) / sizeof(error_rows[0]); i++) {
		if (error_rows[i].code == -code && (!error_rows[i].type || error_rows[i].type == type))
			return error_set_errno(err, code, "nf_tables refused %s: %s", strbuf_text(&what),
					       error_rows[i].hint);
	}
	return error_set_errno(err, code, "nf_tables refused %s", strbuf_text(&what));
}

// Takes the acknowledgements of one datagram; *expected is the next sequence number.
static int acknowledge(const struct nft_batch *batch, const uint8_t *buffer, size_t length, uint32_t *expected,
		       struct error *err)
{
	const struct nlmsghdr *message = (const void *)buffer;
	int left = (int)length;

	for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
		const struct nlmsgerr *answer = mnl_nlmsg_get_payload(message);

		if (message->nlmsg_type != NLMSG_ERROR || mnl_nlmsg_get_payload_len(message) < sizeof(*answer))
			return error_set(err, -EPROTO, "nf_tables gave an answer that is no acknowledgement");
		if (answer->error)
			return commit_failed(batch, message->nlmsg_seq, answer->error, err);
		if (message->nlmsg_seq < batch->first_sequence || message->nlmsg_seq > batch->last_sequence)
			continue;  // newer kernels also acknowledge a batch's beginning and end
		if (message->nlmsg_seq != (*expected)++)
			return error_set(err, -EPROTO, "nf_tables left message %u of the rule set unanswered",
					 *expected - 1);
	}
	return 0;
}

int nfnetlink_commit(int fd, const struct nft_batch *batch, struct error *err)
{
	AUTO_FREE uint8_t *buffer = memory_new(1, NETLINK_BUFFER_SIZE);
	uint32_t expected = batch->first_sequence;
	ssize_t length;
	int result = netlink_send(fd, batch->bytes, batch->length, err);

	if (result == -EMSGSIZE)
		return error_set(err, result, "one transaction of %zu bytes is more than the socket's buffer takes",
				 batch->length);
	if (result)
		return result;
	// The kernel has answered before send(2) returned: what is not there now never comes.
	while (expected <= batch->last_sequence) {
		length = netlink_receive(fd, buffer, MSG_DONTWAIT, err);
		if (length == -EAGAIN)
			return error_set(err, -EPROTO, "nf_tables acknowledged %u of %u messages",
					 expected - batch->first_sequence,
					 batch->last_sequence - batch->first_sequence + 1);
		if (length == -ENOBUFS)
			return error_set_errno(err, (int)length, "nf_tables acknowledged more than the buffer takes");
		if (length < 0)
			return (int)length;
		result = acknowledge(batch, buffer, (size_t)length, &expected, err);
		if (result)
			break;
	}
	netlink_drain(fd, buffer);
	return result;
}

static struct nlmsghdr *request_begin(uint8_t *bytes, uint16_t type, uint8_t family, uint16_t flags)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct nfgenmsg *extra;

	message->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = 1;
	extra = mnl_nlmsg_put_extra_header(message, sizeof(*extra));
	extra->nfgen_family = family;
	return message;
}

// Sends a request and appends what is answered; -EINTR when the rule set changed meanwhile.
static int request(int fd, const struct nlmsghdr *message, struct nft_dump *dump, struct error *err)
{
	AUTO_FREE uint8_t *buffer = memory_new(1, NETLINK_BUFFER_SIZE);
	int result = netlink_send(fd, message, message->nlmsg_len, err);
	bool many = message->nlmsg_flags & NLM_F_DUMP;
	bool interrupted = false;

	while (!result) {
		ssize_t length = netlink_receive(fd, buffer, MSG_DONTWAIT, err);
		const struct nlmsghdr *answer = (const void *)buffer;
		int left = (int)length;

		if (length == -EAGAIN || length == -ENOBUFS)
			return error_set_errno(err, (int)length, "nf_tables left a question unanswered");
		if (length < 0)
			return (int)length;
		for (; mnl_nlmsg_ok(answer, left); answer = mnl_nlmsg_next(answer, &left)) {
			if (answer->nlmsg_type == NLMSG_DONE)
				return interrupted ? -EINTR : 0;
			if (answer->nlmsg_type == NLMSG_ERROR)
				return error_set_errno(err,
						       ((const struct nlmsgerr *)mnl_nlmsg_get_payload(answer))->error,
						       "nf_tables does not tell its rules");
			interrupted |= answer->nlmsg_flags & NLM_F_DUMP_INTR;
			netlink_append(dump, answer);
		}
		if (!many)
			return 0;
	}
	return result;
}

static int dump_kind(int fd, uint16_t type, struct nft_dump *dump, struct error *err)
{
	uint8_t bytes[64] __attribute__((aligned(4))) = { 0 };

	return request(fd, request_begin(bytes, type, NFPROTO_UNSPEC, NLM_F_DUMP), dump, err);
}

static const char *attribute_text(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attribute;

	mnl_attr_for_each (attribute, message, sizeof(struct nfgenmsg)) {
		if (mnl_attr_get_type(attribute) == type && !mnl_attr_validate(attribute, MNL_TYPE_NUL_STRING))
			return mnl_attr_get_str(attribute);
	}
	return "";
}

// Elements are asked for set by set.
static int dump_elements(int fd, struct nft_dump *dump, struct error *err)
{
	struct nft_dump sets = { 0 };
	int result = dump_kind(fd, NFT_MSG_GETSET, &sets, err);
	const struct nlmsghdr *set = (const void *)sets.bytes.items;
	int left = (int)sets.bytes.count;

	for (; !result && left && mnl_nlmsg_ok(set, left); set = mnl_nlmsg_next(set, &left)) {
		const struct nfgenmsg *extra = mnl_nlmsg_get_payload(set);
		uint8_t bytes[1024] __attribute__((aligned(4))) = { 0 };
		struct nlmsghdr *message = request_begin(bytes, NFT_MSG_GETSETELEM, extra->nfgen_family, NLM_F_DUMP);

		netlink_append(dump, set);
		mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_TABLE, attribute_text(set, NFTA_SET_TABLE));
		mnl_attr_put_strz(message, NFTA_SET_ELEM_LIST_SET, attribute_text(set, NFTA_SET_NAME));
		result = request(fd, message, dump, err);
	}
	nft_dump_release(&sets);
	return result;
}

int nfnetlink_generation(int fd, uint32_t *generation, struct error *err)
{
	uint8_t bytes[64] __attribute__((aligned(4))) = { 0 };
	struct nft_dump answer = { 0 };
	int result = request(fd, request_begin(bytes, NFT_MSG_GETGEN, NFPROTO_UNSPEC, 0), &answer, err);
	const struct nlattr *attribute;

	*generation = 0;
	if (!result) {
		mnl_attr_for_each (attribute, (const struct nlmsghdr *)(const void *)answer.bytes.items,
				   sizeof(struct nfgenmsg)) {
			if (mnl_attr_get_type(attribute) == NFTA_GEN_ID && !mnl_attr_validate(attribute, MNL_TYPE_U32))
				*generation = ntohl(mnl_attr_get_u32(attribute));
		}
	}
	nft_dump_release(&answer);
	return result;
}

static int dump_once(int fd, struct nft_dump *dump, struct error *err)
{
	uint32_t before, after;
	int result = nfnetlink_generation(fd, &before, err);

	if (!result)
		result = dump_kind(fd, NFT_MSG_GETTABLE, dump, err);
	if (!result)
		result = dump_kind(fd, NFT_MSG_GETCHAIN, dump, err);
	if (!result)
		result = dump_elements(fd, dump, err);
	if (!result)
		result = dump_kind(fd, NFT_MSG_GETRULE, dump, err);
	if (!result)
		result = nfnetlink_generation(fd, &after, err);
	dump->generation = before;
	return result ? result : before == after ? 0 : -EINTR;
}

static int dump_rules_once(int fd, struct nft_dump *dump, struct error *err)
{
	return dump_kind(fd, NFT_MSG_GETRULE, dump, err);
}

static int dump_until_whole(int fd, int (*once)(int fd, struct nft_dump *dump, struct error *err),
			    struct nft_dump *dump, struct error *err)
{
	struct nft_dump made = { 0 };

	for (int i = 0; i < DUMP_TRIES; i++) {
		int result = once(fd, &made, err);

		if (!result) {
			*dump = made;
			return 0;
		}
		nft_dump_release(&made);
		if (result != -EINTR)
			return result;
	}
	return error_set(err, -EBUSY, "the rules of this network namespace keep changing while they are read");
}

int nfnetlink_dump(int fd, struct nft_dump *dump, struct error *err)
{
	return dump_until_whole(fd, dump_once, dump, err);
}

int nfnetlink_dump_rules(int fd, struct nft_dump *dump, struct error *err)
{
	return dump_until_whole(fd, dump_rules_once, dump, err);
}

void nft_dump_release(struct nft_dump *dump)
{
	vec_release(&dump->bytes);
}

int nfnetlink_has_tables(int fd, bool *has_tables, struct error *err)
{
	struct nft_dump tables = { 0 };
	int result = dump_kind(fd, NFT_MSG_GETTABLE, &tables, err);

	if (!result || result == -EINTR)
		*has_tables = result == -EINTR || tables.bytes.count > 0;
	nft_dump_release(&tables);
	return result == -EINTR ? 0 : result;
}
