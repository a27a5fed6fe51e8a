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

// Of what is neither blank nor seen. Source: Unicode, DerivedCoreProperties (Default_Ignorable_Code_Point) and
// Bidi_Control.
static const struct {
	unsigned first, last;
} acting[] = {
	{ 0x80, 0x9f },     { 0x061c, 0x061c }, { 0x180e, 0x180e }, { 0x200b, 0x200f },   { 0x2028, 0x202e },
	{ 0x2060, 0x2064 }, { 0x2066, 0x2069 }, { 0xfeff, 0xfeff }, { 0xe0000, 0xe007f },
};

unsigned utf8_acting(const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length = bytes[0] < 0x80 ? 1 : utf8_length(text);

	if (length < 2)
		return 0;
	unsigned point = bytes[0] & (0xffU >> (length + 1));
	for (size_t i = 1; i < length; i++)
		point = point << 6 | (bytes[i] & 0x3fU);
	for (size_t i = 0; i < sizeof(acting) / sizeof(acting[0]); i++)
		if (point >= acting[i].first && point <= acting[i].last)
			return point;
	return 0;
}
