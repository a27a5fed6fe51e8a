// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8: see utf8.h.
#include "base/utf8.h"

#include <string.h>

size_t utf8_length(const char *text)
{
	unsigned char c[4] = { 0 };

	memcpy(c, text, strnlen(text, sizeof(c)));
	if (c[0] < 0x80)
		return 1;
	if (c[0] < 0xc2 || c[0] > 0xf4)
		return 0;

	size_t length = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	for (size_t i = 1; i < length; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	// Overlong forms, surrogates, beyond U+10FFFF: the second byte tells.
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) || (c[0] == 0xf0 && c[1] < 0x90) ||
	    (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return length;
}

unsigned utf8_acting(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (bytes[0] == 0xc2 && bytes[1] < 0xa0)
		return bytes[1];
	if (bytes[0] != 0xe2 || (bytes[1] != 0x80 && bytes[1] != 0x81))
		return 0;
	unsigned point = 0x2000U + (bytes[1] & 0x3fU) * 64 + (bytes[2] & 0x3fU);
	return (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ? point : 0;
}
