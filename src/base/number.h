// SPDX-License-Identifier: GPL-2.0-or-later
// Strict numbers: decimal digits only, no sign, no space, no leading zero, no overflow.
#ifndef VPCJAIL_BASE_NUMBER_H
#define VPCJAIL_BASE_NUMBER_H

#include <stdint.h>

// Parses the whole of text as a decimal in [0, maximum]; 0, or -EINVAL (form) or -ERANGE (too large).
int number_parse(const char *text, uint64_t maximum, uint64_t *value);

#endif
