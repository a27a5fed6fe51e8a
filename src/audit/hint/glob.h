// SPDX-License-Identifier: GPL-2.0-or-later
// Patterns of names: '*' stands for any bytes, also none, '?' for one; the rest for itself.
#ifndef VPCJAIL_AUDIT_HINT_GLOB_H
#define VPCJAIL_AUDIT_HINT_GLOB_H

#include <stdbool.h>

// Whether all of text is what pattern says. Takes time in proportion to the product of both lengths at most.
bool glob_matches(const char *pattern, const char *text);

#endif
