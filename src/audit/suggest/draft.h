// SPDX-License-Identifier: GPL-2.0-or-later
// A profile that is being added to, judged after each step. Inside src/audit only.
#ifndef VPCJAIL_AUDIT_SUGGEST_DRAFT_H
#define VPCJAIL_AUDIT_SUGGEST_DRAFT_H

#include "audit/hint/hints.h"
#include "audit/record/destination.h"
#include "audit/suggest/suggest.h"
#include "policy/edit.h"
#include "profile/node.h"

// Destinations that are left for one reason.
struct suggest_left {
	const struct event *last;  // borrowed
	char *group, *first, *why;
	size_t more;
};

// An addition as it was written into the tree.
struct suggest_edit {
	char *path[EDIT_PATH + 1];
	bool add;
	char *value;
};
typedef VEC(struct suggest_edit) suggest_edit_vec;

struct draft {
	const struct profile *given;
	struct hint_facts facts;
	struct node *tree;   // as it is now
	char *kept;          // its text when it was last good
	struct profile now;  // loaded from it
	struct policy policy;
	suggest_edit_vec edits;    // what leads from the given profile to the tree
	size_t kept_edits;         // of these: what leads to the kept text
	suggest_text_vec made_up;  // values that nobody knows yet, as the text has them
	VEC(struct suggest_left) left;
	bool peering;  // a route by peering was added for the event at hand
	bool quiet;    // of the event at hand nothing is left: a variable keeps programs from asking
	unsigned tries;
	struct suggestions *out;
};

int draft_begin(struct draft *draft, const struct profile *given, struct suggestions *out, struct error *err);
void draft_release(struct draft *draft);

// Whether the profile as it is now lets it pass: by the recorded address, or by the one its name leads to.
bool draft_passes(const struct draft *draft, const struct event *event);

// Loads the tree: good, and it lets the event (may be NULL: any) pass, then it stays; else the tree is as it was when
// it was last good.
bool draft_keep(struct draft *draft, const struct event *event);

// Writes into the tree, as tree_edit. Paths have 1 to 4 parts.
bool draft_add(struct draft *draft, bool add, const char *value, const char *const *path);
#define DRAFT_PATH(...) ((const char *const[]){ __VA_ARGS__, NULL })

// An address of a subnet that nothing of the profile has yet; false: there is none.
bool draft_free_address(const struct draft *draft, const struct prefix *subnet, struct address *address);

// Notes a line of what was added, a value that is made up, and what is to be filled in (once).
void draft_note_added(struct draft *draft, const char *format, ...) __attribute__((format(printf, 2, 3)));
void draft_note_made_up(struct draft *draft, const char *value);
void draft_note_to_fill(struct draft *draft, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Takes back the made-up values and what is to be filled in that were noted since the mark.
struct draft_mark {
	size_t made_up, to_fill;
};
struct draft_mark draft_mark(const struct draft *draft);
void draft_forget(struct draft *draft, const struct draft_mark *since);

// Notes what is left, unless the draft is quiet; group: those with the same, and the same reason, are one line.
void draft_note_left(struct draft *draft, const struct event *event, const char *group, const char *why);

// The same additions in the text that the given profile was read from, marked likewise. NULL: it has no place for one
// of them, or what then stands there is not what was judged. The caller's.
char *draft_text_in(const struct draft *draft, const char *given);

// The text of the tree with the comment that marks made-up values, and as a template where it has any.
char *draft_text(const struct draft *draft);

// In endpoint.c: an address as a scalar of YAML; out holds ADDRESS_TEXT_SIZE + 2 bytes and is given back. A
// rule
// ("egress", to or from whom, "protocol: tcp, ports: [443]") in a written group. The endpoint that the advice names:
// false when it names none.
const char *suggest_address(const struct address *address, char *out);
void suggest_rule(struct draft *draft, const char *side, const char *peer, const char *traffic);
bool suggest_endpoint(struct draft *draft, const struct event *event, const struct hint_advice *advice);

// In variables.c: sets those of a hint that variables mend. Whether one of them is new in the draft.
bool suggest_variables(struct draft *draft, const struct hint_advice *advice);

// In rows.c: adds what the event needs. Whether a variable was set (or is), so that it is asked no more.
bool suggest_for(struct draft *draft, const struct event *event);

#endif
