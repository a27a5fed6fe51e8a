// SPDX-License-Identifier: GPL-2.0-or-later
// A readable rule becomes the plain rows that libseccomp takes.
#ifndef VPCJAIL_SECCOMP_EXPAND_H
#define VPCJAIL_SECCOMP_EXPAND_H

#include <seccomp.h>

#include "base/vec.h"
#include "seccomp/rules.h"

// Comparisons that must all hold for the call to be denied; each looks at another argument.
struct deny_row {
	struct scmp_arg_cmp compare[RULE_CONDITIONS];
	unsigned count;
};

typedef VEC(struct deny_row) deny_row_list;

// Appends the rows of a rule: the rule's conditions hold exactly when those of one row do. Release with vec_release.
void rule_expand(const struct rule *rule, deny_row_list *rows);

#endif
