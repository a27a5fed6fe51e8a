// SPDX-License-Identifier: GPL-2.0-or-later
// uplink: pasta. An ordinary user's link: a program of the user's takes the jail's packets off a tap and speaks for it
// through sockets of its own.
//
// Nothing is made on the host. The program starts while init works; the link is there when it says so, which the
// supervisor's loop hears. When it ends before, nothing is run; when it ends later, the tap goes with it and nothing
// passes any more.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "kernel/launch/launch_state.h"
#include "kernel/loop/channel.h"

enum { PATIENCE = 10000 };  // milliseconds until the link must be there; it takes 10 to 100

static size_t watch(void *data, struct pollfd *out)
{
	struct launch *launch = data;
	const struct pasta *pasta = &launch->uplink.pasta;

	out[0] = (struct pollfd){ .fd = pasta->ready, .events = POLLIN };
	out[1] = (struct pollfd){ .fd = pasta->words, .events = POLLIN };
	out[2] = (struct pollfd){ .fd = pasta->pidfd, .events = POLLIN };
	return 3;
}

static int left(void *data)
{
	struct launch *launch = data;
	struct timespec now;

	if (launch->uplink.pasta.ready < 0)
		return -1;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	long long gone = (now.tv_sec - launch->uplink.since.tv_sec) * 1000LL +
			 (now.tv_nsec - launch->uplink.since.tv_nsec) / 1000000;
	return gone < PATIENCE ? (int)(PATIENCE - gone) : 0;
}

static void give_up(struct launch *launch, const char *why)
{
	const char *said = pasta_reason(&launch->uplink.pasta);

	if (!launch->failure.code)
		(void)error_set(&launch->failure, -EIO, "%s%s%s", why, said[0] ? ": " : "", said);
	(void)snprintf(launch->failure.step, sizeof(launch->failure.step), "uplink pasta");
	(void)syscall(SYS_pidfd_send_signal, launch->init_fd, SIGKILL, NULL, 0);
	loop_remove(&launch->loop, launch);
}

static void turn(void *data, const struct pollfd *seen, size_t count)
{
	struct launch *launch = data;
	struct pasta *pasta = &launch->uplink.pasta;

	(void)count;
	if (pasta_listen(pasta)) {
		launch->uplink.there = true;
		if (channel_send(launch->channel, &(struct message){ .kind = MESSAGE_UPLINK }, -1) < 0)
			return;  // init is gone, and says why itself
	}
	if (seen[2].revents && launch->uplink.there) {
		launch->uplink.lost = true;
		loop_remove(&launch->loop, launch);
		if (launch->options->link_lost)
			launch->options->link_lost(launch->options->started_data);
	} else if (seen[2].revents) {
		give_up(launch, "pasta ended before it had made the link");
	} else if (left(launch) == 0) {
		give_up(launch, "pasta did not make the link in 10 seconds");
	}
}

static int open_pasta(struct launch *launch, struct error *err)
{
	struct uplink_state *uplink = &launch->uplink;

	(void)clock_gettime(CLOCK_MONOTONIC, &uplink->since);
	if (pasta_start(&uplink->pasta, launch->plan, launch->init, launch->init_fd, err) < 0)
		return err ? err->code : -EIO;
	loop_add(&launch->loop, &(struct loop_source){ .data = launch, .watch = watch, .turn = turn, .left = left });
	return 0;
}

static void close_pasta(struct uplink_state *uplink, const struct launch_plan *plan)
{
	(void)plan;
	pasta_stop(&uplink->pasta);
}

const struct uplink_kind uplink_pasta = { .start = open_pasta, .close = close_pasta };
