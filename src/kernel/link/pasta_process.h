// SPDX-License-Identifier: GPL-2.0-or-later
// pasta, the program that carries an ordinary user's link: found, started as a child, watched and ended.
//
// It stands outside the jail with the user's own rights and joins the jail's user and network namespaces to make the
// link's end there. It ends with the supervisor, whatever ends that.
#ifndef VPCJAIL_KERNEL_LINK_PASTA_PROCESS_H
#define VPCJAIL_KERNEL_LINK_PASTA_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "plan/launch_plan.h"

enum { PASTA_WORDS = 1024 };

struct pasta {
	pid_t pid;  // 0: not running
	int pidfd;
	int ready;               // readable when the link is there, -1 afterwards
	int words;               // what it says as an error
	char said[PASTA_WORDS];  // the beginning of it
	size_t length;
};

#define PASTA_NONE                                                                                                     \
	{                                                                                                              \
		.pidfd = -1, .ready = -1, .words = -1                                                                  \
	}

// The program's path, where a system keeps such; NULL: it is not installed.
const char *pasta_find(void);

// What it makes the link with.
#define PASTA_TUN "/dev/net/tun"

// 0, or a negative errno: this user cannot use that, with the remedy.
int pasta_check_tun(struct error *err);

// Starts it for the jail whose first process is init (init_fd: its pidfd). It waits for init's id maps.
int pasta_start(struct pasta *pasta, const struct launch_plan *plan, pid_t init, int init_fd, struct error *err);

// Takes what it has said. True once: the link is there, down.
bool pasta_listen(struct pasta *pasta);

// Its own words of why it ended, in one line; "" when it said nothing. Valid until pasta_stop.
const char *pasta_reason(struct pasta *pasta);

// Ends it. Can be called at any time.
void pasta_stop(struct pasta *pasta);

#endif
