// SPDX-License-Identifier: GPL-2.0-or-later
// The smallest profile that still shows something: drops blocks, lines and values of its text as long as it does.
#ifndef VPCJAIL_TEST_SHRINK_H
#define VPCJAIL_TEST_SHRINK_H

#include <stdbool.h>

// Whether the text still shows it; false also where the text cannot be loaded.
typedef bool shrink_shows(void *data, const char *text);

// A text (the caller frees it) that shows it, of which no line, block or list element can be dropped any more; or what
// was reached in `seconds`.
char *shrink_text(const char *text, shrink_shows *shows, void *data, unsigned seconds);

#endif
