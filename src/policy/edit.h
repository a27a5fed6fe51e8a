// SPDX-License-Identifier: GPL-2.0-or-later
// The smallest change of a profile that lets a flow pass: found by trying, judged by policy_evaluate.
#ifndef VPCJAIL_POLICY_EDIT_H
#define VPCJAIL_POLICY_EDIT_H

#include "policy/policy.h"

enum { EDIT_PATH = 6 };

// One change: at path ("network-acls", "acl-1", "egress"; of a list's member its index, from 0, as "[2]") write value,
// or add it to the list that is there.
struct edit {
	char *path[EDIT_PATH];  // owned, NULL after the last
	bool add;
	char *value;  // YAML in one line: "{to: 52.95.0.1/32, protocol: tcp, ports: [443]}"
	char *place;  // "profile.yaml:12:5", where that stands now; NULL: it is not written yet
};

typedef VEC(struct edit) edit_vec;

// Ways to allow a flow: each by itself does; the smaller or narrower first. No way: nothing in a profile can.
struct edits {
	VEC(edit_vec) ways;
	char *why_none;  // a sentence; NULL where there are ways
};

// What would allow a flow that the policy denies. ports: as explain_flow takes it. The profile is borrowed for the
// call and not changed.
void edits_find(const struct profile *profile, const struct flow *flow, const struct port_range *ports,
		struct edits *out);
void edits_release(struct edits *edits);

// "security-groups.sg-train.egress", added to out.
void edit_path_print(const struct edit *edit, struct strbuf *out);

#endif
