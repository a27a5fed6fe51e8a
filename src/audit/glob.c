// SPDX-License-Identifier: GPL-2.0-or-later
// Patterns of names: see glob.h.
#include "audit/glob.h"

#include <stddef.h>
#include <string.h>

// Only the last star is ever tried again: what an earlier one took could have been taken by the last as well.
static bool matches(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (*pattern == '*') {
			star = pattern++;
			retry = text;
		} else if (*pattern && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

// Most names are told apart by their last letter.
bool glob_matches(const char *pattern, const char *text)
{
	size_t length = strlen(text), size = strlen(pattern);
	char last = size ? pattern[size - 1] : '\0';

	if (last != '*' && last != '?' && last != (length ? text[length - 1] : '\0'))
		return false;
	return matches(pattern, text);
}
