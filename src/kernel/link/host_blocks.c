// SPDX-License-Identifier: GPL-2.0-or-later
// The traces of nf_tables: see host_blocks.h.
#include "kernel/link/host_blocks.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/netlink/nfnetlink_socket.h"
#include "nft/ruleset.h"
#include "nft/trace_event.h"

// Only the first event of a packet in a chain tells by which link it came: the last ones seen are remembered.
enum { REMEMBERED = 64, BLOCKS_MAXIMUM = 16 };

struct watch {
	int fd;
	unsigned link;
	uint32_t packets[REMEMBERED];
	size_t next;
	struct launch_result *result;
};

static bool is_ours(struct watch *watch, const struct trace_event *event)
{
	if (event->interface == watch->link) {
		watch->packets[watch->next] = event->packet;
		watch->next = (watch->next + 1) % REMEMBERED;
		return true;
	}
	for (size_t i = 0; i < REMEMBERED && !event->interface; i++)
		if (watch->packets[i] == event->packet)
			return true;
	return false;
}

static void note(struct launch_result *result, const struct trace_event *event)
{
	struct host_block block = { .rule = event->rule, .count = 1 };

	vec_for_each (known, &result->blocks)
		if (known->rule == event->rule && strcmp(known->chain, event->chain) == 0 &&
		    strcmp(known->table, event->table) == 0 && strcmp(known->family, event->family) == 0) {
			known->count++;
			return;
		}
	if (result->blocks.count == BLOCKS_MAXIMUM)
		return;
	(void)snprintf(block.family, sizeof(block.family), "%s", event->family);
	(void)snprintf(block.table, sizeof(block.table), "%s", event->table);
	(void)snprintf(block.chain, sizeof(block.chain), "%s", event->chain);
	vec_push(&result->blocks, block);
}

static void take(struct watch *watch, const struct nlmsghdr *message)
{
	struct trace_event event;

	if (trace_event_parse(message, message->nlmsg_len, &event) < 0 || !is_ours(watch, &event))
		return;
	if (event.dropped && strncmp(event.table, RULESET_HOST_LINKS, strlen(RULESET_HOST_LINKS)) != 0)
		note(watch->result, &event);
}

static size_t watch_trace(void *data, struct pollfd *out)
{
	*out = (struct pollfd){ .fd = ((struct watch *)data)->fd, .events = POLLIN };
	return 1;
}

static void turn(void *data, const struct pollfd *seen, size_t count)
{
	AUTO_FREE uint8_t *buffer = memory_new(1, NETLINK_BUFFER_SIZE);
	struct watch *watch = data;
	ssize_t length;

	(void)seen;
	(void)count;
	while ((length = netlink_receive(watch->fd, buffer, MSG_DONTWAIT, NULL)) > 0) {
		const struct nlmsghdr *message = (const void *)buffer;
		int left = (int)length;
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left))
			take(watch, message);
	}
}

static void release(void *data)
{
	struct watch *watch = data;

	turn(watch, NULL, 0);  // what came last
	close(watch->fd);
	free(watch);
}

void host_blocks_watch(struct loop *loop, unsigned link, struct launch_result *result)
{
	const int group = NFNLGRP_NFTRACE;
	struct watch *watch;
	int fd;

	if (!link || netlink_socket_open(&fd, NULL) < 0)
		return;
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0) {
		close(fd);
		return;
	}
	watch = NEW(struct watch);
	*watch = (struct watch){ .fd = fd, .link = link, .result = result };
	loop_add(loop, &(struct loop_source){ .data = watch, .watch = watch_trace, .turn = turn, .release = release });
}
