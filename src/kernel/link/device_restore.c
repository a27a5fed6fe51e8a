// SPDX-License-Identifier: GPL-2.0-or-later
// Giving a link back to the host: see device_note.h.
//
// Done by whoever is there to do it: the guardian of a jail (device.c), its supervisor, or the next start. So
// each part may have been done before, and does no harm when it is done again.
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/cache.h>
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
#include "kernel/link/device_note.h"
#include "kernel/netlink/rtnetlink.h"

static void put_cache(struct nl_cache **cache)
{
	nl_cache_put(*cache);
}

// Out of the jail. Its own name or number may be somebody else's by now; then it comes back all the same.
static int fetch(const struct device_note *note, int inside, struct error *err)
{
	CLEANUP(rtnetlink_close) struct nl_sock *socket = NULL;
	AUTO_CLOSE int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	const struct link_target tries[] = { { own, note->facts.name, note->facts.index },
					     { own, note->facts.name, 0 },
					     { own, "back%d", 0 } };
	int result = -1;

	if (own < 0)
		return error_set_errno(err, -errno, "cannot open our network namespace");
	if (rtnetlink_open_in(inside, &socket, err) < 0)
		return err ? err->code : -EIO;
	(void)link_down(socket, note->facts.inside, NULL);
	for (size_t i = 0; result < 0 && i < sizeof(tries) / sizeof(tries[0]); i++)
		result = link_move(socket, note->facts.inside, &tries[i], err);
	return result < 0 ? (err ? err->code : -EIO) : 0;
}

struct search {
	const struct device_facts *facts;
	char name[IFNAMSIZ];
	unsigned found;
	bool named;  // one of them has the name it had
};

// By what no namespace changes: hardware address and kind.
static void compare(struct nl_object *object, void *data)
{
	struct rtnl_link *link = (struct rtnl_link *)object;
	struct search *search = data;
	const struct nl_addr *mac = rtnl_link_get_addr(link);
	const char *kind = rtnl_link_get_type(link);

	if (!mac || nl_addr_get_len(mac) != sizeof(search->facts->mac) ||
	    memcmp(nl_addr_get_binary_addr(mac), search->facts->mac, sizeof(search->facts->mac)) != 0 ||
	    strcmp(kind ? kind : "", search->facts->kind) != 0)
		return;
	search->found++;
	if (search->named)
		return;
	(void)snprintf(search->name, sizeof(search->name), "%s", rtnl_link_get_name(link));
	search->named = strcmp(search->name, search->facts->name) == 0;
}

static int find(struct nl_sock *socket, struct search *search, struct error *err)
{
	CLEANUP(put_cache) struct nl_cache *links = NULL;
	int code = rtnl_link_alloc_cache(socket, AF_UNSPEC, &links);

	if (code < 0)
		return error_set(err, -EIO, "cannot list links: %s", nl_geterror(code));
	nl_cache_foreach(links, compare, search);
	if (search->named || search->found == 1)
		return 0;
	return error_set(err, -ENODEV, "%s is not in this network namespace", search->facts->name);
}

static int rename_to(struct nl_sock *socket, const char *now, const char *name)
{
	AUTO_CLOSE int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	const struct link_target target = { own, name, 0 };

	if (own < 0 || strcmp(now, name) == 0)
		return own < 0 ? -errno : 0;
	(void)link_down(socket, now, NULL);
	// To where it is already: that is how a link gets another name.
	return link_move(socket, now, &target, NULL);
}

static void set_switches(const struct device_note *note)
{
	AUTO_FREE char *text = memory_copy_bytes((const char *)note->switches.items, note->switches.count);
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = strchr(line, '=');
		AUTO_FREE char *now = NULL;
		size_t length;

		if (!value)
			continue;
		*value++ = '\0';
		AUTO_FREE char *path = memory_format("/proc/sys/net/%s", line);
		if (io_read_file(path, 1 << 12, &now, &length, NULL) < 0)
			now = memory_copy_text("\n");
		now[strcspn(now, "\n")] = '\0';
		if (strcmp(now, value) != 0)
			(void)io_write_file(path, value);
	}
}

static void set_mtu(struct nl_sock *socket, const char *name, unsigned mtu)
{
	struct rtnl_link *link = NULL, *change = rtnl_link_alloc();

	if (change && rtnl_link_get_kernel(socket, 0, name, &link) == 0 && rtnl_link_get_mtu(link) != mtu) {
		rtnl_link_set_mtu(change, mtu);
		(void)rtnl_link_change(socket, link, change, 0);
	}
	rtnl_link_put(link);
	rtnl_link_put(change);
}

// Seconds that are left of a life, in an address as the kernel told it. False when they are over.
static bool shorten(struct nlmsghdr *message, int64_t elapsed)
{
	enum { FOREVER = UINT32_MAX };
	struct nlattr *attribute = nlmsg_find_attr(message, sizeof(struct ifaddrmsg), IFA_CACHEINFO);
	struct ifa_cacheinfo *life = attribute ? nla_data(attribute) : NULL;

	if (!life || life->ifa_valid == (uint32_t)FOREVER)
		return true;
	if ((int64_t)life->ifa_valid <= elapsed)
		return false;
	life->ifa_valid -= (uint32_t)elapsed;
	if (life->ifa_prefered != (uint32_t)FOREVER)
		life->ifa_prefered -= elapsed < life->ifa_prefered ? (uint32_t)elapsed : life->ifa_prefered;
	return true;
}

static void set_index(struct nlmsghdr *message, unsigned index)
{
	struct nlattr *out;

	switch (message->nlmsg_type) {
	case RTM_NEWADDR:
		((struct ifaddrmsg *)nlmsg_data(message))->ifa_index = index;
		break;
	case RTM_NEWNEIGH:
		((struct ndmsg *)nlmsg_data(message))->ndm_ifindex = (int)index;
		break;
	default:
		((struct rtmsg *)nlmsg_data(message))->rtm_flags &= RTNH_F_ONLINK;
		out = nlmsg_find_attr(message, sizeof(struct rtmsg), RTA_OIF);
		if (out)
			memcpy(nla_data(out), &index, sizeof(index));
	}
}

// Whether it holds now. What is there already does.
static bool tell(struct nl_sock *socket, struct nlmsghdr *message)
{
	message->nlmsg_flags =
	    NLM_F_REQUEST | NLM_F_CREATE | (message->nlmsg_type == RTM_NEWROUTE ? NLM_F_APPEND : NLM_F_EXCL);
	message->nlmsg_pid = message->nlmsg_seq = 0;
	struct nl_msg *copy = nlmsg_convert(message);
	int code = copy ? nl_send_sync(socket, copy) : -NLE_NOMEM;
	return code >= 0 || code == -NLE_EXIST;
}

// A gateway is known only once the route to it is there: what fails is told again as long as anything helps.
static void set_messages(struct nl_sock *socket, const struct device_note *note, unsigned index)
{
	AUTO_FREE uint8_t *bytes = memory_must(malloc(note->messages.count + 1));
	size_t failed = SIZE_MAX, before;
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	do {
		int left = (int)note->messages.count;
		before = failed;
		failed = 0;
		if (left)
			memcpy(bytes, note->messages.items, note->messages.count);
		struct nlmsghdr *message = (void *)bytes;  // malloc's alignment; the netlink lengths keep it
		for (; nlmsg_ok(message, left); message = nlmsg_next(message, &left)) {
			if (message->nlmsg_type == RTM_NEWADDR && !shorten(message, now.tv_sec - note->facts.taken))
				continue;
			set_index(message, index);
			failed += !tell(socket, message);
		}
	} while (failed && failed < before);
}

int device_give_back(const struct device_note *note, int inside, struct error *err)
{
	CLEANUP(rtnetlink_close) struct nl_sock *socket = NULL;
	struct search search = { .facts = &note->facts };

	if (inside >= 0 && fetch(note, inside, err) < 0)
		return err ? err->code : -EIO;
	if (rtnetlink_open(&socket, err) < 0 || find(socket, &search, err) < 0)
		return err ? err->code : -EIO;
	if (rename_to(socket, search.name, note->facts.name) == 0)
		(void)snprintf(search.name, sizeof(search.name), "%s", note->facts.name);
	set_switches(note);
	set_mtu(socket, search.name, note->facts.mtu);
	if (note->facts.up && link_up(socket, search.name, err) < 0)
		return err ? err->code : -EIO;
	set_messages(socket, note, if_nametoindex(search.name));
	return 0;
}
