// SPDX-License-Identifier: GPL-2.0-or-later
// The process of the test range that is all of the outside: see range.h.
#ifndef VPCJAIL_VERIFY_OUTSIDE_H
#define VPCJAIL_VERIFY_OUTSIDE_H

#include "verify/board.h"

// What is asked of it over the channel; it answers each with the same.
enum outside_word {
	OUTSIDE_SETTLE,  // when all that came is dealt with
	OUTSIDE_SEND,    // the packets of inbound rows
};

struct outside_request {
	enum outside_word word;
	struct board_host to;
	size_t first, count;
};

// The other end of the host's link in this network namespace.
#define OUTSIDE_LINK "outside0"

// Answers until the channel's other end is closed. 0 or a negative errno.
int outside_run(struct board *board, int channel, struct error *err);

#endif
