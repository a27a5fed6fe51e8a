// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8 as RFC 3629 defines it.
#ifndef VPCJAIL_BASE_UTF8_H
#define VPCJAIL_BASE_UTF8_H

#include <stddef.h>

// Bytes of the well-formed character at text (terminated), 1 to 4; 0 when it is not well formed.
size_t utf8_length(const char *text);

// The code point of a well-formed character beyond ASCII that acts on a terminal, turns the direction of writing there
// or stands in a text without being seen (a mark of byte order, a joiner of no width, a tag); of any other 0.
unsigned utf8_acting(const char *text);

#endif
