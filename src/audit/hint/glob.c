// SPDX-License-Identifier: GPL-2.0-or-later
// Patterns of names: see glob.h.
#include "audit/hint/glob.h"

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

static bool is_special(char c)
{
	return c == '*' || c == '?';
}

// Most names are told apart by their first letter or by what stands behind the last star.
bool glob_matches(const char *pattern, const char *text)
{
	if (!is_special(*pattern) && *pattern != *text)
		return false;
	size_t left = strlen(text), size = strlen(pattern);

	while (size && !is_special(pattern[size - 1])) {
		if (!left || pattern[size - 1] != text[left - 1])
			return false;
		size--;
		left--;
	}
	return matches(pattern, text);
}
