// SPDX-License-Identifier: GPL-2.0-or-later
// What `vpcjail diff` says.
#ifndef VPCJAIL_CMD_DIFF_PRINT_H
#define VPCJAIL_CMD_DIFF_PRINT_H

#include "plan/other_facts.h"
#include "policy/difference.h"

struct diff_side {
	const char *title;  // the profile's name, or "jail train1"
	const char *jail;   // its name or id; NULL: none
	struct fact_side is;
};

struct diff_result {
	struct diff_side sides[2];
	const char *kernel;  // in what the jail's rules differ from its policy; "": in nothing; NULL: no jail
	struct difference difference;
	other_fact_vec others;
};

void diff_result_release(struct diff_result *result);

// Whether nothing at all differs.
bool diff_is_equal(const struct diff_result *result);

void diff_print(const struct diff_result *result, struct strbuf *out);
void diff_print_json(const struct diff_result *result, struct strbuf *out);

#endif
