// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8 as RFC 3629 defines it.
#ifndef VPCJAIL_BASE_UTF8_H
#define VPCJAIL_BASE_UTF8_H

#include <stddef.h>

// Bytes of the well-formed character at text (terminated), 1 to 4; 0 when it is not well formed.
size_t utf8_length(const char *text);

// The code point of a well-formed character beyond ASCII that acts on a terminal or turns the direction of writing
// there: U+0080 to U+009F, U+2028 to U+202E, U+2066 to U+2069; of any other 0.
unsigned utf8_acting(const char *text);

#endif
