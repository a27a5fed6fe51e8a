// SPDX-License-Identifier: GPL-2.0-or-later
// What a link of the host is, in a form to be given back: see device_note.h.
//
// Addresses and routes are kept as the messages that the kernel told them in, and told to it again: so nothing of them
// is interpreted that could be forgotten.
#include "kernel/link/device_note.h"

#include <dirent.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/route/link.h>
#include <netlink/socket.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/memory.h"
#include "kernel/netlink/rtnetlink.h"

enum { SWITCH_SIZE = 4096, PART_MAXIMUM = 1 << 24 };

static const char magic[8] = "vpcjdev";

void device_note_release(struct device_note *note)
{
	vec_release(&note->switches);
	vec_release(&note->messages);
}

static void add_bytes(byte_vec *to, const void *from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		vec_push(to, ((const uint8_t *)from)[i]);
}

struct listing {
	struct device_note *note;
	bool reverse;  // the kernel puts a new one before those there are
	bool shared;   // a route that is not this link's alone
	byte_vec messages;
};

static uint32_t number_of(const struct nlattr *attribute)
{
	return attribute ? nla_get_u32(attribute) : 0;
}

// An address that is the kernel's own making comes and goes by itself.
static bool wants_address(const struct nlmsghdr *message, const struct listing *listing)
{
	const struct ifaddrmsg *head = nlmsg_data(message);
	const struct nlattr *flags = nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)message, sizeof(*head), IFA_FLAGS);
	uint32_t set = flags ? nla_get_u32(flags) : head->ifa_flags;

	return head->ifa_index == listing->note->facts.index &&
	       !(head->ifa_family == AF_INET6 && set & (IFA_F_TEMPORARY | IFA_F_DADFAILED));
}

static bool wants_neighbour(const struct nlmsghdr *message, const struct listing *listing)
{
	const struct ndmsg *head = nlmsg_data(message);

	return (unsigned)head->ndm_ifindex == listing->note->facts.index && head->ndm_state & NUD_PERMANENT;
}

// What follows from addresses, and what routers tell, comes by itself.
static bool wants_route(const struct nlmsghdr *message, struct listing *listing)
{
	struct nlmsghdr *whole = (struct nlmsghdr *)(uintptr_t)message;
	const struct rtmsg *head = nlmsg_data(message);
	uint32_t index = listing->note->facts.index;
	bool alone = number_of(nlmsg_find_attr(whole, sizeof(*head), RTA_OIF)) == index;
	struct nlattr *ways = nlmsg_find_attr(whole, sizeof(*head), RTA_MULTIPATH);

	if (head->rtm_flags & RTM_F_CLONED || head->rtm_table == RT_TABLE_LOCAL ||
	    head->rtm_protocol == RTPROT_KERNEL || head->rtm_protocol == RTPROT_RA ||
	    head->rtm_protocol == RTPROT_REDIRECT)
		return false;
	if (alone && nlmsg_find_attr(whole, sizeof(*head), RTA_NH_ID))
		listing->shared = true;
	if (ways) {
		const uint8_t *bytes = nla_data(ways);
		struct rtnexthop hop;
		for (int left = nla_len(ways); left >= (int)sizeof(hop); left -= RTNH_ALIGN(hop.rtnh_len)) {
			memcpy(&hop, bytes + (nla_len(ways) - left), sizeof(hop));
			if (!RTNH_OK(&hop, left))
				break;
			listing->shared = listing->shared || (unsigned)hop.rtnh_ifindex == index;
		}
	}
	return alone && !ways;
}

static int take_message(struct nl_msg *got, void *data)
{
	struct listing *listing = data;
	const struct nlmsghdr *message = nlmsg_hdr(got);
	bool wanted = message->nlmsg_type == RTM_NEWADDR    ? wants_address(message, listing)
		      : message->nlmsg_type == RTM_NEWNEIGH ? wants_neighbour(message, listing)
		      : message->nlmsg_type == RTM_NEWROUTE ? wants_route(message, listing)
							    : false;

	if (!wanted)
		return NL_OK;
	byte_vec messages = { 0 };
	if (!listing->reverse)
		add_bytes(&messages, listing->messages.items, listing->messages.count);
	add_bytes(&messages, message, message->nlmsg_len);
	while (messages.count % NLMSG_ALIGNTO)
		vec_push(&messages, 0);
	if (listing->reverse)
		add_bytes(&messages, listing->messages.items, listing->messages.count);
	vec_release(&listing->messages);
	listing->messages = messages;
	return NL_OK;
}

// In the order in which they are told again.
static const struct {
	int type;
	unsigned char family;
	bool reverse;
	const char *what;
} listings[] = {
	{ RTM_GETADDR, AF_INET, false, "addresses" },   { RTM_GETADDR, AF_INET6, true, "addresses" },
	{ RTM_GETNEIGH, AF_INET, false, "neighbours" }, { RTM_GETNEIGH, AF_INET6, false, "neighbours" },
	{ RTM_GETROUTE, AF_INET, false, "routes" },     { RTM_GETROUTE, AF_INET6, false, "routes" },
};

// A list that changed while it was told is asked for again.
static int ask(struct nl_sock *socket, size_t which, struct listing *listing)
{
	enum { TRIES = 10 };
	// Of every kind the family comes first, and all else may be zero.
	struct rtmsg head = { .rtm_family = listings[which].family };
	int code = -NLE_DUMP_INTR;

	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, take_message, listing);
	for (unsigned try = 0; try < TRIES && code == -NLE_DUMP_INTR; try++) {
		vec_release(&listing->messages);
		code = nl_send_simple(socket, listings[which].type, NLM_F_DUMP, &head, sizeof(head));
		if (code >= 0)
			code = nl_recvmsgs_default(socket);
	}
	return code;
}

static int list(struct nl_sock *socket, size_t which, struct device_note *note, struct error *err)
{
	struct listing listing = { .note = note, .reverse = listings[which].reverse };
	int code = ask(socket, which, &listing);

	add_bytes(&note->messages, listing.messages.items, listing.messages.count);
	vec_release(&listing.messages);
	if (code < 0)
		return error_set(err, -EIO, "cannot list the %s of %s: %s", listings[which].what, note->facts.name,
				 nl_geterror(code));
	if (listing.shared)
		return error_set(
		    err, -EOPNOTSUPP,
		    "%s has routes that it shares with other links (of several ways, or with a next hop of "
		    "its own), which could not be given back: remove them first, or use `uplink: macvlan`",
		    note->facts.name);
	return 0;
}

static void take_switch(struct device_note *note, const char *family, const char *name)
{
	AUTO_FREE char *path = memory_format("/proc/sys/net/%s/conf/%s/%s", family, note->facts.name, name);
	AUTO_FREE char *value = NULL;
	size_t length;

	// One that cannot be read (a secret that was never set) has no value to keep.
	if (io_read_file(path, SWITCH_SIZE, &value, &length, NULL) < 0)
		return;
	value[strcspn(value, "\n")] = '\0';
	AUTO_FREE char *line = memory_format("%s/conf/%s/%s=%s\n", family, note->facts.name, name, value);
	add_bytes(&note->switches, line, strlen(line));
}

static void take_switches(struct device_note *note)
{
	static const char *const names[] = { "ipv4", "ipv6" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		AUTO_FREE char *path = memory_format("/proc/sys/net/%s/conf/%s", names[i], note->facts.name);
		AUTO_CLOSEDIR DIR *folder = opendir(path);
		for (struct dirent *entry; folder && (entry = readdir(folder));)
			if (entry->d_name[0] != '.')
				take_switch(note, names[i], entry->d_name);
	}
}

static int take_facts(struct nl_sock *socket, const char *name, struct device_facts *facts, struct error *err)
{
	struct rtnl_link *link = NULL;
	struct timespec now;
	int code = rtnl_link_get_kernel(socket, 0, name, &link);

	if (code < 0)
		return error_set(err, -ENODEV, "cannot look at %s: %s", name, nl_geterror(code));
	const struct nl_addr *mac = rtnl_link_get_addr(link);
	const char *kind = rtnl_link_get_type(link);
	if (mac && nl_addr_get_len(mac) == sizeof(facts->mac))
		memcpy(facts->mac, nl_addr_get_binary_addr(mac), sizeof(facts->mac));
	(void)snprintf(facts->kind, sizeof(facts->kind), "%s", kind ? kind : "");
	facts->up = rtnl_link_get_flags(link) & IFF_UP;
	facts->index = (uint32_t)rtnl_link_get_ifindex(link);
	facts->mtu = rtnl_link_get_mtu(link);
	rtnl_link_put(link);
	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	facts->taken = now.tv_sec;
	return 0;
}

int device_note_take(const char *name, const char *inside, struct device_note *out, struct error *err)
{
	CLEANUP(rtnetlink_close) struct nl_sock *socket = NULL;
	CLEANUP(device_note_release) struct device_note note = { 0 };

	memcpy(note.facts.magic, magic, sizeof(magic));
	(void)snprintf(note.facts.name, sizeof(note.facts.name), "%s", name);
	(void)snprintf(note.facts.inside, sizeof(note.facts.inside), "%s", inside);
	if (rtnetlink_open(&socket, err) < 0 || take_facts(socket, name, &note.facts, err) < 0)
		return err ? err->code : -EIO;
	for (size_t i = 0; i < sizeof(listings) / sizeof(listings[0]); i++)
		if (list(socket, i, &note, err) < 0)
			return err ? err->code : -EIO;
	take_switches(&note);
	note.facts.switches_length = (uint32_t)note.switches.count;
	note.facts.messages_length = (uint32_t)note.messages.count;
	*out = note;
	note = (struct device_note){ 0 };
	return 0;
}

int device_note_write(const struct device_note *note, int fd, struct error *err)
{
	const struct {
		const void *bytes;
		size_t length;
	} parts[] = { { &note->facts, sizeof(note->facts) },
		      { note->switches.items, note->switches.count },
		      { note->messages.items, note->messages.count } };
	off_t at = 0;

	if (ftruncate(fd, 0) < 0)
		return error_set_errno(err, -errno, "cannot note what %s was", note->facts.name);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].length && pwrite(fd, parts[i].bytes, parts[i].length, at) != (ssize_t)parts[i].length)
			return error_set(err, -EIO, "cannot note what %s was", note->facts.name);
		at += (off_t)parts[i].length;
	}
	return 0;
}

static bool read_part(int fd, byte_vec *to, uint32_t length, off_t *at)
{
	if (length > PART_MAXIMUM)
		return false;
	AUTO_FREE uint8_t *bytes = NEW_ARRAY(uint8_t, length + 1);
	if (pread(fd, bytes, length, *at) != (ssize_t)length)
		return false;
	add_bytes(to, bytes, length);
	*at += (off_t)length;
	return true;
}

int device_note_read(int fd, struct device_note *out, struct error *err)
{
	struct device_note note = { 0 };
	off_t at = sizeof(note.facts);

	if (pread(fd, &note.facts, sizeof(note.facts), 0) != (ssize_t)sizeof(note.facts) ||
	    memcmp(note.facts.magic, magic, sizeof(magic)) != 0 ||
	    !read_part(fd, &note.switches, note.facts.switches_length, &at) ||
	    !read_part(fd, &note.messages, note.facts.messages_length, &at)) {
		device_note_release(&note);
		return error_set(err, -EBADMSG, "the note of a link is not whole");
	}
	*out = note;
	return 0;
}
