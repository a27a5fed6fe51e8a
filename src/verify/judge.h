// SPDX-License-Identifier: GPL-2.0-or-later
// From what was seen to what held. Pure.
#ifndef VPCJAIL_VERIFY_JUDGE_H
#define VPCJAIL_VERIFY_JUDGE_H

#include "base/strbuf.h"
#include "verify/draft.h"

enum held {
	HELD,
	HELD_NOT,           // it differs from what was promised
	HELD_INCONCLUSIVE,  // a denial that says nothing, for without the jail it did not get through either
	HELD_ABSENT,        // a door that this host does not have for who ran it
	HELD_NOT_CARRIED,   // allowed by the profile, and the link does not carry it
	HELD_KINDS
};

// "held", "NOT HELD", "inconclusive", "not here", "not carried": literals.
const char *held_name(enum held held);

// A row. why: appended to with one clause when it was not held, or is inconclusive.
enum held judge_row(const struct board *board, const struct policy *policy, const struct board_row *row,
		    struct strbuf *why);

// "tcp 52.216.1.1:443", "name www.example.com", "door ring_setup", with how it was tried.
void judge_describe(const struct board_row *row, struct strbuf *out);

// What became of a promise: the worst of its rows.
struct promise_result {
	enum held held;
	unsigned tried, count[HELD_KINDS];
	char *why;  // of the first row that was not held, or else is inconclusive; owned, NULL: none
};

struct verify_result {
	VEC(struct promise_result) promises;  // in the order of the promises
	unsigned tried, count[HELD_KINDS];    // of rows
	unsigned strays;                      // packets that came out and that nobody sent
	char *stray;                          // the first; owned, NULL: none
	bool all_held;
};

void judge_all(const struct board *board, const struct policy *policy, const promise_vec *promises,
	       struct verify_result *out);
void verify_result_release(struct verify_result *result);

#endif
