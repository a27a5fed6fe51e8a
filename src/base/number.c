// SPDX-License-Identifier: GPL-2.0-or-later
// Strict numbers: see number.h.
#include "base/number.h"

#include <errno.h>
#include <stdbool.h>

int number_parse(const char *text, uint64_t maximum, uint64_t *value)
{
	uint64_t total = 0;
	bool too_large = false;

	if (!text[0] || (text[0] == '0' && text[1]))
		return -EINVAL;
	for (const char *c = text; *c; c++) {
		if (*c < '0' || *c > '9')
			return -EINVAL;
		uint64_t digit = (uint64_t)(*c - '0');
		if (total > (maximum - (digit > maximum ? 0 : digit)) / 10 || digit > maximum)
			too_large = true;
		else
			total = total * 10 + digit;
	}
	if (too_large)
		return -ERANGE;
	*value = total;
	return 0;
}
