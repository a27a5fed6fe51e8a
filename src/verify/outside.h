// SPDX-License-Identifier: GPL-2.0-or-later
// A process at one end of a link of the test range: all of the outside (range.h), or who stands beside the jail at the
// other end of its link.
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
	bool beside;  // of the rows those that nothing else brings
	size_t first, count;
};

// The other end of the host's link in this network namespace.
#define OUTSIDE_LINK "outside0"

// Works in this network namespace until the channel's other end is closed, at the end `link` of a link. Everywhere: it
// answers to every address, and what arrives counts; else it only watches what passes. 0 or a negative errno.
int outside_run(struct board *board, int channel, const char *link, bool everywhere, struct error *err);

// The other side: waits for an answer, and asks for one. 0, or what the process says when it failed.
int outside_answer(int channel, struct error *err);
int outside_ask(int channel, const struct outside_request *request, struct error *err);

#endif
