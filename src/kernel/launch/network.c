// SPDX-License-Identifier: GPL-2.0-or-later
// The steps that make the jail's network, from inside its namespace.
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"
#include "kernel/netlink/conntrack.h"
#include "kernel/netlink/nfnetlink.h"
#include "kernel/netlink/rtnetlink.h"

// The folder of the network's switches as it is now: the file tree's own /proc may be over it by the time a link comes.
static int open_switches(struct launch *launch, struct error *err)
{
	if (launch->switches < 0)
		launch->switches = open("/proc/sys/net", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return launch->switches < 0 ? error_set_errno(err, -errno, "cannot open /proc/sys/net") : 0;
}

int step_sysctl(struct launch *launch, const struct launch_step *step, struct error *err)
{
	char group[32];
	const char *value = step->value;

	if (strcmp(value, "GID") == 0) {
		// As seen in the namespace that owns the network: root's own numbers, or the one group that is mapped
		// to 0.
		unsigned gid = launch->plan->root ? (unsigned)launch->plan->identity->gid : 0;
		(void)snprintf(group, sizeof(group), "%u %u", gid, gid);
		value = group;
	}
	if (open_switches(launch, err) < 0)
		return err->code;
	int result = io_write_file_at(launch->switches, step->path + strlen("/proc/sys/net/"), value);
	if (result == -ENOENT && strstr(step->path, "/netfilter/"))
		return error_set(err, result,
				 "%s is missing: the kernel has no connection tracking (modprobe nf_conntrack)",
				 step->path);
	if (result == -EROFS)
		return error_set(err, result, "%s cannot be written: a surrounding container made /proc/sys read-only",
				 step->path);
	return result < 0 ? error_set_errno(err, result, "cannot write %s to %s", value, step->path) : 0;
}

int step_sink(struct launch *launch, const struct launch_step *step, struct error *err)
{
	if (rtnetlink_open(&launch->routes, err) < 0)
		return err->code;
	return link_add_pair(launch->routes, step->path, step->value, err);
}

int step_link_quiet(struct launch *launch, const struct launch_step *step, struct error *err)
{
	return link_quiet(launch->routes, step->path, (unsigned)strtoul(step->value, NULL, 10), err);
}

int step_link_up(struct launch *launch, const struct launch_step *step, struct error *err)
{
	return link_up(launch->routes, step->path, err);
}

int step_address(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct prefix prefix;

	if (prefix_parse(step->value, &prefix, err) < 0)
		return err->code;
	return address_add(launch->routes, step->path, &prefix, err);
}

int step_route(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct prefix prefix;
	struct address gateway;

	if (prefix_parse(step->value, &prefix, err) < 0 || (step->data && address_parse(step->data, &gateway, err) < 0))
		return err->code;
	return route_add(launch->routes, step->path, &prefix, step->data ? &gateway : NULL, err);
}

int step_sink_rule(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct prefix all;

	if (prefix_parse(step->value, &all, err) < 0)
		return err->code;
	return route_marked(launch->routes, step->path, (uint32_t)step->flags, &all, err);
}

int step_neighbour(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct address neighbour;
	uint8_t mac[6];

	if (address_parse(step->value, &neighbour, err) < 0)
		return err->code;
	if (sscanf(step->data, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]) !=
	    6)
		return error_set(err, -EINVAL, "%s is no hardware address", step->data);
	return neighbour_add(launch->routes, step->path, &neighbour, mac, err);
}

int step_ruleset(struct launch *launch, const struct launch_step *step, struct error *err)
{
	nft_batch_vec batches = { 0 };
	size_t room = 0;
	int result = 0;

	(void)step;
	if (nfnetlink_open(&launch->netlink, &room, err) < 0)
		return err->code;
	result = ruleset_batches(launch->plan->ruleset, room, &batches, err);
	for (size_t i = 0; result == 0 && i < batches.count; i++)
		result = nfnetlink_commit(launch->netlink, &batches.items[i], err);
	nft_batches_release(&batches);
	return result;
}

int step_read_back(struct launch *launch, const struct launch_step *step, struct error *err)
{
	struct nft_dump dump = { 0 };

	(void)step;
	// Listening comes first: a change is either in what is read or announced.
	int result = nfnetlink_watch_open(&launch->watch.fd, 0, err);
	if (result == 0)
		result = nfnetlink_dump(launch->netlink, &dump, err);
	if (result == 0)
		result = ruleset_compare(launch->plan->ruleset, &dump, err);
	launch->watch.first = dump.generation;
	nft_dump_release(&dump);
	return result;
}

int step_log(struct launch *launch, const struct launch_step *step, struct error *err)
{
	(void)step;
	if (!launch->options->record)
		return 0;
	// It only helps to name processes: a kernel without it has a record all the same.
	launch->diagnosis = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	return nfnetlink_log_open(launch->plan->log_group, &launch->log_fd, err);
}

// Recording informs and never decides: without it the job runs all the same, and the record lacks what was carried.
int step_count(struct launch *launch, const struct launch_step *step, struct error *err)
{
	static const char *const switches[] = { "netfilter/nf_conntrack_acct", "netfilter/nf_conntrack_timestamp" };
	struct error ignored;

	(void)step;
	if (!launch->options->record)
		return 0;
	if (open_switches(launch, err) < 0)
		return err->code;
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		(void)io_write_file_at(launch->switches, switches[i], "1");
	(void)conntrack_open(&launch->conversations, &ignored);
	return 0;
}

static void close_own(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int step_hand_over(struct launch *launch, const struct launch_step *step, struct error *err)
{
	const struct {
		enum message_kind kind;
		int fd;
	} sockets[] = {
		{ MESSAGE_RULES, launch->netlink },
		{ MESSAGE_WATCH, launch->watch.fd },
		{ MESSAGE_ROUTES, launch->routes ? rtnetlink_descriptor(launch->routes) : -1 },
		{ MESSAGE_LOG, launch->log_fd },
		{ MESSAGE_COUNTED, launch->conversations },
		{ MESSAGE_SOCKETS, launch->diagnosis },
	};
	unsigned link = launch->plan->link.kind == UPLINK_NONE ? 0 : if_nametoindex(launch->plan->link.inside);

	(void)step;
	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++) {
		const struct message message = { .kind = sockets[i].kind,
						 .value = (int)link,
						 .number = launch->watch.first };
		int result = sockets[i].fd < 0 ? 0 : channel_send(launch->channel, &message, sockets[i].fd);
		if (result < 0)
			return error_set_errno(err, result, "cannot hand a socket over");
	}
	close_own(&launch->netlink);
	close_own(&launch->watch.fd);
	close_own(&launch->switches);
	close_own(&launch->log_fd);
	close_own(&launch->conversations);
	close_own(&launch->diagnosis);
	rtnetlink_close(&launch->routes);
	return 0;
}
