// SPDX-License-Identifier: GPL-2.0-or-later
// The watch over the host's tables for the jail's link (nft/host.c): like tamper.c, among the changes of all others.
//
// Theory of operation. The host's namespace has rules of its own, which are nobody's business here: of a transaction
// counts that it touches a table of the link's name, which no other jail has. Where announcements are lost nothing can
// be concluded from the kernel's number of the rules; that it is not known is recorded, and the job goes on, since the
// host's own work may well be the reason.
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kernel/launch/launch_state.h"
#include "kernel/netlink/nfnetlink.h"

enum { BUFFER = 8 * 1024 * 1024 };

static bool is_ours(void *data, const char *table)
{
	const char *name = ((const struct launch *)data)->plan->link.outside;
	size_t length = strlen(name);

	return strncmp(table, name, length) == 0 && (!table[length] || strcmp(table + length, "-guard") == 0);
}

static void take_change(void *data, const struct rules_change *change)
{
	struct launch *launch = data;
	char what[128];

	if (change->port == nfnetlink_port(launch->uplink.rules))
		return;
	(void)snprintf(what, sizeof(what), "a table %s of this host, which is the jail's link's, was touched",
		       launch->plan->link.outside);
	rules_notice(launch, change, what);
}

static void listen_to(struct launch *launch)
{
	struct watch_sink sink = {
		.data = launch, .counts = is_ours, .touched = launch->host_watch.touched, .change = take_change
	};
	struct error ignored;
	bool failed = nfnetlink_watch_read(launch->host_watch.fd, &sink, &ignored) < 0 || sink.lost;

	launch->host_watch.touched = sink.touched;
	if (failed)
		rules_record(launch,
			     &(struct tampering){
				 .at = time(NULL),
				 .unknown = true,
				 .what = "the host's rules changed faster than could be heard, perhaps those of "
					 "the jail's link too" });
}

static size_t watch(void *data, struct pollfd *out)
{
	const struct host_watch *host = data;

	out[0] = (struct pollfd){ .fd = host->fd, .events = POLLIN };
	return 1;
}

static void turn(void *data, const struct pollfd *seen, size_t count)
{
	const struct host_watch *host = data;

	(void)seen;
	(void)count;
	listen_to(host->launch);
}

int host_rules_watch(struct launch *launch, struct error *err)
{
	if (nfnetlink_watch_open(&launch->host_watch.fd, BUFFER, err) < 0)
		return err->code;
	launch->host_watch.launch = launch;
	loop_add(&launch->loop, &(struct loop_source){ .data = &launch->host_watch, .watch = watch, .turn = turn });
	return 0;
}

void host_rules_finish(struct launch *launch)
{
	if (launch->host_watch.fd >= 0)
		listen_to(launch);
}
